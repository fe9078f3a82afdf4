"""Everything that is measured (METRICS)."""
