"""Long work as an iterator that yields its progress and returns its result: panel, batch, tests drive the same job."""

import time
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
WRITING = Progress("Writing keyframes", 1.0)  # what a job yields before it changes the scene: no long wait comes after


def finish(job: Job[Result], report: Callable[[Progress], None] = lambda progress: None) -> Result:
    """Run ``job`` to its end and return its result; every step is told to ``report``."""
    while True:
        try:
            report(next(job))
        except StopIteration as end:
            return end.value


def is_ready(job: Job, seconds: float) -> bool:
    """Run ``job`` up to WRITING, and say whether it came there within ``seconds``; if not, it can be gone on with."""
    began = time.monotonic()
    for step in job:
        if step is WRITING:
            return True
        if time.monotonic() - began > seconds:
            return False
    return True  # it had nothing to write


def prepared(job: Job) -> Job[None]:
    """``job`` up to WRITING and no further: what is slow in it is then done, and what it made is kept."""
    try:
        for step in job:
            if step is WRITING:
                break
            yield step
    finally:
        job.close()


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
