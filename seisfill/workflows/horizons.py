"""A picked horizon as a guide: its slope along the gather, trusted within one period of the pick."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.signal import savgol_filter

from seisfill.errors import FileAccessError, GeometryError, InvalidParameterError
from seisfill.gather import Floats, Gather
from seisfill.segy.reader import FileGather, SegyReader

REACH = 2  # recorded traces on either side that a slope is fitted to: picks are snapped to samples, differences jump
NARROWEST = 2  # samples that a band reaches to either side at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """
    One line of a horizon file.

    Parameters
    ----------
    line : int
        Number of the line.
    gather : float or None
        Key of the gather; None where the file leaves it out.
    trace : float
        Key along it.
    time : float
        Time of the pick [s].
    """

    line: int
    gather: float | None
    trace: float
    time: float


class Horizon:
    """
    A picked horizon, interpolated along the gather between its first and last pick.

    Parameters
    ----------
    path : Path
        CSV with a heading and the columns ``gather``, ``trace`` and ``time_ms``, keys in the words of the input;
        ``gather`` may be left out where the input is one gather.
    reader : SegyReader
        The input.

    Raises
    ------
    FileAccessError
        If the file is no such table.
    GeometryError
        If a pick names a gather, trace or time that the input does not have.
    InvalidParameterError
        If a gather has two picks at one trace, or a single pick.
    """

    def __init__(self, path: Path, reader: SegyReader) -> None:
        self._parts = reader.survey.axis.parts
        picks: dict[int, list[Pick]] = {}
        numbers = {float(key): n for n, key in enumerate(reader.survey.gather_keys)}
        for pick in read_picks(path):
            picks.setdefault(_gather_of(pick, path, reader, numbers), []).append(pick)
        self._curves = {number: _curve(few, path, reader, number) for number, few in picks.items()}

    def slope_of(self, item: FileGather) -> tuple[Floats, Floats]:
        """Slope [samples per trace] and trust; nothing is trusted in a gather without picks."""
        gather = item.gather
        slope, trust = (np.zeros(gather.data.shape, dtype=np.float32) for _ in range(2))
        if item.number not in self._curves:
            return slope, trust
        known, times = self._curves[item.number]
        places = np.arange(int(np.ceil(known[0] - 1e-6)), int(np.floor(known[-1] + 1e-6)) + 1)
        samples = (PchipInterpolator(known, times)(places) - gather.t0) / gather.dt
        near = np.abs(np.arange(gather.n_samples) - samples[:, None]) <= half_width(gather) + 1e-6
        trust[places] = near
        slope[places] = near * fit_slope(samples, reach=REACH * self._parts)[:, None]
        return slope, trust


def read_picks(path: Path) -> list[Pick]:
    """
    All picks of a file.

    Raises
    ------
    FileAccessError
        If it cannot be read, lacks a column, or holds something else than numbers.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, skipinitialspace=True)
            missing = [name for name in ("trace", "time_ms") if name not in (rows.fieldnames or [])]
            if missing:
                raise ValueError(f"column {missing[0]} is missing")
            picks = [_pick(row, rows.line_num) for row in rows]
    except (OSError, ValueError, csv.Error) as error:
        raise FileAccessError(f"Invalid horizon {path}: must be a CSV of gather,trace,time_ms; {error}.") from error
    if not picks:
        raise FileAccessError(f"Invalid horizon {path}: must be a CSV of gather,trace,time_ms; it holds no picks.")
    return picks


def _pick(row: dict[str, str | None], line: int) -> Pick:
    try:
        gather = None if row.get("gather") is None else float(row["gather"] or "")
        pick = Pick(line=line, gather=gather, trace=float(row["trace"] or ""), time=float(row["time_ms"] or "") / 1000)
    except ValueError:
        raise ValueError(f"line {line} holds something else than numbers") from None
    if not np.isfinite([pick.trace, pick.time]).all():
        raise ValueError(f"line {line} holds a number that is not finite")
    return pick


