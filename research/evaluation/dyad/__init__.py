"""Two people's motion, measured (METRICS A, B, E, F)."""
