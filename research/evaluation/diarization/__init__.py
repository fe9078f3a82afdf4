"""Who speaks when, measured (METRICS D)."""
