"""The procedural simulator: dialogues with known truth, their sound and the motion of both heads (DESIGN 8)."""
