"""Random numbers of the shapes that the generators need, on the device of the torch generator."""

import math
from functools import lru_cache

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
    return values @ _spline_basis(knots, shape[-1]).to(rng.device)


@lru_cache(maxsize=256)
def _spline_basis(knots: int, n: int) -> Tensor:
    """Uniform cubic B-splines at *n* places over *knots* cells, times 1.4: shape (knots + 3, n)."""
    place = torch.linspace(0, knots - 1e-4, n)
    far = (place - torch.arange(-1, knots + 2)[:, None]).abs()
    inner, outer = 4 - 6 * far.square() + 3 * far**3, (2 - far).clamp(min=0) ** 3
    return torch.where(far < 1, inner, outer) * (1.4 / 6)
