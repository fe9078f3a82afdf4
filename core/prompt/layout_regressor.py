"""A model that predicts the layout from a clause: small heads on the hidden states of the sentence encoder.

Trained on our prompt set by ``python -m research train prompts``. For each clause it gives the probability that it
describes a scene and, for every number of the layout, the probabilities that the clause states it or changes it, its
value, and the amount of the change.
"""

import functools
import json
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from .. import PROMPTS
from . import sentence_encoder

# 1 is the person whom the clause mentions first, 2 the other
FIELDS = "distance facing_1 facing_2 height_1 height_2 contact_1 contact_2 energy warmth".split()
# The classes of each number; a value between two of them is interpolated
SHARES = [0.02, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.95]
STEPS = {
    "distance": [0.25, 0.35, 0.5, 0.7, 0.95, 1.3, 1.8, 2.7, 4, 7, 12, 30, 80],
    "facing": [0, 25, 45, 70, 90, 120, 150, 180],
    "height": [0.2, 0.55, 0.75, 0.95, 1.2, 1.4, 1.65, 1.85, 2.3, 3, 4.65],
    "contact": SHARES,
    "energy": SHARES,
    "warmth": [-0.9, -0.7, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9],
}
MOST_STEPS = max(map(len, STEPS.values()))
READ_LAYERS = (3, 6)
MODEL = PROMPTS / "meaning.safetensors"


class LayoutRegressor(nn.Module):
    """Attention pooling over the tokens, one hidden layer, and a linear head for each output."""

    def __init__(self, pools: int = 12, width: int = 64, hidden: int = 256, dropout: float = 0.3):
        super().__init__()
        states = sentence_encoder.WIDTH * len(READ_LAYERS)
        self.config = {"pools": pools, "width": width, "hidden": hidden}
        self.pools = pools
        self.drop = nn.Dropout(dropout)
        self.score = nn.Linear(states, pools)
        self.value = nn.Linear(states, pools * width)
        self.whole = nn.Linear(sentence_encoder.WIDTH, hidden)
        self.hidden = nn.Linear(pools * width, hidden)
        self.scene = nn.Linear(hidden, 1)  # describes a scene, which implies every number
        self.outright = nn.Linear(hidden, len(FIELDS))  # states the number
        self.step = nn.Linear(hidden, len(FIELDS) * MOST_STEPS)  # the class among STEPS
        self.changes = nn.Linear(hidden, len(FIELDS) + 1)  # changes the number; last: exchanges the places
        self.change = nn.Linear(hidden, len(FIELDS))  # amount of the change

    def forward(self, states: Tensor, mask: Tensor, sentence: Tensor) -> dict[str, Tensor]:
        """states (B, L, len(READ_LAYERS) * WIDTH), mask (B, L), sentence (B, WIDTH) -> logits and values (B, ...)."""
        weight = self.score(states).masked_fill(~mask[..., None], -1e4).softmax(dim=1)  # (B, L, pools)
        value = self.value(states).unflatten(-1, (self.pools, -1))  # (B, L, pools, width)
        pooled = (weight[..., None] * value).sum(1).flatten(1)
        x = self.drop(torch.relu(self.hidden(self.drop(pooled)) + self.whole(sentence)))
        return {
            "scene": self.scene(x),
            "outright": self.outright(x),
            "step": self.step(x).unflatten(-1, (len(FIELDS), MOST_STEPS)),
            "changes": self.changes(x),
            "change": self.change(x),
        }


class Ensemble(nn.Module):
    """Several models trained from different seeds; their outputs are averaged."""

    def __init__(self, members: int, **config):
        super().__init__()
        self.members = nn.ModuleList(LayoutRegressor(**config) for _ in range(members))

    def forward(self, states: Tensor, mask: Tensor, sentence: Tensor) -> dict[str, Tensor]:
        outputs = [member(states, mask, sentence) for member in self.members]
        return {name: torch.stack([output[name] for output in outputs]).mean(0) for name in outputs[0]}


def inputs(texts: list[str]) -> tuple[Tensor, Tensor, Tensor]:
    """The inputs of :class:`LayoutRegressor`: states, mask and sentence embeddings of clauses."""
    states, mask, sentence = sentence_encoder.encode(texts)
    return states[:, :, READ_LAYERS].flatten(2), mask, sentence


@functools.cache
def load(path: Path = MODEL) -> Ensemble:
    """The trained model; read once."""
    with safe_open(path, "pt") as file:
        config = json.loads(file.metadata()["config"])
        weights = {name: file.get_tensor(name).float() for name in file.keys()}
    model = Ensemble(**config)
    model.load_state_dict(weights)
    return model.eval()


@torch.inference_mode()
def predict(texts: list[str], model: Ensemble | None = None) -> list[dict]:
    """For each clause the probabilities of ``scene`` and ``swap`` and, by field, the probability that it is stated
    (``outright``) or ``changes``, its ``value`` as in the layout (a facing is 0..180, open to the camera), and its
    ``change``.
    """
    if not texts:
        return []
    outputs = (model or load())(*inputs(texts))
    likely = {name: outputs[name].sigmoid().tolist() for name in ("scene", "outright", "changes")}
    values, changes = to_layout(outputs["step"]).tolist(), (3 * outputs["change"].tanh()).tolist()
    by_field = {"outright": likely["outright"], "changes": likely["changes"], "value": values, "change": changes}
    return [
        {"scene": likely["scene"][i][0], "swap": likely["changes"][i][-1]}
        | {name: dict(zip(FIELDS, of[i], strict=False)) for name, of in by_field.items()}
        for i in range(len(texts))
    ]


def steps() -> tuple[Tensor, Tensor]:
    """STEPS of each of FIELDS on an even scale (9, MOST_STEPS), distance as its logarithm, and which are real."""
    rows = [torch.tensor(STEPS[field.rstrip("_12")], dtype=torch.float32) for field in FIELDS]
    rows[0] = rows[0].log2()
    table = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=torch.nan)
    return table.nan_to_num(), ~table.isnan()


def to_layout(step: Tensor) -> Tensor:
    """The most probable step of each number, interpolated with its neighbours: (B, 9, MOST_STEPS) -> (B, 9)."""
    table, real = steps()
    likely = step.masked_fill(~real, -1e4).softmax(-1)
    best = likely.argmax(-1, keepdim=True)
    likely = likely * ((torch.arange(MOST_STEPS) - best).abs() <= 1)
    values = (likely * table).sum(-1) / likely.sum(-1)
    return torch.cat([values[:, :1].exp2(), values[:, 1:]], dim=1)
