"""Evaluation of lip sync (METRICS C)."""
