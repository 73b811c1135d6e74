"""What all mask rules share: their verbs, and numbers drawn from a range, one for each mask. Numpy or torch."""

import math
from collections.abc import Sequence
from typing import Protocol

from array_api_compat import array_namespace, device

from seisfill._arrays import Array, Rng, uniform
from seisfill.errors import InvalidParameterError

Range = float | tuple[float, float]


class MaskRule(Protocol):
    """A rule that hides traces."""

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,), of numpy or torch as *rng* is."""

    def draw_many(self, count: int, n_traces: int, *, rng: Rng) -> Array:
        """Live flags of *count* masks, bool array of shape (count, n_traces), on the device of *rng*."""


def bounds(value: Range) -> Sequence[float]:
    """Lower and upper end of a range; a number is both."""
    return value if isinstance(value, (tuple, list)) else (value, value)


def check_count(what: str, value: Range) -> None:
    """Raise unless *value* is a whole number of at least 1, or a range of two."""
    low, high = bounds(value)
    if not 1 <= low <= high < math.inf or int(low) != low or int(high) != high:
        raise InvalidParameterError(f"Invalid {what} {value}: must be a whole number of at least 1, or a range of two.")


def pick(value: Range, count: int, rng: Rng) -> Array | float:
    """Numbers from a range, shape (count, 1); the number itself, and nothing drawn, where it is one."""
    low, high = bounds(value)
    return low if low == high else low + (high - low) * uniform(rng, count, 1)


def pick_count(value: Range, count: int, rng: Rng) -> Array | int:
    """Whole numbers from a range, shape (count, 1); the number itself, and nothing drawn, where it is one."""
    low, high = bounds(value)
    if low == high:
        return int(low)
    drawn = uniform(rng, count, 1)
    xp = array_namespace(drawn)
    return int(low) + xp.astype((high - low + 1) * drawn, xp.int64)


def numbers_like(like: Array, n_traces: int) -> Array:
    """Trace numbers, shape (1, n_traces), where *like* lies."""
    return array_namespace(like).arange(n_traces, device=device(like))[None, :]


def ends(numbers: Array) -> Array:
    """True at the first and last trace."""
    return (numbers == 0) | (numbers == numbers.shape[-1] - 1)
