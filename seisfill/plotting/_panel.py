"""What every panel shares: colours that the colour-blind can tell apart, labels, marks and colour bars."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.lines import Line2D
from matplotlib.markers import TICKUP, MarkerStyle
from numpy.typing import NDArray

from seisfill.plotting.figure import new_figure

# Okabe and Ito (2008): distinct for every common kind of colour blindness.
LIVE = "#000000"
MISSING = "#D55E00"
SERIES = ("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00")
TRUTH = SERIES[2]
HOLE = "#FBE3D3"
TITLE_SIZE, LABEL_SIZE, TICK_SIZE = 10, 9, 8
TIME_LABEL = "time [s]"
MARK_LABEL = "missing traces"
MARK_POINTS = 6


def axes_or_new(ax: Axes | None, *, width: float = 5.0, height: float = 5.0) -> Axes:
    """Return *ax*, or the axes of a new figure of that size [inch] where there is none."""
    return new_figure(width, height).add_subplot() if ax is None else ax


def edges_of(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Borders between traces, half-way: shape (n_traces + 1,).

    Examples
    --------
    >>> edges_of(np.array([0.0, 1.0, 3.0])).tolist()
    [-0.5, 0.5, 2.0, 4.0]
    """
    if len(axis) == 1:
        return axis[0] + np.array([-0.5, 0.5])
    middle = (axis[1:] + axis[:-1]) / 2
    return np.concatenate([[2 * axis[0] - middle[0]], middle, [2 * axis[-1] - middle[-1]]])


def mark_missing(ax: Axes, positions: NDArray[np.float64]) -> None:
    """Draw one tick above the top edge for each of *positions*; ticks, so that colour is not the only sign."""
    if len(positions) == 0:
        return
    ticks = Line2D(
        positions,
        np.ones(len(positions)),
        linestyle="none",
        marker=MarkerStyle(TICKUP),
        markersize=MARK_POINTS,
        markeredgewidth=1.0,
        color=MISSING,
        transform=ax.get_xaxis_transform(),
        clip_on=False,
        label=MARK_LABEL,
    )
    ax.add_artist(ticks)


def label_panel(ax: Axes, *, x: str, y: str, title: str | None) -> None:
    """Write labels and title in the sizes of the house; the title clears the ticks of missing traces."""
    ax.set_xlabel(x, fontsize=LABEL_SIZE)
    ax.set_ylabel(y, fontsize=LABEL_SIZE)
    if title:
        ax.set_title(title, fontsize=TITLE_SIZE, pad=MARK_POINTS + 4)
    ax.tick_params(labelsize=TICK_SIZE)


def hide_time_labels(ax: Axes) -> None:
    """Leave the vertical labels to the left neighbour, whose axis is the same."""
    ax.set_ylabel("")
    ax.tick_params(labelleft=False)


def add_colour_bar(axes: Axes | Sequence[Axes], *, label: str, clipped: bool = False) -> None:
    """
    Stand a colour bar beside one panel, or beside a row that shares it.

    Parameters
    ----------
    axes : Axes or sequence of Axes
        The first holds the section, f-k spectrum or map that the bar explains.
    label : str
        What the colours mean, with the unit.
    clipped : bool
        Whether there may be values beyond both ends.
    """
    panels = [axes] if isinstance(axes, Axes) else list(axes)
    ends = "both" if clipped else "neither"
    bar = panels[0].figure.colorbar(coloured(panels[0]), ax=panels, fraction=0.04, pad=0.01, aspect=35, extend=ends)
    bar.set_label(label, fontsize=LABEL_SIZE)
    bar.ax.tick_params(labelsize=TICK_SIZE)


def coloured(ax: Axes) -> ScalarMappable:
    """What was drawn in colours of a map: an image, or a mesh where traces are unevenly spaced."""
    return ax.images[0] if ax.images else ax.collections[0]


def clip_label(clip: float) -> str:
    """What stands beside the colours of amplitudes."""
    return f"amplitude, clip ±{clip:.3g}"
