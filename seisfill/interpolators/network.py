"""The gated network as a filler: gain, tiles with a halo, the network, and back. No other filler knows networks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from seisfill.errors import InvalidParameterError, WeightsError
from seisfill.gather import Filled, Floats, Gather
from seisfill.interpolators.base import Limits, choose_device, make_answer
from seisfill.interpolators.batches import Tile, TileRunner
from seisfill.interpolators.turns import TURNS
from seisfill.nn.unet import UNet
from seisfill.nn.weights import DEFAULT, load_weights
from seisfill.patches.assemble import PatchAssembler
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
    _runner: TileRunner = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.turns <= len(TURNS):
            raise InvalidParameterError(f"Invalid turns {self.turns}: must be from 0 to {len(TURNS)}.")
        object.__setattr__(self, "_runner", TileRunner(self.network, flips=self.flips))

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

    @property
    def notes(self) -> tuple[str, ...]:
        """What went otherwise than planned: batches that were too large for the memory of a GPU."""
        return self._runner.notes

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
        return self._fill_together([gather])[0]

    def fill_many(self, gathers: Sequence[Gather]) -> list[Filled]:
        """
        Fill several gathers: on a GPU, equal tiles of all of them go through the network together.

        On a CPU that gains nothing, and each is filled by itself. Raises what `fill` does.
        """
        if self._runner.most == 1:
            return [self.fill(gather) for gather in gathers]
        return self._fill_together(gathers)

    def _fill_together(self, gathers: Sequence[Gather]) -> list[Filled]:
        guides = [self._guide(gather) for gather in gathers]
        for guide in guides:
            if guide is not None and self.turns:
                raise InvalidParameterError(
                    f"Invalid turns {self.turns} of a gather with guides: must be 0, as slopes do not turn with it."
                )
        works = [_Work(gather, guide, self.limits) for gather, guide in zip(gathers, guides, strict=True)]
        looks = [look for work in works if work.is_any for look in work.looks(self.turns)]
        estimates = iter(self._estimate(looks))
        return [work.answer([next(estimates) for _ in range(1 + self.turns)] if work.is_any else []) for work in works]

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

    def _estimate(self, looks: Sequence[Tile]) -> list[tuple[Floats, Floats]]:
        """Estimate and Laplace scale of gained gathers, each cut into tiles."""
        grids = [self._grid(look) for look in looks]
        tiles = [tile for look, grid in zip(looks, grids, strict=True) for tile in _cut(look, grid)]
        answers = self._runner.run(tiles)
        found = []
        for grid in grids:
            window = self.tiles.window(grid.patch_shape)
            estimate, scale = PatchAssembler(grid, window=window), PatchAssembler(grid, window=window)
            for index in range(len(grid)):
                answer = next(answers)
                estimate.add(index, answer[0])
                scale.add(index, answer[1])
            found.append((estimate.finish(), scale.finish()))
        return found

    def _grid(self, look: Tile) -> PatchGrid:
        return self.tiles.grid((look.data.shape[0], look.data.shape[1]), multiple=self.network.multiple)


def _cut(look: Tile, grid: PatchGrid) -> list[Tile]:
    """Tiles of a gained gather, in the order of the grid."""
    return [
        Tile(data=look.data[box], known=look.known[box], guide=None if look.guide is None else look.guide[:, *box])
        for box in grid
    ]


class _Work:
    """One gather on its way through the network: gained, looked at from several sides, and put together again."""

    def __init__(self, gather: Gather, guide: Floats | None, limits: Limits) -> None:
        self.gather, self.guide, self.known = gather, guide, gather.known
        self.judged = limits.judge(gather.live)
        lacking = self.judged[0].any() or not self.known[gather.live].all()
        self.is_any = bool(lacking and gather.live.sum() >= 2 and gather.data.any())
        if self.is_any:
            self.gain = Gain.fit(gather.data, self.known)

    def looks(self, turns: int) -> list[Tile]:
        """The gather as it is, and as many *turns* of it."""
        gained = self.gain.apply(self.gather.data)
        turned = (turn.look(gained, self.known) for turn in TURNS[:turns])
        others = [Tile(data=data, known=known) for data, known in turned]
        return [Tile(data=gained, known=self.known, guide=self.guide), *others]

    def answer(self, estimates: Sequence[tuple[Floats, Floats]]) -> Filled:
        """What the *estimates* of all looks say together; nothing where there are none."""
        gather, judged = self.gather, self.judged
        if not estimates:
            return make_answer(gather, np.zeros_like(gather.data), method="network", judged=judged)
        (estimate, scale), *others = estimates
        if others:
            scale = self._with_spread(estimate, scale, [other for other, _ in others])
        undo = self.gain.undo
        return make_answer(gather, undo(estimate), method="network", judged=judged, sigma=undo(scale))

    def _with_spread(self, estimate: Floats, scale: Floats, others: Sequence[Floats]) -> Floats:
        """The Laplace scale of what the network tells of itself and what its other looks tell of it."""
        square = np.zeros(estimate.shape)
        for turn, other in zip(TURNS, others, strict=False):  # as many as were looked at
            square += (turn.undo(other, (estimate.shape[0], estimate.shape[1])).astype(np.float64) - estimate) ** 2
        # the variance of a Laplace variable is twice the square of its scale
        both: Floats = np.sqrt(scale.astype(np.float64) ** 2 + square / (2 * len(others))).astype(np.float32)
        return both
