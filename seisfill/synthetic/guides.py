"""Guides: slopes as a user would tell them, smooth, a little wrong, and not everywhere."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from seisfill.synthetic.random import log_uniform, smooth_curve, uniform

HALF = (2, 6)  # half widths of the windows in which slopes are averaged [traces, samples]


def draw_guides(slope: Tensor, *, share: float, rng: torch.Generator) -> Tensor:
    """
    Slopes that a user trusts, in a share of the patches.

    Parameters
    ----------
    slope : float tensor, shape (count, n_traces, n_samples)
        Slopes of the events [samples per trace]; 0 where there are none.
    share : float
        Chance that a patch has a guide.
    rng : torch.Generator
        Source of randomness, on the device of *slope*.

    Returns
    -------
    float32 tensor, shape (count, 2, n_traces, n_samples)
        Slope [samples per trace] and trust: 1 in a band or everywhere, 0 elsewhere, where the slope is 0 too.

    Examples
    --------
    >>> guides = draw_guides(torch.full((2, 8, 40), 1.5), share=1.0, rng=torch.Generator().manual_seed(0))
    >>> guides.shape, bool(((guides[:, 1] == 0) | (guides[:, 1] == 1)).all())
    (torch.Size([2, 2, 8, 40]), True)
    """
    known = (slope != 0).float()
    told = _box(slope) / _box(known).clamp(min=1e-6) + _error(slope, rng)
    trust = known * _band(*slope.shape, rng=rng) * (uniform(rng, (len(slope), 1, 1), 0, 1) < share)
    return torch.stack([told * trust, trust], dim=1)


def _box(x: Tensor) -> Tensor:
    """Mean over a box; what lies outside counts as zero."""
    across = avg_pool2d(x[:, None], (2 * HALF[0] + 1, 1), stride=1, padding=(HALF[0], 0))
    return avg_pool2d(across, (1, 2 * HALF[1] + 1), stride=1, padding=(0, HALF[1]))[:, 0]


def _error(slope: Tensor, rng: torch.Generator) -> Tensor:
    """Smooth error: a few hundredths to tenths of a sample per trace, and a few per cent of the slope."""
    count, n_traces, n_samples = slope.shape
    wrong = smooth_curve(rng, (count, n_traces), 3)[:, :, None] + smooth_curve(rng, (count, n_samples), 4)[:, None, :]
    size = log_uniform(rng, (count, 1, 1), 0.01, 0.3) + log_uniform(rng, (count, 1, 1), 0.003, 0.1) * slope.abs()
    return size * wrong


def _band(count: int, n_traces: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """1 in a smooth band along the traces, in half of the patches everywhere."""
    middle = uniform(rng, (count, 1), 0, n_samples) + 0.2 * n_samples * smooth_curve(rng, (count, n_traces), 3)
    half = log_uniform(rng, (count, 1, 1), 0.02, 0.5) * n_samples
    near = (torch.arange(n_samples, device=rng.device) - middle[..., None]).abs() < half
    return (near | (uniform(rng, (count, 1, 1), 0, 1) < 0.5)).float()
