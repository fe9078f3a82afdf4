"""Evaluation of speaker diarization (METRICS D)."""
