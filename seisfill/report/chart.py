"""A chart as plain values: axes, pictures, paths. The page draws it, so that text keeps its size at any width."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

UNITS = 5000  # of a path from one side of the plot to the other; finer than any screen
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """
    One side of a chart.

    Parameters
    ----------
    label : str
        What it shows, with its unit.
    low, high : float
        Values at the left or bottom and at the right or top; falling axes are allowed (time runs downwards).
    n_ticks : int
        Most ticks, about.
    whole : bool
        Whether only whole numbers mean something.
    names : tuple of str
        Words for the values 1, 2, 3, ...; the numbers themselves where not given.
    """

    label: str
    low: float
    high: float
    n_ticks: int = 5
    whole: bool = False
    names: tuple[str, ...] = ()

    def at(self, values: ArrayLike) -> np.ndarray:
        """
        Share of the way from low to high: array of the shape of *values*.

        Examples
        --------
        >>> Axis(label="time [s]", low=2.0, high=0.0).at([0.0, 1.5]).tolist()
        [1.0, 0.25]
        """
        return (np.asarray(values, dtype=np.float64) - self.low) / ((self.high - self.low) or 1.0)

    @property
    def ticks(self) -> list[float]:
        """
        Round values between the ends.

        Examples
        --------
        >>> Axis(label="trace", low=-0.5, high=119.5).ticks
        [0.0, 25.0, 50.0, 75.0, 100.0]
        >>> Axis(label="gather", low=0.5, high=3.5, whole=True).ticks
        [1.0, 2.0, 3.0]
        """
        low, high = min(self.low, self.high), max(self.low, self.high)
        step = _round_step((high - low) / self.n_ticks)
        if self.whole:
            step = float(math.ceil(step)) if step != 2.5 else 5.0
        first = math.ceil(low / step - 1e-9)
        count = math.floor(high / step + 1e-9) - first + 1
        return [(first + i) * step + 0.0 for i in range(count)]

    @property
    def marks(self) -> list[tuple[float, str]]:
        """
        Percent of the way and words of each tick.

        Examples
        --------
        >>> Axis(label="f", low=0.0, high=1.0, n_ticks=2).marks
        [(0.0, '0'), (50.0, '0.5'), (100.0, '1')]
        """
        return [(round(100 * float(self.at(tick)), 2), self._word(tick)) for tick in self.ticks]

    def finer(self, n_ticks: int = 8) -> "Axis":
        """The same side with room for more ticks."""
        return replace(self, n_ticks=n_ticks)

    def _word(self, tick: float) -> str:
        there = 1 <= tick <= len(self.names)
        return self.names[round(tick) - 1] if there else number(tick)


def _round_step(step: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below *step*; 1 where there is no step."""
    if not step > 0 or not math.isfinite(step):
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in STEPS if factor * power >= step * (1 - 1e-9))


def number(value: float) -> str:
    """
    A number as one reads it.

    Examples
    --------
    >>> number(1200.0), number(0.30000000000000004), number(-5.0), number(2.5e-7), number(6074800.0)
    ('1200', '0.3', '−5', '2.5e−07', '6074800')
    """
    return f"{value + 0.0:.10g}".replace("-", "−")


def decibel(value: float) -> str:
    """
    A level with one digit, and a minus that is one.

    Examples
    --------
    >>> decibel(-2.04), decibel(-0.04)
    ('−2.0 dB', '0.0 dB')
    """
    return f"{round(value, 1) + 0.0:.1f} dB".replace("-", "−")


def sentence(words: str) -> str:
    """
    Words with a capital and a full stop; nothing for nothing.

    Examples
    --------
    >>> sentence("true SNR in dB"), sentence("")
    ('True SNR in dB.', '')
    """
    return words[:1].upper() + words[1:] + "." if words else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """
    Pixels that fill the plot.

    Parameters
    ----------
    source : str
        ``data:`` address.
    alt : str
        What a reader who does not see it is told.
    name : str
        Identifier on the page, for the viewer; empty where none is needed.
    """

    source: str
    alt: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """
    A line, an area or dots.

    Parameters
    ----------
    d : str
        SVG path in `UNITS`, y downwards.
    style : str
        Classes of the style sheet.
    """

    d: str
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """
    What the page draws in one frame.

    Parameters
    ----------
    title : str
        Words above it.
    alt : str
        What a reader who does not see it is told.
    x, y : Axis
        Sides.
    pictures : tuple of Picture
        Below the paths.
    paths : tuple of Path
        Drawn in order.
    legend : tuple of (style, words)
        What the paths are.
    caption : str
        What to look for.
    shape : float
        Width over height.
    """

    title: str
    alt: str
    x: Axis
    y: Axis
    pictures: tuple[Picture, ...] = ()
    paths: tuple[Path, ...] = ()
    legend: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    caption: str = ""
    shape: float = 1.5

    @property
    def grid(self) -> str:
        """Path of faint lines at the ticks."""
        across = (f"M0 {round((1 - at / 100) * UNITS)}H{UNITS}" for at, _ in self.y.marks)
        along = (f"M{round(at / 100 * UNITS)} 0V{UNITS}" for at, _ in self.x.marks)
        return "".join([*across, *along])

    @property
    def units(self) -> int:
        """Of its paths, from one side to the other."""
        return UNITS


def span_of(values: Iterable[ArrayLike], *, margin: float = 0.06) -> tuple[float, float]:
    """
    Low and high end of an axis that holds all finite values, with a margin.

    Examples
    --------
    >>> span_of([[0.0, 1.0], [np.nan]], margin=0.5), span_of([[]])
    ((-0.5, 1.5), (0.0, 1.0))
    """
    parts: Sequence[np.ndarray] = [np.asarray(part, dtype=np.float64).ravel() for part in values]
    whole = np.concatenate(parts) if parts else np.zeros(0)
    whole = whole[np.isfinite(whole)]
    if not len(whole):
        return 0.0, 1.0
    low, high = float(whole.min()), float(whole.max())
    reach = (high - low) * margin or 0.5 * abs(high) or 0.5
    return low - reach, high + reach
