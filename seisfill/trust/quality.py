"""How good a fill may be expected to be: signal-to-noise ratio by gather, offset, time and frequency, and levels."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from seisfill.trust.expected import Expectation
from seisfill.trust.trial import Trial

Energies = NDArray[np.float64]
OFFSETS, WINDOWS, OCTAVES = 4, 4, 5  # rows of the tables
QUIET = 1e-4  # of the energy: a row that holds less of it is not judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    One row of a table: a range, and what is expected there.

    Parameters
    ----------
    low, high : float
        The range, in the unit of its table.
    n_traces : int
        Held-out traces that speak for it.
    snr_db : float or None
        Expected signal-to-noise ratio [dB]; None where the data hold next to nothing.
    ratio : float or None
        RMS of the filled traces over that of their nearest live neighbours; None where these are silent.
    """

    low: float
    high: float
    n_traces: int
    snr_db: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """
    What held-out traces say of a fill.

    Parameters
    ----------
    snr_db : float or None
        Expected of the real fill, over all filled traces [dB]; None where nothing could be tried.
    lift_db : float
        Share of it that is a correction of what the trials scored [dB].
    n_traces, n_gathers : int
        Held-out traces, and gathers that they are of.
    by_gather : tuple of Part
        By number of the gather.
    by_offset : tuple of Part
        By absolute offset [m], each range with as many traces; empty where offsets are not known.
    by_width : tuple of Part
        By width of the hole [traces].
    by_time : tuple of Part
        By time [s].
    by_octave : tuple of Part
        By frequency [Hz]; here ``ratio`` is that of the amplitude spectra.
    amplitude_ratio : float or None
        RMS of filled traces over that of their nearest live neighbours; 1 where the fill keeps the level.
    """

    snr_db: float | None
    lift_db: float = 0.0
    n_traces: int = 0
    n_gathers: int = 0
    by_gather: tuple[Part, ...] = ()
    by_offset: tuple[Part, ...] = ()
    by_width: tuple[Part, ...] = ()
    by_time: tuple[Part, ...] = ()
    by_octave: tuple[Part, ...] = ()
    amplitude_ratio: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """
        What JSON can hold, numbers rounded to what they are worth.

        Examples
        --------
        >>> part = Part(low=0.0, high=62.5, n_traces=3, snr_db=12.3456, ratio=None)
        >>> Quality(snr_db=12.3456, by_octave=(part,)).as_dict()["by_octave"]
        [{'low': 0.0, 'high': 62.5, 'n_traces': 3, 'snr_db': 12.35, 'ratio': None}]
        """
        return {name: _plain(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class _Tried:
    """Energies of the tried traces of one trial: truth, error, fill, and the nearest live neighbours."""

    trial: Trial
    beside: NDArray[np.float32]

    def sums(self, change: Callable[[NDArray], NDArray], rows: NDArray | slice = slice(None)) -> Energies:
        """Summed squares of the four, after *change*, over some rows: float array, shape (4,)."""
        parts = (self.trial.truth, self.trial.error, self.trial.estimate)
        squares = [np.sum(np.abs(change(part[rows].astype(np.float64))) ** 2) for part in parts]
        near = np.stack([np.sum(np.abs(change(side[rows].astype(np.float64))) ** 2) for side in self.beside])
        return np.array([*squares, near.mean()])


def judge(expectation: Expectation) -> Quality:
    """
    Tables of what is expected.

    Parameters
    ----------
    expectation : Expectation
        Trials that speak for the real holes; their correction is the same in every row.
    """
    tried = [_Tried(trial, _beside(trial)) for trial in expectation.trials if trial.tried.any()]
    if not tried:
        return Quality(snr_db=None)
    make = _Maker(expectation.lift_db, _sum(one.sums(_same) for one in tried))
    numbers = sorted({one.trial.number for one in tried})
    return Quality(
        snr_db=make(0, 0, tried).snr_db,
        lift_db=expectation.lift_db,
        n_traces=sum(len(one.trial.places) for one in tried),
        n_gathers=len(numbers),
        by_gather=tuple(make(n, n, [one for one in tried if one.trial.number == n]) for n in numbers),
        by_offset=tuple(_by_rows(make, tried, [_offsets(one.trial) for one in tried], OFFSETS)),
        by_width=tuple(_by_rows(make, tried, [_widths(one.trial) for one in tried], None)),
        by_time=tuple(_by_time(make, tried)),
        by_octave=tuple(_by_octave(make, tried)),
        amplitude_ratio=make(0, 0, tried).ratio,
    )


@dataclass(frozen=True)
class _Maker:
    """Makes rows, all with one correction."""

    lift_db: float
    total: Energies

    def __call__(self, low: float, high: float, tried: Sequence[_Tried]) -> Part:
        count = sum(len(one.trial.places) for one in tried)
        return self.of(low, high, count, _sum(one.sums(_same) for one in tried))

    def of(self, low: float, high: float, count: int, sums: Energies) -> Part:
        truth, error, fill, near = sums
        heard = truth > QUIET * self.total[0] and truth > 0
        return Part(
            low=float(low),
            high=float(high),
            n_traces=count,
            snr_db=float(10 * np.log10(truth / max(error, 1e-12 * truth))) + self.lift_db if heard else None,
            ratio=float(np.sqrt(fill / near)) if near > 0 and heard else None,
        )


def _by_rows(make: _Maker, tried: list[_Tried], values: list[NDArray | None], n_ranges: int | None) -> Iterator[Part]:
    """A row for each range of a value of the traces: of equal counts, or doubling from 1 on if no number is given."""
    known = [(one, value) for one, value in zip(tried, values, strict=True) if value is not None]
    if not known:
        return
    everything = np.concatenate([value for _, value in known])
    if n_ranges is None:
        edges = 2.0 ** np.arange(np.ceil(np.log2(everything.max() + 1)) + 1)
    else:
        edges = np.unique(np.quantile(everything, np.linspace(0, 1, n_ranges + 1)))
        edges[-1] = np.nextafter(edges[-1], np.inf)
    for low, high in itertools.pairwise(edges):
        chosen = [(one, (value >= low) & (value < high)) for one, value in known]
        count = int(sum(rows.sum() for _, rows in chosen))
        if count:
            last = high - 1 if n_ranges is None else high
            yield make.of(low, last, count, _sum(one.sums(_same, rows) for one, rows in chosen))


def _by_time(make: _Maker, tried: list[_Tried]) -> Iterator[Part]:
    gather = tried[0].trial.gather
    edges = np.linspace(0, gather.n_samples, min(WINDOWS, gather.n_samples) + 1).round().astype(int)
    count = sum(len(one.trial.places) for one in tried)
    for first, end in itertools.pairwise(edges):
        window = slice(int(first), int(end))
        sums = _sum(one.sums(lambda part, window=window: part[:, window]) for one in tried)  # type: ignore[misc]
        yield make.of(gather.t0 + first * gather.dt, gather.t0 + end * gather.dt, count, sums)


def _by_octave(make: _Maker, tried: list[_Tried]) -> Iterator[Part]:
    """Octaves below Nyquist, all that is lower in the first row."""
    dt = tried[0].trial.gather.dt
    nyquist = 0.5 / dt
    edges = np.array([0.0, *(nyquist / 2 ** np.arange(OCTAVES - 1, -1, -1))])
    count = sum(len(one.trial.places) for one in tried)
    length = fft.next_fast_len(max(one.trial.gather.n_samples for one in tried), real=True)
    frequencies = fft.rfftfreq(length, dt)
    for low, high in itertools.pairwise(edges):
        band = (frequencies >= low) & ((frequencies < high) | (high == nyquist))

        def spectrum(part: NDArray, band: NDArray = band) -> NDArray:
            return fft.rfft(part, length, axis=1)[:, band] * np.sqrt(2 / length)

        yield make.of(low, high, count, _sum(one.sums(spectrum) for one in tried))


def _beside(trial: Trial) -> NDArray[np.float32]:
    """Nearest live traces left and right of each that was tried, the same twice at an edge: (2, n, n_samples)."""
    live = np.flatnonzero(trial.thinned.live)
    after = np.searchsorted(live, trial.places)
    sides = live[np.maximum(after - 1, 0)], live[np.minimum(after, len(live) - 1)]
    return np.stack([np.where(trial.known, trial.gather.data[side], np.float32(0)) for side in sides])


def _offsets(trial: Trial) -> NDArray | None:
    return None if trial.gather.offset is None else np.abs(trial.gather.offset[trial.tried])


def _widths(trial: Trial) -> NDArray:
    """Width of the hole of each trace that was tried, in traces of the trial."""
    live = np.flatnonzero(trial.thinned.live)
    after = np.clip(np.searchsorted(live, trial.places), 1, len(live) - 1)
    return live[after] - live[after - 1] - 1


def _same(part: NDArray) -> NDArray:
    return part


def _sum(parts: Iterator[Energies]) -> Energies:
    total = np.zeros(4)
    for part in parts:
        total += part
    return total


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    return round(value, 2) if isinstance(value, float) and abs(value) >= 1 else _rounded(value)


def _rounded(value: Any) -> Any:
    return float(f"{value:.3g}") if isinstance(value, float) else value
