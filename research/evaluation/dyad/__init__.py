"""Evaluation of the motion of two people (METRICS A, B, E, F)."""
