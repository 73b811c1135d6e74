"""Damped rank reduction of Hankel matrices of frequency slices: a few plane waves make a matrix of low rank."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from seisfill.errors import InvalidParameterError
from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Limits
from seisfill.interpolators.windowed import Windows, fill_by_windows

FLOOR = 1e-2  # energy of a frequency slice, as amplitude, over the largest of its window: below it is left at zero
FIRST = 0.5  # share that a singular value must exceed in the first reductions: strong events come first
SMALLEST = 1e-30  # stands for zero in a quotient
RIDGE = 1e-6  # on the diagonal before Cholesky: above the rounding of float32, far below the ones that stand there


@dataclass(frozen=True, slots=True, kw_only=True)
class RankInterpolator:
    """
    Multichannel singular spectrum analysis: reduce the rank, put the recorded traces back, and again.

    The traces of a window at one frequency fill a Hankel matrix, whose rank is the number of plane waves that cross the
    window; missing traces raise it. The rank that is kept is chosen for each window at each iteration: the number of
    singular values whose energy, summed over the window's frequencies, exceeds a share of that of the first. The share
    falls exponentially, so that strong events are filled before weak ones are told from holes. Damping takes off what
    noise and holes add to the singular values kept. Singular vectors are followed from one iteration to the next by one
    step of subspace iteration, for all windows and frequencies at once.

    Parameters
    ----------
    rank : int
        Most singular values kept.
    share : float
        Energy of the last singular value kept over that of the first, at least, in the last reduction.
    damping : float
        Power of the damping: larger is weaker.
    iterations : int
        Reductions.
    relaxation : float
        Step towards the reduced slice at missing traces: 1 as published; more than 1 converges in fewer iterations.
    windows : Windows
        How a gather is cut.
    limits : Limits
        What is not invented.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.

    Raises
    ------
    InvalidParameterError
        If a number breaks its rule.

    References
    ----------
    Oropeza and Sacchi (2011), Geophysics 76, V25-V32; damping: Chen et al. (2016), Geophysical Journal International
    206, 1695-1717.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.outer(np.ones(8), np.sin(np.arange(32)))
    >>> live = np.array([1, 0, 1, 1, 0, 1, 0, 1], dtype=bool)
    >>> answer = RankInterpolator().fill(Gather(data=truth, live=live, dt=0.004))
    >>> bool(np.abs(answer.data - truth).max() < 0.05)
    True
    """

    rank: int = 4
    share: float = 0.003
    damping: float = 2.0
    iterations: int = 20
    relaxation: float = 1.5
    windows: Windows = field(default_factory=lambda: Windows(traces=32, samples=128, batch=16))
    limits: Limits = field(default_factory=Limits)
    device: str = "auto"

    def __post_init__(self) -> None:
        for name in ("rank", "iterations"):
            if getattr(self, name) < 1:
                raise InvalidParameterError(f"Invalid {name} {getattr(self, name)}: must be at least 1.")
        if not 0 < self.share <= 1:
            raise InvalidParameterError(f"Invalid share {self.share}: must lie above 0 and up to 1.")
        if not self.damping > 0:
            raise InvalidParameterError(f"Invalid damping {self.damping}: must be positive.")
        if not 0 < self.relaxation < 2:
            raise InvalidParameterError(f"Invalid relaxation {self.relaxation}: must lie between 0 and 2.")

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* are not used."""
        return fill_by_windows(
            gather,
            lambda data, live, _: self._solve(data, live),
            windows=self.windows,
            limits=self.limits,
            device=self.device,
            method="rank",
            refusal=f"rank finds too few live traces around it in windows of {self.windows.traces} traces; "
            "linear fills any gap",
        )

    def _solve(self, data: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate of windows (B, X, T) at the frequencies that hold energy."""
        n_samples = data.shape[-1]
        slices = torch.fft.rfft(data, n=2 * n_samples).transpose(1, 2)  # (B, F, X)
        energy = torch.linalg.vector_norm(slices, dim=-1)
        window, frequency = (energy >= FLOOR * energy.amax(dim=1, keepdim=True)).nonzero(as_tuple=True)
        filled = torch.zeros_like(slices)
        filled[window, frequency] = self._reduce(slices[window, frequency], live[window], window, len(data))
        estimate = torch.fft.irfft(filled.transpose(1, 2), n=2 * n_samples)[..., :n_samples]
        enough = live.sum(dim=1) >= 2
        return estimate, enough[:, None].expand_as(live)

    def _reduce(self, recorded: Tensor, live: Tensor, window: Tensor, n_windows: int) -> Tensor:
        """All iterations on frequency slices (M, X), complex, each of the *window* (M,) of that number."""
        n_traces = recorded.shape[1]
        n_rows = n_traces // 2 + 1
        places = torch.arange(n_rows)[:, None] + torch.arange(n_traces - n_rows + 1)
        places = places.to(recorded.device)
        count = torch.bincount(places.flatten())  # entries of each antidiagonal
        vectors = _first_vectors(n_rows, min(self.rank + 1, places.shape[1]), recorded)
        slices = recorded
        for step in range(1, self.iterations + 1):
            share = FIRST * (self.share / FIRST) ** (step / self.iterations)
            hankel = slices[:, places]  # (M, rows, columns)
            vectors, values, right = _follow(hankel, vectors)
            kept = self._kept(values, share, window, n_windows)
            low = (vectors * kept[:, None]) @ right.mH
            mean = torch.zeros_like(slices).index_add_(1, places.flatten(), low.flatten(1)) / count
            slices = torch.where(live, recorded, slices + self.relaxation * (mean - slices))
        return slices

    def _kept(self, values: Tensor, share: float, window: Tensor, n_windows: int) -> Tensor:
        """Share of each singular value (M, rank + 1), falling, that stays: 0 for those beyond the rank."""
        last = values.shape[1] - 1
        energy = torch.zeros(n_windows, last + 1, device=values.device).index_add_(0, window, values.square())
        rank = (energy[:, :last] > share * energy[:, :1]).sum(dim=1).clamp_min(1)[window, None]
        beyond = values.gather(1, rank.clamp_max(last))
        damped = 1 - (beyond / values.clamp_min(SMALLEST)).clamp_max(1) ** self.damping
        return torch.where(torch.arange(last + 1, device=values.device) < rank, damped, 0.0)


def _first_vectors(n_rows: int, count: int, like: Tensor) -> Tensor:
    """The same unequal numbers for every slice (M, rows, count): no singular vector is orthogonal to them all."""
    numbers = torch.randn(n_rows, count, dtype=like.dtype, generator=torch.Generator().manual_seed(0))
    return numbers.to(like.device).expand(len(like), n_rows, count)


def _follow(hankel: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """
    One step of subspace iteration for matrices (M, rows, columns), from the vectors of the last (M, rows, count).

    Returns left vectors (M, rows, count), singular values (M, count), falling, and right vectors times the values.
    """
    vectors = hankel @ (hankel.mH @ vectors)
    size = (vectors.real.square() + vectors.imag.square()).sum(dim=1, keepdim=True).sqrt()
    vectors = vectors / size.clamp_min(SMALLEST)
    ridge = RIDGE * torch.eye(vectors.shape[2], dtype=vectors.dtype, device=vectors.device)
    factor, _ = torch.linalg.cholesky_ex(vectors.mH @ vectors + ridge)
    vectors = torch.linalg.solve_triangular(factor.mH, vectors, upper=True, left=False)
    right = hankel.mH @ vectors
    squares, turn = torch.linalg.eigh(right.mH @ right)
    turn = turn.flip(-1)
    return vectors @ turn, squares.flip(-1).clamp_min(0).sqrt(), right @ turn
