"""Evaluation of every part, as METRICS defines it: ``python -m research evaluate …``."""

HEADS = ("man", "woman")  # of A and of B
