"""The metrics that each ablation and baseline must worsen against the full network, and whether it does (METRICS).

"no prior" is the network without stage 0, "no dubbing" without stage 2, "B8 dubbing only" without stage 1. A run is
called worse only where the 95 % interval of the paired difference excludes 0.
"""

import re
from collections.abc import Mapping, Sequence

from .. import report
from .bootstrap import Difference, Estimate, difference

INTERACTION = ("coupling score", "interaction score", "FRSyn error", "rPCC exp")
RESPONSES = ("response score", "nods answered", "smiles answered", "brows answered", "looks answered")
GAZE = ("gaze error deg", "contact error at true contact deg", "long turns begin averted", "turns end on the partner")
MOUTH = ("LVE", "closure rate", "MSE lip", "event error ms")
LISTENING = ("FD listening exp", "FD listening rot", "SID error exp listening", "SID error rot listening")

# run of training/ablations.py -> what it must worsen against "full"
CLAIMS = {
    "no cross-attention": (*RESPONSES, *INTERACTION),
    "no gaze loss": (*GAZE, "FD eye", "steering slope"),
    "no roles": ("leak", "leak correlation", *LISTENING),
    "no masks": ("leak", "leak correlation", *LISTENING, *MOUTH),
    "no layout": ("layout obedience", "contact error at true contact deg", "share error", "steering slope"),
    "no dubbing": MOUTH,
    "no prior": LISTENING,
    "one mix": ("LVE", "leak", "leak correlation", "closure rate", "FD exp"),
    "hard masks, estimated inputs": ("leak", "leak correlation", "LVE", "SID error exp listening"),
    "no selective weight": GAZE,
    "a tenth of the data": ("FD exp", "FD rot", "LVE"),
    "30 % of the data": ("FD exp", "FD rot", "LVE"),
    "shipped, masks swapped": (*MOUTH, "leak", "leak correlation"),
    "shipped, voices swapped": (*MOUTH, "leak", "leak correlation"),
    "B8 dubbing only": (*INTERACTION[:2], "nods per minute listening", "FD rot", "FD eye"),
    "FiLM only": ("FD exp", "LVE"),
    "concatenation only": ("FD exp", "LVE"),
    "no velocity loss": ("lip jitter", "head jerk", "vMSE lip", "FD dynamic rot"),
    "one band": ("nods per minute listening", "FD dynamic rot", "head jerk"),
    "B4 FaceFormer-like": (*INTERACTION[:2], "FD exp", "FD rot", "FD eye", "SID error exp listening", "LVE"),
    "B6 DualTalk-like, own": (*INTERACTION[:2], "FD exp", "FD rot", "FD eye", "SID error exp listening", "LVE"),
}
REFERENCE = {  # of the runs that are not compared with "full"
    "hard masks, estimated inputs": "full, estimated inputs",
    "shipped, masks swapped": "shipped",
    "shipped, voices swapped": "shipped",
}
HIGH = ("interaction score", "coupling score", "response score", "closure rate", "SID coverage")
HIGH += tuple(name for name in RESPONSES if name.endswith("answered"))
# the closer to the truth the better
TRUTH = (
    *("face gaze", "mutual", "long turns", "turns end", "head yaw sd", "head pitch sd", "head roll sd", "body sway"),
    *("nods", "blink", "smiling", "saccades", "main sequence", "VOR", "layout obedience", "steering slope", "FRSyn s"),
    *("lip jitter", "head jerk", "FRVar", "spread to skill", "SID exp", "SID rot"),
)
SEEDS = re.compile(r", seed \d+$")


def goal(metric: str) -> str:
    """Whether a metric should be "low", "high", or near the "truth"."""
    if metric.startswith(HIGH):
        return "high"
    return "truth" if metric.startswith(TRUTH) else "low"


def check(estimates: Sequence[Estimate], truth: str, claimed: Mapping[str, Sequence[str]] = CLAIMS) -> list[Difference]:
    """Every claim whose run was evaluated: how much worse it is than "full" (or its REFERENCE), mean over seeds."""
    by_run: dict[tuple[str, str], list[Estimate]] = {}
    for d in estimates:
        by_run.setdefault((SEEDS.sub("", d.system), d.metric), []).append(d)
    differences = []
    for run, metrics in claimed.items():
        for metric in metrics:
            ours, theirs = by_run.get((run, metric)), by_run.get((REFERENCE.get(run, "full"), metric))
            if not ours or not theirs:
                continue
            count = min(len(ours), len(theirs))  # the same seeds on both sides
            true = by_run.get((truth, metric))
            differences.append(difference(ours[:count], theirs[:count], true and true[0], goal(metric)))
    return differences


def table(differences: Sequence[Difference]) -> str:
    """A row a claim."""
    rows = [["run", "must worsen", "worse by", "95 % interval", "seeds", "verdict"]]
    for d in differences:
        rows.append([d.system, d.metric, f"{d.value:+.3g}", f"{d.low:+.3g} .. {d.high:+.3g}", str(d.seeds), d.verdict])
    return report.aligned(rows)
