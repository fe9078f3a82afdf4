"""Numbers with unit, count and 95 % bootstrap interval, as one table and one JSON file (METRICS, first paragraph)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.files import replacing

DRAWS = 1_000  # bootstrap resamples over dialogues


@dataclass(frozen=True)
class Measure:
    """One number of one system on one set."""

    metric: str
    system: str
    value: float
    low: float  # 95 % interval; nan for a single number
    high: float
    unit: str
    n: int  # dialogues
    set: str


def mean(metric: str, system: str, values: Sequence[float], unit: str, set: str) -> Measure:
    """Mean over dialogues of a per-dialogue number; dialogues where it is undefined (nan) are left out."""
    return _statistic(np.mean, metric, system, values, unit, set)


def median(metric: str, system: str, values: Sequence[float], unit: str, set: str) -> Measure:
    """Median over dialogues of a per-dialogue number; dialogues where it is undefined (nan) are left out."""
    return _statistic(np.median, metric, system, values, unit, set)


def _statistic(statistic, metric: str, system: str, values: Sequence[float], unit: str, set: str) -> Measure:
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    if not len(values):
        return Measure(metric, system, float("nan"), float("nan"), float("nan"), unit, 0, set)
    low, high = interval(lambda chosen: statistic(values[chosen]), len(values))
    return Measure(metric, system, float(statistic(values)), low, high, unit, len(values), set)


def known_mean(values: Sequence[float]) -> float:
    """Mean of ``values`` without the undefined ones (nan); nan where none is left."""
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    return float(values.mean()) if values.size else float("nan")


def interval(statistic: Callable[[np.ndarray], float], count: int, draws: int = DRAWS) -> tuple[float, float]:
    """95 % bootstrap interval of ``statistic(indices)`` over ``count`` dialogues drawn with replacement."""
    rng = np.random.default_rng(0)
    return percentile_interval(np.array([statistic(rng.integers(0, count, count)) for _ in range(draws)]))


def percentile_interval(draws: np.ndarray) -> tuple[float, float]:
    """95 % interval of bootstrap ``draws`` (D,), those that are not finite left out; (nan, nan) where none is left."""
    draws = draws[np.isfinite(draws)]
    return tuple(float(x) for x in np.percentile(draws, [2.5, 97.5])) if len(draws) else (float("nan"), float("nan"))


def differs(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Mean paired difference ours - theirs and its 95 % interval; "better" may be said when it excludes 0."""
    difference = np.asarray(ours, float) - np.asarray(theirs, float)
    difference = difference[~np.isnan(difference)]
    return (float(difference.mean()), *interval(lambda chosen: difference[chosen].mean(), len(difference)))


def table(measures: Sequence[Measure]) -> str:
    """A row a metric, a column a system, each cell ``value [low, high]``."""
    systems = list(dict.fromkeys(m.system for m in measures))
    cells = {(m.metric, m.system): m for m in measures}
    rows = [["metric", "unit", "n", *systems]]
    for metric in dict.fromkeys(m.metric for m in measures):
        row = [cells.get((metric, system)) for system in systems]
        first = next(m for m in row if m)
        rows.append([metric, first.unit, str(first.n), *(_cell(m) for m in row)])
    return aligned(rows)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equally many cells as lines of text, each column as wide as its widest cell."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)


def write_measures(path: Path, measures: Sequence[Measure], **about) -> None:
    """``about``: hashes of weights, data, code and heads, and what else is needed to reproduce the numbers."""
    write_json(path, {"about": about, "measures": [asdict(m) for m in measures]})


def write_json(path: Path, content) -> None:
    """``content`` as JSON, replacing the file at once."""
    with replacing(path) as file:
        file.write(json.dumps(content, indent=1).encode())


def _cell(measure: Measure | None) -> str:
    if measure is None:
        return "-"
    if np.isnan(measure.low):
        return f"{measure.value:.3g}"
    return f"{measure.value:.3g} [{measure.low:.3g}, {measure.high:.3g}]"
