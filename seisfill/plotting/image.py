"""A section as variable density: time downwards, one symmetric clip in physical amplitudes."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import check_between, check_shape
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import HOLE, TIME_LABEL, axes_or_new, edges_of, label_panel, mark_missing
from seisfill.plotting.frame import Frame, check_section

# Black peaks, as the filled side of a wiggle; linear in lightness.
COLOUR_MAP = "gray_r"
COLUMNS = 1000  # of an image, at least about as many


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
    amplitudes = np.abs(check_section(data))
    if live is not None:
        check_shape("live", np.shape(live), amplitudes.shape[:1])
        amplitudes = amplitudes[np.asarray(live, dtype=bool)]
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


def plot_section(
    data: ArrayLike,
    frame: Frame,
    *,
    clip: float | None = None,
    title: str | None = None,
    cmap: str = COLOUR_MAP,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw a section as variable density, time downwards.

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes; NaN is drawn as a hole, in a pale tint that the colour map does not hold.
    frame : Frame
        Times and traces; missing traces get a tick on the top edge.
    clip : float, optional
        Colours span ``-clip`` to ``clip``, in amplitudes of ``data``; `clip_of` the live traces where not given.
    title : str, optional
        Title of the panel.
    cmap : str
        Colour map of matplotlib.
    ax : Axes, optional
        Where to draw; the axes of a new figure where not given.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    InvalidParameterError
        If a shape or ``clip`` breaks its rule.

    Examples
    --------
    >>> ax = plot_section([[0.0, 1.0], [1.0, 0.0]], Frame(dt=0.004), clip=1.0, title="two traces")
    >>> ax.get_title(), ax.images[0].get_clim()
    ('two traces', (-1.0, 1.0))
    """
    framed = frame.settle(data)
    clip = settle_clip(clip, framed.data, framed.live)
    style = {"vmin": -clip, "vmax": clip, "cmap": cmap}
    ax = axes_or_new(ax)
    draw_samples(ax, np.ma.masked_invalid(framed.data), frame, framed.axis, **style)
    ax.set_facecolor(HOLE)
    mark_missing(ax, framed.axis[~framed.live])
    label_panel(ax, x=frame.axis_label, y=TIME_LABEL, title=title)
    return ax


def draw_samples(ax: Axes, data: NDArray, frame: Frame, axis: NDArray[np.float64], **style: Any) -> None:
    """Colour every sample of (n_traces, n_samples) where it lies, and set the limits to the section's edges."""
    # Matplotlib smooths across one column where an image is resampled: traces as wide as several keep their edges, so
    # that no picture interpolates what the filler did not.
    columns = max(1, COLUMNS // len(data))
    edges, n_samples = edges_of(axis), data.shape[1]
    top, bottom = frame.t0 - frame.dt / 2, frame.t0 + (n_samples - 0.5) * frame.dt
    if np.allclose(np.diff(edges), edges[1] - edges[0], rtol=1e-3):
        ax.imshow(data.T.repeat(columns, axis=1), extent=(edges[0], edges[-1], bottom, top), aspect="auto", **style)
    else:
        ax.pcolormesh(edges, np.linspace(top, bottom, n_samples + 1), data.T, rasterized=True, **style)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(bottom, top)
