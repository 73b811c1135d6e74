"""Where a gated network lets signals pass: a map for each layer over the gather that it saw."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import TICK_SIZE, TIME_LABEL, axes_or_new, coloured, label_panel, mark_missing
from seisfill.plotting.figure import new_figure
from seisfill.plotting.frame import Frame
from seisfill.plotting.image import draw_samples, plot_section

COLOUR_MAP = "cividis"
MOST_COLUMNS = 5
SPREAD = (1.0, 99.0)


def plot_gate(gates: ArrayLike, frame: Frame, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """
    Draw the mean gate of one layer over a gather; the ticks on top are the holes that the network saw.

    Parameters
    ----------
    gates : array, shape (n_traces, n_samples)
        From 0 (shut) to 1 (open). Colours span the map's own 1st to 99th percentile, which the bar names: gates differ
        far more from layer to layer than within one.
    frame : Frame
        Times and traces of the gather.
    title : str, optional
        Name of the layer; its mean gate is put behind.
    ax : Axes, optional
        As for `plot_section`; the axes come back.

    Raises
    ------
    InvalidParameterError
        If a gate lies outside 0 to 1, or the shapes differ.

    Examples
    --------
    >>> ax = plot_gate([[0.0, 1.0], [0.5, 0.5]], Frame(dt=0.004), title="stem")
    >>> ax.get_title()
    'stem: mean 0.50'
    """
    framed = frame.settle(gates)
    if not ((framed.data >= 0) & (framed.data <= 1)).all():
        raise InvalidParameterError("Invalid gates: must lie between 0 (shut) and 1 (open).")
    low, high = np.percentile(framed.data, SPREAD)
    if high - low < 1e-3:  # a layer whose gates stand still: one colour, not its rounding errors
        low, high = max(low - 0.005, 0.0), min(high + 0.005, 1.0)
    ax = axes_or_new(ax)
    draw_samples(ax, framed.data, frame, framed.axis, vmin=low, vmax=high, cmap=COLOUR_MAP)
    mark_missing(ax, framed.axis[~framed.live])
    ax.figure.colorbar(coloured(ax), ax=ax, fraction=0.06, pad=0.02).ax.tick_params(labelsize=TICK_SIZE - 1)
    label_panel(
        ax, x=frame.axis_label, y=TIME_LABEL, title=f"{title}: mean {framed.data.mean():.2f}" if title else None
    )
    return ax


def plot_gates(data: ArrayLike, frame: Frame, maps: Mapping[str, ArrayLike], *, title: str | None = None) -> Figure:
    """
    Draw a gather with its holes, and the mean gate of every layer over it in the order of computing.

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes that the network saw; missing traces are drawn as holes whatever they hold.
    frame : Frame
        Times and traces of the gather.
    maps : mapping of str to array, shape (n_traces, n_samples)
        Mean gate over the channels of each layer, spread to the gather.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure

    Raises
    ------
    InvalidParameterError
        If there is no map, or one breaks the rule of `plot_gate`.

    References
    ----------
    Yu et al. (2019), Free-Form Image Inpainting with Gated Convolution, ICCV, figure 2, for photographs.

    Examples
    --------
    >>> figure = plot_gates(np.eye(4), Frame(dt=0.004), {"stem": np.eye(4), "head": np.eye(4)})
    >>> [ax.get_title() for ax in figure.axes[:3]]
    ['input', 'stem: mean 0.25', 'head: mean 0.25']
    """
    if not maps:
        raise InvalidParameterError("Invalid maps {}: must hold at least one layer.")
    framed = frame.settle(data)
    n_columns = min(len(maps) + 1, MOST_COLUMNS)
    n_rows = -(-(len(maps) + 1) // n_columns)
    figure = new_figure(2.8 * n_columns, 2.5 * n_rows + (0.4 if title else 0.0))
    panels = list(figure.subplots(n_rows, n_columns, squeeze=False).flat)
    plot_section(np.where(framed.live[:, None], framed.data, np.nan), frame, title="input", ax=panels[0])
    for ax, (layer, gates) in zip(panels[1:], maps.items(), strict=False):
        plot_gate(gates, frame, title=layer, ax=ax)
    for number, ax in enumerate(panels[: len(maps) + 1]):
        if number % n_columns:
            ax.set_ylabel("")
        if number + n_columns <= len(maps):
            ax.set_xlabel("")
    for ax in panels[len(maps) + 1 :]:
        ax.set_axis_off()
    if title:
        figure.suptitle(title, fontsize=11)
    return figure
