"""Distance of predicted motion from the true motion, and how predictions of one input differ (METRICS B)."""

import numpy as np

from core.motion import EXPRESSION_NAMES, MOTION_FPS

LIP = np.array([i for i, name in enumerate(EXPRESSION_NAMES) if name.startswith(("mouth", "jaw"))])
# group: its columns of packed motion, the factor to its unit, the unit
GROUPS = {
    "exp": (np.arange(44), 1e3, "1e-3"),
    "lip": (LIP, 1e3, "1e-3"),
    "rot": (np.arange(44, 50), 1e3, "rad^2 1e-3"),
    "eye": (np.arange(50, 56), 1e3, "rad^2 1e-3"),
    "tran": (np.arange(56, 59), 1e4, "cm^2"),
}


def squared_errors(truth: np.ndarray, predicted: np.ndarray, velocity: bool = False) -> dict[str, float]:
    """Mean squared error of each group, in its unit (with ``velocity``: of first differences, per second).

    truth, predicted: (2, T, 59) packed motion
    """
    difference = predicted.astype(np.float64) - truth
    if velocity:
        difference = np.diff(difference, axis=1) * MOTION_FPS
    return {
        name: float((difference[..., columns] ** 2).mean() * factor) for name, (columns, factor, _) in GROUPS.items()
    }


def best_of(truth: np.ndarray, samples: np.ndarray) -> dict[str, float]:
    """The smallest error of each group over samples (S, 2, T, 59)."""
    errors = [squared_errors(truth, sample) for sample in samples]
    return {name: min(error[name] for error in errors) for name in GROUPS}


def variance_over_time(motion: np.ndarray) -> float:
    """FRVar: mean variance of the channels over time, (2, T, D)."""
    return float(motion.var(axis=1).mean())


def spread_between(samples: np.ndarray) -> float:
    """FRDiv of samples of one input, FRDvs of samples of several: mean squared distance of all pairs, (S, 2, T, D)."""
    count = len(samples)
    # the mean over ordered pairs of |x - y|^2 is twice the variance, with n / (n - 1) for leaving out x = x
    return float(2 * samples.var(axis=0).mean() * count / (count - 1))


def spread_to_skill(truth: np.ndarray, samples: np.ndarray) -> float:
    """Std over samples / RMSE of their mean: 1 is an honest spread (Fortin et al. 2014). samples: (S, 2, T, D)."""
    count = len(samples)
    spread = samples.var(axis=0, ddof=1).mean()
    skill = ((samples.mean(axis=0) - truth) ** 2).mean()
    return float(np.sqrt((count + 1) / count * spread / skill))
