"""Where a gather that is too large to fill at once is cut: pure index arithmetic on its shape and its live traces."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seisfill.errors import InvalidParameterError
from seisfill.gather import Bools

GRAIN = 64  # samples: blocks in time begin at multiples of it, so that strides of a network lie as in the whole
SLACK = 8  # a block may be longer than its share by the overlap over this, so that live ends do not cost another one
FAINT = 1e-6  # weight of a block where another sees further, so that its answer still counts where it is the only one


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlan:
    """
    Plan of overlapping blocks of traces, and of blocks in time where traces are very long.

    A gather of at most ``samples`` is one block. Larger ones are cut along the traces; only where ``traces`` of them
    are still too many samples, time is cut too. Blocks of traces begin and end at live ones, so that no gap is ever cut
    in two: one that ran to the end of a block would look like an edge to the filler. Gaps wider than a quarter of a
    block are not filled in a gather that is cut.

    Parameters
    ----------
    samples : int
        Most samples of a block, all its traces together.
    traces : int
        Traces that a block may always have.
    shortest : int
        Samples that a trace counts for at least, as short ones are padded on the way.
    overlap : (int, int)
        Traces and samples that neighbouring blocks share, at least; along the traces they may be less if a quarter of
        a block is less.

    Raises
    ------
    InvalidParameterError
        If a number is too small for blocks that overlap.

    Examples
    --------
    >>> plan = BlockPlan(samples=64, traces=8, shortest=1, overlap=(2, 2))
    >>> plan.takes_whole((16, 4)), plan.takes_whole((17, 4))
    (True, False)
    >>> plan.along_traces(np.ones(30, dtype=bool), n_samples=4)
    [slice(0, 16, None), slice(14, 30, None)]
    """

    samples: int = 2**20
    traces: int = 128
    shortest: int = 1024
    overlap: tuple[int, int] = (64, 1024)

    def __post_init__(self) -> None:
        if self.traces < 8:
            raise InvalidParameterError(f"Invalid traces {self.traces} of a block: must be at least 8.")
        if self.shortest < 1:
            raise InvalidParameterError(f"Invalid shortest {self.shortest}: must be at least 1 sample.")
        if min(self.overlap) < 1:
            raise InvalidParameterError(f"Invalid overlap {self.overlap}: must be at least 1 along both axes.")
        least = 3 * self.traces * self.overlap[1]
        if self.samples < least:
            raise InvalidParameterError(f"Invalid samples {self.samples} of a block: must be at least {least}.")

    def takes_whole(self, shape: tuple[int, ...]) -> bool:
        """Whether a gather of *shape* (n_traces, n_samples) is one block."""
        return shape[0] * max(shape[1], self.shortest) <= self.samples

    def width(self, n_samples: int) -> int:
        """
        Traces of a block, at most.

        Examples
        --------
        >>> BlockPlan().width(2000), BlockPlan().width(100_000)
        (524, 128)
        """
        return max(self.samples // max(n_samples, self.shortest), self.traces)

    def widest(self, n_samples: int) -> int:
        """Widest gap that is filled in a gather that is cut [traces]."""
        return self.width(n_samples) // 4

    def along_traces(self, live: Bools, *, n_samples: int, widest: int | None = None) -> list[slice]:
        """
        Blocks of traces, in order; what no block holds is not to be filled.

        Parameters
        ----------
        live : bool array, shape (n_traces,)
            Recorded traces.
        n_samples : int
            Of each trace.
        widest : int, optional
            Widest gap that is filled, if that is less than `widest` [traces].
        """
        limit = self.widest(n_samples)
        limit = limit if widest is None else min(limit, widest)
        width = self.width(n_samples)
        overlap = min(self.overlap[0], width // 4)
        return [
            block
            for first, last in _stretches(live, limit)
            for block in _cut(np.flatnonzero(live[first:last]) + first, first, last, width=width, overlap=overlap)
        ]

    def along_time(self, shape: tuple[int, int]) -> list[slice]:
        """
        Blocks of samples of a block of traces of *shape*, in order: nearly equal, beginning at multiples of 64 samples.

        Examples
        --------
        >>> BlockPlan().along_time((128, 8192)), [part.start for part in BlockPlan().along_time((128, 20_000))]
        ([slice(0, 8192, None)], [0, 6336, 12672])
        """
        n_traces, n_samples = shape
        length, overlap = self.samples // min(n_traces, self.width(n_samples)), self.overlap[1]
        if n_samples <= length:
            return [slice(0, n_samples)]
        grain = min(GRAIN, overlap)
        count = math.ceil((n_samples - overlap) / (length - overlap - grain))
        step = math.ceil((n_samples - overlap) / count / grain) * grain
        starts = range(0, n_samples - overlap, step)
        return [slice(start, min(start + step + overlap, n_samples)) for start in starts]


def ramps(blocks: list[slice]) -> Iterator[NDArray[np.float64]]:
    """
    Weights of the places of each block, to be divided by their sum.

    Where two blocks overlap, the first quarter belongs to one and the last to the other, as each sees too little at its
    own end; between them one fades into the other.

    Examples
    --------
    >>> [weights.round(2).tolist() for weights in ramps([slice(0, 5), slice(3, 7)])]
    [[1.0, 1.0, 1.0, 1.0, 0.0], [0.0, 1.0, 1.0, 1.0]]
    """
    for number, block in enumerate(blocks):
        places = np.arange(block.start, block.stop)
        weights = np.ones(len(places))
        if number:
            weights = _rise(places, block.start, blocks[number - 1].stop)
        if number + 1 < len(blocks):
            weights = weights * (1 - _rise(places, blocks[number + 1].start, block.stop))
        yield np.maximum(weights, FAINT)


def _rise(places: NDArray[np.int64], start: int, stop: int) -> NDArray[np.float64]:
    """From 0 at *start* to 1 at *stop*, over the middle half between them."""
    if stop <= start:
        return np.where(places < start, 0.0, 1.0)
    along = np.clip(2 * (places + 0.5 - start) / (stop - start) - 0.5, 0, 1)
    return np.sin(np.pi / 2 * along) ** 2


def _stretches(live: Bools, widest: int) -> Iterator[tuple[int, int]]:
    """Traces between gaps wider than *widest*, as first and one behind the last; as many are kept at the two ends."""
    places = np.flatnonzero(live)
    if not len(places):
        return
    breaks = np.flatnonzero(np.diff(places) - 1 > widest)
    firsts = np.concatenate([places[:1], places[breaks + 1]])
    lasts = np.concatenate([places[breaks], places[-1:]]) + 1
    firsts[0] = max(firsts[0] - widest, 0)
    lasts[-1] = min(lasts[-1] + widest, len(live))
    yield from zip(firsts.tolist(), lasts.tolist(), strict=True)


def _cut(places: NDArray[np.int64], first: int, last: int, *, width: int, overlap: int) -> Iterator[slice]:
    """Blocks of about equal size from *first* to *last*, that begin and end at *places* between."""
    total = last - first
    if total > width:
        count = math.ceil((total - overlap) / (width - overlap))
        width = min(math.ceil((total - overlap) / count) + overlap + overlap // SLACK, width)
    start = stop = first
    while True:
        stop = _stop(places, start + width, after=stop)
        if stop > places[-1]:
            yield slice(start, last)
            return
        yield slice(start, stop)
        before = int(np.searchsorted(places, stop - overlap, side="right")) - 1
        start = max(int(places[max(before, 0)]), start)


def _stop(places: NDArray[np.int64], most: int, *, after: int) -> int:
    """One behind the last live trace before *most*; behind the next one there is, where that is not *after*."""
    number = int(np.searchsorted(places, most)) - 1
    beyond = int(np.searchsorted(places, after))
    return int(places[min(max(number, beyond), len(places) - 1)]) + 1
