"""One curve for a whole gather: the hyperbola along which neighbouring live traces agree best."""

import itertools

import numpy as np
from scipy import optimize

from seisfill.moveout.pairs import TracePairs
from seisfill.moveout.shifts import Doubles

STEEPEST = 12.0  # samples per trace
BATCH = 1024  # curves that are compared at once


def hyperbola(x: Doubles, *, slope: float, foot: float, apex: float) -> Doubles:
    """
    Delay against the apex [samples]: ``sqrt(foot^2 + (slope (x - apex))^2) - foot``.

    Examples
    --------
    >>> hyperbola(np.array([0.0, 4.0]), slope=1.0, foot=3.0, apex=0.0)
    array([0., 2.])
    """
    return np.sqrt(foot**2 + (slope * (x - apex)) ** 2) - foot


def fit_hyperbola(pairs: TracePairs, x: Doubles, *, apexes: Doubles) -> tuple[float, Doubles]:
    """
    Best hyperbola over the traces' places.

    All of a grid of slopes, feet and apexes are tried, and the best few refined by a simplex search.

    Parameters
    ----------
    pairs : TracePairs
        How live traces agree.
    x : float array, shape (n_traces,)
        Place or offset of each trace [mean spacing of traces].
    apexes : float array
        Where to look for the apex, in units of *x*.

    Returns
    -------
    agreement : float
        Of the best curve.
    curve : float array, shape (n_traces,)
        Its delays [samples].
    """
    grid = np.array(list(itertools.product(np.geomspace(0.1, STEEPEST, 22), np.geomspace(4, 3000, 10), apexes)))
    scores = np.concatenate([_agreement(pairs, x, part) for part in np.split(grid, range(BATCH, len(grid), BATCH))])
    extent = max(float(np.ptp(x)), 1.0)
    best = 0.0, np.zeros_like(x)
    for number in np.argsort(-scores)[:4]:
        slope, foot, apex = grid[number]
        found = optimize.minimize(
            lambda q: -_agreement(pairs, x, _parameters(q, extent)[None])[0],
            [np.log(slope), np.log(foot), apex / extent],
            method="Nelder-Mead",
            options={"maxiter": 200, "xatol": 1e-3, "fatol": 1e-5},
        )
        if -found.fun > best[0]:
            slope, foot, apex = _parameters(found.x, extent)
            best = -float(found.fun), hyperbola(x, slope=slope, foot=foot, apex=apex)
    return best


def _parameters(q: Doubles, extent: float) -> Doubles:
    """Slope, foot and apex from what the search moves; logarithms are kept where numbers stay finite."""
    slope, foot = np.exp(np.clip(q[:2], -20, 20))
    return np.array([slope, foot, q[2] * extent])


def _agreement(pairs: TracePairs, x: Doubles, parameters: Doubles) -> Doubles:
    slope, foot, apex = parameters.T[..., None]
    left, right = (np.sqrt(foot**2 + (slope * (x[side] - apex)) ** 2) for side in (pairs.left, pairs.right))
    return pairs.agreement(right - left)
