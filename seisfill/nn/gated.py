"""Gated convolution: every output sample carries its own learned, soft validity."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from seisfill.nn.sizes import Size, pair, same_padding


class GatedConv2d(nn.Module):
    """
    Gated convolution ``activation(features) * sigmoid(gate)``; one convolution makes both halves.

    Maps (B, in_channels, X, T) to (B, out_channels, X / stride, T / stride). The first half of the convolution's
    output is the features, the second the gate.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels before and after.
    kernel_size, stride, dilation : int or pair of int
        Of the convolution, in (traces, samples); zero padding keeps the size at stride 1.
    activation : callable
        Applied to the features, not to the gate.
    norm : module, optional
        Applied to the product.

    References
    ----------
    Yu et al. (2019), Free-Form Image Inpainting with Gated Convolution, ICCV, equation 3.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size = 3,
        *,
        stride: Size = 1,
        dilation: Size = 1,
        activation: Callable[[Tensor], Tensor] = nn.functional.elu,
        norm: nn.Module | None = None,
    ) -> None:
        super().__init__()
        size, spread = pair(kernel_size), pair(dilation)
        padding = same_padding(size, spread)
        self.conv = nn.Conv2d(in_channels, 2 * out_channels, size, stride=stride, padding=padding, dilation=spread)
        self.activation = activation
        self.norm = nn.Identity() if norm is None else norm

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, in_channels, X, T) to (B, out_channels, X', T')."""
        features, gate = self.conv(x).chunk(2, dim=1)
        return self.norm(self.activation(features) * torch.sigmoid(gate))

    @classmethod
    def yu2019(cls, in_channels: int, out_channels: int, kernel_size: int = 3, **options: Any) -> "GatedConv2d":
        """The paper's layer: ELU, no normalisation."""
        return cls(in_channels, out_channels, kernel_size, activation=nn.functional.elu, **options)

    @classmethod
    def seminar(cls, in_channels: int, out_channels: int, kernel_size: int = 3, **options: Any) -> "GatedConv2d":
        """The seminar note's layer: LeakyReLU 0.2, batch normalisation after the product, Kaiming-normal weights."""
        norm = nn.BatchNorm2d(out_channels)
        layer = cls(in_channels, out_channels, kernel_size, activation=nn.LeakyReLU(0.2), norm=norm, **options)
        nn.init.kaiming_normal_(layer.conv.weight, a=0.2, nonlinearity="leaky_relu")
        return layer
