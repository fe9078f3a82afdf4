"""Lip sync, measured (METRICS C)."""
