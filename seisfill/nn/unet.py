"""The U-Net that fills patches: data and mask in, estimate and its log-scale out. Torch only."""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seisfill._checks import check_between, did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.nn.fan import SlopeFan, spread_over_time
from seisfill.nn.layers import LAYERS, Convolution, GatedLayer, PartialLayer, PlainLayer
from seisfill.nn.steer import steered_fill

LOG_SCALE_RANGE = (-7.0, 3.0)  # a Laplace scale of 1e-3 to 20 times the local RMS
STEEP = 4.0  # samples per trace that a guide's slope is measured in, so that the network sees numbers near one


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetConfig:
    """
    Kind and size of a `UNet`.

    Parameters
    ----------
    widths : tuple of int
        Channels at each level. The step to the second level halves time, every further one halves time and traces.
    blocks : int
        Residual blocks at each level, on the way down and again on the way up.
    dilations : tuple of int
        One more residual block at the bottom for each, dilated along the traces.
    fold : int
        Neighbouring time samples that become channels at the door.
    convolution : {'gated', 'partial', 'plain'}
        What every layer but the head is made of: gates that are learned, a mask that grows by a fixed rule, or neither
        (all three see the mask as a channel).
    guides : bool
        Whether it takes a slope that the user trusts.
    limit : float, optional
        Largest RMS over the channels of a sample that a layer behind the door is shown. Without one, gates that open
        and features that grow can drive each other through the bottom until all gates stand still there.
    slopes : tuple of float
        Positive slopes [samples per trace] of a `SlopeFan` that the network chooses from; with none, it starts from the
        straight line between neighbours.
    """

    widths: tuple[int, ...] = (32, 48, 80)
    blocks: int = 1
    dilations: tuple[int, ...] = (1, 2, 4)
    fold: int = 4
    convolution: Convolution = "gated"
    guides: bool = False
    limit: float | None = None
    slopes: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check_between("number of levels", len(self.widths), 1, 8)
        check_between("fold", self.fold, 1, 16)
        check_between("blocks", self.blocks, 0, 64)
        for what, numbers in (("width", self.widths), ("dilation", self.dilations)):
            for number in numbers:
                check_between(what, number, 1, 4096)
        if self.limit is not None:
            check_between("limit", self.limit, 1e-3, 1e6)
        for slope in self.slopes:
            check_between("slope", slope, 1e-3, 100)
        if self.convolution not in LAYERS:
            raise InvalidParameterError(
                f"Invalid convolution {self.convolution!r}: must be known; {did_you_mean(self.convolution, LAYERS)}"
            )

    @property
    def channels(self) -> int:
        """What it sees of every sample: data, mask, fill, of a guide slope and trust, of a fan lines and misfits."""
        return (5 if self.guides else 3) + (2 * self.choices - 2 if self.slopes else 0)

    @property
    def choices(self) -> int:
        """Lines that it chooses from: those of the fan and the steered one; none without a fan."""
        return 2 * len(self.slopes) + 2 if self.slopes else 0


