"""The few array words that the array standard lacks, for numpy and torch alike. No seismics."""

from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_torch_array

Array = Any  # a numpy or torch array; the two share no base class
Rng = Any  # numpy.random.Generator or torch.Generator


def running_max(x: Array, axis: int) -> Array:
    """Largest value so far along *axis* (negative), inclusive."""
    if is_torch_array(x):
        return array_namespace(x).cummax(x, axis).values
    return np.maximum.accumulate(x, axis=axis)


def uniform(rng: Rng, *shape: int) -> Array:
    """Random numbers in [0, 1), of numpy from a numpy Generator, of torch (on its device) from a torch Generator."""
    if isinstance(rng, np.random.Generator):
        return rng.random(shape)
    import torch

    return torch.rand(shape, generator=rng, device=rng.device, dtype=torch.float64)


def to_dtype(x: Array, like: Array) -> Array:
    """*x* in the dtype of *like*."""
    return array_namespace(like).astype(x, like.dtype)
