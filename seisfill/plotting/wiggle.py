"""A section as wiggles with variable area; missing traces stand out by a second colour and a tick."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import LIVE, MISSING, check_axis, check_section, label_panel, mark_missing
from seisfill.plotting.image import TIME_LABEL, settle_clip

FILLS = {"positive": 1.0, "negative": -1.0, "none": 0.0}
MOST_TRACES = 60


def plot_wiggle(
    axes: Axes,
    data: ArrayLike,
    *,
    dt: float,
    t0: float = 0.0,
    clip: float | None = None,
    live: ArrayLike | None = None,
    fill: str = "positive",
    axis: ArrayLike | None = None,
    axis_label: str = "trace",
    title: str | None = None,
    colors: tuple[str, str] = (LIVE, MISSING),
    linewidth: float = 0.7,
) -> Axes:
    """
    Draw a section as wiggles, time downwards; an amplitude of ``clip`` reaches the neighbouring trace.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    data : array, shape (n_traces, n_samples)
        Amplitudes; nothing is drawn at NaN. Above 60 traces, one in so many is drawn, and the title says so.
    dt, t0 : float
        Sample interval and time of the first sample [s].
    clip : float, optional
        Larger amplitudes are cut, in amplitudes of ``data``; `clip_of` the live traces where not given.
    live : bool array, shape (n_traces,), optional
        Missing (estimated) traces take the second colour and a tick on the top edge.
    fill : {"positive", "negative", "none"}
        Which side is filled.
    axis : array, shape (n_traces,), optional
        Position of each trace in the unit that ``axis_label`` names; the trace number where not given.
    axis_label : str
        Label of the trace axis, with its unit.
    title : str, optional
        Title of the panel.
    colors : tuple of two str
        Colours of live and of missing traces.
    linewidth : float
        Width of the wiggles [point].

    Returns
    -------
    Axes
        *axes*.

    Raises
    ------
    InvalidParameterError
        If a shape, ``dt``, ``clip``, ``axis`` or ``fill`` breaks its rule.
    """
    if fill not in FILLS:
        raise InvalidParameterError(
            f"Invalid fill {fill!r}: must be one of {sorted(FILLS)}; {did_you_mean(fill, FILLS)}"
        )
    data, live = check_section(data, dt=dt, live=live)
    axis = check_axis(axis, len(data))
    clip = settle_clip(clip, data, live)
    step = thinning(live)
    data, live, axis = data[::step], live[::step], axis[::step]
    reach = float(np.median(np.abs(np.diff(axis)))) if len(axis) > 1 else 1.0
    times, heights = with_crossings(np.clip(data / clip, -1.0, 1.0))
    times = t0 + times * dt
    shade = np.where(live, *colors)
    if FILLS[fill]:
        areas = np.maximum(np.nan_to_num(heights) * FILLS[fill], 0.0) * FILLS[fill]
        areas = np.pad(areas, ((0, 0), (1, 1)))
        outline = _curves(axis, reach * areas, np.pad(times, ((0, 0), (1, 1)), mode="edge"))
        axes.add_collection(PolyCollection(list(outline), facecolors=shade, edgecolors="none"), autolim=False)
    lines = LineCollection(list(_curves(axis, reach * heights, times)), colors=shade, linewidths=linewidth)
    axes.add_collection(lines, autolim=False)
    mark_missing(axes, axis[~live])
    margin = reach * 1.2 * (-1.0 if axis[-1] < axis[0] else 1.0)
    axes.set_xlim(axis[0] - margin, axis[-1] + margin)
    axes.set_ylim(t0 + (data.shape[1] - 0.5) * dt, t0 - dt / 2)
    note = f"1 in {step} traces drawn" if step > 1 else ""
    label_panel(axes, x=axis_label, y=TIME_LABEL, title=", ".join(filter(None, [title, note])))
    return axes


def thinning(live: NDArray[np.bool_], most: int = MOST_TRACES) -> int:
    """
    Draw one trace in how many: the smallest step that is readable and keeps the share of missing traces.

    A step of 2 over a gather with every second trace missing would show none of them, or nothing else.

    Examples
    --------
    >>> thinning(np.ones(120, dtype=bool)), thinning(np.arange(120) % 2 == 0)
    (2, 3)
    """
    least = -(-len(live) // most)
    for step in range(least, 2 * least + 1):
        if abs(live[::step].mean() - live.mean()) < 0.15:
            return step
    return least


def with_crossings(data: NDArray) -> tuple[NDArray, NDArray]:
    """
    Put one point between every two samples, at the zero crossing where there is one, so that filled areas are exact.

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes.

    Returns
    -------
    times : array, shape (n_traces, 2 * n_samples - 1)
        Time of each point [samples].
    heights : array, shape (n_traces, 2 * n_samples - 1)
        Amplitude at each point.

    Examples
    --------
    >>> times, heights = with_crossings(np.array([[1.0, -3.0, -1.0]]))
    >>> times.tolist(), heights.tolist()
    ([[0.0, 0.25, 1.0, 1.5, 2.0]], [[1.0, 0.0, -3.0, -2.0, -1.0]])
    """
    n_traces, n_samples = data.shape
    before, after = data[:, :-1], data[:, 1:]
    crosses = before * after < 0
    span = np.where(crosses, before - after, 1.0)
    times = np.empty((n_traces, 2 * n_samples - 1))
    heights = np.empty_like(times)
    times[:, ::2], heights[:, ::2] = np.arange(n_samples), data
    times[:, 1::2] = np.arange(n_samples - 1) + np.where(crosses, before / span, 0.5)
    heights[:, 1::2] = np.where(crosses, 0.0, (before + after) / 2)
    return times, heights


def _curves(axis: NDArray, heights: NDArray, times: NDArray) -> NDArray:
    """Points (position, time) of each trace: shape (n_traces, n_points, 2)."""
    return np.stack([axis[:, None] + heights, times], axis=-1)
