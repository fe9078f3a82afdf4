"""Corpora, simulator, training and evaluation: never shipped."""
