"""Partial convolution: only valid samples enter, and the mask grows by a fixed rule."""

import torch
from torch import Tensor, nn


class PartialConv2d(nn.Module):
    """
    Partial convolution ``W (x * m) * sum(1) / sum(m) + b`` where the window holds a valid sample, 0 elsewhere.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, dilation : int
        Of the convolution; zero padding keeps the size at stride 1, and padding counts as not valid.
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
        kernel_size: int = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.padding = padding = dilation * (kernel_size - 1) // 2
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel_size, stride=stride, padding=padding, dilation=dilation, bias=False
        )
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        self.register_buffer("ones", torch.ones(1, 1, kernel_size, kernel_size), persistent=False)

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
