"""Tiles through a network: several at once on a GPU, fewer where its memory ends, and on the CPU at last."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from torch import Tensor, nn

from seisfill.errors import SeisfillWarning
from seisfill.gather import Bools, Floats

ON_GPU, ON_CPU = 16, 1  # tiles at once; on a CPU 16 at once took 0.8 to 1.7 times as long as one by one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tile:
    """
    What a network sees at once.

    Parameters
    ----------
    data : float32 array, shape (X, T)
        Amplitudes, gained; zeros where nothing is known.
    known : bool array, shape (X, T)
        Where something is.
    guide : float32 array, shape (2, X, T), optional
        Slope [samples per trace] and trust.
    """

    data: Floats
    known: Bools
    guide: Floats | None = None

    @property
    def kind(self) -> tuple[object, ...]:
        """Tiles of one kind can go through a network together."""
        return self.data.shape, self.guide is None


class TileRunner:
    """
    Runs tiles through a network.

    Where a GPU has too little memory for a batch, half as many tiles are tried, and so on down to one; where that is
    too much the network moves to the CPU and stays there. Either is told by a `SeisfillWarning`, and kept in ``notes``.

    Parameters
    ----------
    network : Module
        On its device.
    flips : bool
        Whether the answer is the mean over the tile as it is, reversed along the traces, and both negated.
    most : int, optional
        Tiles at once; what suits the device where not given.
    """

    def __init__(self, network: nn.Module, *, flips: bool = False, most: int | None = None) -> None:
        self.network, self.flips, self._most = network, flips, most
        self.notes: tuple[str, ...] = ()

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.network.parameters()).device

    @property
    def most(self) -> int:
        """Tiles at once, if memory suffices."""
        return self._most or (ON_CPU if self.device.type == "cpu" else ON_GPU)

    def run(self, tiles: Sequence[Tile]) -> Iterator[Floats]:
        """Estimate and Laplace scale (2, X, T) of each tile, in order; neighbours of one kind go together."""
        for _, group in groupby(tiles, key=lambda tile: tile.kind):
            yield from self._run_equal(list(group))

    def _run_equal(self, tiles: Sequence[Tile]) -> Iterator[Floats]:
        start, most = 0, self.most
        while start < len(tiles):
            batch = tiles[start : start + most]
            try:
                answers = self._ask(batch)
            except torch.OutOfMemoryError:
                if len(batch) == 1 and self.device.type == "cpu":
                    raise
                most = self._with_less_memory(len(batch))
                continue
            yield from answers
            start += len(answers)

    def _with_less_memory(self, tried: int) -> int:
        """Tiles at once from now on, after the memory of the device did not suffice for as many as were *tried*."""
        device = self.device.type
        if tried > 1:
            self._note(f"{device.upper()} out of memory: batches of {tried // 2} tiles at most instead of {self.most}")
            return tried // 2
        self.network.to("cpu")
        self._note(f"{device.upper()} out of memory at a single tile: the network went on on the CPU")
        return self.most

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes = (*self.notes, note)
            warnings.warn(f"{note}.", SeisfillWarning, stacklevel=2)

    @torch.inference_mode()
    def _ask(self, tiles: Sequence[Tile]) -> Floats:
        """Equal tiles at once: (B, 2, X, T)."""
        data = torch.from_numpy(np.stack([tile.data for tile in tiles]))[:, None].to(self.device)
        mask = torch.from_numpy(np.stack([tile.known for tile in tiles]))[:, None].to(self.device).float()
        guides = [tile.guide for tile in tiles if tile.guide is not None]
        guide = torch.from_numpy(np.stack(guides)).to(self.device) if guides else None
        turns = [(sign, axes) for sign in (1, -1) for axes in ([], [-2])] if self.flips else [(1, [])]
        total = torch.zeros(len(tiles), 2, *data.shape[-2:], device=self.device)
        for sign, axes in turns:
            inputs = [sign * data.flip(axes), mask.flip(axes)]
            if guide is not None:
                inputs.append(_turned(guide, reverse=bool(axes)))
            estimate, log_scale = self.network(*inputs)
            total += torch.cat([sign * estimate, log_scale.exp()], dim=1).flip(axes)
        answer: Floats = (total / len(turns)).cpu().numpy()
        return answer


def _turned(guide: Tensor, *, reverse: bool) -> Tensor:
    """Slopes and trust of tiles (B, 2, X, T); in reversed traces what dips down dips up."""
    if not reverse:
        return guide
    sign = torch.tensor([-1.0, 1.0], device=guide.device)[:, None, None]
    return sign * guide.flip([-2])
