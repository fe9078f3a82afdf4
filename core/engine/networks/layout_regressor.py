"""Small heads on the hidden states of the sentence encoder that predict the layout from a clause."""

import json
from functools import cache
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from ..weights import FILES

WIDTH = 384  # of the sentence encoder
LAYERS = 2  # of it that are read
FIELDS, STEPS = 9, 13  # numbers of the layout and most classes of one: core/prompt/layout_regressor.py


class LayoutRegressor(nn.Module):
    """Attention pooling over the tokens, one hidden layer, and a linear head for each output."""

    def __init__(self, pools: int = 12, width: int = 64, hidden: int = 256, dropout: float = 0.3):
        super().__init__()
        states = WIDTH * LAYERS
        self.config = {"pools": pools, "width": width, "hidden": hidden}
        self.pools = pools
        self.drop = nn.Dropout(dropout)
        self.score = nn.Linear(states, pools)
        self.value = nn.Linear(states, pools * width)
        self.whole = nn.Linear(WIDTH, hidden)
        self.hidden = nn.Linear(pools * width, hidden)
        self.scene = nn.Linear(hidden, 1)  # describes a scene, which implies every number
        self.outright = nn.Linear(hidden, FIELDS)  # states the number
        self.step = nn.Linear(hidden, FIELDS * STEPS)  # the class among STEPS
        self.changes = nn.Linear(hidden, FIELDS + 1)  # changes the number; last: exchanges the places
        self.change = nn.Linear(hidden, FIELDS)  # amount of the change

    def forward(self, states: Tensor, mask: Tensor, sentence: Tensor) -> dict[str, Tensor]:
        """states (B, L, LAYERS * WIDTH), mask (B, L), sentence (B, WIDTH) -> logits and values (B, ...)."""
        weight = self.score(states).masked_fill(~mask[..., None], -1e4).softmax(dim=1)  # (B, L, pools)
        value = self.value(states).unflatten(-1, (self.pools, -1))  # (B, L, pools, width)
        pooled = (weight[..., None] * value).sum(1).flatten(1)
        x = self.drop(torch.relu(self.hidden(self.drop(pooled)) + self.whole(sentence)))
        return {
            "scene": self.scene(x),
            "outright": self.outright(x),
            "step": self.step(x).unflatten(-1, (FIELDS, STEPS)),
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


class Outputs(nn.Module):
    """An Ensemble with its outputs in a tuple: scene, outright, step, changes, change."""

    def __init__(self, ensemble: Ensemble):
        super().__init__()
        self.ensemble = ensemble

    def forward(self, states: Tensor, mask: Tensor, sentence: Tensor) -> tuple[Tensor, ...]:
        """As of :class:`LayoutRegressor`."""
        return tuple(self.ensemble(states, mask, sentence).values())


@cache
def load_ensemble(path: Path = FILES["layout_regressor"]) -> Ensemble:
    """The trained model; read once."""
    with safe_open(path, "pt") as file:
        config = json.loads(file.metadata()["config"])
        weights = {name: file.get_tensor(name).float() for name in file.keys()}
    model = Ensemble(**config)
    model.load_state_dict(weights)
    return model.eval()


def load() -> Outputs:
    """The shipped model."""
    return Outputs(load_ensemble())
