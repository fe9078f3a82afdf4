"""Converts the weights of other projects from their packages, at build time."""
