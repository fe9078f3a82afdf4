"""Sound files in; mel, prosody, voice activity and quality of a recording."""
