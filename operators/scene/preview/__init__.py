"""Films and stills."""
