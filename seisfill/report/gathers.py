"""The gathers that the page shows: which ones, and what is drawn of each."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from seisfill.plotting.image import clip_of
from seisfill.plotting.places import gap_distance
from seisfill.report.traces import FILLED, MENDED, REVIVED, TraceTable


@dataclass(frozen=True, kw_only=True, eq=False)
class ShownGather:
    """
    One gather before and after.

    Parameters
    ----------
    key : int or float
        Of the gather.
    word : str
        Why it is shown: best, median, worst, ...
    keys : float64 array, shape (n_traces,)
        Key of each trace along the gather.
    before, after : float32 array, shape (n_traces, n_samples)
        What was recorded, zero where nothing was, and the filled gather.
    live : bool array, shape (n_traces,)
        Recorded traces.
    new : bool array, shape (n_traces,)
        Traces that were filled.
    dt, t0 : float
        Sample interval and time of the first sample [s].
    truth : float32 array, shape (n_traces, n_samples), optional
        Complete amplitudes, where they are known.
    sigma : float32 array, shape (n_traces, n_samples), optional
        Predicted standard deviation of the error [amplitude], 0 where recorded.
    snr_db : float, optional
        By which it was ranked.
    """

    key: int | float
    word: str
    keys: NDArray
    before: NDArray
    after: NDArray
    live: NDArray[np.bool_]
    new: NDArray[np.bool_]
    dt: float
    t0: float = 0.0
    truth: NDArray | None = None
    sigma: NDArray | None = None
    snr_db: float | None = None

    @cached_property
    def clip(self) -> float:
        """One clip for all its sections [amplitude]."""
        return clip_of(self.after, self.live if self.live.any() else None)

    @property
    def step(self) -> float:
        """Key difference between neighbours."""
        return float(self.keys[1] - self.keys[0]) if len(self.keys) > 1 else 1.0

    @property
    def times(self) -> NDArray:
        """Of the samples [s]."""
        return self.t0 + self.dt * np.arange(self.after.shape[1])

    @cached_property
    def doubt(self) -> NDArray:
        """
        What is wrong with the filled traces, or may be: (n_traces, n_samples) [amplitude].

        Truth minus fill where the truth is known, else amplitudes that weigh more the farther away recorded traces are.
        """
        error = self.after * gap_distance(self.live)[:, None] if self.truth is None else self.truth - self.after
        return np.where(self.new[:, None], error.astype(np.float64), 0.0)

    @property
    def widest(self) -> int:
        """Longest run of filled traces."""
        edges = np.flatnonzero(np.diff(np.concatenate([[False], self.new, [False]]).astype(int)))
        return int((edges[1::2] - edges[::2]).max(initial=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A gather to show: its number in the filled file, why, and the figure by which it was ranked [dB]."""

    number: int
    word: str
    snr_db: float | None


def quality_by_gather(table: TraceTable, n_gathers: int) -> np.ndarray:
    """
    Predicted signal-to-noise ratio of the filled traces of each gather, energies summed: float64 array [dB].

    NaN where the sidecar predicts nothing.
    """
    there = table.new & np.isfinite(table.error) & np.isfinite(table.snr_db) & (table.error > 0)
    noise = table.error[there].astype(np.float64) ** 2
    signal = noise * 10 ** (table.snr_db[there].astype(np.float64) / 10)
    group = table.group[there]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.bincount(group, signal, n_gathers) / np.bincount(group, noise, n_gathers)
        return 10 * np.log10(ratio)


def choose_gathers(table: TraceTable, ranks: np.ndarray, *, most: int = 5) -> list[Choice]:
    """
    Best, median and worst gather, and a few spread between them.

    Gathers without a figure are ranked by their holes: the more traces of wide gaps, the worse.

    Parameters
    ----------
    table : TraceTable
        Every trace.
    ranks : float64 array, shape (n_gathers,)
        Signal-to-noise ratio of each gather; NaN where it is not known [dB].
    most : int
        Gathers to show at most.
    """
    changed = np.isin(table.kind, (FILLED, REVIVED, MENDED))
    lacking = np.unique(table.group[changed])
    if not len(lacking):
        return []
    known = lacking[np.isfinite(ranks[lacking])]
    if len(known):
        order, figures = known[np.argsort(-ranks[known], kind="stable")], ranks
    else:
        burden = np.bincount(table.group[changed], np.maximum(table.gap[changed], 1) ** 2, len(ranks))
        order, figures = lacking[np.argsort(burden[lacking], kind="stable")], np.full(len(ranks), np.nan)
    places = _spread(len(order), most)
    words = _words(len(places), ranked=bool(len(known)))
    return [
        Choice(
            number=int(order[place]),
            word=word,
            snr_db=None if np.isnan(figures[order[place]]) else float(figures[order[place]]),
        )
        for place, word in zip(places, words, strict=True)
    ]


def _spread(count: int, most: int) -> list[int]:
    """
    Places from first to last, evenly, the ends and the middle among them.

    Examples
    --------
    >>> _spread(100, 5), _spread(2, 5), _spread(9, 1)
    ([0, 25, 50, 74, 99], [0, 1], [8])
    """
    if most == 1:
        return [count - 1]
    return sorted({round(share * (count - 1)) for share in np.linspace(0, 1, min(most, count)).tolist()})


def _words(count: int, *, ranked: bool) -> list[str]:
    """
    Why each gather is shown, best first.

    Examples
    --------
    >>> _words(3, ranked=True), _words(1, ranked=True), _words(2, ranked=False)
    (['best', 'median', 'worst'], ['only'], ['smallest holes', 'largest holes'])
    """
    first, last = ("best", "worst") if ranked else ("smallest holes", "largest holes")
    if count == 1:
        return ["only"]
    middle = count // 2
    return [
        first if i == 0 else last if i == count - 1 else "median" if i == middle and count > 2 else "between"
        for i in range(count)
    ]


def mask_of(table: TraceTable, number: int, n_places: int) -> NDArray[np.bool_]:
    """Places of a gather that hold an estimate from end to end: bool array, shape (n_places,)."""
    here = (table.group == number) & table.new
    mask = np.zeros(n_places, dtype=bool)
    mask[table.place[here]] = True
    return mask
