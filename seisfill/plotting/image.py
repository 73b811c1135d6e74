"""A section as variable density: time downwards, one symmetric clip in physical amplitudes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import (
    HOLE,
    LABEL_SIZE,
    TICK_SIZE,
    check_axis,
    check_section,
    edges_of,
    label_panel,
    mark_missing,
)

TIME_LABEL = "time [s]"
# Black peaks, as the filled side of a wiggle; linear in lightness.
COLOUR_MAP = "gray_r"


def clip_of(data: ArrayLike, live: ArrayLike | None = None, percentile: float = 98.5) -> float:
    """
    A clip for pictures: a percentile of the absolute amplitudes of the live traces.

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes; NaN and Inf are left out.
    live : bool array, shape (n_traces,), optional
        Which traces count; all where not given.
    percentile : float
        From 0 to 100.

    Returns
    -------
    float
        Positive amplitude; the largest one where the percentile is 0 (mostly muted data), 1 where all are 0.

    Examples
    --------
    >>> clip_of([[1.0, -3.0], [100.0, 100.0]], live=[True, False], percentile=100)
    3.0
    """
    check_between("percentile", percentile, 0.0, 100.0)
    data, live = check_section(data, dt=1.0, live=live)
    amplitudes = np.abs(data[live])
    amplitudes = amplitudes[np.isfinite(amplitudes)]
    if amplitudes.size == 0 or amplitudes.max() == 0:
        return 1.0
    return float(np.percentile(amplitudes, percentile)) or float(amplitudes.max())


def settle_clip(clip: float | None, data: NDArray, live: NDArray[np.bool_]) -> float:
    """Return *clip* where it was given and is positive, else that of `clip_of`."""
    if clip is None:
        return clip_of(data, live if live.any() else None)
    if not 0 < clip < np.inf:
        raise InvalidParameterError(f"Invalid clip {clip}: must be a positive, finite amplitude.")
    return float(clip)


def plot_image(
    axes: Axes,
    data: ArrayLike,
    *,
    dt: float,
    t0: float = 0.0,
    clip: float | None = None,
    live: ArrayLike | None = None,
    axis: ArrayLike | None = None,
    axis_label: str = "trace",
    title: str | None = None,
    cmap: str = COLOUR_MAP,
    colorbar: bool = False,
) -> Axes:
    """
    Draw a section as variable density, time downwards.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    data : array, shape (n_traces, n_samples)
        Amplitudes; NaN is drawn as a hole, in a pale tint that the colour map does not hold.
    dt, t0 : float
        Sample interval and time of the first sample [s].
    clip : float, optional
        Colours span ``-clip`` to ``clip``, in amplitudes of ``data``; `clip_of` the live traces where not given.
    live : bool array, shape (n_traces,), optional
        Missing traces get a tick on the top edge.
    axis : array, shape (n_traces,), optional
        Position of each trace in the unit that ``axis_label`` names; the trace number where not given.
    axis_label : str
        Label of the trace axis, with its unit.
    title : str, optional
        Title of the panel.
    cmap : str
        Colour map of matplotlib.
    colorbar : bool
        Whether a colour bar stands beside the panel.

    Returns
    -------
    Axes
        *axes*.

    Raises
    ------
    InvalidParameterError
        If a shape, ``dt``, ``clip`` or ``axis`` breaks its rule.
    """
    data, live = check_section(data, dt=dt, live=live)
    axis = check_axis(axis, len(data))
    clip = settle_clip(clip, data, live)
    edges = edges_of(axis)
    top, bottom = t0 - dt / 2, t0 + (data.shape[1] - 0.5) * dt
    samples = np.ma.masked_invalid(data.T)
    style: dict[str, Any] = {"vmin": -clip, "vmax": clip, "cmap": cmap}
    if np.allclose(np.diff(edges), edges[1] - edges[0], rtol=1e-3):
        image: ScalarMappable = axes.imshow(samples, extent=(edges[0], edges[-1], bottom, top), aspect="auto", **style)
    else:
        times = np.linspace(top, bottom, data.shape[1] + 1)
        image = axes.pcolormesh(edges, times, samples, rasterized=True, **style)
    axes.set_facecolor(HOLE)
    mark_missing(axes, axis[~live])
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom, top)
    label_panel(axes, x=axis_label, y=TIME_LABEL, title=title)
    if colorbar:
        add_colour_bar(axes, image, clip)
    return axes


def add_colour_bar(axes: Axes | Sequence[Axes], image: ScalarMappable, clip: float) -> None:
    """Stand a colour bar beside *axes* (one, or a row that shares it), with the clip in its label."""
    first = axes if isinstance(axes, Axes) else axes[0]
    bar = first.figure.colorbar(image, ax=axes, fraction=0.04, pad=0.01, aspect=35, extend="both")
    bar.set_label(f"amplitude, clip ±{clip:.3g}", fontsize=LABEL_SIZE)
    bar.ax.tick_params(labelsize=TICK_SIZE)
