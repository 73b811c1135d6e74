"""The fill that the network starts from: straight lines between known neighbours, steered along a slope. Torch only."""

import torch
from torch import Tensor

from seisfill.neighbours import interpolate_linear, known_neighbours


def steered_fill(data: Tensor, known: Tensor, slope: Tensor | None = None) -> Tensor:
    """
    Straight line between the known neighbours on either side, each taken where the slope leads to.

    A missing sample at time t, a traces behind its left known neighbour and b before its right one, lies on the line
    between ``left(t - slope * a)`` and ``right(t + slope * b)``, values between samples by cubic convolution. A side
    that the slope leads off the patch is left out.

    Parameters
    ----------
    data : (..., X, T)
        Amplitudes; what stands where *known* is False is not looked at.
    known : bool, (..., X, T)
        True where a sample was recorded.
    slope : (..., X, T), optional
        Delay from one trace to the next [samples per trace]; flat where not given.

    Returns
    -------
    (..., X, T)
        Known samples unchanged; where the slope is 0, what `interpolate_linear` answers.

    References
    ----------
    Keys (1981), Cubic convolution interpolation for digital image processing, IEEE TASSP 29.

    Examples
    --------
    >>> data = torch.tensor([[0.0, 8.0, 0.0, 0.0], [0.0] * 4, [0.0, 0.0, 0.0, 8.0]])  # one sample per trace
    >>> known = torch.tensor([[True] * 4, [False] * 4, [True] * 4])
    >>> steered_fill(data, known)[1].tolist()
    [0.0, 4.0, 0.0, 4.0]
    >>> steered_fill(data, known, torch.ones(3, 4))[1].tolist()
    [0.0, 0.0, 8.0, 0.0]
    """
    line = interpolate_linear(data, known)
    if slope is None:
        return line
    n_traces, n_samples = data.shape[-2:]
    left, right = known_neighbours(known)
    trace = torch.arange(n_traces, device=data.device)[:, None]
    time = torch.arange(n_samples, device=data.device)
    from_left, from_right = (_along(line, side, time + slope * (side - trace)) for side in (left, right))
    share = ((trace - left) / (right - left)).to(data.dtype)
    (before, has_before), (after, has_after) = from_left, from_right
    both = before + share * (after - before)
    steered = torch.where(has_before, torch.where(has_after, both, before), torch.where(has_after, after, line))
    return torch.where(known, data, steered)


def _along(data: Tensor, trace: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
    """Amplitudes of the given traces at fractional times [samples], and whether they lie on the patch."""
    n_traces, n_samples = data.shape[-2:]
    inside = (trace >= 0) & (trace < n_traces) & (time >= 0) & (time <= n_samples - 1)
    cell = time.floor()
    rest = (time - cell).to(data.dtype)
    row = trace.clamp(0, n_traces - 1) * n_samples
    flat = data.flatten(-2)
    total = torch.zeros_like(data)
    for tap, weight in enumerate(cubic_weights(rest), start=-1):
        place = row + (cell.long() + tap).clamp(0, n_samples - 1)
        total = total + weight * flat.gather(-1, place.flatten(-2)).view_as(data)
    return total, inside


def cubic_weights(rest: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """
    Weights of the four samples around a place *rest* behind the second of them (Keys 1981, a = -1/2).

    Examples
    --------
    >>> [weight.item() for weight in cubic_weights(torch.tensor(0.5))]
    [-0.0625, 0.5625, 0.5625, -0.0625]
    """
    square, cube = rest**2, rest**3
    return (
        -0.5 * rest + square - 0.5 * cube,
        1 - 2.5 * square + 1.5 * cube,
        0.5 * rest + 2 * square - 1.5 * cube,
        -0.5 * square + 0.5 * cube,
    )
