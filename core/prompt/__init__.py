"""From a prompt to a layout: an exact grammar for numbers, a trained model for the rest."""
