"""A filler along one axis of a volume that blends what was filled along the other, by predicted error."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seisfill.gather import Bools, Filled, Floats, Gather
from seisfill.interpolators.base import Around, Interpolator
from seisfill.segy.files import PartialFile
from seisfill.trust.error_model import ErrorModel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OtherWay:
    """
    Estimates along the other axis and their predicted errors, trace by trace in a file of their own.

    Parameters
    ----------
    path : Path
        The file: at each place of the survey ``n_samples`` estimates and as many errors, float32; most of it holes.
    n_samples : int
        Of a trace.
    first : int64 array, shape (n_gathers,)
        Number of the first place of each gather.
    filled : bool array, shape (n_places,)
        Places that hold an estimate.
    """

    path: Path
    n_samples: int
    first: np.ndarray
    filled: Bools

    def write(self, file: PartialFile, place: int, estimate: Floats, sigma: Floats) -> None:
        """Put the estimate of one place, and its predicted error, into the open *file*."""
        pair = np.stack([estimate, sigma]).astype(np.float32)
        file.write_at(place * pair.nbytes, pair)
        self.filled[place] = True

    def rows(self, number: int, gather: Gather) -> np.ndarray:
        """Missing traces of gather *number* that hold an estimate here."""
        first = int(self.first[number])
        return np.flatnonzero(~gather.live & self.filled[first : first + gather.n_traces])

    def read(self, number: int, rows: np.ndarray) -> tuple[Floats, Floats]:
        """Estimates and predicted errors of some traces of a gather: two arrays (n, n_samples)."""
        size = 2 * self.n_samples
        pairs = np.empty((len(rows), 2, self.n_samples), dtype=np.float32)
        file = os.open(self.path, os.O_RDONLY)
        try:
            for pair, place in zip(pairs, (self.first[number] + rows).tolist(), strict=True):
                pair[:] = np.frombuffer(os.pread(file, 4 * size, 4 * size * place), np.float32).reshape(2, -1)
        finally:
            os.close(file)
        return pairs[:, 0], pairs[:, 1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BothWays(Around):
    """
    Fill along one axis, then blend with what was filled along the other.

    Each sample is the mean of both estimates, weighted by one over the square of their predicted errors. Where one way
    refuses a trace, the other's answer stands.

    Parameters
    ----------
    inner : Interpolator
        What fills.
    model : ErrorModel
        Of its errors along this axis.
    other : OtherWay
        Estimates along the other axis.
    """

    inner: Interpolator
    model: ErrorModel
    other: OtherWay

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather* along this axis alone."""
        return self.inner.fill(gather, context=context)

    def complete(self, number: int, gather: Gather, answer: Filled) -> Filled:
        """
        The answer to gather *number* of the survey, blended with what is known from the other axis.

        Parameters
        ----------
        number : int
            Of the gather.
        gather : Gather
            What was filled.
        answer : Filled
            What `fill` made of it.
        """
        rows = self.other.rows(number, gather)
        if not len(rows):
            return answer
        estimate, sigma = self.other.read(number, rows)
        own = self.model.sigma(gather, answer)[rows]
        share = blend_share(own, sigma, refused=~answer.filled[rows])
        data, filled = answer.data.copy(), answer.filled.copy()
        data[rows] = (1 - share) * data[rows] + share * estimate
        filled[rows] = True
        reasons = {place: reason for place, reason in answer.reasons.items() if not filled[place]}
        return replace(answer, data=data, filled=filled, reasons=reasons, method=f"{answer.method}, both ways")


def blend_share(own: Floats, other: Floats, *, refused: Bools) -> Floats:
    """
    Share of the other estimate in the blend: one over the square of its error, in parts of the sum of both.

    Parameters
    ----------
    own, other : float arrays, shape (n_traces, n_samples)
        Predicted errors.
    refused : bool array, shape (n_traces,)
        Traces of which only the other estimate is there.

    Examples
    --------
    >>> own, other = np.array([[1.0, 3.0, 0.0], [1.0, 1.0, 1.0]]), np.array([[1.0, 0.0, 0.0], [5.0, 5.0, 5.0]])
    >>> blend_share(own, other, refused=np.array([False, True])).tolist()
    [[0.5, 1.0, 0.5], [1.0, 1.0, 1.0]]
    """
    largest = np.maximum(own, other)
    scale = np.where(largest > 0, largest, 1)
    mine, its = (own / scale).astype(np.float64) ** 2, (other / scale).astype(np.float64) ** 2
    share = np.where(largest > 0, mine / np.where(largest > 0, mine + its, 1), 0.5)
    return np.where(refused[:, None], 1, share).astype(np.float32)
