"""From words to a layout: an exact grammar for what is said in numbers, a learnt reading for the rest."""
