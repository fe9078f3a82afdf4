"""Errors of predicted motion, its variance, and the diversity of samples of one input (METRICS B)."""

import numpy as np

from core.motion import EXPRESSION_NAMES, MOTION_FPS

from .distribution import GROUPS

LIP = np.array([i for i, name in enumerate(EXPRESSION_NAMES) if name.startswith(("mouth", "jaw"))])
COLUMNS = GROUPS | {"lip": LIP}  # of packed motion, by group
UNITS = {  # group: factor to its unit, the unit
    "exp": (1e3, "1e-3"),
    "lip": (1e3, "1e-3"),
    "rot": (1e3, "rad^2 1e-3"),
    "eye": (1e3, "rad^2 1e-3"),
    "tran": (1e4, "cm^2"),
}


def squared_errors(truth: np.ndarray, predicted: np.ndarray, velocity: bool = False) -> dict[str, float]:
    """Mean squared error of each group, in its unit (with ``velocity``: of first differences, per second).

    truth, predicted: (2, T, 59) packed motion
    """
    difference = predicted.astype(np.float64) - truth
    if velocity:
        difference = np.diff(difference, axis=1) * MOTION_FPS
    return {name: float((difference[..., COLUMNS[name]] ** 2).mean() * factor) for name, (factor, _) in UNITS.items()}


def best_of(truth: np.ndarray, samples: np.ndarray) -> dict[str, float]:
    """The smallest error of each group over samples (S, 2, T, 59)."""
    errors = [squared_errors(truth, sample) for sample in samples]
    return {name: min(error[name] for error in errors) for name in UNITS}


def variance_over_time(motion: np.ndarray) -> float:
    """FRVar: mean variance of the channels over time, of (2, T, D)."""
    return float(motion.var(axis=1).mean())


def spread_between(samples: np.ndarray) -> float:
    """FRDiv of samples of one input, FRDvs of samples of several: mean squared distance of all pairs, (S, 2, T, D)."""
    count = len(samples)
    # the mean over ordered pairs of |x - y|^2 is twice the variance, with n / (n - 1) for leaving out x = x
    return float(2 * samples.var(axis=0).mean() * count / (count - 1))


def spread_to_skill(truth: np.ndarray, samples: np.ndarray) -> float:
    """Std over samples (S, 2, T, D) / RMSE of their mean: 1 where calibrated (Fortin et al. 2014)."""
    count = len(samples)
    spread = samples.var(axis=0, ddof=1).mean()
    skill = ((samples.mean(axis=0) - truth) ** 2).mean()
    return float(np.sqrt((count + 1) / count * spread / skill))
