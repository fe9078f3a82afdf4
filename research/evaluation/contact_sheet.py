"""Frames of films as one picture: a row a film, a column a time.

python -m research evaluate sheet teacher.mp4 shipped.mp4 --seconds 1 1.5 2 --crop 0.5:0:1:1 --out sheet.png
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from core.errors import UserError
from core.files import replacing

GAP = 4  # pixels between pictures


def frames_at(path: Path, seconds: Sequence[float]) -> list[np.ndarray]:
    """The pictures (H, W, 3) uint8 of a film that are shown at ``seconds``, in their order."""
    with av.open(str(path)) as film:
        rate = film.streams.video[0].average_rate
        wanted = {int(Fraction(str(second)) * rate) for second in seconds}
        found = {i: f.to_ndarray(format="rgb24") for i, f in enumerate(film.decode(video=0)) if i in wanted}
    missing = [second for second in seconds if int(Fraction(str(second)) * rate) not in found]
    if missing:
        raise UserError(f'"{path}" has nothing at {missing[0]:g} s. Name seconds within the film.')
    return [found[int(Fraction(str(second)) * rate)] for second in seconds]


def crop(picture: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """The part of a picture between ``shares`` (left, top, right, bottom) of its width and height."""
    height, width = picture.shape[:2]
    left, top, right, bottom = (round(s * n) for s, n in zip(shares, (width, height) * 2, strict=True))
    return picture[top:bottom, left:right]


def tiled(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """One picture of rows of equally large pictures, GAP black pixels between them."""
    padded = [[np.pad(p, ((0, GAP), (0, GAP), (0, 0))) for p in row] for row in rows]
    return np.concatenate([np.concatenate(row, axis=1) for row in padded])[:-GAP, :-GAP]


def write_png(path: Path, picture: np.ndarray) -> None:
    """picture: (H, W, 3) uint8"""
    encoder = av.CodecContext.create("png", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.time_base = "rgb24", Fraction(1)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    with replacing(path) as file:
        for packet in [*encoder.encode(frame), *encoder.encode(None)]:
            file.write(bytes(packet))


def add_arguments(parser) -> None:
    """What ``python -m research evaluate sheet`` takes."""
    parser.add_argument("films", type=Path, nargs="+", help="a row each")
    parser.add_argument("--seconds", type=float, nargs="+", required=True, help="a column each")
    parser.add_argument("--crop", default="0:0:1:1", metavar="L:T:R:B", help="shares of the picture to keep")
    parser.add_argument("--out", type=Path, required=True, help="the .png")


def main(arguments) -> None:
    """Write the sheet."""
    part = [float(share) for share in arguments.crop.split(":")]
    rows = [[crop(p, part) for p in frames_at(film, arguments.seconds)] for film in arguments.films]
    picture = tiled(rows)
    write_png(arguments.out, picture)
    print(f"{arguments.out}: {len(rows)} x {len(arguments.seconds)} pictures, {picture.shape[1]} x {picture.shape[0]}")
