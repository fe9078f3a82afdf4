"""Sound strips, turn strips and markers."""
