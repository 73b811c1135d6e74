"""The gated U-Net that fills patches: data and mask in, estimate and its log-scale out. Torch only."""

import itertools
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.neighbours import interpolate_linear
from seisfill.nn.gated import GatedConv2d

LOG_SCALE_RANGE = (-7.0, 3.0)  # a Laplace scale of 1e-3 to 20 times the local RMS


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetConfig:
    """
    Size of a `GatedUNet`.

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
    """

    widths: tuple[int, ...] = (32, 48, 80)
    blocks: int = 1
    dilations: tuple[int, ...] = (1, 2, 4)
    fold: int = 4

    def __post_init__(self) -> None:
        check_between("number of levels", len(self.widths), 1, 8)
        check_between("fold", self.fold, 1, 16)
        check_between("blocks", self.blocks, 0, 64)
        for what, numbers in (("width", self.widths), ("dilation", self.dilations)):
            for number in numbers:
                check_between(what, number, 1, 4096)


class GatedBlock(nn.Module):
    """Two gated convolutions around a shortcut; (B, C, X, T) to the same."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = GatedConv2d(channels, channels, dilation=(dilation, 1))
        self.second = GatedConv2d(channels, channels, activation=nn.Identity())

    def forward(self, x: Tensor) -> Tensor:
        """Add to *x* what the two layers make of it."""
        return x + self.second(self.first(x))


class GatedUNet(nn.Module):
    """
    Gated U-Net over (trace, sample) patches of any size.

    It sees the data, the mask and the linear fill between known neighbours, and learns the residual of the linear
    fill through a head that starts at zero: an untrained network is the linear filler. Time is folded into channels at
    the door, and the trace axis, the scarce one, is halved one level later than time. No statistics of the patch are
    normalised away.

    Parameters
    ----------
    config : UNetConfig
        Its size.

    References
    ----------
    Yu et al. (2019), Free-Form Image Inpainting with Gated Convolution, ICCV, for the layer.
    """

    def __init__(self, config: UNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = UNetConfig() if config is None else config
        widths = config.widths
        self.stem = GatedConv2d(3 * config.fold, widths[0], 5)
        self.down = nn.ModuleList(self._level(width) for width in widths[:-1])
        self.shrink = nn.ModuleList(
            GatedConv2d(narrow, wide, (3, 4) if i == 0 else (4, 4), stride=(1, 2) if i == 0 else (2, 2))
            for i, (narrow, wide) in enumerate(itertools.pairwise(widths))
        )
        self.bottom = nn.Sequential(self._level(widths[-1]), *(GatedBlock(widths[-1], d) for d in config.dilations))
        self.fuse = nn.ModuleList(GatedConv2d(narrow + wide, narrow) for narrow, wide in itertools.pairwise(widths))
        self.up = nn.ModuleList(self._level(width) for width in widths[:-1])
        self.head = nn.Conv2d(widths[0], 2 * config.fold, 3, padding=1)
        self._initialise()

    def _initialise(self) -> None:
        """
        Scale the first weights so that signals keep their size from door to head, without any normalisation.

        A gate near one half and an ELU take about half of the amplitude, which the features' weights give back (torch's
        default would let the signal fade to a hundredth at the bottom, and training would stall there). The second
        layer of a block starts small, the head at zero.
        """
        for name, module in self.named_modules():
            if isinstance(module, GatedConv2d):
                features, gate = module.conv.weight.data.chunk(2)
                spread = 1 / math.sqrt(features[0].numel())
                features.normal_(0, (1.0 if name.endswith("second") else 2.0) * spread)
                gate.normal_(0, spread)
                nn.init.zeros_(module.conv.bias)  # type: ignore[arg-type]  # it has one
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]  # it has one

    def _level(self, width: int) -> nn.Sequential:
        return nn.Sequential(*(GatedBlock(width) for _ in range(self.config.blocks)))

    @property
    def multiple(self) -> tuple[int, int]:
        """Traces and samples that the inner size must be a multiple of; the network pads by itself."""
        levels = len(self.config.widths) - 1
        return 2 ** max(levels - 1, 0), self.config.fold * 2**levels

    def forward(self, data: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """
        Estimate every sample of a patch.

        Parameters
        ----------
        data : (B, 1, X, T)
            Amplitudes, 0 where the mask is 0.
        mask : (B, 1, X, T)
            1 where live and valid, 0 elsewhere.

        Returns
        -------
        estimate : (B, 1, X, T)
            Amplitudes.
        log_scale : (B, 1, X, T)
            Natural logarithm of the Laplace scale of the estimate's error.
        """
        if data.ndim != 4 or data.shape != mask.shape or data.shape[1] != 1:
            raise InvalidParameterError(
                f"Invalid shapes {tuple(data.shape)} and {tuple(mask.shape)} of data and mask: "
                "must both be (B, 1, X, T)."
            )
        line = interpolate_linear(data, mask > 0.5)
        n_traces, n_samples = data.shape[-2:]
        inputs = pad_to_multiple(torch.cat([data * mask, mask, line], dim=1), self.multiple)
        x = self.stem(fold_time(inputs, self.config.fold))
        kept = []
        for level, shrink in zip(self.down, self.shrink, strict=True):
            kept.append(level(x))
            x = shrink(kept[-1])
        x = self.bottom(x)
        for skip, fuse, level in zip(reversed(kept), reversed(self.fuse), reversed(self.up), strict=True):
            x = nn.functional.interpolate(x, size=skip.shape[-2:], mode="nearest")
            x = level(fuse(torch.cat([skip, x], dim=1)))
        residual, log_scale = unfold_time(self.head(x).float(), self.config.fold)[..., :n_traces, :n_samples].chunk(
            2, 1
        )
        return line + residual, log_scale.clamp(*LOG_SCALE_RANGE)


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
