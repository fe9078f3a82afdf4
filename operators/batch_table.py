"""The table of the batch: what each row asks for, and what is wrong with it before any work."""

import csv
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import UserError
from .scene.preview.preview import VIEWS

KINDS = {"output": ".blend", "preview": ".mp4", "still": ".png", "take": ".npz"}  # what is made, and its kind of file
PATHS = ("audio", "play", *KINDS)
COLUMNS = ("audio", "prompt", "seed", "heads", "play", "output", "preview", "view", "still", "take")
HIGHEST_SEED = 2**31 - 1  # that a scene can keep


@dataclass(frozen=True)
class Row:
    """One dialogue to make. Paths are absolute; those of outputs may be empty."""

    audio: str
    prompt: str = ""
    seed: int = 0
    heads: str = ""  # "man,woman"; empty takes the pair of the scene, or those two
    play: str = ""  # .npz: a take of this recording that is shown instead of making one
    output: str = ""  # .blend
    preview: str = ""  # .mp4
    view: str = ""  # of preview and still: one of preview.VIEWS
    still: str = ""  # .png
    take: str = ""  # .npz

    @property
    def outputs(self) -> list[Path]:
        """The files to make."""
        return [Path(path) for path in (self.output, self.preview, self.still, self.take) if path]


def read_rows(path: str) -> list[Row]:
    """The rows of a table. Raises UserError when it is none, with the number of the row that is wrong."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f'The table "{path}" cannot be read ({error}). Give a .csv file in UTF-8.') from error
    rows = []
    for number, cells in enumerate(table, 1):
        if None in cells:  # where DictReader puts what is left over
            raise UserError(f'Row {number} of "{path}" has a cell too many. Put a text with commas in "quotes".')
        unknown = sorted(name for name in cells if name not in COLUMNS)
        if unknown:
            raise UserError(f'"{path}" has a column {unknown[0]}. Use only {", ".join(COLUMNS)}.')
        try:
            rows.append(row_from(cells, Path(path).resolve().parent))
        except UserError as error:
            raise UserError(f'Row {number} of "{path}": {error}') from None
    if not rows:
        raise UserError(f'"{path}" has no rows. Write one line for each dialogue under {",".join(COLUMNS)}.')
    return rows


def row_from(cells: dict[str, str], folder: Path) -> Row:
    """A Row from the text of its cells; paths count from ``folder``."""
    texts = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    if not texts["audio"]:
        raise UserError("There is no audio. Name a sound file.")
    seed = _seed(texts.pop("seed"))
    for name, kind in KINDS.items():
        _check_name(name, kind, texts[name], folder)
    for name in PATHS:
        texts[name] = str(folder / texts[name]) if texts[name] else ""
    row = Row(**texts, seed=seed)
    if not row.outputs:
        raise UserError("Nothing is asked for. Name an output, preview, still or take.")
    if row.view not in VIEWS:
        raise UserError(f'The view is "{row.view}". Write camera or faces, or nothing.')
    if row.heads and len(row.heads.split(",")) != 2:
        raise UserError(f'The heads are "{row.heads}". Name two, like man,woman.')
    return row


def _seed(text: str) -> int:
    try:
        seed = int(text or 0)
    except ValueError:
        seed = -1
    if not 0 <= seed <= HIGHEST_SEED:
        raise UserError(f'The seed "{text}" is no whole number from 0 to {HIGHEST_SEED}. Write one like 0.')
    return seed


def _check_name(column: str, kind: str, name: str, folder: Path) -> None:
    """Refuse what can never be written, before any work: a folder, or a file whose name says another kind."""
    path = folder / name
    if name and path.is_dir():
        raise UserError(f'The {column} "{path}" is a folder. Name a file in it, like {Path(name) / f"talk{kind}"}.')
    if name and path.suffix.lower() != kind:
        raise UserError(f'The {column} "{path}" is no {kind} file. Name one, like {Path(name).with_suffix(kind)}.')
