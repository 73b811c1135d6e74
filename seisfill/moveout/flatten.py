"""A fitted moveout as something that flattens and restores: overlapping pieces in time, each shifted exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seisfill._checks import check_shape
from seisfill.moveout.shifts import Doubles, odd_length, shift_traces


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecePlan:
    """
    Where the pieces of a flattened gather lie in time.

    Parameters
    ----------
    samples : int
        Samples of a piece that take part in the blend.
    ramp : int
        Samples over which one piece fades into the next.
    margin : int
        Samples at either end of a piece that are seen, but never used: room for the shifts of the piece.
    """

    samples: int = 256
    ramp: int = 128
    margin: int = 64

    @property
    def length(self) -> int:
        """Samples of a piece, margins included; odd."""
        return odd_length(self.samples + 2 * self.margin)

    @property
    def window(self) -> Doubles:
        """Weights of a piece: shape (length,); those of all pieces add up to one."""
        ramp = np.sin(np.pi / 2 * (np.arange(self.ramp) + 0.5) / self.ramp) ** 2
        inside = np.concatenate([ramp, np.ones(self.samples - 2 * self.ramp), ramp[::-1]])
        return np.concatenate([np.zeros(self.margin), inside, np.zeros(self.length - self.margin - self.samples)])

    def starts(self, n_samples: int) -> range:
        """First sample of each piece against that of a record of *n_samples*; the first is negative."""
        first = -self.margin - self.ramp
        return range(first, n_samples - self.margin, self.samples - self.ramp)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moveout:
    """
    Delays of the traces of a gather: one curve for all times, and one more for each piece in time.

    Parameters
    ----------
    n_samples : int
        Samples of a trace.
    curve : float array, shape (n_traces,)
        Delay of each trace [samples], from 0 up.
    residuals : float array, shape (n_pieces, n_traces)
        What the delay of a trace differs by in each piece [samples], within the margin of the plan.
    agreement : (float, float)
        Of neighbouring live traces, before and after.
    plan : PiecePlan
        Where the pieces lie.
    """

    n_samples: int
    curve: Doubles
    residuals: Doubles
    agreement: tuple[float, float] = (0.0, 0.0)
    plan: PiecePlan = PiecePlan()

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing to shift."""
        return not (self.curve.any() or self.residuals.any())

    def flatten(self, data: NDArray[np.floating]) -> NDArray[np.floating]:
        """
        Pieces of the flattened gather.

        Parameters
        ----------
        data : float array, shape (n_traces, n_samples)
            Amplitudes.

        Returns
        -------
        float array, shape (n_pieces, n_traces, plan.length)
            Each piece with its margins, not tapered.
        """
        check_shape("data", data.shape, (len(self.curve), self.n_samples))
        return shift_traces(cut_pieces(align(data, self.curve), self.plan), self.residuals)

    def restore(self, pieces: NDArray[np.floating]) -> NDArray[np.floating]:
        """
        The gather whose pieces these are: the inverse of `flatten`.

        Parameters
        ----------
        pieces : float array, shape (n_pieces, n_traces, plan.length)
            Flattened pieces.

        Returns
        -------
        float array, shape (n_traces, n_samples)
            Amplitudes.
        """
        long = aligned_length(self.n_samples, self.curve)
        check_shape("pieces", pieces.shape, (len(self.plan.starts(long)), len(self.curve), self.plan.length))
        pieces = shift_traces(pieces, -self.residuals) * self.plan.window.astype(pieces.dtype)
        whole = np.zeros((len(self.curve), long), dtype=pieces.dtype)
        for start, piece in zip(self.plan.starts(long), pieces, strict=True):
            low, high = max(start, 0), min(start + self.plan.length, long)
            whole[:, low:high] += piece[:, low - start : high - start]
        return shift_traces(whole, -self.curve)[:, : self.n_samples]


def aligned_length(n_samples: int, curve: Doubles) -> int:
    """Samples that hold every trace at its place along the curve, and a little room for the ringing of shifts."""
    return odd_length(n_samples + int(np.ceil(np.ptp(curve))) + 32)


def align(data: NDArray[np.floating], curve: Doubles) -> NDArray[np.floating]:
    """Every trace moved up by its delay, in a record that is long enough to lose nothing."""
    padded = np.zeros((len(data), aligned_length(data.shape[1], curve)), dtype=data.dtype)
    padded[:, : data.shape[1]] = data
    return shift_traces(padded, curve)


def cut_pieces(aligned: NDArray[np.floating], plan: PiecePlan) -> NDArray[np.floating]:
    """Pieces of an aligned record: shape (n_pieces, n_traces, plan.length)."""
    starts = plan.starts(aligned.shape[1])
    before = -starts[0]
    behind = max(starts[-1] + plan.length - aligned.shape[1], 0)
    padded = np.pad(aligned, ((0, 0), (before, behind)))
    return np.stack([padded[:, start + before : start + before + plan.length] for start in starts])
