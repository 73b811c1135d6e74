"""Mask rules of one pattern: random, jittered, regular, a gap, an edge."""

from dataclasses import dataclass
from typing import Literal

from array_api_compat import array_namespace

from seisfill._arrays import Array, Rng, uniform
from seisfill._checks import check_between
from seisfill.masks.base import Range, bounds, check_count, ends, numbers_like, pick, pick_count


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomMask:
    """
    Hide a share of the traces, anywhere.

    Parameters
    ----------
    missing : float or (float, float)
        Share of all traces that is hidden, or the range to draw it from.
    keep_ends : bool
        Whether the first and last trace stay live.

    Examples
    --------
    >>> import numpy as np
    >>> int(RandomMask(missing=0.5).draw(10, rng=np.random.default_rng(0)).sum())
    5
    """

    missing: Range = 0.5
    keep_ends: bool = True

    def __post_init__(self) -> None:
        for value in bounds(self.missing):
            check_between("missing", value, 0, 1)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        return self.draw_many(1, n_traces, rng=rng)[0]

    def draw_many(self, count: int, n_traces: int, *, rng: Rng) -> Array:
        """Live flags of *count* masks, bool array of shape (count, n_traces)."""
        order = uniform(rng, count, n_traces)
        xp = array_namespace(order)
        if self.keep_ends:
            order = xp.where(ends(numbers_like(order, n_traces)), 2.0, order)
        share = pick(self.missing, count, rng) + xp.zeros_like(order[:, :1])
        n_hidden = xp.clip(xp.round(share * n_traces), 0, max(n_traces - 2 * self.keep_ends, 0))
        rank = xp.argsort(xp.argsort(order, axis=-1), axis=-1)
        return rank >= n_hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class JitteredMask:
    """
    Keep one trace in each cell of *every* traces, anywhere in its cell.

    Examples
    --------
    >>> import numpy as np
    >>> live = JitteredMask(every=3, keep_ends=False).draw(12, rng=np.random.default_rng(0))
    >>> live.reshape(4, 3).sum(axis=1).tolist()
    [1, 1, 1, 1]
    """

    every: Range = 2
    keep_ends: bool = True

    def __post_init__(self) -> None:
        check_count("every", self.every)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        return self.draw_many(1, n_traces, rng=rng)[0]

    def draw_many(self, count: int, n_traces: int, *, rng: Rng) -> Array:
        """Live flags of *count* masks, bool array of shape (count, n_traces)."""
        every = pick_count(self.every, count, rng)
        place = uniform(rng, count, -(-n_traces // int(bounds(self.every)[0])))
        xp = array_namespace(place)
        numbers = numbers_like(place, n_traces)
        chosen = xp.astype(place * every, xp.int64)
        cell = xp.broadcast_to(numbers // every, (count, n_traces))
        live = xp.take_along_axis(chosen, cell, axis=-1) == numbers % every
        return live | ends(numbers) if self.keep_ends else live


@dataclass(frozen=True, slots=True, kw_only=True)
class RegularMask:
    """
    Keep one trace in *every*, beginning with trace *phase*.

    Examples
    --------
    >>> import numpy as np
    >>> RegularMask(every=3).draw(8, rng=np.random.default_rng(0)).astype(int).tolist()
    [1, 0, 0, 1, 0, 0, 1, 1]
    """

    every: Range = 2
    phase: int | Literal["any"] = 0
    keep_ends: bool = True

    def __post_init__(self) -> None:
        check_count("every", self.every)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,); the phase ``any`` is drawn."""
        return self.draw_many(1, n_traces, rng=rng)[0]

    def draw_many(self, count: int, n_traces: int, *, rng: Rng) -> Array:
        """Live flags of *count* masks, bool array of shape (count, n_traces); each has a phase of its own."""
        every = pick_count(self.every, count, rng)
        chance = uniform(rng, count, 1)
        xp = array_namespace(chance)
        numbers = numbers_like(chance, n_traces)
        phase = xp.astype(chance * every, xp.int64) if self.phase == "any" else self.phase
        live = xp.broadcast_to(numbers % every == phase % every, (count, n_traces))
        return live | ends(numbers) if self.keep_ends else live


@dataclass(frozen=True, slots=True, kw_only=True)
class GapMask:
    """
    Hide one run of neighbouring traces, never the first or last trace; a gap that is too wide is cut to fit.

    Examples
    --------
    >>> import numpy as np
    >>> live = GapMask(width=4).draw(9, rng=np.random.default_rng(0))
    >>> int((~live).sum()), bool(live[0] and live[-1])
    (4, True)
    """

    width: Range = 8

    def __post_init__(self) -> None:
        check_count("width", self.width)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        return self.draw_many(1, n_traces, rng=rng)[0]

    def draw_many(self, count: int, n_traces: int, *, rng: Rng) -> Array:
        """Live flags of *count* masks, bool array of shape (count, n_traces)."""
        drawn = pick_count(self.width, count, rng)
        place = uniform(rng, count, 1)
        xp = array_namespace(place)
        width = xp.clip(drawn + xp.zeros_like(place, dtype=xp.int64), 0, max(n_traces - 2, 0))
        start = 1 + xp.astype(place * (n_traces - 1 - width), xp.int64)
        numbers = numbers_like(place, n_traces)
        return (numbers < start) | (numbers >= start + width)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeMask:
    """
    Hide the first or the last traces, either side with equal chance.

    Examples
    --------
    >>> import numpy as np
    >>> EdgeMask(width=2).draw(5, rng=np.random.default_rng(0)).astype(int).tolist()
    [1, 1, 1, 0, 0]
    """

    width: Range = 4

    def __post_init__(self) -> None:
        check_count("width", self.width)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,); at least one trace stays live."""
        return self.draw_many(1, n_traces, rng=rng)[0]

    def draw_many(self, count: int, n_traces: int, *, rng: Rng) -> Array:
        """Live flags of *count* masks, bool array of shape (count, n_traces)."""
        drawn = pick_count(self.width, count, rng)
        side = uniform(rng, count, 1)
        xp = array_namespace(side)
        width = xp.clip(drawn + xp.zeros_like(side, dtype=xp.int64), None, n_traces - 1)
        numbers = numbers_like(side, n_traces)
        return xp.where(side < 0.5, numbers >= width, numbers < n_traces - width)