def half_width(gather: Gather) -> int:
    """
    Samples on either side of a pick within which its slope is trusted: one period of the gather's mean frequency.

    That holds the wavelet of the picked event, whichever of its lobes was picked, and little else: an event farther
    away may dip otherwise. The mean is over the power spectrum of the live traces.

    Examples
    --------
    >>> wave = np.sin(2 * np.pi * np.arange(1000) / 20)
    >>> half_width(Gather(data=wave[None], live=np.array([True]), dt=0.004))
    20
    """
    power = (np.abs(np.fft.rfft(gather.data[gather.live].astype(np.float64), axis=1)) ** 2).sum(axis=0)
    power[0] = 0
    if not power.any():
        return NARROWEST
    frequency = np.fft.rfftfreq(gather.n_samples)
    return max(NARROWEST, round(float(power.sum() / (frequency * power).sum())))


def fit_slope(samples: np.ndarray, *, reach: int) -> np.ndarray:
    """
    Slope of a curve at each of its points, by a parabola through *reach* points on either side.

    Examples
    --------
    >>> fit_slope(np.array([0.0, 1.0, 4.0, 9.0, 16.0]), reach=1).round(6).tolist()
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    window = min(2 * reach + 1, len(samples) - (len(samples) % 2 == 0))
    if window < 3:
        return np.full(len(samples), samples[-1] - samples[0])
    return np.asarray(savgol_filter(samples, window, 2, deriv=1))


def _gather_of(pick: Pick, path: Path, reader: SegyReader, numbers: dict[float, int]) -> int:
    """Number of the gather of a pick."""
    keys = reader.survey.keys
    if pick.gather is None:
        if len(numbers) > 1:
            raise GeometryError(
                f"Invalid horizon {path}: must name gathers in a column gather, for {reader.index.path.name} has "
                f"{len(numbers)} of them."
            )
        return 0
    if keys.gather is None:
        return 0
    if pick.gather not in numbers:
        raise GeometryError(
            f"Invalid {keys.gather.name} {pick.gather:g} on line {pick.line} of {path}: must be a gather of "
            f"{reader.index.path.name}, which has {min(numbers):g} to {max(numbers):g}."
        )
    return numbers[pick.gather]


def _curve(picks: list[Pick], path: Path, reader: SegyReader, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and times [s] of the picks of one gather, ascending."""
    axis = reader.survey.axis
    keys = np.array([pick.trace for pick in picks])
    places = np.clip(np.round((keys - axis.origin[number]) / axis.step), 0, axis.count[number] - 1).astype(np.int64)
    first, last = _times(reader, number)
    for pick, key in zip(picks, axis.keys(number, places), strict=True):
        if abs(pick.trace - key) > min(1.0, 0.25 * axis.step) + 1e-6:
            low, high = axis.keys(number, np.array([0, axis.count[number] - 1]))
            raise GeometryError(
                f"Invalid {reader.survey.keys.trace.name} {pick.trace:g} on line {pick.line} of {path}: must be a "
                f"trace of its gather, which has {low:g} to {high:g} in steps of {axis.step * axis.parts:g}."
            )
        if not first - 1e-9 <= pick.time <= last + 1e-9:
            raise GeometryError(
                f"Invalid time {1000 * pick.time:g} ms on line {pick.line} of {path}: must lie on the traces, "
                f"{1000 * first:g} to {1000 * last:g} ms."
            )
    order = np.argsort(places, kind="stable")
    if len(places) < 2 or (np.diff(places[order]) == 0).any():
        rule = "one pick at each trace, found two at one" if len(places) > 1 else "two picks or more, found one"
        raise InvalidParameterError(f"Invalid horizon {path}: must have {rule}, in the gather of line {picks[0].line}.")
    return places[order], np.array([pick.time for pick in picks])[order]


def _times(reader: SegyReader, number: int) -> tuple[float, float]:
    """Time of the first and of the last sample of a gather [s]."""
    layout = reader.layout
    header = reader.index.headers[reader.survey.rows(number)[:1]]
    first = reader.first_time(header)
    return first, first + (layout.n_samples - 1) * layout.dt
