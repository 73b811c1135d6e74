"""Lines, dots, areas and posts between the sides of a chart, as SVG paths."""

import numpy as np
from numpy.typing import ArrayLike

from seisfill.report.chart import UNITS, Axis, Path


def _right(share: ArrayLike) -> np.ndarray:
    return np.rint(np.clip(share, -1.0, 2.0) * UNITS).astype(int)


def _down(share: ArrayLike) -> np.ndarray:
    return np.rint((1.0 - np.clip(share, -1.0, 2.0)) * UNITS).astype(int)


def draw_line(x: Axis, y: Axis, xs: ArrayLike, ys: ArrayLike, *, style: str) -> Path:
    """
    A line through points; it breaks where a value is NaN.

    Examples
    --------
    >>> side = Axis(label="", low=0.0, high=1.0)
    >>> draw_line(side, side, [0.0, 0.5, 0.8, 1.0], [0.0, 1.0, np.nan, 0.0], style="live").d
    'M0 5000L2500 0M5000 5000'
    """
    xs, ys = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    good = np.isfinite(xs) & np.isfinite(ys)
    starts = good & ~np.concatenate([[False], good[:-1]])
    right, down = _right(x.at(xs[good])).tolist(), _down(y.at(ys[good])).tolist()
    words = (f"{'M' if s else 'L'}{r} {d}" for s, r, d in zip(starts[good].tolist(), right, down, strict=True))
    return Path(d="".join(words), style=f"line {style}")


def draw_dots(x: Axis, y: Axis, xs: ArrayLike, ys: ArrayLike, *, style: str) -> Path:
    """Round dots of one size on any screen: lines of no length with round ends."""
    good = np.isfinite(np.asarray(xs, dtype=np.float64)) & np.isfinite(np.asarray(ys, dtype=np.float64))
    right, down = _right(x.at(np.asarray(xs)[good])).tolist(), _down(y.at(np.asarray(ys)[good])).tolist()
    return Path(d="".join(f"M{r} {d}h0" for r, d in zip(right, down, strict=True)), style=f"dots {style}")


def draw_area(x: Axis, y: Axis, xs: ArrayLike, low: ArrayLike, high: ArrayLike, *, style: str) -> Path:
    """
    The area between two lines.

    Examples
    --------
    >>> side = Axis(label="", low=0.0, high=1.0)
    >>> draw_area(side, side, [0.0, 1.0], [0.0, 0.0], [1.0, 1.0], style="band").d
    'M0 0L5000 0L5000 5000L0 5000Z'
    """
    xs, low, high = (np.asarray(values, dtype=np.float64) for values in (xs, low, high))
    edge = draw_line(x, y, np.concatenate([xs, xs[::-1]]), np.concatenate([high, low[::-1]]), style="")
    return Path(d=edge.d + "Z", style=f"area {style}")


def draw_posts(x: Axis, xs: ArrayLike, *, style: str, top: float = 0.0, bottom: float = 1.0) -> Path:
    """Upright lines at some places, between two heights counted from the top edge as shares of the plot."""
    first, last = round(top * UNITS), round(bottom * UNITS)
    return Path(d="".join(f"M{r} {first}V{last}" for r in _right(x.at(xs)).tolist()), style=f"line {style}")
