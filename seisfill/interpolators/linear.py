"""The straight line between the nearest live traces, by true position: the filler that nothing may lose against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from seisfill.gather import Bools, Filled, Floats, Gather
from seisfill.interpolators.base import Limits
from seisfill.neighbours import interpolate_linear, known_neighbours

BLOCK = 2**18  # samples at a time, of all traces: with the indices of their neighbours they take 80 bytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearInterpolator:
    """
    Linear interpolation along the trace axis at constant time.

    Parameters
    ----------
    limits : Limits
        What is not invented; any gap is filled by default.

    Examples
    --------
    >>> gather = Gather(data=np.array([[1.0], [0.0], [3.0]]), live=np.array([True, False, True]), dt=0.004)
    >>> LinearInterpolator().fill(gather).data[:, 0].tolist()
    [1.0, 2.0, 3.0]
    """

    limits: Limits = field(default_factory=Limits)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather* between its live traces; the neighbours in *context* are not used."""
        wanted, reasons = self.limits.judge(gather.live)
        data = gather.data.copy()
        if gather.valid is None or gather.valid[gather.live].all():
            _fill_traces(data, gather.live, wanted, gather.axis)
        else:
            _fill_samples(data, gather.known, gather.live | wanted, gather.axis)
        return Filled(data=data, filled=wanted, method="linear", reasons=reasons)


def _fill_traces(data: Floats, live: Bools, wanted: Bools, axis: NDArray[np.float64]) -> None:
    """Whole traces in place: the live ones at both sides of each are the same for all samples."""
    rows = np.flatnonzero(wanted)
    left, right = (side[rows, 0] for side in known_neighbours(live[:, None]))
    left, right = np.where(left < 0, right, left), np.where(right == len(live), left, right)
    place = axis - axis[:1]
    span = place[right] - place[left]
    share = (place[rows] - place[left]) / np.where(span == 0, 1, span) * (span != 0)
    for some in _parts(len(rows), data.shape[1]):
        before = data[left[some]].astype(np.float64)  # a step between two float32 can be more than one holds
        after = data[right[some]].astype(np.float64)
        data[rows[some]] = before + share[some, None] * (after - before)


def _fill_samples(data: Floats, known: Bools, written: Bools, axis: NDArray[np.float64]) -> None:
    """The same where live traces have holes: each sample has neighbours of its own."""
    for part in _parts(data.shape[1], data.shape[0]):
        line = interpolate_linear(data[:, part].astype(np.float64), known[:, part], position=axis)
        data[:, part] = np.where(known[:, part], data[:, part], np.where(written[:, None], line, 0))


def _parts(count: int, size: int) -> Iterator[slice]:
    """Runs of *count* things of *size* samples, as many at a time as `BLOCK` holds."""
    step = max(BLOCK // max(size, 1), 1)
    return (slice(start, start + step) for start in range(0, count, step))
