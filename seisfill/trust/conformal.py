"""How many sigmas an interval must reach to cover a share of the errors: quantiles over held-out traces. No gathers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
# of a Laplace variable over its standard deviation, -log(1 - level) / sqrt(2): errors of fills have tails like that
USUAL = tuple(float(-np.log(1 - level) / np.sqrt(2)) for level in LEVELS)
ROUNDING = 1e-9  # of sums of shares
FIRM = 1.0  # held-out traces that the usual factors weigh as much as


def conformal_factors(scores: Sequence[NDArray[np.floating]]) -> tuple[float, ...]:
    """
    Half widths of intervals in sigmas, for each of `LEVELS`.

    The scores of each trace make one distribution, and the mean of these is inverted, so that a trace of many samples
    counts as one (pooled distribution functions of grouped data, Dunn, Wasserman and Ramdas 2023). Samples of a trace
    are not independent, so that the number of traces is what the answer rests on: where they are few, it leans on what
    is usual.

    Parameters
    ----------
    scores : sequence of float arrays, each of shape (n,)
        ``|error| / sigma`` at the samples of each held-out trace, of a model that did not see that trace.

    Examples
    --------
    >>> factors = conformal_factors([np.linspace(0, 1, 1001)] * 200)
    >>> round(factors[LEVELS.index(0.8)], 2)
    0.8
    """
    held_out = [np.asarray(values, dtype=np.float64) for values in scores if len(values)]
    if not held_out:
        return USUAL
    found = pooled_quantiles(held_out, LEVELS)
    trust = len(held_out) / (len(held_out) + FIRM)
    factors = np.exp(trust * np.log(np.maximum(found, 1e-6)) + (1 - trust) * np.log(USUAL))
    return tuple(float(factor) for factor in np.maximum.accumulate(factors))


def pooled_quantiles(scores: Sequence[NDArray[np.floating]], levels: Sequence[float]) -> NDArray[np.float64]:
    """
    Quantiles of the mean of the distributions of several traces, each of which holds at least one score.

    Examples
    --------
    >>> pooled_quantiles([np.array([1.0]), np.array([2.0, 3.0, 4.0, 5.0])], [0.5, 0.75]).tolist()
    [1.0, 3.0]
    """
    values = np.concatenate(scores)
    weights = np.concatenate([np.full(len(part), 1 / len(part)) for part in scores])
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / len(scores)
    place = np.searchsorted(share, np.array(levels) - ROUNDING)
    found: NDArray[np.float64] = values[order][np.minimum(place, len(values) - 1)]
    return found


def interpolate_factor(factors: Sequence[float], coverage: float) -> float:
    """
    The factor of any coverage, in straight lines of the logarithm of the share that is left out.

    Examples
    --------
    >>> round(interpolate_factor(USUAL, 0.8), 3), round(interpolate_factor(USUAL, 0.0), 3)
    (1.138, 0.0)
    """
    left_out = -np.log(1 - np.array([0.0, *LEVELS]))
    return float(np.interp(-np.log(1 - coverage), left_out, [0.0, *factors]))
