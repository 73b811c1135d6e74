"""Rules that decide which traces are live and which samples are valid. Random numbers in, bool arrays out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from array_api_compat import array_namespace, device

from seisfill._arrays import Array, Rng, uniform
from seisfill._checks import check_between, did_you_mean
from seisfill.errors import InvalidParameterError

Range = float | tuple[float, float]


class MaskRule(Protocol):
    """A rule that hides traces."""

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,), of numpy or torch as *rng* is."""


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
        for value in _bounds(self.missing):
            check_between("missing", value, 0, 1)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        order = uniform(rng, n_traces)
        xp = array_namespace(order)
        if self.keep_ends:
            order = xp.where(_ends(order), 2.0, order)
        n_hidden = min(round(_pick(self.missing, rng) * n_traces), n_traces - 2 * self.keep_ends)
        rank = xp.argsort(xp.argsort(order))
        return rank >= max(n_hidden, 0)


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
        _check_count("every", self.every)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        every = _pick_count(self.every, rng)
        place = uniform(rng, -(-n_traces // every))
        xp = array_namespace(place)
        numbers = xp.arange(n_traces, device=device(place))
        chosen = xp.astype(place * every, xp.int64)
        live = chosen[numbers // every] == numbers % every
        return live | _ends(live) if self.keep_ends else live


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
        _check_count("every", self.every)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,); the phase ``any`` is drawn."""
        every = _pick_count(self.every, rng)
        chance = uniform(rng, 1)
        xp = array_namespace(chance)
        phase = int(chance[0] * every) if self.phase == "any" else self.phase
        live = xp.arange(n_traces, device=device(chance)) % every == phase % every
        return live | _ends(live) if self.keep_ends else live


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
        _check_count("width", self.width)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        width = max(min(_pick_count(self.width, rng), n_traces - 2), 0)
        place = uniform(rng, 1)
        xp = array_namespace(place)
        start = 1 + int(place[0] * (n_traces - 1 - width))
        numbers = xp.arange(n_traces, device=device(place))
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
        _check_count("width", self.width)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,); at least one trace stays live."""
        width = min(_pick_count(self.width, rng), n_traces - 1)
        side = uniform(rng, 1)
        xp = array_namespace(side)
        numbers = xp.arange(n_traces, device=device(side))
        return numbers >= width if side[0] < 0.5 else numbers < n_traces - width


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedMask:
    """
    Hide what any of several rules hides.

    Examples
    --------
    >>> import numpy as np
    >>> rule = MixedMask(rules=(RegularMask(every=2), GapMask(width=3)))
    >>> int(rule.draw(9, rng=np.random.default_rng(1)).sum())
    4
    """

    rules: tuple[MaskRule, ...]

    def __post_init__(self) -> None:
        _check_rules(self.rules)

    def draw(self, n_traces: int, *, rng: Rng) -> Array:
        """Live flags, bool array of shape (n_traces,)."""
        live = self.rules[0].draw(n_traces, rng=rng)
        for rule in self.rules[1:]:
            live = live & rule.draw(n_traces, rng=rng)
        return live


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeFormMask:
    """
    Holes inside traces: ellipses of random place and size. It draws valid samples, not live traces.

    Parameters
    ----------
    holes : int or (int, int)
        Number of ellipses.
    size : (float, float)
        Largest half axes, as shares of the traces and of the samples.

    Examples
    --------
    >>> import numpy as np
    >>> valid = FreeFormMask(holes=1).draw_valid(20, 50, rng=np.random.default_rng(0))
    >>> valid.shape, bool(valid.all())
    ((20, 50), False)
    """

    holes: Range = (1, 4)
    size: tuple[float, float] = (0.15, 0.15)

    def __post_init__(self) -> None:
        _check_count("holes", self.holes)

    def draw_valid(self, n_traces: int, n_samples: int, *, rng: Rng) -> Array:
        """Valid flags, bool array of shape (n_traces, n_samples)."""
        n_holes = _pick_count(self.holes, rng)
        draws = uniform(rng, n_holes, 4)
        xp = array_namespace(draws)
        x, t = (xp.arange(n, device=device(draws)) for n in (n_traces, n_samples))
        half_x = 0.5 + (0.2 + 0.8 * draws[:, 2]) * self.size[0] * n_traces
        half_t = 0.5 + (0.2 + 0.8 * draws[:, 3]) * self.size[1] * n_samples
        # Centred on a sample, so that even the smallest ellipse at an edge hides one.
        far_x = (x[None, :] - xp.floor(draws[:, 0] * n_traces)[:, None]) / half_x[:, None]
        far_t = (t[None, :] - xp.floor(draws[:, 1] * n_samples)[:, None]) / half_t[:, None]
        return xp.all(far_x[:, :, None] ** 2 + far_t[:, None, :] ** 2 > 1, axis=0)


RULES: dict[str, type] = {
    "random": RandomMask,
    "every": RegularMask,
    "jitter": JitteredMask,
    "gap": GapMask,
    "edge": EdgeMask,
}
_WORDS: dict[str, Callable[[str], MaskRule]] = {
    "random": lambda value: RandomMask(missing=float(value)),
    "every": lambda value: RegularMask(every=int(value)),
    "jitter": lambda value: JitteredMask(every=int(value)),
    "gap": lambda value: GapMask(width=int(value)),
    "edge": lambda value: EdgeMask(width=int(value)),
}


def parse_mask(text: str) -> MaskRule:
    """
    Rule that a word of the command line names; several joined by ``+`` hide together.

    Examples
    --------
    >>> parse_mask("every:3")
    RegularMask(every=3, phase=0, keep_ends=True)

    Raises
    ------
    InvalidParameterError
        If the word or its number is not known.
    """
    if "+" in text:
        return MixedMask(rules=tuple(parse_mask(part) for part in text.split("+")))
    word, _, value = text.partition(":")
    if word not in _WORDS:
        raise InvalidParameterError(
            f"Invalid mask {text!r}: must be like random:0.5, every:2; {did_you_mean(word, _WORDS)}"
        )
    try:
        return _WORDS[word](value)
    except InvalidParameterError:
        raise
    except ValueError:
        raise InvalidParameterError(
            f"Invalid mask {text!r}: must hold a number behind the colon, as {word}:2."
        ) from None


def _bounds(value: Range) -> Sequence[float]:
    return value if isinstance(value, (tuple, list)) else (value, value)


def _check_count(what: str, value: Range) -> None:
    low, high = _bounds(value)
    if not 1 <= low <= high < math.inf or int(low) != low or int(high) != high:
        raise InvalidParameterError(f"Invalid {what} {value}: must be a whole number of at least 1, or a range of two.")


def _check_rules(rules: Sequence[MaskRule]) -> None:
    if not rules:
        raise InvalidParameterError("Invalid rules (): must hold at least one.")


def _pick(value: Range, rng: Rng) -> float:
    low, high = _bounds(value)
    return low if low == high else low + (high - low) * float(uniform(rng, 1)[0])


def _pick_count(value: Range, rng: Rng) -> int:
    low, high = _bounds(value)
    return int(low if low == high else low + int((high - low + 1) * float(uniform(rng, 1)[0])))


def _ends(like: Array) -> Array:
    numbers = array_namespace(like).arange(like.shape[0], device=device(like))
    return (numbers == 0) | (numbers == like.shape[0] - 1)
