"""Partial convolution: only valid samples enter, and the mask grows by a fixed rule."""

import torch
from torch import Tensor, nn

from seisfill.nn.sizes import Size, pair, same_padding


class PartialConv2d(nn.Module):
    """
    Partial convolution ``W (x * m) * sum(1) / sum(m) + b`` where the window holds a valid sample, 0 elsewhere.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels before and after.
    kernel_size, stride, dilation : int or pair of int
        Of the convolution, in (traces, samples); zero padding keeps the size at stride 1 and counts as not valid.
    bias : bool
        Whether there is a ``b``.

    References
    ----------
    Liu et al. (2018), Image Inpainting for Irregular Holes Using Partial Convolutions, ECCV, equations 1 and 2.
    """

    ones: Tensor

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size = 3,
        *,
        stride: Size = 1,
        dilation: Size = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        size, spread = pair(kernel_size), pair(dilation)
        self.padding = padding = same_padding(size, spread)
        self.conv = nn.Conv2d(
            in_channels, out_channels, size, stride=stride, padding=padding, dilation=spread, bias=False
        )
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        self.register_buffer("ones", torch.ones(1, 1, *size), persistent=False)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """
        Convolve the valid samples and grow the mask.

        Parameters
        ----------
        x : (B, in_channels, X, T)
            Features.
        mask : (B, 1, X, T)
            1 where valid, 0 elsewhere, the same for all channels.

        Returns
        -------
        features : (B, out_channels, X', T')
            0 where no sample of the window was valid.
        mask : (B, 1, X', T')
            1 where any sample of the window was valid.
        """
        conv = self.conv
        with torch.no_grad():
            valid = nn.functional.conv2d(mask, self.ones, None, conv.stride, self.padding, conv.dilation)
            grown = (valid > 0).to(mask.dtype)
            ratio = grown * self.ones.numel() / valid.clamp(min=1)
        features = conv(x * mask) * ratio
        if self.bias is not None:
            features = features + self.bias[:, None, None] * grown
        return features, grown
