"""Long work as an iterator that yields its progress and returns its result: panel, batch, tests drive the same job."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """What a job is doing, in the user's words, and how far it has come."""

    label: str
    share: float  # 0 just begun .. 1 done


Job = Generator[Progress, None, Result]  # closing it cancels the work


def finish(job: Job[Result], report: Callable[[Progress], None] = lambda progress: None) -> Result:
    """Run ``job`` to its end and return its result; every step is told to ``report``."""
    while True:
        try:
            report(next(job))
        except StopIteration as end:
            return end.value


def part(job: Job[Result], first: float, last: float) -> Job[Result]:
    """The same job as one part of a longer one: its progress runs from ``first`` to ``last``."""
    while True:
        try:
            step = next(job)
        except StopIteration as end:
            return end.value
        try:
            yield Progress(step.label, first + (last - first) * step.share)
        except GeneratorExit:
            job.close()
            raise
