"""The gated network as a filler: gain, tiles with a halo, the network, and back. The only filler that knows torch."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seisfill.errors import InvalidParameterError
from seisfill.gather import Filled, Floats, Gather
from seisfill.interpolators.base import Limits, make_answer
from seisfill.nn.unet import GatedUNet
from seisfill.nn.weights import DEFAULT, load_weights
from seisfill.patches.assemble import PatchAssembler, extract_patches
from seisfill.patches.gain import Gain
from seisfill.patches.grid import PatchGrid
from seisfill.patches.windows import flat_window


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """
    How a gather is cut for the network.

    Tiles are of one canonical size, whatever memory is free, so that the same gather gives the same bytes everywhere.

    Parameters
    ----------
    size : (int, int)
        Traces and samples of a tile; a smaller gather is one tile.
    halo : (int, int)
        Traces and samples at each edge that are seen, and blended away where another tile sees further.
    """

    size: tuple[int, int] = (192, 1024)
    halo: tuple[int, int] = (24, 96)

    def grid(self, shape: tuple[int, int]) -> PatchGrid:
        """Plan of the tiles of a gather of *shape*."""
        stride = (self.size[0] - 2 * self.halo[0], self.size[1] - 2 * self.halo[1])
        return PatchGrid(shape=shape, size=self.size, stride=stride)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkInterpolator:
    """
    Fill with a gated U-Net.

    Parameters
    ----------
    network : GatedUNet
        With its weights, in evaluation mode, on its device.
    tiles : Tiles
        How gathers are cut.
    flips : bool
        Average over the gather as it is, reversed along the traces, and both with the other polarity: four times the
        work for a little less error.
    limits : Limits
        What is not invented.
    """

    network: GatedUNet
    tiles: Tiles = field(default_factory=Tiles)
    flips: bool = False
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def load(
        cls,
        weights: str | Path = DEFAULT,
        *,
        device: str = "auto",
        flips: bool = False,
        limits: Limits | None = None,
    ) -> "NetworkInterpolator":
        """
        Filler with shipped weights, or those of a file.

        Parameters
        ----------
        weights : str or Path
            Name of shipped weights or a ``.safetensors`` file with its card.
        device : {'auto', 'cpu', 'cuda'}
            Where to compute; ``auto`` takes a GPU where there is one.
        flips : bool
            See the class.
        limits : Limits, optional
            What is not invented; the widest gap that the weights were trained on where not given.

        Raises
        ------
        WeightsError
            If the weights are absent or corrupt.
        InvalidParameterError
            If the device is not there.
        """
        network, card = load_weights(weights, device=choose_device(device))
        limits = limits or Limits()
        if limits.max_gap is None:
            limits = replace(limits, max_gap=card.get("max_gap"))
        return cls(network=network, flips=flips, limits=limits)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* are not used."""
        judged = self.limits.judge(gather.live)
        known = gather.known
        if known.all() or gather.live.sum() < 2:
            return make_answer(gather, np.zeros_like(gather.data), method="network", judged=judged)
        gain = Gain.fit(gather.data, known)
        estimate, scale = self._estimate(gain.apply(gather.data), known)
        return make_answer(
            gather, gain.undo(estimate), method="network", judged=judged, sigma=gain.undo(scale)
        )

    def _estimate(self, data: Floats, known: np.ndarray) -> tuple[Floats, Floats]:
        """Estimate and Laplace scale of a gained gather, tile by tile."""
        grid = self.tiles.grid(data.shape)
        window = flat_window(grid.patch_shape, taper=(2 * self.tiles.halo[0], 2 * self.tiles.halo[1]))
        estimate, scale = PatchAssembler(grid, window=window), PatchAssembler(grid, window=window)
        patches, masks = extract_patches(data, grid), extract_patches(known, grid)
        for index in range(len(grid)):
            answer = self._tile(torch.from_numpy(patches[index]), torch.from_numpy(masks[index]))
            estimate.add(index, answer[0].numpy())
            scale.add(index, answer[1].numpy())
        return estimate.finish(), scale.finish()

    @torch.inference_mode()
    def _tile(self, data: Tensor, known: Tensor) -> Tensor:
        """Estimate and scale of one tile: (X, T) and (X, T) to (2, X, T) on the CPU."""
        device = next(self.network.parameters()).device
        data, mask = data[None, None].to(device), known[None, None].float().to(device)
        turns = [(sign, axes) for sign in (1, -1) for axes in ([], [-2])] if self.flips else [(1, [])]
        total = torch.zeros(2, *data.shape[-2:], device=device)
        for sign, axes in turns:
            estimate, log_scale = self.network(sign * data.flip(axes), mask.flip(axes))
            total += torch.stack([sign * estimate[0, 0], log_scale[0, 0].exp()]).flip(axes)
        return (total / len(turns)).cpu()


def choose_device(word: str) -> str:
    """``auto`` to the GPU where there is one, else the CPU; a GPU that is asked for must be there."""
    if word not in ("auto", "cpu", "cuda"):
        raise InvalidParameterError(f"Invalid device {word!r}: must be auto, cpu or cuda.")
    if word == "cuda" and not torch.cuda.is_available():
        raise InvalidParameterError("Invalid device 'cuda': must be present, and torch sees no GPU. Use --device cpu.")
    return word if word != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
