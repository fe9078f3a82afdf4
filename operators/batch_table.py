"""The jobs table of the batch: parsing and validation of its rows."""

import csv
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import UserError
from .scene.preview.preview import VIEWS

KINDS = {
    "output": ".blend",
    "preview": ".mp4",
    "still": ".png",
    "take": ".npz",
}  # output columns and their file endings
PATHS = ("audio", "play", *KINDS)
COLUMNS = ("audio", "prompt", "seed", "heads", "play", "output", "preview", "view", "still", "take")
HIGHEST_SEED = 2**31 - 1  # of an IntProperty


@dataclass(frozen=True)
class Row:
    """One dialogue. Paths are absolute; those of outputs may be empty."""

    audio: str
    prompt: str = ""
    seed: int = 0
    heads: str = ""  # "man,woman"; empty uses the pair in the scene, or adds these two
    play: str = ""  # .npz: an existing take of this recording, used instead of generating one
    output: str = ""  # .blend
    preview: str = ""  # .mp4
    view: str = ""  # of preview and still: one of preview.VIEWS
    still: str = ""  # .png
    take: str = ""  # .npz

    @property
    def outputs(self) -> list[Path]:
        """The files to write."""
        return [Path(path) for path in (self.output, self.preview, self.still, self.take) if path]


def read_rows(path: str) -> list[Row]:
    """The rows of a table. Raises UserError with the number of the wrong row."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f'The table "{path}" cannot be read ({error}). Use a .csv file in UTF-8.') from error
    rows = []
    for number, cells in enumerate(table, 1):
        if None in cells:  # where DictReader puts what is left over
            raise UserError(f'Row {number} of "{path}" has too many cells. Put text with commas in "quotes".')
        unknown = sorted(name for name in cells if name not in COLUMNS)
        if unknown:
            raise UserError(f'"{path}" has an unknown column {unknown[0]}. Use only {", ".join(COLUMNS)}.')
        try:
            rows.append(row_from(cells, Path(path).resolve().parent))
        except UserError as error:
            raise UserError(f'Row {number} of "{path}": {error}') from None
    if not rows:
        raise UserError(f'"{path}" has no rows. Write one line for each dialogue under {",".join(COLUMNS)}.')
    return rows


def row_from(cells: dict[str, str], folder: Path) -> Row:
    """A Row from the text of its cells; paths are relative to ``folder``."""
    texts = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    if not texts["audio"]:
        raise UserError("The audio is missing. Name a sound file.")
    seed = _seed(texts.pop("seed"))
    for name, kind in KINDS.items():
        _check_name(name, kind, texts[name], folder)
    for name in PATHS:
        texts[name] = str(folder / texts[name]) if texts[name] else ""
    row = Row(**texts, seed=seed)
    if not row.outputs:
        raise UserError("No output is named. Name an output, preview, still or take.")
    if row.view not in VIEWS:
        raise UserError(f'The view "{row.view}" is unknown. Write camera or faces, or leave it empty.')
    if row.heads and len(row.heads.split(",")) != 2:
        raise UserError(f'The heads "{row.heads}" are not two names. Write two, like man,woman.')
    return row


def _seed(text: str) -> int:
    try:
        seed = int(text or 0)
    except ValueError:
        seed = -1
    if not 0 <= seed <= HIGHEST_SEED:
        raise UserError(f'The seed "{text}" is not a whole number from 0 to {HIGHEST_SEED}. Write for example 0.')
    return seed


def _check_name(column: str, kind: str, name: str, folder: Path) -> None:
    """Raise UserError when an output is a folder or has the wrong file ending."""
    path = folder / name
    if name and path.is_dir():
        raise UserError(f'The {column} "{path}" is a folder. Name a file in it, like {Path(name) / f"talk{kind}"}.')
    if name and path.suffix.lower() != kind:
        raise UserError(
            f'The {column} "{path}" does not end in {kind}. Name a file like {Path(name).with_suffix(kind)}.'
        )
