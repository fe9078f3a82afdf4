"""What is done to generated motion: limits of a face, lip closure, eyes, adjustments."""
