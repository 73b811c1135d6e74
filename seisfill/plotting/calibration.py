"""Does a promise of 80 % hold in 80 % of the cases? Nominal against empirical coverage."""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import SERIES, TICK_SIZE, axes_or_new, label_panel

TOLERANCE = 0.05


def plot_calibration(
    nominal: ArrayLike,
    empirical: Mapping[str, ArrayLike],
    *,
    tolerance: float = TOLERANCE,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw how much of the truth lies inside intervals, over how much should.

    Above the diagonal the intervals are too wide, below it too narrow.

    Parameters
    ----------
    nominal : array, shape (n,)
        Coverage that each interval promises, ascending, from 0 to 1.
    empirical : mapping of str to array, shape (n,)
        Share of samples that lay inside, by label.
    tolerance : float
        Half height of the shaded strip along the diagonal.
    title, ax : optional
        As for `plot_section`; the axes come back.

    Raises
    ------
    InvalidParameterError
        If there is no line, shapes differ, or a coverage lies outside 0 to 1.

    Examples
    --------
    >>> ax = plot_calibration([0.5, 0.8, 0.95], {"random 50 %": [0.52, 0.79, 0.94]})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['exact ± 5 points', 'random 50 %']
    """
    promised = _check_coverage("nominal coverage", nominal)
    if not empirical:
        raise InvalidParameterError("Invalid empirical coverage {}: must hold at least one line.")
    ax = axes_or_new(ax)
    ax.plot([0, 100], [0, 100], color="#888888", linewidth=1.0)
    ends = np.array([0.0, 100.0])
    label = f"exact ± {100 * tolerance:.3g} points"
    ax.fill_between(ends, ends - 100 * tolerance, ends + 100 * tolerance, color="#888888", alpha=0.2, label=label)
    for (name, share), color, marker in zip(empirical.items(), cycle(SERIES), cycle("os^Dv"), strict=False):
        found = _check_coverage(f"coverage of {name}", share)
        check_shape(f"coverage of {name}", found.shape, promised.shape)
        ax.plot(100 * promised, 100 * found, color=color, marker=marker, markersize=4, linewidth=1.2, label=name)
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 100)
    ax.set_aspect("equal")
    ax.grid(alpha=0.3)
    ax.legend(fontsize=TICK_SIZE, loc="upper left")
    label_panel(ax, x="nominal coverage [%]", y="empirical coverage [%]", title=title)
    return ax


def _check_coverage(what: str, share: ArrayLike) -> np.ndarray:
    found = np.asarray(share, dtype=np.float64)
    if found.ndim != 1 or not len(found) or not ((found >= 0) & (found <= 1)).all():
        raise InvalidParameterError(f"Invalid {what}: must be a row of shares between 0 and 1.")
    return found
