"""What each voice says: encoder and articulation, frame by frame."""
