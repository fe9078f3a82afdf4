"""A model that predicts the layout from a clause: small heads on the hidden states of the sentence encoder.

Trained on our prompt set by ``python -m research train prompts``. For each clause it gives the probability that it
describes a scene and, for every number of the layout, the probabilities that the clause states it or changes it, its
value, and the amount of the change.
"""

from collections.abc import Callable

import numpy as np

from .. import engine
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

# inputs of the model -> its outputs
Model = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, ...]]


def inputs(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The inputs of the model: states (B, L, 768), mask (B, L) bool and sentence embeddings (B, 384) of clauses."""
    states, mask, sentence = sentence_encoder.encode(texts)
    return states[:, :, READ_LAYERS].reshape(*mask.shape, -1), mask, sentence


def shipped(states: np.ndarray, mask: np.ndarray, sentence: np.ndarray) -> tuple[np.ndarray, ...]:
    """Outputs of the shipped model: scene, outright, step, changes, change; logits but for the last."""
    return engine.run("layout_regressor", states=states, mask=mask, sentence=sentence)


def predict(texts: list[str], model: Model = shipped) -> list[dict]:
    """For each clause the probabilities of ``scene`` and ``swap`` and, by field, the probability that it is stated
    (``outright``) or ``changes``, its ``value`` as in the layout (a facing is 0..180, open to the camera), and its
    ``change``.
    """
    if not texts:
        return []
    scene, outright, step, changes, change = model(*inputs(texts))
    scene, outright, changes = (1 / (1 + np.exp(-logits)) for logits in (scene, outright, changes))
    by_field = {"outright": outright, "changes": changes, "value": to_layout(step), "change": 3 * np.tanh(change)}
    return [
        {"scene": float(scene[i, 0]), "swap": float(changes[i, -1])}
        | {name: dict(zip(FIELDS, of[i].tolist(), strict=False)) for name, of in by_field.items()}
        for i in range(len(texts))
    ]


def steps() -> tuple[np.ndarray, np.ndarray]:
    """STEPS of each of FIELDS on an even scale (9, MOST_STEPS), distance as its logarithm, and which are real."""
    table = np.full((len(FIELDS), MOST_STEPS), np.nan, np.float32)
    for row, field in zip(table, FIELDS, strict=True):
        values = STEPS[field.rstrip("_12")]
        row[: len(values)] = np.log2(values) if field == "distance" else values
    return np.nan_to_num(table), ~np.isnan(table)


def to_layout(step: np.ndarray) -> np.ndarray:
    """The most probable step of each number, interpolated with its neighbours: (B, 9, MOST_STEPS) -> (B, 9)."""
    table, real = steps()
    step = np.where(real, step, -1e4)
    likely = np.exp(step - step.max(-1, keepdims=True))
    best = step.argmax(-1)[..., None]
    likely = likely * (np.abs(np.arange(MOST_STEPS) - best) <= 1)
    values = (likely * table).sum(-1) / likely.sum(-1)
    return np.concatenate([np.exp2(values[:, :1]), values[:, 1:]], axis=1)
