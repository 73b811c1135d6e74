"""Patches cut from gathers that are there: recorded ones, and modelled shots. Handed in by workflows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.synthetic.surveys import Patches


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """
    Files to cut patches from, and how many.

    Parameters
    ----------
    files : tuple of str
        SEG-Y or SU files, or folders that ``seisfill model`` has written.
    share : float
        Share of the patches of a batch that is cut from them.
    """

    files: tuple[str, ...] = ()
    share: float = 0.2

    def __post_init__(self) -> None:
        check_between("share", self.share, 0, 1)
        if not self.files:
            raise InvalidParameterError("Invalid files (): must hold at least one. Name files, or drop the table.")


class PatchSource(Protocol):
    """Where patches come from, besides synthetic events."""

    @property
    def share(self) -> float:
        """Share of the patches of a batch."""

    def cut(self, count: int, size: tuple[int, int], *, rng: torch.Generator) -> Patches:
        """*count* patches of *size* (traces, samples), on the host, as its generator *rng* says."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CutPatches:
    """
    Patches from anywhere in some sections, either way round and of either sign.

    They have no slope, and all that was recorded counts as signal.

    Parameters
    ----------
    sections : tuple of float arrays, each of shape (n_traces, n_samples)
        Neighbouring live traces, as `live_runs` finds them. They may be memory-mapped; they are never copied whole.
    share : float
        Share of the patches of a batch.

    Examples
    --------
    >>> source = CutPatches(sections=(np.arange(12, dtype=np.float32).reshape(3, 4),), share=0.5)
    >>> source.cut(2, (2, 4), rng=torch.Generator().manual_seed(0)).truth.shape
    torch.Size([2, 2, 4])
    """

    sections: tuple[NDArray[np.floating], ...]
    share: float

    def __post_init__(self) -> None:
        check_between("share", self.share, 0, 1)

    def cut(self, count: int, size: tuple[int, int], *, rng: torch.Generator) -> Patches:
        """
        Draw patches, every place with the same chance.

        Parameters
        ----------
        count : int
            Number of patches.
        size : (int, int)
            Traces and samples.
        rng : torch.Generator
            Source of randomness, on the host.

        Returns
        -------
        Patches
            Of unit RMS; the slope is 0.

        Raises
        ------
        InvalidParameterError
            If no section is as large as a patch.
        """
        fits = [s for s in self.sections if s.shape[0] >= size[0] and s.shape[1] >= size[1]]
        if not fits:
            raise InvalidParameterError(
                f"Invalid patch {size}: must fit one of {len(self.sections)} runs of live traces. Make it smaller."
            )
        places = torch.tensor([math.prod(np.subtract(s.shape, size) + 1) for s in fits], dtype=torch.float64)
        chosen = torch.multinomial(places, count, replacement=True, generator=rng).tolist()
        truth = torch.stack([_cut_one(fits[number], size, rng) for number in chosen])
        rms = truth.square().mean(dim=(-2, -1), keepdim=True).sqrt()
        truth = truth / torch.where(rms > 0, rms, 1.0)
        return Patches(signal=truth, truth=truth, slope=torch.zeros_like(truth))


def _cut_one(section: NDArray[np.floating], size: tuple[int, int], rng: torch.Generator) -> Tensor:
    draws = torch.rand(4, generator=rng, dtype=torch.float64).tolist()
    x, t = (int(draw * (n - wanted + 1)) for draw, n, wanted in zip(draws, section.shape, size, strict=False))
    patch = np.array(section[x : x + size[0], t : t + size[1]], dtype=np.float32)
    turned = patch[::-1] if draws[2] < 0.5 else patch
    return torch.from_numpy(np.ascontiguousarray(turned if draws[3] < 0.5 else -turned))


def live_runs(gathers: Sequence[Gather]) -> tuple[NDArray[np.floating], ...]:
    """
    Runs of neighbouring live traces without holes inside.

    Parameters
    ----------
    gathers : sequence of Gather
        Recorded data.

    Returns
    -------
    tuple of float32 arrays, each of shape (n_traces, n_samples)
        Views into the gathers.

    Examples
    --------
    >>> data, live = np.ones((5, 4), dtype=np.float32), np.array([True, True, False, True, True])
    >>> [run.shape for run in live_runs([Gather(data=data * live[:, None], live=live, dt=0.004)])]
    [(2, 4), (2, 4)]
    """
    runs = []
    for gather in gathers:
        whole = gather.live if gather.valid is None else gather.live & gather.valid.all(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], whole, [False]]).astype(np.int8)))
        runs += [gather.data[start:stop] for start, stop in edges.reshape(-1, 2)]
    return tuple(runs)
