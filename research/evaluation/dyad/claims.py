"""What each ablation and baseline must be worse at than the full network, and whether it is (METRICS, Ablations).

"no prior" is the network without stage 0, "no dubbing" without stage 2, "B8 dubbing only" without stage 1.

"Worse" is said only where the paired difference excludes 0; a claim that does not show is listed as not showing.
"""

import re
from collections.abc import Mapping, Sequence

from .bootstrap import Difference, Drawn, difference

TOGETHER = ("reaction score", "interaction score", "FRSyn error", "rPCC exp")
ANSWERING = ("answer score", "nods answered", "smiles answered", "brows answered", "looks answered")
LOOKING = ("gaze error deg", "gaze off where contact is deg", "long turns begin averted", "turns end on the partner")
MOUTH = ("LVE", "closures found", "MSE lip", "event error ms")
LIVING = ("FD listening exp", "FD listening rot", "SID error exp listening", "SID error rot listening")

# run of training/ablations.py -> what it must worsen against "full"
CLAIMS = {
    "no cross-attention": (*ANSWERING, *TOGETHER),
    "no gaze loss": (*LOOKING, "FD eye", "steering slope"),
    "no roles": ("leak", "leak correlation", *LIVING),
    "no masks": ("leak", "leak correlation", *LIVING, *MOUTH),
    "no layout": ("layout obedience", "gaze off where contact is deg", "share error", "steering slope"),
    "no dubbing": MOUTH,
    "no prior": LIVING,
    "one mix": ("LVE", "leak", "leak correlation", "closures found", "FD exp"),
    "hard masks, found in the sound": ("leak", "leak correlation", "LVE", "SID error exp listening"),
    "no selective weight": LOOKING,
    "a tenth of the data": ("FD exp", "FD rot", "LVE"),
    "30 % of the data": ("FD exp", "FD rot", "LVE"),
    "shipped, masks swapped": (*MOUTH, "leak", "leak correlation"),
    "shipped, voices swapped": (*MOUTH, "leak", "leak correlation"),
    "B8 dubbing only": (*TOGETHER[:2], "nods per minute listening", "FD rot", "FD eye"),
    "FiLM only": ("FD exp", "LVE"),
    "concatenation only": ("FD exp", "LVE"),
    "no velocity loss": ("lip jitter", "head jerk", "vMSE lip", "FD dynamic rot"),
    "one band": ("nods per minute listening", "FD dynamic rot", "head jerk"),
    "B4 FaceFormer-like": (*TOGETHER[:2], "FD exp", "FD rot", "FD eye", "SID error exp listening", "LVE"),
    "B6 DualTalk-like, own": (*TOGETHER[:2], "FD exp", "FD rot", "FD eye", "SID error exp listening", "LVE"),
}
AGAINST = {  # what is compared with something else than "full"
    "hard masks, found in the sound": "full, found in the sound",
    "shipped, masks swapped": "shipped",
    "shipped, voices swapped": "shipped",
}
HIGH = ("interaction score", "reaction score", "answer score", "closures found", "SID coverage")
HIGH += tuple(name for name in ANSWERING if name.endswith("answered"))
# what people do, no more and no less: near the truth is good
TRUTH = (
    *("face gaze", "mutual", "long turns", "turns end", "head yaw sd", "head pitch sd", "head roll sd", "body sway"),
    *("nods", "blink", "smiling", "saccades", "main sequence", "VOR", "layout obedience", "steering slope", "FRSyn s"),
    *("lip jitter", "head jerk", "FRVar", "spread to skill", "SID exp", "SID rot"),
)
SEEDS = re.compile(r", seed \d+$")


def goal(metric: str) -> str:
    """Whether a number should be "low", "high", or near the "truth"."""
    if metric.startswith(HIGH):
        return "high"
    return "truth" if metric.startswith(TRUTH) else "low"


def check(drawn: Sequence[Drawn], truth: str, claimed: Mapping[str, Sequence[str]] = CLAIMS) -> list[Difference]:
    """Every claim whose run was played: how much worse it is than "full" (or AGAINST), seeds taken together."""
    by_run: dict[tuple[str, str], list[Drawn]] = {}
    for d in drawn:
        by_run.setdefault((SEEDS.sub("", d.system), d.metric), []).append(d)
    found = []
    for run, metrics in claimed.items():
        for metric in metrics:
            ours, theirs = by_run.get((run, metric)), by_run.get((AGAINST.get(run, "full"), metric))
            if not ours or not theirs:
                continue
            count = min(len(ours), len(theirs))  # the same seeds on both sides
            true = by_run.get((truth, metric))
            found.append(difference(ours[:count], theirs[:count], true and true[0], goal(metric)))
    return found


def table(differences: Sequence[Difference]) -> str:
    """A line a claim."""
    rows = [["run", "must be worse at", "worse by", "95 % interval", "seeds", "is it"]]
    for d in differences:
        rows.append([d.system, d.metric, f"{d.value:+.3g}", f"{d.low:+.3g} .. {d.high:+.3g}", str(d.seeds), d.verdict])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)
