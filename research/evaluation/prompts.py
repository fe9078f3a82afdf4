"""Accuracy of the prompt parser: the share of test prompts whose predicates hold, by kind of prompt.

python -m research evaluate prompts --set assets/prompts/held_out/blind.txt
"""

import re
import time
from dataclasses import asdict
from pathlib import Path

from core import PROMPTS
from core.layout import Layout, Reading, from_text

from ..training.prompt_set import Case, read_cases
from . import report

PREDICATE = re.compile(r"^(\|?)(\w+)\|?(?:(\*)?:([-\d.]+)\.\.([-\d.]+)|([+-]))$")
FLAGS = ("swapped", "!swapped", "nothing")
SMALLEST_CHANGE = {"distance": 0.01, "facing": 1.0, "height": 0.01, "contact": 0.01, "energy": 0.01, "warmth": 0.01}


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate prompts``."""
    parser.add_argument(
        "--set", type=Path, default=PROMPTS / "held_out" / "test.txt", help="file of prompts and predicates"
    )
    parser.add_argument("--out", type=Path, help="results, .json")
    parser.add_argument("--quiet", action="store_true", help="print the table without the failures")


def main(arguments) -> None:
    """Parse every prompt of the set; print the failures, the accuracy by kind, and the time."""
    cases = read_cases(arguments.set)
    started = time.perf_counter()
    from_text("closer")
    loading, seconds, passed = time.perf_counter() - started, [], {}
    for case in cases:
        started = time.perf_counter()
        reading = from_text(case.prompt, case.start)
        seconds.append(time.perf_counter() - started)
        broken = failures(case, reading)
        passed.setdefault(case.kind, []).append(not broken)
        if broken and not arguments.quiet:
            print(f"{case.kind:9} {case.prompt}\n{'':10}{'; '.join(broken)}")
    table = {kind: {"accuracy": sum(p) / len(p), "n": len(p)} for kind, p in passed.items()}
    everything = [ok for results in passed.values() for ok in results]
    table["all"] = {"accuracy": sum(everything) / len(everything), "n": len(everything)}
    for kind, row in table.items():
        print(f"{kind:9} {row['accuracy']:6.1%} of {row['n']}")
    spent = {"load_s": loading, "median_s": sorted(seconds)[len(seconds) // 2], "slowest_s": max(seconds)}
    print(" ".join(f"{name} {value:.2f}" for name, value in spent.items()))
    if arguments.out:
        report.write_json(arguments.out, {"accuracy": table, "time": spent})


def failures(case: Case, reading: Reading) -> list[str]:
    """The predicates that do not hold, each with the parsed value, and fields that a relative prompt changed unnamed.

    Empty where the prompt passes.
    """
    got, before = asdict(reading.layout), asdict(case.start or Layout())
    broken = [f"{p} ({_value(p, got)})" for p in case.predicates if not _holds(p, got, before, reading)]
    if case.kind == "relative" and "nothing" not in case.predicates:
        named = {PREDICATE.match(p)[2] if p not in FLAGS else "swapped" for p in case.predicates}
        broken += [f"{name} changed ({got[name]})" for name in got if name not in named and got[name] != before[name]]
    return broken


def _holds(predicate: str, got: dict, before: dict, reading: Reading) -> bool:
    if predicate == "nothing":
        return got == before and not any(clause.sets for clause in reading.clauses)
    if predicate in FLAGS:
        return got["swapped"] == (predicate == "swapped")
    size, field, against_start, low, high, grows = PREDICATE.match(predicate).groups()
    value, old = (abs(v[field]) if size else v[field] for v in (got, before))
    if grows:
        change = value - old if grows == "+" else old - value
        return change >= SMALLEST_CHANGE[field.rstrip("ab").rstrip("_")]
    return float(low) <= (value / old if against_start else value) <= float(high)


def _value(predicate: str, got: dict) -> str:
    if predicate == "nothing":
        return "something was set"
    return str(got["swapped"] if predicate in FLAGS else got[PREDICATE.match(predicate)[2]])