class Block(nn.Module):
    """Two layers around a shortcut; (B, C, X, T) to the same."""

    def __init__(self, config: UNetConfig, channels: int, dilation: int = 1) -> None:
        super().__init__()
        layer = LAYERS[config.convolution]
        self.limit = config.limit
        self.first = layer(channels, channels, dilation=(dilation, 1))
        self.second = layer(channels, channels, activation=nn.Identity())

    def forward(self, x: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Add to *x* what the two layers make of it."""
        inner, valid = self.second(*self.first(limited(x, self.limit), valid))
        return x + inner, valid


class Chain(nn.ModuleList):
    """Layers and blocks one behind the other."""

    def forward(self, x: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Features and their validity through all of them."""
        for part in self:
            x, valid = part(x, valid)
        return x, valid


class UNet(nn.Module):
    """
    U-Net over (trace, sample) patches of any size.

    It sees the data, the mask and a fill of straight lines between known neighbours, and learns the residual of that
    fill through a head that starts at zero: an untrained network is the linear filler. With slopes, it sees a fan of
    lines instead and votes for them too: an untrained network is a local slope scan. Where it takes guides, the lines
    run along the slope that is trusted. Time is folded into channels at the door, and the trace axis, the scarce one,
    is halved one level later than time. No statistics of the patch are normalised away.

    Parameters
    ----------
    config : UNetConfig
        Its kind and size.

    References
    ----------
    Yu et al. (2019), Free-Form Image Inpainting with Gated Convolution, ICCV, for the gated layer; Liu et al. (2018),
    Image Inpainting for Irregular Holes Using Partial Convolutions, ECCV, for the partial one.
    """

    def __init__(self, config: UNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = UNetConfig() if config is None else config
        widths, layer = config.widths, LAYERS[config.convolution]
        self.fan = SlopeFan(config.slopes) if config.slopes else None
        self.stem = layer(config.channels * config.fold, widths[0], 3 if config.slopes else 5)
        self.down = nn.ModuleList(self._level(width) for width in widths[:-1])
        self.shrink = nn.ModuleList(
            layer(narrow, wide, (3, 4) if i == 0 else (4, 4), stride=(1, 2) if i == 0 else (2, 2))
            for i, (narrow, wide) in enumerate(itertools.pairwise(widths))
        )
        self.bottom = Chain([self._level(widths[-1]), *(Block(config, widths[-1], d) for d in config.dilations)])
        self.fuse = nn.ModuleList(layer(narrow + wide, narrow) for narrow, wide in itertools.pairwise(widths))
        self.up = nn.ModuleList(self._level(width) for width in widths[:-1])
        self.head = nn.Conv2d(widths[0], 2 * config.fold + config.choices, 3, padding=1)
        self._initialise()

    def _initialise(self) -> None:
        """
        Scale the first weights so that signals keep their size from door to head, without any normalisation.

        Torch's default would let the signal fade to a hundredth at the bottom, and training would stall there. The
        second layer of a block starts small, the head at zero.
        """
        for name, module in self.named_modules():
            if isinstance(module, (GatedLayer, PartialLayer, PlainLayer)):
                module.draw_weights(0.5 if name.endswith("second") else 1.0)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]  # it has one

    def _level(self, width: int) -> Chain:
        return Chain(Block(self.config, width) for _ in range(self.config.blocks))

    @property
    def multiple(self) -> tuple[int, int]:
        """Traces and samples that the inner size must be a multiple of; the network pads by itself."""
        levels = len(self.config.widths) - 1
        return 2 ** max(levels - 1, 0), self.config.fold * 2**levels

    def forward(self, data: Tensor, mask: Tensor, guide: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """
        Estimate every sample of a patch.

        Parameters
        ----------
        data : (B, 1, X, T)
            Amplitudes, 0 where the mask is 0.
        mask : (B, 1, X, T)
            1 where live and valid, 0 elsewhere.
        guide : (B, 2, X, T), optional
            Delay from one trace to the next [samples per trace], and 1 where it is trusted, else 0. Only for a network
            that takes guides; it trusts nothing where none is given.

        Returns
        -------
        estimate : (B, 1, X, T)
            Amplitudes.
        log_scale : (B, 1, X, T)
            Natural logarithm of the Laplace scale of the estimate's error.
        """
        self._check(data, mask, guide)
        fill, inputs, fan = self.look(data, mask, guide)
        n_traces, n_samples = data.shape[-2:]
        answer, votes = self.compute(pad_to_multiple(inputs, self.multiple))
        residual, log_scale = answer[..., :n_traces, :n_samples].chunk(2, 1)
        if self.fan is not None:
            told = None if guide is None else guide[:, 1:]
            fill = self.fan.choose(fan, fill, told, votes[..., :n_traces, :n_samples])
        return fill + residual, log_scale.clamp(*LOG_SCALE_RANGE)

    def look(self, data: Tensor, mask: Tensor, guide: Tensor | None) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """
        The fill to start from, (B, 1, X, T), all that the network sees, (B, channels, X, T), and lines and misfits.

        The last are those of a fan, (B, P, X, T) each; there are none without a fan.
        """
        known = mask > 0.5
        slope, told = None, []
        if self.config.guides:
            slope, trust = (
                torch.zeros_like(data).expand(-1, 2, -1, -1).chunk(2, 1) if guide is None else guide.chunk(2, 1)
            )
            told = [slope * trust / STEEP, trust]
            slope = None if guide is None else slope * trust
        fill = steered_fill(data, known, slope)
        fan = () if self.fan is None else self.fan.look(data * mask, known)
        return fill, torch.cat([data * mask, mask, fill, *told, *fan], dim=1), fan

    def compute(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """
        Convolutions and nothing else: (B, channels, X, T) to residual and log-scale (B, 2, X, T), and votes.

        Votes are for the lines that a fan gives, (B, choices, X, T).
        """
        x = fold_time(inputs, self.config.fold)
        valid = self._valid(inputs[:, 1:2])
        x, valid = self.stem(x, valid)
        kept: list[tuple[Tensor, Tensor | None]] = []
        for level, shrink in zip(self.down, self.shrink, strict=True):
            kept.append(level(x, valid))
            x, valid = shrink(limited(kept[-1][0], self.config.limit), kept[-1][1])
        x, valid = self.bottom(x, valid)
        for skip, fuse, level in zip(reversed(kept), reversed(self.fuse), reversed(self.up), strict=True):
            beside = limited(skip[0], self.config.limit)
            x, valid = join(beside, skip[1], limited(x, self.config.limit), valid)
            x, valid = level(*fuse(x, valid))
        answer, votes = self.head(x).float().split([2 * self.config.fold, self.config.choices], dim=1)
        return unfold_time(answer, self.config.fold), spread_over_time(votes, self.config.fold)

    def _valid(self, mask: Tensor) -> Tensor | None:
        """Account of what is valid at the door: 1 where any of the folded samples is, (B, 1, X, T / fold)."""
        if self.config.convolution != "partial":
            return None
        return fold_time(mask, self.config.fold).amax(dim=1, keepdim=True)

    def _check(self, data: Tensor, mask: Tensor, guide: Tensor | None) -> None:
        if data.ndim != 4 or data.shape != mask.shape or data.shape[1] != 1:
            raise InvalidParameterError(
                f"Invalid shapes {tuple(data.shape)} and {tuple(mask.shape)} of data and mask: "
                "must both be (B, 1, X, T)."
            )
        if guide is None:
            return
        if not self.config.guides:
            raise InvalidParameterError("Invalid guide: must be given only to a network that was trained with guides.")
        if guide.shape != (data.shape[0], 2, *data.shape[2:]):
            raise InvalidParameterError(
                f"Invalid shape {tuple(guide.shape)} of guide: must be (B, 2, X, T) as data is."
            )


def limited(x: Tensor, limit: float | None) -> Tensor:
    """
    Features whose RMS over the channels stays below a limit at each sample; far below it, they are as they were.

    Examples
    --------
    >>> limited(torch.tensor([3.0, -4.0]).reshape(1, 2, 1, 1), 1e6).flatten().tolist()
    [3.0, -4.0]
    >>> limited(torch.full((1, 2, 1, 1), 1e6), 4.0).flatten().tolist()
    [4.0, 4.0]
    """
    if limit is None:
        return x
    return x * torch.rsqrt(1 + x.float().square().mean(dim=1, keepdim=True) / limit**2).to(x.dtype)


def join(skip: Tensor, skip_valid: Tensor | None, x: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Channels of a level and those of the level below, spread to its size; valid is what either knows of."""
    size = skip.shape[-2:]
    x = torch.cat([skip, nn.functional.interpolate(x, size=size, mode="nearest")], dim=1)
    if skip_valid is None or valid is None:
        return x, None
    return x, torch.maximum(skip_valid, nn.functional.interpolate(valid, size=size, mode="nearest"))


def fold_time(x: Tensor, fold: int) -> Tensor:
    """
    Neighbouring time samples to channels: (B, C, X, T) to (B, C * fold, X, T / fold).

    Examples
    --------
    >>> fold_time(torch.arange(4.0).reshape(1, 1, 1, 4), 2)[0, :, 0].tolist()
    [[0.0, 2.0], [1.0, 3.0]]
    """
    batch, channels, n_traces, n_samples = x.shape
    x = x.reshape(batch, channels, n_traces, n_samples // fold, fold)
    return x.permute(0, 1, 4, 2, 3).reshape(batch, channels * fold, n_traces, n_samples // fold)


def unfold_time(x: Tensor, fold: int) -> Tensor:
    """Inverse of `fold_time`: (B, C * fold, X, T / fold) to (B, C, X, T)."""
    batch, channels, n_traces, short = x.shape
    x = x.reshape(batch, channels // fold, fold, n_traces, short)
    return x.permute(0, 1, 3, 4, 2).reshape(batch, channels // fold, n_traces, short * fold)


def pad_to_multiple(x: Tensor, multiple: tuple[int, int]) -> Tensor:
    """Zeros behind the last trace and sample, as the convolutions themselves see beyond the edge."""
    return nn.functional.pad(x, (0, -x.shape[-1] % multiple[1], 0, -x.shape[-2] % multiple[0]))
