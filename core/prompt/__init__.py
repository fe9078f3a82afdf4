"""From a prompt to a layout: exact rules for what is stated in numbers and postures, a trained model for the rest."""
