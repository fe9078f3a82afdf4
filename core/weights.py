"""Where the shipped weights lie."""

from pathlib import Path

WEIGHTS = Path(__file__).resolve().parent.parent / "assets" / "weights"
