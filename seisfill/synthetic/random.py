"""Random numbers of the shapes that the generators need, on the device of the torch generator."""

import math
from functools import reduce
from operator import add

import torch
from torch import Tensor


def uniform(rng: torch.Generator, shape: tuple[int, ...], low: float, high: float) -> Tensor:
    """Float32 tensor of *shape*, evenly distributed in [low, high)."""
    return low + (high - low) * torch.rand(shape, generator=rng, device=rng.device)


def log_uniform(rng: torch.Generator, shape: tuple[int, ...], low: float, high: float) -> Tensor:
    """Float32 tensor of *shape*, whose logarithm is evenly distributed."""
    return torch.exp(uniform(rng, shape, math.log(low), math.log(high)))


def normal(rng: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    """Float32 tensor of *shape*, standard normal."""
    return torch.randn(shape, generator=rng, device=rng.device)


def smooth_curve(rng: torch.Generator, shape: tuple[int, ...], knots: int) -> Tensor:
    """
    Smooth random curves along the last axis: about *knots* independent values, of unit variance at the knots.

    The curve is a cubic spline through normal values, so it has no corners that an event would show as kinks.
    """
    values = normal(rng, (*shape[:-1], knots + 3))
    place = torch.linspace(0, knots - 1e-4, shape[-1], device=rng.device)
    cell, u = place.long(), place - place.floor()
    weights = (
        torch.stack([(1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3]) / 6
    )  # uniform cubic B-spline
    return reduce(add, (weights[k] * values[..., cell + k] for k in range(4))) * 1.4
