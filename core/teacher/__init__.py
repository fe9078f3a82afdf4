"""Dialogues with known truth: voices, turns, phones and the motion of both heads. For training only (DESIGN 8)."""
