"""Contact sheet: frames of several videos as one image, a row a video, a column a time.

python -m research evaluate contact-sheet simulator.mp4 shipped.mp4 --seconds 1 1.5 2 --crop 0.5:0:1:1 --out sheet.png
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from core.errors import UserError
from core.files import replacing

GAP = 4  # pixels between frames


def frames_at(path: Path, seconds: Sequence[float]) -> list[np.ndarray]:
    """The frames of a video at ``seconds``, in their order: (H, W, 3) uint8 each.

    Raises UserError where a time lies outside the video.
    """
    with av.open(str(path)) as video:
        rate = video.streams.video[0].average_rate
        wanted = {int(Fraction(str(second)) * rate) for second in seconds}
        found = {i: f.to_ndarray(format="rgb24") for i, f in enumerate(video.decode(video=0)) if i in wanted}
    missing = [second for second in seconds if int(Fraction(str(second)) * rate) not in found]
    if missing:
        raise UserError(f'"{path}" has no frame at {missing[0]:g} s. Give times within the video.')
    return [found[int(Fraction(str(second)) * rate)] for second in seconds]


def crop(image: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """The part of an image (H, W, 3) between ``shares`` (left, top, right, bottom) of its width and height, 0..1."""
    height, width = image.shape[:2]
    left, top, right, bottom = (round(s * n) for s, n in zip(shares, (width, height) * 2, strict=True))
    return image[top:bottom, left:right]


def tiled(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """One image of rows of equally large images (H, W, 3), GAP black pixels between them."""
    padded = [[np.pad(p, ((0, GAP), (0, GAP), (0, 0))) for p in row] for row in rows]
    return np.concatenate([np.concatenate(row, axis=1) for row in padded])[:-GAP, :-GAP]


def write_png(path: Path, image: np.ndarray) -> None:
    """Write ``image`` (H, W, 3) uint8."""
    encoder = av.CodecContext.create("png", "w")
    encoder.height, encoder.width = image.shape[:2]
    encoder.pix_fmt, encoder.time_base = "rgb24", Fraction(1)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
    with replacing(path) as file:
        for packet in [*encoder.encode(frame), *encoder.encode(None)]:
            file.write(bytes(packet))


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate contact-sheet``."""
    parser.add_argument("videos", type=Path, nargs="+", help="video files, a row each")
    parser.add_argument("--seconds", type=float, nargs="+", required=True, help="times, a column each")
    parser.add_argument(
        "--crop", default="0:0:1:1", metavar="L:T:R:B", help="part to keep, as shares of width and height"
    )
    parser.add_argument("--out", type=Path, required=True, help="image file, .png")


def main(arguments) -> None:
    """Write the contact sheet."""
    part = [float(share) for share in arguments.crop.split(":")]
    rows = [[crop(p, part) for p in frames_at(video, arguments.seconds)] for video in arguments.videos]
    image = tiled(rows)
    write_png(arguments.out, image)
    print(f"{arguments.out}: {len(rows)} x {len(arguments.seconds)} frames, {image.shape[1]} x {image.shape[0]} pixels")
