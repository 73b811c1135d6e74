"""Random velocity models of the Earth: layers with folds, a fault, a salt body. Torch, a batch at a time."""

import torch
from torch import Tensor

from seisfill.synthetic.random import log_uniform, normal, smooth_curve, uniform

SLOWEST, FASTEST, SALT = 1500.0, 5500.0, 4500.0  # metres a second


def velocity_models(count: int, shape: tuple[int, int], *, rng: torch.Generator, n_layers: int = 12) -> Tensor:
    """
    Layered models, folded; a part of them faulted, under water, or with a salt body.

    Parameters
    ----------
    count : int
        Number of models.
    shape : (int, int)
        Cells across and in depth.
    rng : torch.Generator
        Source of randomness; its device holds the result.
    n_layers : int
        Layers of each.

    Returns
    -------
    float32 tensor, shape (count, n_across, n_depth)
        Wave speed [m/s].

    Examples
    --------
    >>> models = velocity_models(2, (30, 20), rng=torch.Generator().manual_seed(0))
    >>> models.shape, bool((models >= SLOWEST).all() and (models <= FASTEST).all())
    (torch.Size([2, 30, 20]), True)
    """
    n_across, n_depth = shape
    x = torch.arange(n_across, device=rng.device)[:, None] / n_across
    z = (torch.arange(n_depth, device=rng.device) / n_depth).expand(count, n_across, n_depth)
    place = uniform(rng, (count, 1, 1), 0.1, 0.9) + 0.3 * normal(rng, (count, 1, 1)) * z
    throw = 0.1 * normal(rng, (count, 1, 1)) * (uniform(rng, (count, 1, 1), 0, 1) < 0.5)
    under_water = uniform(rng, (count, 1, 1), 0, 1) < 0.5
    bottom = uniform(rng, (count, 1, 1), 0.05, 0.35) + 0.02 * smooth_curve(rng, (count, n_across), 3)[..., None]
    fold = log_uniform(rng, (count, 1, 1), 0.005, 0.15) * smooth_curve(rng, (count, n_across), 4)[..., None]
    depth = z - throw * (x > place) + fold * z
    tops = log_uniform(rng, (count, n_layers, 1, 1), 0.03, 0.3).cumsum(dim=1)
    speeds = uniform(rng, (count, n_layers, 1, 1), -0.3, 1.0).cumsum(dim=1) * uniform(rng, (count, 1, 1, 1), 100, 500)
    speed = SLOWEST + 100 + speeds[:, 0]
    for number in range(1, n_layers):
        speed = torch.where(depth > tops[:, number - 1], SLOWEST + 100 + speeds[:, number], speed)
    speed = torch.where(_salt_body(x, z, rng), SALT, speed)
    return torch.where(under_water & (z < bottom), SLOWEST, speed).clamp(SLOWEST, FASTEST)


def _salt_body(x: Tensor, z: Tensor, rng: torch.Generator) -> Tensor:
    """True inside of an ellipse with a rough edge, in a part of the models."""
    count = len(z)
    middle = uniform(rng, (count, 1, 1), 0.1, 0.9), uniform(rng, (count, 1, 1), 0.4, 1.0)
    half = uniform(rng, (count, 1, 1), 0.05, 0.3), uniform(rng, (count, 1, 1), 0.1, 0.4)
    rough = 1 + 0.15 * smooth_curve(rng, (count, z.shape[1]), 8)[..., None]
    inside = ((x - middle[0]) / half[0]).square() + ((z - middle[1]) / half[1]).square() < rough
    return inside & (uniform(rng, (count, 1, 1), 0, 1) < 0.35)
