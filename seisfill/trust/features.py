"""What the error of a fill depends on, sample by sample: loudness, noise, distance, what the filler says itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from seisfill.gather import Bools, Filled, Floats, Gather

NAMES = ("base", "estimate", "neighbours", "middle", "span", "around", "roughness", "raw")
ROUGHNESS, RAW = 6, 7  # of NAMES; how large they are depends on how far apart the traces lie
FAINT = 3e-4  # of the gather's RMS: no place of it is taken for quieter
SILENT = 1e-3  # the same: a quieter place is a mute, and says nothing of errors
ROUGHEST = 0.5  # logarithm: more than the trace itself is none of its roughness
LOUDEST = 1e6  # of the gather's RMS
AROUND = 8  # live traces on either side that count as near
LONGEST = 128  # samples of a period
STEEPEST = 6  # samples from trace to trace, of an event that counts as smooth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Described:
    """
    The traces that a fill wrote into, and what its error depends on there.

    Parameters
    ----------
    rows : int array, shape (n_rows,)
        Trace numbers.
    values : float32 array, shape (n_features, n_rows, n_samples)
        In the order of `NAMES`: natural logarithms, the first one 1 everywhere. *estimate* and *neighbours*: local RMS
        of the fill, and of the nearest live traces, over that of the gather. *middle*: 0 in the middle of a hole,
        falling to its edges; *span*: width of the hole; *around*: distance of the live traces about it. *roughness*:
        how far the nearest live traces are from the mean of what lies beside them, along the dip that fits best, over
        their RMS; *raw*: the filler's own sigma over the local RMS, NaN where it tells nothing.
    unit : float
        RMS of the live traces [amplitude]; errors are told in parts of it.
    """

    rows: NDArray[np.int64]
    values: Floats
    unit: float

    @property
    def heard(self) -> Bools:
        """Where the fill or its neighbours are not muted: bool array, shape (n_rows, n_samples)."""
        loudest: Bools = self.values[1:3].max(axis=0) > np.log(SILENT)
        return loudest


def describe(gather: Gather, answer: Filled, *, spacing: float = 1.0) -> Described:
    """
    What the error of *answer* depends on.

    Parameters
    ----------
    gather : Gather
        As the filler saw it.
    answer : Filled
        What it made of that.
    spacing : float
        Half of the distance between the live traces at both sides of a hole for which *span* is 0 [traces].

    Examples
    --------
    >>> gather = Gather(data=np.ones((5, 8)), live=np.array([1, 0, 1, 0, 0], dtype=bool), dt=0.004)
    >>> answer = Filled(data=np.ones((5, 8), np.float32), filled=np.array([0, 1, 0, 1, 0], dtype=bool), method="ones")
    >>> described = describe(gather, answer)
    >>> described.rows.tolist(), described.values[:5, 0, 4].round(2).tolist()
    ([1, 3], [1.0, 0.0, 0.0, 0.0, 0.0])
    """
    rows = np.flatnonzero((answer.filled | gather.live) & ~gather.known.all(axis=1))
    live = gather.live
    unit = float(np.sqrt(np.mean(gather.data[live].astype(np.float64) ** 2))) if live.any() else 0.0
    if not len(rows) or not unit:
        return Described(rows=rows[:0], values=np.zeros((len(NAMES), 0, gather.n_samples), np.float32), unit=unit)
    window = dominant_period(gather)
    whole = np.clip(answer.data.astype(np.float64) / unit, -LOUDEST, LOUDEST).astype(np.float32)
    left, right = _beside(live, rows)
    between = right > left
    share = np.where(between, (rows - left) / np.maximum(right - left, 1), 0.5).astype(np.float32)

    def beside(values: Floats) -> Floats:
        return (1 - share)[:, None] * values[left] + share[:, None] * values[right]

    power = _smooth(whole**2, window)
    own, near = _log(power[rows]), _log(beside(power))
    sides = np.unique(np.concatenate([left, right]))
    rough = np.zeros_like(whole)
    rough[sides] = _roughness(whole, sides, window)
    raw = np.full_like(own, np.nan)
    if answer.sigma is not None:
        scale = np.clip(answer.sigma[rows].astype(np.float64) / unit, 0, LOUDEST).astype(np.float32)
        told = _smooth(scale**2, window)
        raw = np.where(told > 0, _log(told) - 0.5 * (own + near), np.nan)
    span = np.where(between, right - left, np.maximum(2 * np.abs(rows - left), 1)) / (2 * spacing)
    around = _steps_around(live, rows) / (2 * spacing)
    by_trace = [np.log(values)[:, None] * np.ones_like(own) for values in (4 * share * (1 - share), span, around)]
    roughness = np.minimum(_log(beside(rough)) - near, ROUGHEST)
    values = [np.ones_like(own), own, near, *by_trace, roughness, raw]
    return Described(rows=rows, values=np.stack(values).astype(np.float32), unit=unit)


def dominant_period(gather: Gather) -> int:
    """
    Samples of a period of the live traces, from the RMS of their steps over their own.

    Examples
    --------
    >>> wave = np.sin(2 * np.pi * np.arange(200) / 20)
    >>> dominant_period(Gather(data=wave[None], live=np.array([True]), dt=0.004))
    20
    """
    data = gather.data[gather.live].astype(np.float64)
    steps, whole = (float(np.sqrt(np.mean(part**2))) for part in (np.diff(data, axis=1, prepend=data[:, :1]), data))
    return int(np.clip(round(2 * np.pi * whole / max(steps, 1e-9 * whole)), 3, LONGEST)) if whole else 3


def _beside(live: Bools, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Nearest other live trace on either side of each row; beyond the last one, the last one twice."""
    places = np.flatnonzero(live)
    before = np.searchsorted(places, rows, side="left") - 1
    behind = np.searchsorted(places, rows, side="right")
    last = len(places) - 1
    left = places[np.where(before < 0, np.minimum(behind, last), before)]
    right = places[np.where(behind > last, np.maximum(before, 0), behind)]
    return left, right


