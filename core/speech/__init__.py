"""Speech features of each person: Whisper encoder, articulation, loudness and pitch per motion frame."""
