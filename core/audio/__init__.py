"""Decoding, mel filters, prosody, voice activity and quality of a recording."""

from .decoding import SAMPLE_RATE as SAMPLE_RATE
from .decoding import SAMPLES_PER_FRAME as SAMPLES_PER_FRAME
from .decoding import Sound as Sound
from .decoding import frame_count as frame_count
from .decoding import from_samples as from_samples
from .decoding import load as load
