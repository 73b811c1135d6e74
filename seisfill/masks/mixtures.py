"""Mask rules made of others: several at once, or one of several."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from array_api_compat import array_namespace

from seisfill._arrays import Array, Rng, uniform
from seisfill.errors import InvalidParameterError
from seisfill.masks.base import MaskRule


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedMask:
    """
    Hide what any of several rules hides.

    Examples
    --------
    >>> import numpy as np
    >>> from seisfill.masks import GapMask, RegularMask
    >>> rule = MixedMask(rules=(RegularMask(every=2), GapMask(width=3)))
    >>> int(rule.draw(9, rng=np.random.default_rng(1)).sum())
    4
    """

    rules: tuple[MaskRule, ...]

    def __post_init__(self) -> None:
        _check_rules(self.rules)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        return reduce(and_, (rule.draw(n_traces, rng=rng) for rule in self.rules))

    def draw_many(self, count: int, n_traces: int, *, rng: Rng) -> Array:
        """Live flags of *count* masks, bool array of shape (count, n_traces)."""
        return reduce(and_, (rule.draw_many(count, n_traces, rng=rng) for rule in self.rules))


@dataclass(frozen=True, slots=True, kw_only=True)
class MixtureMask:
    """
    One of several rules at each draw.

    Parameters
    ----------
    rules : tuple of MaskRule
        What to choose from.
    weights : tuple of float, optional
        Relative chance of each; equal where not given.

    Examples
    --------
    >>> import numpy as np
    >>> from seisfill.masks import EdgeMask, GapMask
    >>> either = MixtureMask(rules=(GapMask(width=3), EdgeMask(width=3)))
    >>> either.draw_many(5, 12, rng=np.random.default_rng(0)).sum(axis=1).tolist()
    [9, 9, 9, 9, 9]
    """

    rules: tuple[MaskRule, ...]
    weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _check_rules(self.rules)
        if self.weights is None:
            return
        if len(self.weights) != len(self.rules):
            raise InvalidParameterError(
                f"Invalid weights {self.weights}: must be one for each of {len(self.rules)} rules."
            )
        if not (min(self.weights) >= 0 and 0 < sum(self.weights) < math.inf):
            raise InvalidParameterError(f"Invalid weights {self.weights}: must not be negative, nor all zero.")

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        weights = self.weights or (1.0,) * len(self.rules)
        left = float(uniform(rng, 1)[0]) * sum(weights)
        for rule, weight in zip(self.rules, weights, strict=True):
            if left < weight:
                return rule.draw(n_traces, rng=rng)
            left -= weight
        return self.rules[-1].draw(n_traces, rng=rng)

    def draw_many(self, count: int, n_traces: int, *, rng: Rng) -> Array:
        """
        Live flags of *count* masks, bool array of shape (count, n_traces).

        All rules draw all masks, and one of each is kept, so that a device need not wait for the choice.
        """
        weights = self.weights or (1.0,) * len(self.rules)
        left = uniform(rng, count, 1) * sum(weights)
        xp = array_namespace(left)
        live = xp.zeros_like(left, dtype=xp.bool)
        for number, (rule, weight) in enumerate(zip(self.rules, weights, strict=True)):
            last = number == len(weights) - 1
            chosen = (left >= 0) & ((left < weight) | last)
            live = live | (chosen & rule.draw_many(count, n_traces, rng=rng))
            left = left - weight
        return live


def _check_rules(rules: Sequence[MaskRule]) -> None:
    if not rules:
        raise InvalidParameterError("Invalid rules (): must hold at least one.")
