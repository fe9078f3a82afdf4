"""Long tasks as generators that yield their progress and return a result: panel, batch and tests run the same job."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """The stage of a job, in the user's words, and the share that is done."""

    label: str
    share: float  # 0..1


Job = Generator[Progress, None, Result]  # closing it cancels the work
WRITING = Progress("Writing keyframes", 1.0)  # yielded before a job changes the scene; nothing after it takes long


def finish(job: Job[Result], report: Callable[[Progress], None] = lambda progress: None) -> Result:
    """Run ``job`` to its end and return its result; ``report`` is called with each step."""
    while True:
        try:
            report(next(job))
        except StopIteration as end:
            return end.value


def is_ready(job: Job, seconds: float) -> bool:
    """Run ``job`` up to WRITING for at most ``seconds``; returns whether it got there. If not, it can be continued."""
    began = time.monotonic()
    for step in job:
        if step is WRITING:
            return True
        if time.monotonic() - began > seconds:
            return False
    return True  # it had nothing to write


def prepared(job: Job) -> Job[None]:
    """``job`` up to WRITING and no further: the slow part of it, whose results are cached."""
    try:
        for step in job:
            if step is WRITING:
                break
            yield step
    finally:
        job.close()


def part(job: Job[Result], first: float, last: float) -> Job[Result]:
    """``job`` as a part of a longer one: its progress is mapped to ``first`` .. ``last``."""
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
