"""How well prompts are read: the share of the prompt set's test part that keeps its predicates, by kind."""

import json
import re
import time
from dataclasses import asdict
from pathlib import Path

from core import PROMPTS
from core.layout import Layout, Reading, from_text

from ..training.prompt_set import Case, read_cases

PREDICATE = re.compile(r"^(\|?)(\w+)\|?(?:(\*)?:([-\d.]+)\.\.([-\d.]+)|([+-]))$")
FLAGS = ("swapped", "!swapped", "nothing")
SMALLEST_CHANGE = {"distance": 0.01, "facing": 1.0, "height": 0.01, "contact": 0.01, "energy": 0.01, "warmth": 0.01}


def add_arguments(parser) -> None:
    parser.add_argument(
        "--set", type=Path, default=PROMPTS / "held_out" / "test.txt", help="the prompts and their predicates"
    )
    parser.add_argument("--out", type=Path, help="where to write the numbers as .json")
    parser.add_argument("--quiet", action="store_true", help="no failures, only the table")


def main(arguments) -> None:
    """Read every prompt of the set, print the failures, the pass rate by kind, and the time."""
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
    table = {kind: {"pass": sum(p) / len(p), "n": len(p)} for kind, p in passed.items()}
    everything = [ok for results in passed.values() for ok in results]
    table["all"] = {"pass": sum(everything) / len(everything), "n": len(everything)}
    for kind, row in table.items():
        print(f"{kind:9} {row['pass']:6.1%} of {row['n']}")
    spent = {"load_s": loading, "median_s": sorted(seconds)[len(seconds) // 2], "slowest_s": max(seconds)}
    print(" ".join(f"{name} {value:.2f}" for name, value in spent.items()))
    if arguments.out:
        arguments.out.write_text(json.dumps({"pass_rate": table, "time": spent}, indent=1), "utf-8")


def failures(case: Case, reading: Reading) -> list[str]:
    """What does not hold, each with the value that was found; empty when all is right."""
    got, before = asdict(reading.layout), asdict(case.start or Layout())
    broken = [f"{p} ({_shown(p, got)})" for p in case.predicates if not _holds(p, got, before, reading)]
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


def _shown(predicate: str, got: dict) -> str:
    if predicate == "nothing":
        return "something was set"
    return str(got["swapped"] if predicate in FLAGS else got[PREDICATE.match(predicate)[2]])
