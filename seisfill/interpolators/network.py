"""The gated network as a filler: gain, tiles with a halo, the network, and back. The only filler that knows torch."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seisfill.errors import InvalidParameterError, WeightsError
from seisfill.gather import Filled, Floats, Gather
from seisfill.interpolators.base import Limits, choose_device, make_answer
from seisfill.interpolators.turns import TURNS
from seisfill.nn.unet import UNet
from seisfill.nn.weights import DEFAULT, load_weights
from seisfill.patches.assemble import PatchAssembler, extract_patches
from seisfill.patches.gain import Gain
from seisfill.patches.grid import PatchGrid
from seisfill.patches.windows import Window, flat_window


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """
    How a gather is cut for the network.

    Tiles are of one canonical size, whatever memory is free, so that the same gather gives the same bytes everywhere.

    Parameters
    ----------
    size : (int, int)
        Traces and samples of a tile; a gather that is larger by less than half a stride is still one tile.
    halo : (int, int)
        Traces and samples at each edge that are seen, and blended away where another tile sees further.
    """

    size: tuple[int, int] = (192, 1024)
    halo: tuple[int, int] = (40, 96)

    def __post_init__(self) -> None:
        if any(2 * halo >= size for size, halo in zip(self.size, self.halo, strict=True)):
            raise InvalidParameterError(f"Invalid halo {self.halo}: must be less than half of the tiles' {self.size}.")

    def grid(self, shape: tuple[int, int], *, multiple: tuple[int, int] = (1, 1)) -> PatchGrid:
        """
        Plan of the tiles of a gather of *shape*, for a network whose inner size is a *multiple*.

        Examples
        --------
        >>> [box[1] for box in Tiles(size=(8, 32), halo=(0, 8)).grid((8, 45), multiple=(1, 8))]
        [slice(0, 37, None), slice(8, 45, None)]
        """
        (tall, down), (long, along) = (
            _plan(n, size, size - 2 * halo, step)
            for n, size, halo, step in zip(shape, self.size, self.halo, multiple, strict=True)
        )
        return PatchGrid(shape=shape, size=(tall, long), stride=(down, along))

    def window(self, shape: tuple[int, int]) -> Window:
        """Weights of a tile of *shape*: near nothing in the outer half of a halo, where a tile sees too little."""
        return flat_window(shape, taper=(2 * self.halo[0], 2 * self.halo[1])) ** 4


def _plan(n: int, size: int, stride: int, multiple: int) -> tuple[int, int]:
    """
    Size and stride of the tiles along an axis of *n*, so that a tile answers as one tile over all would.

    A strided network does so only if the tile begins at a multiple of its strides: tiles grow by less than that, and
    the last one, which ends at the edge, begins at a multiple too. It must also begin far behind the one before: at the
    edge of the gather both windows fall off, and the inner edge of the one before would weigh as much as the last tile.
    """
    if 2 * (n - size) < stride:
        return max(n, size), stride
    size += (n - size) % multiple
    steps = range(max(stride // multiple, 1) * multiple, 0, -multiple)
    return size, next(step for step in steps if (n - size) % step == 0 or 2 * ((n - size) % step) >= step)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkInterpolator:
    """
    Fill with a gated U-Net.

    Parameters
    ----------
    network : UNet
        With its weights, in evaluation mode, on its device.
    tiles : Tiles
        How gathers are cut.
    flips : bool
        Average over the gather as it is, reversed along the traces, and both with the other polarity: four times the
        work, for 0.5 to 1.5 dB on steep events that were not flattened.
    limits : Limits
        What is not invented.
    weights_sha256 : str, optional
        Of the file that the weights came from.
    trained_gap : int, optional
        Widest gap that they were trained on [traces].
    turns : int
        Further looks at the gather, 0 to 5 (`seisfill.interpolators.turns`: reversed, other polarity, two shears, other
        tiles), each of which costs another fill. Only sigma learns from them: how far their answers spread.
    """

    network: UNet
    tiles: Tiles = field(default_factory=Tiles)
    flips: bool = False
    limits: Limits = field(default_factory=Limits)
    weights_sha256: str | None = None
    trained_gap: int | None = None
    turns: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.turns <= len(TURNS):
            raise InvalidParameterError(f"Invalid turns {self.turns}: must be from 0 to {len(TURNS)}.")

    @classmethod
    def load(
        cls,
        weights: str | Path = DEFAULT,
        *,
        device: str = "auto",
        flips: bool = False,
        limits: Limits | None = None,
        turns: int = 0,
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
        turns : int
            See the class.

        Raises
        ------
        WeightsError
            If the weights are absent or corrupt, or were trained without gain.
        InvalidParameterError
            If the device is not there.
        """
        network, card = load_weights(weights, device=choose_device(device))
        if not card.get("config", {}).get("stream", {}).get("gain", True):
            raise WeightsError(f"Invalid weights {weights}: must be trained with gain; these were not (stream.gain).")
        limits = limits or Limits()
        if limits.max_gap is None:
            limits = replace(limits, max_gap=card.get("max_gap"))
        return cls(
            network=network,
            flips=flips,
            limits=limits,
            weights_sha256=card["sha256"],
            trained_gap=card.get("max_gap"),
            turns=turns,
        )

    @property
    def takes_guides(self) -> bool:
        """Whether the weights were trained with slopes that a user trusts."""
        return self.network.config.guides

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """
        Fill *gather*; the neighbours in *context* are not used.

        A network that takes guides is shown ``gather.guides["slope"]`` [samples per trace] where ``["trust"]`` is 1,
        everywhere if that is not given.

        Raises
        ------
        InvalidParameterError
            If the gather has a slope and the network takes no guides, or turns are asked for besides.
        """
        guide = self._guide(gather)
        if guide is not None and self.turns:
            raise InvalidParameterError(
                f"Invalid turns {self.turns} of a gather with guides: must be 0, as slopes do not turn with it."
            )
        judged = self.limits.judge(gather.live)
        known = gather.known
        if known.all() or gather.live.sum() < 2 or not gather.data.any():
            return make_answer(gather, np.zeros_like(gather.data), method="network", judged=judged)
        gain = Gain.fit(gather.data, known)
        gained = gain.apply(gather.data)
        estimate, scale = self._estimate(gained, known, guide)
        if self.turns:
            scale = self._with_spread(gained, known, estimate, scale)
        return make_answer(gather, gain.undo(estimate), method="network", judged=judged, sigma=gain.undo(scale))

    def _with_spread(self, data: Floats, known: np.ndarray, estimate: Floats, scale: Floats) -> Floats:
        """The Laplace scale of what the network tells of itself and what its other looks tell of it."""
        square = np.zeros(data.shape)
        for turn in TURNS[: self.turns]:
            other, _ = self._estimate(*turn.look(data, known), None)
            square += (turn.undo(other, (data.shape[0], data.shape[1])).astype(np.float64) - estimate) ** 2
        # the variance of a Laplace variable is twice the square of its scale
        both: Floats = np.sqrt(scale.astype(np.float64) ** 2 + square / (2 * self.turns)).astype(np.float32)
        return both

    def _guide(self, gather: Gather) -> Floats | None:
        """Slope and trust of a gather, (2, n_traces, n_samples); None where it has none."""
        slope = gather.guides.get("slope")
        if slope is None:
            return None
        if not self.takes_guides:
            raise InvalidParameterError(
                "Invalid guide 'slope' for this network: must go to one that was trained with guides. Name other "
                "weights, or leave the guide out."
            )
        trust = gather.guides.get("trust", np.ones_like(slope))
        return np.stack([np.where(trust > 0, slope, 0), trust]).astype(np.float32)

    def _estimate(self, data: Floats, known: np.ndarray, guide: Floats | None) -> tuple[Floats, Floats]:
        """Estimate and Laplace scale of a gained gather, tile by tile."""
        grid = self.tiles.grid((data.shape[0], data.shape[1]), multiple=self.network.multiple)
        window = self.tiles.window(grid.patch_shape)
        estimate, scale = PatchAssembler(grid, window=window), PatchAssembler(grid, window=window)
        patches, masks = extract_patches(data, grid), extract_patches(known, grid)
        guides = None if guide is None else np.stack([extract_patches(part, grid) for part in guide], axis=1)
        for index in range(len(grid)):
            shown = None if guides is None else torch.from_numpy(guides[index])
            answer = self._tile(torch.from_numpy(patches[index]), torch.from_numpy(masks[index]), shown)
            estimate.add(index, answer[0].numpy())
            scale.add(index, answer[1].numpy())
        return estimate.finish(), scale.finish()

    @torch.inference_mode()
    def _tile(self, data: Tensor, known: Tensor, guide: Tensor | None = None) -> Tensor:
        """Estimate and scale of one tile: (X, T), (X, T) and (2, X, T), or None, to (2, X, T) on the CPU."""
        device = next(self.network.parameters()).device
        data, mask = data[None, None].to(device), known[None, None].float().to(device)
        turns = [(sign, axes) for sign in (1, -1) for axes in ([], [-2])] if self.flips else [(1, [])]
        total = torch.zeros(2, *data.shape[-2:], device=device)
        for sign, axes in turns:
            inputs = [sign * data.flip(axes), mask.flip(axes)]
            if guide is not None:
                turn = torch.tensor([-1.0 if axes else 1.0, 1.0])[:, None, None]  # reversed, what dips down dips up
                inputs.append((turn * guide.flip(axes))[None].to(device))
            estimate, log_scale = self.network(*inputs)
            total += torch.stack([sign * estimate[0, 0], log_scale[0, 0].exp()]).flip(axes)
        return (total / len(turns)).cpu()
