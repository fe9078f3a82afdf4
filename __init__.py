"""Talking Together: two people talking in 3D, from sound."""
