"""A free curve: the smooth path of slopes from trace to trace along which neighbours agree best."""

import numpy as np
from scipy import optimize
from scipy.interpolate import BSpline

from seisfill.moveout.pairs import TracePairs
from seisfill.moveout.shifts import Doubles

STEEPEST = 6.0  # samples per trace, after the gather's own curve was taken off
STEP = 0.2  # between the slopes that are tried [samples per trace]
BEND = 0.05  # agreement that a bend of one sample per trace must gain, as a share of a mean pair's
REACH = 6  # steps that the slope may change from one pair to the next


def fit_path(pairs: TracePairs, x: Doubles, *, spacing: float) -> tuple[float, Doubles]:
    """
    Best smooth curve.

    Slopes are chosen by dynamic programming over all pairs at once, which finds the best path whatever its form, and
    then refined as a cubic spline.

    Parameters
    ----------
    pairs : TracePairs
        How live traces agree.
    x : float array, shape (n_traces,)
        Place of each trace [mean spacing of traces].
    spacing : float
        Distance of the spline's knots, in units of *x*.

    Returns
    -------
    agreement : float
        Of the best curve.
    curve : float array, shape (n_traces,)
        Its delays [samples].
    """
    slopes = _best_slopes(pairs, x)
    between = (x[pairs.left] + x[pairs.right]) / 2
    steps = np.interp((x[1:] + x[:-1]) / 2, between, slopes) * np.diff(x)
    return _refine(pairs, x, np.concatenate([[0.0], np.cumsum(steps)]), spacing=spacing)


def _best_slopes(pairs: TracePairs, x: Doubles) -> Doubles:
    """Slope of each pair [samples per unit of x] on the best path, by dynamic programming."""
    slopes = np.arange(-STEEPEST, STEEPEST + STEP / 2, STEP)
    apart = x[pairs.right] - x[pairs.left]
    gains = pairs.each(slopes[:, None] * apart).T
    bends = BEND / len(apart) * STEP * np.abs(np.arange(-REACH, REACH + 1))
    near = np.concatenate([apart[:1], (apart[1:] + apart[:-1]) / 2])
    score, came_from = gains[0], np.zeros(gains.shape, dtype=np.int64)
    for number in range(1, len(gains)):
        padded = np.pad(score, REACH, constant_values=-np.inf)
        moves = np.lib.stride_tricks.sliding_window_view(padded, len(bends)) - bends / np.sqrt(near[number])
        choice = moves.argmax(axis=1)
        came_from[number] = np.arange(len(slopes)) + choice - REACH
        score = moves[np.arange(len(slopes)), choice] + gains[number]
    path = np.empty(len(gains), dtype=np.int64)
    path[-1] = score.argmax()
    for number in range(len(gains) - 1, 0, -1):
        path[number - 1] = came_from[number, path[number]]
    return slopes[path]


def _refine(pairs: TracePairs, x: Doubles, curve: Doubles, *, spacing: float) -> tuple[float, Doubles]:
    """The spline nearest to *curve*, moved uphill."""
    basis = spline_basis(x, spacing=spacing)
    start = np.linalg.lstsq(basis, curve, rcond=None)[0]
    steps = basis[pairs.right] - basis[pairs.left]

    def downhill(weights: Doubles) -> tuple[float, Doubles]:
        lags = steps @ weights
        return -float(pairs.agreement(lags)), -(pairs.gradient(lags) @ steps)

    found = optimize.minimize(downhill, start, jac=True, method="L-BFGS-B", options={"maxiter": 60})
    return -float(found.fun), basis @ found.x


def spline_basis(x: Doubles, *, spacing: float) -> Doubles:
    """
    Cubic B-splines over the traces: shape (n_traces, n_splines), at least four.

    Examples
    --------
    >>> spline_basis(np.arange(9.0), spacing=4.0).shape
    (9, 5)
    """
    cells = max(round(float(np.ptp(x)) / spacing), 1)
    knots = np.linspace(x[0], x[-1], cells + 1)
    knots = np.concatenate([[knots[0]] * 3, knots, [knots[-1]] * 3])
    return BSpline.design_matrix(np.clip(x, x[0], x[-1]), knots, 3).toarray()
