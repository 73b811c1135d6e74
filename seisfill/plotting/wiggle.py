"""A section as wiggles with variable area; missing traces stand out by a second colour and a tick."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import LIVE, MISSING, TIME_LABEL, axes_or_new, label_panel, mark_missing
from seisfill.plotting.frame import Frame, Framed
from seisfill.plotting.image import settle_clip

FILLS = MappingProxyType({"positive": 1.0, "negative": -1.0, "none": 0.0})
MOST_TRACES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class WiggleStyle:
    """
    How wiggles look.

    Parameters
    ----------
    fill : {"positive", "negative", "none"}
        Which side is filled.
    colors : tuple of two str
        Colours of live and of missing traces.
    linewidth : float
        Width of the wiggles [point].

    Raises
    ------
    InvalidParameterError
        If there is no such side.
    """

    fill: str = "positive"
    colors: tuple[str, str] = (LIVE, MISSING)
    linewidth: float = 0.7

    def __post_init__(self) -> None:
        if self.fill not in FILLS:
            raise InvalidParameterError(
                f"Invalid fill {self.fill!r}: must be one of {sorted(FILLS)}; {did_you_mean(self.fill, FILLS)}"
            )


def plot_wiggle(
    data: ArrayLike,
    frame: Frame,
    *,
    clip: float | None = None,
    title: str | None = None,
    style: WiggleStyle | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw a section as wiggles, time downwards; an amplitude of ``clip`` reaches the neighbouring trace.

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes; nothing is drawn at NaN. Above 60 traces, one in so many is drawn, and the title says so.
    frame : Frame
        Times and traces; missing (estimated) traces take the second colour and a tick on the top edge.
    clip : float, optional
        Larger amplitudes are cut; `clip_of` the live traces where not given.
    style : WiggleStyle, optional
        Filled side, colours and width.
    title, ax : optional
        As for `plot_section`; the axes come back.

    Raises
    ------
    InvalidParameterError
        If a shape or ``clip`` breaks its rule.

    Examples
    --------
    >>> ax = plot_wiggle([[0.0, 1.0], [1.0, 0.0]], Frame(dt=0.004), clip=1.0)
    >>> len(ax.collections)  # wiggles and their filled sides
    2
    """
    framed = frame.settle(data)
    clip = settle_clip(clip, framed.data, framed.live)
    step = thinning(framed.live)
    shown = Framed(
        data=np.clip(framed.data[::step] / clip, -1.0, 1.0), live=framed.live[::step], axis=framed.axis[::step]
    )
    ax = axes_or_new(ax)
    _draw_curves(ax, shown, frame, style or WiggleStyle())
    mark_missing(ax, shown.axis[~shown.live])
    margin = 1.2 * _reach(shown.axis) * (-1.0 if shown.axis[-1] < shown.axis[0] else 1.0)
    ax.set_xlim(shown.axis[0] - margin, shown.axis[-1] + margin)
    ax.set_ylim(frame.t0 + (shown.data.shape[1] - 0.5) * frame.dt, frame.t0 - frame.dt / 2)
    note = f"1 in {step} traces drawn" if step > 1 else ""
    label_panel(ax, x=frame.axis_label, y=TIME_LABEL, title=", ".join(filter(None, [title, note])))
    return ax


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


def _draw_curves(ax: Axes, shown: Framed, frame: Frame, style: WiggleStyle) -> None:
    """Lines of amplitudes between -1 and 1, and the area of one side."""
    times, heights = with_crossings(shown.data)
    times = frame.t0 + times * frame.dt
    shade, reach, side = np.where(shown.live, *style.colors), _reach(shown.axis), FILLS[style.fill]
    if side:
        areas = np.pad(np.maximum(np.nan_to_num(heights) * side, 0.0) * side, ((0, 0), (1, 1)))
        outline = _curves(shown.axis, reach * areas, np.pad(times, ((0, 0), (1, 1)), mode="edge"))
        ax.add_collection(PolyCollection(list(outline), facecolors=shade, edgecolors="none"), autolim=False)
    lines = list(_curves(shown.axis, reach * heights, times))
    ax.add_collection(LineCollection(lines, colors=shade, linewidths=style.linewidth), autolim=False)


def _reach(axis: NDArray[np.float64]) -> float:
    """How far a full amplitude reaches: the usual distance of neighbouring traces."""
    return float(np.median(np.abs(np.diff(axis)))) if len(axis) > 1 else 1.0


def _curves(axis: NDArray, heights: NDArray, times: NDArray) -> NDArray:
    """Points (position, time) of each trace: shape (n_traces, n_points, 2)."""
    return np.stack([axis[:, None] + heights, times], axis=-1)
