"""Train the prompt regressor on the prompt set in assets/prompts; needs no other data."""

import hashlib
import json
import math
import random
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from core.engine import pytorch
from core.engine.networks.layout_regressor import Ensemble, LayoutRegressor, Outputs
from core.engine.weights import FILES
from core.prompt import layout_regressor
from core.prompt.clause_splitting import normalized
from core.prompt.layout_regressor import FIELDS

from .prompt_set import Line, prompt_set

HELD_OUT = 0.15  # share of the families held out with --measure
# Tolerance of a correct prediction: a factor for the distance, else a difference
NEAR = {"distance": 1.8, "facing": 30, "height": 0.25, "contact": 0.25, "energy": 0.25, "warmth": 0.35}
MEMBERS, BATCH, PEAK_RATE = 3, 64, 2e-3
JOINTS = " | and |, | with | but |. "
REQUESTS = (
    "{} please|please {}|now {}|make it {}|make them {}|a scene where they are {}|let them be {}|just {}|only {}|"
    "and {}|could you make it {}|the same but {}|as before but {}|I want it {}|get them {}|keep everything, but {}"
)
ROLES = "the pupil,the teacher,the doctor,the patient,the boss,the guest,the host,he,she,one,the driver,the suspect"


def add_arguments(parser) -> None:
    parser.add_argument("--out", type=Path, default=FILES["layout_regressor"], help="the trained heads, .safetensors")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--measure", action="store_true", help="hold families out and print the accuracy on them; writes no weights"
    )


def main(arguments) -> None:
    """Train on all families and write the heads, or measure on those held out."""
    torch.set_num_threads(1)
    lines = prompt_set()
    if arguments.measure:
        kept, held = split(lines, arguments.seed)
        model = train(kept, arguments.epochs, arguments.seed)
        report(model, held)
        return
    model = train(lines, arguments.epochs, arguments.seed)
    header = {
        "config": json.dumps({"members": MEMBERS, **model.members[0].config}),
        "lines": str(len(lines)),
        "data_sha256": hashlib.sha256("\n".join(line.text for line in lines).encode()).hexdigest(),
        "command": " ".join(["python -m research train prompts", *sys.argv[3:]]),
        "seed": str(arguments.seed),
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.half() for name, value in model.state_dict().items()}, arguments.out, header)
    arguments.out.chmod(0o644)  # safetensors writes it readable for the owner only
    print(f"{arguments.out}: trained on {len(lines)} lines of {len({line.family for line in lines})} families")


def split(lines: list[Line], seed: int) -> tuple[list[Line], list[Line]]:
    """Training and held-out lines: scenes are held out by family, directions line by line."""

    def held(line: Line) -> bool:
        key = line.text if line.outright or line.changes or not line.values else line.family
        return int(hashlib.sha256(f"{seed}{key}".encode()).hexdigest(), 16) % 100 < 100 * HELD_OUT

    return [line for line in lines if not held(line)], [line for line in lines if held(line)]


def train(lines: list[Line], epochs: int, seed: int) -> Ensemble:
    """Fit the heads to the lines, to mixtures of two lines, and to lines with other names for the pair."""
    chance = random.Random(seed)
    examples = [(normalized(line.text), line) for line in lines]
    examples += [_renamed(text, line, chance) for text, line in examples if "one person" in text]
    examples += _mixtures(lines, len(lines) // 2, chance) + _requests(lines, chance)
    encoded = _encode([text for text, _ in examples])
    targets = _targets([line for _, line in examples])
    model = Ensemble(MEMBERS)
    for i in range(MEMBERS):
        torch.manual_seed(seed + i)
        model.members[i] = _fitted(LayoutRegressor(), encoded, targets, epochs, chance)
    return model.eval()


def _fitted(
    model: LayoutRegressor,
    encoded: list[tuple[Tensor, Tensor]],
    targets: dict[str, Tensor],
    epochs: int,
    chance: random.Random,
) -> LayoutRegressor:
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=0.02)
    steps = math.ceil(len(encoded) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, epochs * steps)
    for _ in range(epochs):
        for chosen in _batches(encoded, chance):
            loss = _loss(model(*_batch(encoded, chosen)), {name: value[chosen] for name, value in targets.items()})
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return model


