"""Where to look: which missing traces and which window tell most about a fill. Index arithmetic, no drawing."""

import numpy as np
from numpy.typing import NDArray

WINDOW_TRACES = 24
WINDOW_SAMPLES = 120
SHARES = {"easy": 0.1, "median": 0.5, "hard": 0.9}


def gap_distance(live: NDArray[np.bool_]) -> NDArray[np.int64]:
    """
    Distance of each trace to the nearest live one, 0 at live traces: shape (n_traces,) [traces].

    Examples
    --------
    >>> gap_distance(np.array([True, False, False, False, True])).tolist()
    [0, 1, 2, 1, 0]
    """
    places = np.flatnonzero(live)
    if len(places) == 0:
        return np.full(len(live), len(live))
    return np.abs(np.arange(len(live))[:, None] - places).min(axis=1)


def telling_traces(hardness: NDArray, live: NDArray[np.bool_]) -> dict[int, str]:
    """
    Choose at most three missing traces: at 10, 50 and 90 % of them, ranked by hardness.

    Parameters
    ----------
    hardness : array, shape (n_traces,)
        How wrong the fill of each trace is, or may be.
    live : bool array, shape (n_traces,)
        True where the trace was recorded; where all are, all are ranked.

    Returns
    -------
    dict of int to str
        Word for each trace number, from easy to hard.

    Examples
    --------
    >>> telling_traces(np.array([0.0, 3.0, 1.0, 2.0]), np.array([True, False, False, False]))
    {2: 'easy', 3: 'median', 1: 'hard'}
    """
    candidates = np.flatnonzero(~live) if not live.all() else np.arange(len(live))
    ranked = candidates[np.argsort(hardness[candidates], kind="stable")]
    chosen: dict[int, str] = {}
    for word, share in SHARES.items():
        chosen.setdefault(int(ranked[round(share * (len(ranked) - 1))]), word)
    return chosen


def relative_error(truth: NDArray, filled: NDArray) -> NDArray[np.float64]:
    """Energy of the difference over that of the truth, shape (n_traces,): 0 where equal, infinite for a mute truth."""
    error = np.nansum((truth - filled) ** 2, axis=1)
    energy = np.nansum(truth**2, axis=1)
    return np.divide(error, energy, out=np.where(error > 0, np.inf, 0.0), where=energy > 0)


def hardest_window(error: NDArray, shape: tuple[int, int] | None = None) -> tuple[slice, slice]:
    """
    Find the window in which an error has most energy.

    Parameters
    ----------
    error : array, shape (n_traces, n_samples)
        What is wrong with a fill, or may be; NaN counts as 0.
    shape : tuple of two int, optional
        Size of the window, not more than the section.

    Returns
    -------
    traces, samples : slice
        The first such window.
    """
    n_traces, n_samples = np.minimum(shape or (WINDOW_TRACES, WINDOW_SAMPLES), error.shape)
    total = np.pad(np.cumsum(np.cumsum(np.nan_to_num(error) ** 2, axis=0), axis=1), ((1, 0), (1, 0)))
    energy = total[n_traces:, n_samples:] - total[:-n_traces, n_samples:]
    energy = energy - total[n_traces:, :-n_samples] + total[:-n_traces, :-n_samples]
    trace, sample = np.unravel_index(np.argmax(energy), energy.shape)
    return slice(int(trace), int(trace + n_traces)), slice(int(sample), int(sample + n_samples))
