"""Numbers with their unit, count and 95 % interval, as one table and one JSON (METRICS, first paragraph)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.files import replacing

DRAWS = 1_000  # of the bootstrap over dialogues


@dataclass(frozen=True)
class Measure:
    """One number of one system on one set."""

    metric: str
    system: str
    value: float
    low: float  # 95 % interval; nan where one number is all there is
    high: float
    unit: str
    n: int  # dialogues
    set: str


def mean(metric: str, system: str, values: Sequence[float], unit: str, set: str) -> Measure:
    """The mean over dialogues of a per-dialogue number; dialogues where it is undefined (nan) do not count."""
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    if not len(values):
        return Measure(metric, system, float("nan"), float("nan"), float("nan"), unit, 0, set)
    low, high = interval(lambda chosen: values[chosen].mean(), len(values))
    return Measure(metric, system, float(values.mean()), low, high, unit, len(values), set)


def interval(statistic: Callable[[np.ndarray], float], count: int, draws: int = DRAWS) -> tuple[float, float]:
    """95 % bootstrap interval of ``statistic(indices)`` over ``count`` dialogues drawn with replacement."""
    rng = np.random.default_rng(0)
    drawn = [statistic(rng.integers(0, count, count)) for _ in range(draws)]
    return tuple(float(x) for x in np.percentile(drawn, [2.5, 97.5]))


def differs(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Mean paired difference ours - theirs and its 95 % interval; "better" may be said when it excludes 0."""
    difference = np.asarray(ours, float) - np.asarray(theirs, float)
    difference = difference[~np.isnan(difference)]
    return (float(difference.mean()), *interval(lambda chosen: difference[chosen].mean(), len(difference)))


def table(measures: Sequence[Measure]) -> str:
    """Metrics down, systems across, each cell ``value [low, high]``."""
    systems = list(dict.fromkeys(m.system for m in measures))
    cells = {(m.metric, m.system): m for m in measures}
    rows = [["metric", "unit", "n", *systems]]
    for metric in dict.fromkeys(m.metric for m in measures):
        row = [cells.get((metric, system)) for system in systems]
        first = next(m for m in row if m)
        rows.append([metric, first.unit, str(first.n), *(_cell(m) for m in row)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)


def write_json(path: Path, measures: Sequence[Measure], **about) -> None:
    """``about``: hashes of weights, data, code and head, and whatever else a reader needs to make it again."""
    content = json.dumps({"about": about, "measures": [asdict(m) for m in measures]}, indent=1)
    with replacing(path) as file:
        file.write(content.encode())


def _cell(measure: Measure | None) -> str:
    if measure is None:
        return "-"
    if np.isnan(measure.low):
        return f"{measure.value:.3g}"
    return f"{measure.value:.3g} [{measure.low:.3g}, {measure.high:.3g}]"
