"""What every panel shares: checked arrays, colours that the colour-blind can tell apart, labels and marks."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.markers import TICKUP, MarkerStyle
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError

# Okabe and Ito (2008): distinct for every common kind of colour blindness.
LIVE = "#000000"
MISSING = "#D55E00"
SERIES = ("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00")
HOLE = "#FBE3D3"
TITLE_SIZE, LABEL_SIZE, TICK_SIZE = 10, 9, 8
MARK_LABEL = "missing traces"
MARK_POINTS = 6


def check_section(data: ArrayLike, *, dt: float, live: ArrayLike | None = None) -> tuple[NDArray, NDArray[np.bool_]]:
    """
    Check a section and its live traces once, at the door of each picture.

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes.
    dt : float
        Sample interval [s].
    live : bool array, shape (n_traces,), optional
        True where the trace was recorded; all traces where not given.

    Returns
    -------
    data : float64 array, shape (n_traces, n_samples)
    live : bool array, shape (n_traces,)

    Raises
    ------
    InvalidParameterError
        If a shape or the sample interval breaks its rule.
    """
    data = np.asarray(data, dtype=np.float64)
    if data.ndim != 2 or 0 in data.shape:
        raise InvalidParameterError(
            f"Invalid shape {data.shape} of data: must be (n_traces, n_samples), none of them 0."
        )
    if not dt > 0:
        raise InvalidParameterError(f"Invalid dt {dt}: must be a positive time in seconds.")
    live = np.ones(len(data), dtype=bool) if live is None else np.asarray(live, dtype=bool)
    check_shape("live", live.shape, data.shape[:1])
    return data, live


def check_axis(axis: ArrayLike | None, n_traces: int) -> NDArray[np.float64]:
    """Position of each trace, shape (n_traces,): strictly rising or falling; the trace number where not given."""
    if axis is None:
        return np.arange(n_traces, dtype=np.float64)
    axis = np.asarray(axis, dtype=np.float64)
    check_shape("axis", axis.shape, (n_traces,))
    steps = np.diff(axis)
    if not (np.all(steps > 0) or np.all(steps < 0)):
        raise InvalidParameterError("Invalid axis: must rise or fall strictly from trace to trace. Sort the traces.")
    return axis


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


def mark_missing(axes: Axes, positions: NDArray[np.float64]) -> None:
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
        transform=axes.get_xaxis_transform(),
        clip_on=False,
        label=MARK_LABEL,
    )
    axes.add_artist(ticks)


def label_panel(axes: Axes, *, x: str, y: str, title: str | None) -> None:
    """Write labels and title in the sizes of the house; the title clears the ticks of missing traces."""
    axes.set_xlabel(x, fontsize=LABEL_SIZE)
    axes.set_ylabel(y, fontsize=LABEL_SIZE)
    if title:
        axes.set_title(title, fontsize=TITLE_SIZE, pad=MARK_POINTS + 4)
    axes.tick_params(labelsize=TICK_SIZE)


def hide_time_labels(axes: Axes) -> None:
    """Leave the vertical labels to the left neighbour, whose axis is the same."""
    axes.set_ylabel("")
    axes.tick_params(labelleft=False)
