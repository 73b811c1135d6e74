"""What the classical fillers share: overlapping windows, solved in batches, and blended. No method knows another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.gather import Bools, Filled, Floats, Gather
from seisfill.interpolators.base import Limits, choose_device, make_answer
from seisfill.neighbours import interpolate_linear
from seisfill.patches.assemble import PatchAssembler
from seisfill.patches.grid import PatchGrid
from seisfill.patches.windows import hann_window

# Tapered data (B, X, T), zeros in missing traces, and live (B, X) to an estimate (B, X, T) and what it answers (B, X).
Solve = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
# The same with the position of each trace from the first of its window (B, X), float64, in the unit of `Gather.axis`.
PlacedSolve = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]

FAINT = 1e-6  # trust in a trace that lies outside the live ones of its window, beside 1 for one that lies between them
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """
    How a gather is cut for a solver, and its answers are blended.

    Time is padded by half a window, so that every sample lies under a full sum of Hann windows. A part of the window
    along time is put on before the solver, the rest in the blend; along the traces there is only the blend.

    Parameters
    ----------
    traces, samples : int
        Size of a window; a gather that is smaller is one window.
    steps : (int, int)
        Windows begin every ``traces // steps[0]`` traces and ``samples // steps[1]`` samples.
    taper : float
        Power of the Hann window along time that the solver sees, 0 to 1.
    batch : int
        Windows that are solved together: fixed, so that the same gather gives the same bytes.

    Raises
    ------
    InvalidParameterError
        If a number breaks its rule.

    Examples
    --------
    A "solver" that repeats the first trace of each window:

    >>> gather = Gather(data=[[5.0, 6.0], [0.0, 0.0], [1.0, 1.0]], live=[True, False, True], dt=0.004)
    >>> def repeat(data, live):
    ...     return data[:, :1].expand_as(data), torch.ones_like(live)
    >>> estimate, answered = Windows(traces=4, samples=4).fill(gather, repeat)
    >>> estimate[1].round(3).tolist(), answered.tolist()
    ([5.0, 6.0], [True, True, True])
    """

    traces: int
    samples: int
    steps: tuple[int, int] = (2, 2)
    taper: float = 0.25
    batch: int = 64

    def __post_init__(self) -> None:
        for name, smallest in {"traces": 2, "samples": 2, "batch": 1}.items():
            if getattr(self, name) < smallest:
                raise InvalidParameterError(f"Invalid {name} {getattr(self, name)}: must be at least {smallest}.")
        if not (1 <= self.steps[0] <= self.traces and 1 <= self.steps[1] <= self.samples):
            raise InvalidParameterError(f"Invalid steps {self.steps}: must lie between 1 and the size of a window.")
        check_between("taper", self.taper, 0, 1)

    @property
    def margin(self) -> int:
        """Zeros put before the first and behind the last sample."""
        return self.samples // 2

    def grid(self, shape: tuple[int, int]) -> PatchGrid:
        """
        Plan of the windows of a gather of *shape*, its margins included.

        Examples
        --------
        >>> [box[1].start for box in Windows(traces=8, samples=4).grid((8, 4))]
        [0, 2, 4]
        """
        stride = self.traces // self.steps[0], self.samples // self.steps[1]
        padded = shape[0], shape[1] + 2 * self.margin
        return PatchGrid(shape=padded, size=(self.traces, self.samples), stride=stride)

    def fill(self, gather: Gather, solve: Solve, *, device: str = "auto") -> tuple[Floats, Bools]:
        """
        Estimate of a gather by a solver of windows.

        A trace is live in a window if all its samples there are known. Windows without a missing trace, without a live
        one, or without energy are not solved. Each window comes to the solver divided by a power of two, which makes
        its largest amplitude lie between 0.5 and 1.

        Parameters
        ----------
        gather : Gather
            Live and missing traces.
        solve : function
            See `Solve`.
        device : {'auto', 'cpu', 'cuda'}
            Where the solver computes.

        Returns
        -------
        estimate : float32 array, shape (n_traces, n_samples)
            The blend of all windows. A hole in a live trace that no window answers holds the straight line.
        answered : bool array, shape (n_traces,)
            False for missing traces that lack an answer at some time. Between live traces, only windows that have live
            ones on both sides count.
        """
        return self.fill_placed(gather, lambda data, live, _: solve(data, live), device=device)

    @torch.inference_mode()
    def fill_placed(self, gather: Gather, solve: PlacedSolve, *, device: str = "auto") -> tuple[Floats, Bools]:
        """As `fill`, for a solver that wants to know where the traces are."""
        place = torch.device(choose_device(device))
        work = _Work(self, gather)
        for index in map(int, np.flatnonzero(~work.wanted)):
            work.add(index, work.cut(index), np.full_like(work.live[index], work.still[index]))
        wanted = np.flatnonzero(work.wanted)
        for start in range(0, len(wanted), self.batch):
            indices = wanted[start : start + self.batch]
            data, scale = work.scaled(indices)
            positions = gather.axis[work.rows(indices)]
            positions = positions - positions[:, :1]
            live = torch.from_numpy(work.live[indices])
            estimate, answered = solve(data.to(place), live.to(place), torch.from_numpy(positions).to(place))
            values = estimate.double().cpu().numpy() * scale / work.taper
            for index, patch, good in zip(indices, values, answered.cpu().numpy(), strict=True):
                work.add(int(index), patch, good)
        return work.finish()


class _Work:
    """One gather on its way through the windows: what is live in each, and the two sums of the blend."""

    def __init__(self, windows: Windows, gather: Gather) -> None:
        self.gather = gather
        self.margin = windows.margin
        self.grid = grid = windows.grid((gather.n_traces, gather.n_samples))
        self._boxes = grid.boxes
        sides = ((0, 0), (self.margin, self.margin))
        self._data = np.pad(gather.data.astype(np.float64), sides)
        known = np.pad(gather.known, sides, constant_values=True)  # a missing trace has no window of margin only
        self.live = np.array([known[box].all(axis=1) for box in self._boxes])
        loud = np.array([self.cut(index)[live].any() for index, live in enumerate(self.live)])
        self.wanted = loud & ~self.live.all(axis=1)
        # nothing known but zeros, and a live trace: zeros are the answer; energy in holed traces alone is not enough
        quiet = np.array([not self.cut(index).any() for index in range(len(grid))])
        self.still = quiet & self.live.any(axis=1)
        window = hann_window(grid.patch_shape)
        self.taper = hann_window((1, grid.patch_shape[1]))[0] ** windows.taper
        self._sum = PatchAssembler(grid, window=window, like=np.zeros(0))
        self._trust = PatchAssembler(grid, window=window, like=np.zeros(0))
        shape = grid.counts[1], gather.n_traces
        self._firm, self._any = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)

    def cut(self, index: int) -> np.ndarray:
        """Amplitudes of a window, zeros where they are not known."""
        return self._data[self._boxes[index]]

    def rows(self, indices: np.ndarray) -> np.ndarray:
        """Trace numbers of windows: (B, X)."""
        starts = np.array([self._boxes[index][0].start for index in indices])
        return starts[:, None] + np.arange(self.grid.patch_shape[0])

    def scaled(self, indices: np.ndarray) -> tuple[Tensor, np.ndarray]:
        """Tapered float32 data of windows, (B, X, T), and the power of two that each was divided by, (B, 1, 1)."""
        data = np.stack([self.cut(index) for index in indices]) * self.live[indices][..., None]
        _, exponent = np.frexp(np.abs(data).max(axis=(1, 2), keepdims=True))
        scale = np.ldexp(1.0, exponent)
        return torch.from_numpy(data / scale * self.taper).float(), scale

    def add(self, index: int, patch: np.ndarray, answered: np.ndarray) -> None:
        """Blend the answer of one window; where its traces are live, they are their own answer."""
        live = self.live[index]
        between = np.logical_or.accumulate(live) & np.logical_or.accumulate(live[::-1])[::-1]
        answered = live | (answered & np.isfinite(patch).all(axis=1))
        trust = np.where(answered, np.where(between, 1.0, FAINT), 0.0)[:, None]
        patch = np.where(live[:, None], self.cut(index), np.where(answered[:, None], patch, 0))
        self._sum.add(index, patch * trust)
        self._trust.add(index, np.broadcast_to(trust, patch.shape))
        column, rows = index % self.grid.counts[1], self._boxes[index][0]
        self._firm[column, rows] |= answered & between
        self._any[column, rows] |= answered

    def finish(self) -> tuple[Floats, Bools]:
        """The blend, and which traces it serves."""
        inside = (slice(None), slice(self.margin, self.margin + self.gather.n_samples))
        trust, total = self._trust.finish()[inside], self._sum.finish()[inside]
        seen = trust > 0
        estimate = total / np.where(seen, trust, 1)
        live, known = self.gather.live, self.gather.known
        if (lost := live[:, None] & ~known & ~seen).any():
            line = interpolate_linear(self._data[inside], known, position=self.gather.axis)
            estimate = np.where(lost, line, estimate)
        outer = ~(np.logical_or.accumulate(live) & np.logical_or.accumulate(live[::-1])[::-1])
        answered = live | self._firm.all(axis=0) | (outer & self._any.all(axis=0))
        return np.clip(estimate, -LARGEST, LARGEST).astype(np.float32), answered


def fill_by_windows(
    gather: Gather,
    solve: PlacedSolve,
    *,
    windows: Windows,
    limits: Limits,
    device: str,
    method: str,
    refusal: str,
) -> Filled:
    """
    The whole way of a windowed filler: judge, solve, blend, answer.

    Parameters
    ----------
    gather : Gather
        What is to be filled.
    solve : function
        See `PlacedSolve`.
    windows : Windows
        How it is cut.
    limits : Limits
        What is not invented.
    device : {'auto', 'cpu', 'cuda'}
        Where the solver computes.
    method : str
        Name of the filler.
    refusal : str
        Why a trace may have no answer, and which method has one; the width of the gap is put before it.
    """
    wanted, reasons = limits.judge(gather.live)
    known = gather.known
    if known.all() or gather.live.sum() < 2 or not (wanted.any() or (~known[gather.live]).any()):
        return make_answer(gather, np.zeros_like(gather.data), method=method, judged=(wanted, reasons))
    estimate, answered = windows.fill_placed(gather, solve, device=device)
    places = np.flatnonzero(gather.live)
    for trace in np.flatnonzero(wanted & ~answered):
        right = int(np.searchsorted(places, trace))
        inner = 0 < right < len(places)
        where = f"gap of {places[right] - places[right - 1] - 1} traces" if inner else "beyond the last live trace"
        reasons[int(trace)] = f"{where}: {refusal}"
    return make_answer(gather, estimate, method=method, judged=(wanted & answered, reasons))
