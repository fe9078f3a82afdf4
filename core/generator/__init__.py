"""The dual-stream diffusion network that animates both people, and how it is sampled."""