def _batches(encoded: list[tuple[Tensor, Tensor]], chance: random.Random) -> list[list[int]]:
    """All examples once, in random order, batched by similar length to limit padding."""
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i][0]) + 3 * chance.random())
    batches = [order[begin : begin + BATCH] for begin in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    return batches


def _renamed(text: str, line: Line, chance: random.Random) -> tuple[str, Line]:
    """The line with roles or pronouns for the two people."""
    first, second = chance.sample(ROLES.split(","), 2)
    return text.replace("the other person", second).replace("one person", first), line


def _requests(lines: list[Line], chance: random.Random) -> list[tuple[str, Line]]:
    """Changes in the forms of requests, and two changes in one clause."""
    changes = [line for line in lines if line.changes]
    requests = []
    for line in changes:
        form = chance.choice(REQUESTS.split("|"))
        requests.append((normalized(form.format(_bare(line))), line))
        other = chance.choice(changes)
        if not set(line.changes) & set(other.changes):
            text = normalized(f"{_bare(line)}{chance.choice([' and ', ', ', ' but '])}{_bare(other)}")
            requests.append((text, Line(line.family, text, {}, {**line.changes, **other.changes}, frozenset())))
    return requests


def _bare(line: Line) -> str:
    """Without the full stop, and in lower case where no name begins it."""
    text = line.text.rstrip(".")
    return text if text.startswith(("A ", "B ")) else text[0].lower() + text[1:]


def _mixtures(lines: list[Line], count: int, chance: random.Random) -> list[tuple[str, Line]]:
    """Two lines as one clause; stated values override those implied by a scene."""
    lines = [line for line in lines if line.values]
    directions = [line for line in lines if line.outright]
    mixtures = []
    while len(mixtures) < count:
        first, second = chance.choice(lines), chance.choice(directions)
        if first.outright & set(second.values):
            continue
        texts = [_bare(first), _bare(second)]
        texts = texts[::-1] if chance.random() < 0.3 else texts
        merged = Line(
            first.family, "", {**first.values, **second.values}, {}, frozenset(second.values) | first.outright
        )
        mixtures.append((normalized(chance.choice(JOINTS.split("|")).join(texts)), merged))
    return mixtures


def _targets(lines: list[Line]) -> dict[str, Tensor]:
    rows = {name: torch.zeros(len(lines), len(FIELDS)) for name in ("stated", "outright", "value", "changes", "change")}
    rows["swap"] = torch.zeros(len(lines))
    rows["scene"] = torch.tensor([float(bool(set(line.values) - line.outright)) for line in lines])
    for i, line in enumerate(lines):
        for field, value in line.values.items():
            j = FIELDS.index(field)
            rows["stated"][i, j], rows["value"][i, j], rows["outright"][i, j] = 1, value, field in line.outright
        for field, value in line.changes.items():
            if field == "swap":
                rows["swap"][i] = 1
            else:
                rows["changes"][i, FIELDS.index(field)], rows["change"][i, FIELDS.index(field)] = 1, value
    return rows


def _loss(outputs: dict[str, Tensor], target: dict[str, Tensor]) -> Tensor:
    entropy = functional.binary_cross_entropy_with_logits
    stated, changed = target["stated"], target["changes"]
    loss = entropy(outputs["scene"][:, 0], target["scene"]) + 4 * entropy(outputs["outright"], target["outright"])
    loss = loss + 8 * entropy(outputs["changes"], torch.cat([changed, target["swap"][:, None]], dim=1))
    table, real = map(torch.from_numpy, layout_regressor.steps())
    wanted = torch.cat([target["value"][:, :1].clamp_min(0.1).log2(), target["value"][:, 1:]], dim=1)[..., None]
    near = _between(table, real, wanted)
    value = -(near * outputs["step"].masked_fill(~real, -1e4).log_softmax(-1)).sum(-1) * stated
    loss = loss + 2 * value.sum() / (stated.sum() + 1)
    amount = functional.smooth_l1_loss(3 * outputs["change"].tanh(), target["change"], reduction="none") * changed
    return loss + 2 * amount.sum() / (changed.sum() + 1)


def _between(table: Tensor, real: Tensor, wanted: Tensor) -> Tensor:
    """Soft labels over the steps of a value: linear between two neighbours, clamped at the ends.

    table, real (9, S); wanted (B, 9, 1) -> (B, 9, S), each row summing to 1
    """
    last = real.sum(-1) - 1
    low, high = table[:, 0], table.gather(1, last[:, None])[:, 0]
    wanted = wanted.clamp(low[:, None], high[:, None])
    below = ((table <= wanted) & real).sum(-1, keepdim=True) - 1  # (B, 9, 1)
    above = torch.minimum(below + 1, last[:, None])
    wide = table.expand(len(wanted), -1, -1)
    left, right = wide.gather(2, below), wide.gather(2, above)
    share = torch.where(above > below, (wanted - left) / (right - left).clamp_min(1e-6), 0)
    return torch.zeros_like(wide).scatter_add(2, below, 1 - share).scatter_add(2, above, share)


def _encode(texts: list[str]) -> list[tuple[Tensor, Tensor]]:
    """States and sentence embedding of every text, half precision, without padding."""
    encoded: list = [None] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for begin in range(0, len(order), 64):
        chosen = order[begin : begin + 64]
        states, real, sentence = layout_regressor.inputs([texts[i] for i in chosen])
        for row, i in enumerate(chosen):
            kept = torch.from_numpy(states[row, real[row]]).half()
            encoded[i] = (kept, torch.from_numpy(sentence[row]))
    return encoded


def _batch(encoded: list[tuple[Tensor, Tensor]], chosen: list[int]) -> tuple[Tensor, Tensor, Tensor]:
    states = torch.nn.utils.rnn.pad_sequence([encoded[i][0].float() for i in chosen], batch_first=True)
    lengths = torch.tensor([len(encoded[i][0]) for i in chosen])
    return states, torch.arange(states.shape[1]) < lengths[:, None], torch.stack([encoded[i][1] for i in chosen])


def report(model: Ensemble, lines: list[Line]) -> None:
    """Print the wrong predictions on held-out lines, and the accuracy by field."""
    right: dict[str, list[bool]] = {}

    def arrays(states: np.ndarray, mask: np.ndarray, sentence: np.ndarray) -> tuple[np.ndarray, ...]:
        return pytorch.call(Outputs(model), {"states": states, "mask": mask, "sentence": sentence})

    for line, prediction in zip(
        lines, layout_regressor.predict([normalized(line.text) for line in lines], arrays), strict=True
    ):
        wrong = [field for field in FIELDS if not _right(field, line, prediction)]
        for field in FIELDS:
            right.setdefault(field.rstrip("_12"), []).append(field not in wrong)
        right.setdefault("all", []).append(not wrong)
        if wrong:
            shown = " ".join(f"{field}={prediction['value'][field]:.2f}" for field in wrong)
            print(f"{line.family:20} {line.text[:70]:70} scene {prediction['scene']:.1f} {shown}")
    print({name: f"{sum(ok) / len(ok):.2f} of {len(ok)}" for name, ok in right.items()})


def _right(field: str, line: Line, prediction: dict) -> bool:
    """Whether a field is predicted within NEAR, or correctly left unchanged."""
    name = field.rstrip("_12")
    stated = prediction["scene"] > 0.5 or prediction["outright"][field] > 0.5
    if field in line.changes:
        return prediction["changes"][field] > 0.5 and prediction["change"][field] * line.changes[field] > 0
    if field not in line.values:
        return not stated and prediction["changes"][field] < 0.5
    got, wanted = prediction["value"][field], line.values[field]
    close = max(got / wanted, wanted / got) <= NEAR[name] if name == "distance" else abs(got - wanted) <= NEAR[name]
    return stated and close