def _steps_around(live: Bools, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean distance of neighbours among the nearest live traces about each row, the hole that it lies in included."""
    places = np.flatnonzero(live)
    behind = np.searchsorted(places, rows, side="right")
    first, last = np.maximum(behind - AROUND, 0), np.minimum(behind + AROUND, len(places)) - 1
    return np.maximum(places[last] - places[first], 1) / np.maximum(last - first, 1)


def _roughness(values: Floats, rows: NDArray[np.int64], window: int) -> Floats:
    """Local energy of what traces are beyond the mean of those before and behind, along the dip that leaves least."""
    last = len(values) - 1
    weights = np.stack([rows > 0, rows < last]).astype(np.float32)  # at an edge, of the one that there is
    weights = (weights / np.maximum(weights.sum(axis=0), 1))[..., None]
    before, behind = weights[0] * values[np.maximum(rows - 1, 0)], weights[1] * values[np.minimum(rows + 1, last)]
    n_samples = values.shape[1]
    before, behind = (np.pad(part, ((0, 0), (STEEPEST, STEEPEST))) for part in (before, behind))
    least = np.full((len(rows), n_samples), np.inf, np.float32)
    for dip in range(-STEEPEST, STEEPEST + 1):
        mean = before[:, STEEPEST - dip :][:, :n_samples] + behind[:, STEEPEST + dip :][:, :n_samples]
        least = np.minimum(least, _smooth((values[rows] - mean) ** 2, window))
    return least


def _log(power: Floats) -> Floats:
    logarithm: Floats = np.float32(0.5) * np.log(power + np.float32(FAINT**2))
    return logarithm


def _smooth(values: Floats, window: int) -> Floats:
    """Mean over two periods of time, most of it from the middle one."""
    once: Floats = uniform_filter1d(values, window, axis=1, mode="nearest")
    return np.maximum(uniform_filter1d(once, window, axis=1, mode="nearest"), 0)
