"""One call for three kinds of convolution, so that one U-Net serves all: features and their validity in, both out."""

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Literal

from torch import Tensor, nn

from seisfill.nn.gated import GatedConv2d
from seisfill.nn.partial import PartialConv2d
from seisfill.nn.sizes import Size, pair, same_padding

Convolution = Literal["gated", "partial", "plain"]
Activation = Callable[[Tensor], Tensor]


class GatedLayer(GatedConv2d):
    """Gated convolution; its gates judge what is valid, so the account of it passes by untouched."""

    def forward(self, x: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor | None]:  # type: ignore[override]
        """Map (B, in_channels, X, T) to (B, out_channels, X', T')."""
        return super().forward(x), valid

    def draw_weights(self, size: float) -> None:
        """
        First weights that hand signals on at *size* times their own.

        A gate near one half and an ELU take about half of the amplitude, which the features' weights give back.
        """
        features, gate = self.conv.weight.data.chunk(2)
        spread = 1 / math.sqrt(features[0].numel())
        features.normal_(0, 2 * size * spread)
        gate.normal_(0, spread)
        nn.init.zeros_(self.conv.bias)  # type: ignore[arg-type]  # it has one


class PartialLayer(PartialConv2d):
    """Partial convolution and an activation that keeps zero; what is valid grows."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size = 3,
        *,
        stride: Size = 1,
        dilation: Size = 1,
        activation: Activation = nn.functional.elu,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride=stride, dilation=dilation)
        self.activation = activation

    def forward(self, x: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor | None]:  # type: ignore[override]
        """Map (B, in_channels, X, T) and (B, 1, X, T) to (B, out_channels, X', T') and (B, 1, X', T')."""
        assert valid is not None, "partial convolutions need an account of what is valid"
        features, grown = super().forward(x, valid)
        return self.activation(features), grown

    def draw_weights(self, size: float) -> None:
        """First weights that hand signals on at *size* times their own."""
        self.conv.weight.data.normal_(0, size / math.sqrt(self.conv.weight[0].numel()))


class PlainLayer(nn.Module):
    """Ordinary convolution and an activation; the account of what is valid passes by untouched."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size = 3,
        *,
        stride: Size = 1,
        dilation: Size = 1,
        activation: Activation = nn.functional.elu,
    ) -> None:
        super().__init__()
        size, spread = pair(kernel_size), pair(dilation)
        padding = same_padding(size, spread)
        self.conv = nn.Conv2d(in_channels, out_channels, size, stride=stride, padding=padding, dilation=spread)
        self.activation = activation

    def forward(self, x: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Map (B, in_channels, X, T) to (B, out_channels, X', T')."""
        return self.activation(self.conv(x)), valid

    def draw_weights(self, size: float) -> None:
        """First weights that hand signals on at *size* times their own."""
        self.conv.weight.data.normal_(0, size / math.sqrt(self.conv.weight[0].numel()))
        nn.init.zeros_(self.conv.bias)  # type: ignore[arg-type]  # it has one


LAYERS: MappingProxyType[str, Callable[..., nn.Module]] = MappingProxyType(
    {"gated": GatedLayer, "partial": PartialLayer, "plain": PlainLayer}
)
