"""A scale that is log-linear in features, fitted to sizes of errors and held near defaults. No gathers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 8  # samples whose errors are taken together
WORTH = 8.0  # independent errors of a trace: neighbouring samples err together
FIRM = 0.4  # how far a slope may be from its default, as a standard deviation
FREE = 1.0  # the same of the level
STEPS = 30
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """
    Errors of one held-out trace.

    Parameters
    ----------
    values : float array, shape (n_features, n)
        What they may depend on; the first is 1.
    sizes : float array, shape (n,)
        Absolute errors.
    hole : (int, int)
        Which trial, and which of its holes: neighbours there err alike.
    """

    values: NDArray[np.floating]
    sizes: NDArray[np.floating]
    hole: tuple[int, int] = (0, 0)


def fit_scale(samples: Sequence[Sample], defaults: Sequence[float]) -> NDArray[np.float64]:
    """
    Coefficients b so that exp(b values) is the scale of the errors; the defaults where there are no samples.

    The root of the absolute error, averaged over short blocks, is taken for a gamma variable whose mean is the root of
    the scale (log-linear quasi-likelihood, McCullagh and Nelder 1989, Generalized Linear Models): convex, and roots
    keep single bursts from ruling. A Gaussian prior holds the coefficients near the defaults.

    Parameters
    ----------
    samples : sequence of Sample
        One for each held-out trace; each weighs the same.
    defaults : sequence of float
        Coefficients that are expected without samples.
    """
    rule = np.array(defaults, dtype=np.float64)
    centre = rule.copy()
    held = np.array([FREE**-2] + [FIRM**-2] * (len(rule) - 1))
    blocks = [_blocks(sample) for sample in samples]
    if not blocks:
        return rule
    values = np.concatenate([part for part, _ in blocks], axis=1)
    roots = np.concatenate([root for _, root in blocks])
    weights = np.concatenate([np.full(len(root), WORTH / len(root)) for _, root in blocks])
    for _ in range(STEPS):
        ratio = np.clip(roots * np.exp(-0.5 * (rule @ values)), 0, 1e6)
        slope = values @ (weights * (1 - ratio)) + held * (rule - centre)
        curve = (values * (0.5 * weights * (0.5 + 0.5 * ratio))) @ values.T + np.diag(held)
        step = np.linalg.solve(curve, slope)
        rule = rule - step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    return rule


def scores_of_others(
    samples: Sequence[Sample], defaults: Sequence[float]
) -> tuple[list[NDArray[np.floating]], list[float]]:
    """
    Errors over scales that were fitted without them.

    The traces of one hole err alike, so that they are left out together.

    Returns
    -------
    scores : list of float arrays, each of shape (n,)
        Of each trace, its absolute errors over their scales.
    ratios : list of float
        Natural logarithm of its RMS error over that of the scale.
    """
    holes = np.unique([sample.hole for sample in samples], axis=0, return_inverse=True)[1].ravel()
    scores: list[NDArray[np.floating]] = [np.zeros(0)] * len(samples)
    ratios = [0.0] * len(samples)
    for fold in range(FOLDS):
        rule = fit_scale([part for part, hole in zip(samples, holes, strict=True) if hole % FOLDS != fold], defaults)
        for number in np.flatnonzero(holes % FOLDS == fold).tolist():
            sample = samples[number]
            scale = np.exp(rule @ sample.values)
            scores[number] = sample.sizes / scale
            square = max(float(np.mean(sample.sizes.astype(np.float64) ** 2)), 1e-12)
            ratios[number] = 0.5 * float(np.log(square / np.mean(scale**2)))
    return scores, ratios


def _blocks(sample: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean features and mean roots of the errors over blocks of samples."""
    starts = np.arange(0, len(sample.sizes), BLOCK)
    counts = np.diff(np.append(starts, len(sample.sizes)))
    values = np.add.reduceat(sample.values.astype(np.float64), starts, axis=1) / counts
    return values, np.add.reduceat(np.sqrt(sample.sizes.astype(np.float64)), starts) / counts
