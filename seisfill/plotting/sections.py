"""Sections in a row, at one clip."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import add_colour_bar, clip_label, hide_time_labels
from seisfill.plotting.figure import new_figure
from seisfill.plotting.frame import Frame
from seisfill.plotting.image import plot_section, settle_clip


def plot_sections(
    sections: Mapping[str, ArrayLike],
    *,
    dt: float,
    t0: float = 0.0,
    live: ArrayLike | None = None,
    clip: float | None = None,
) -> Figure:
    """
    Draw sections of one shape in a row, at one clip.

    Parameters
    ----------
    sections : mapping of str to array, shape (n_traces, n_samples)
        Amplitudes by title.
    dt, t0 : float
        Sample interval and time of the first sample [s].
    live : bool array, shape (n_traces,), optional
        Missing traces get a tick on the top edge of each panel.
    clip : float, optional
        In amplitudes of the data; that of `clip_of` the live traces of the first section where not given.

    Returns
    -------
    Figure

    Raises
    ------
    InvalidParameterError
        If there is no section, their shapes differ, or an argument breaks its rule.

    Examples
    --------
    >>> figure = plot_sections({"input": [[0.0, 1.0]], "filled": [[1.0, 1.0]]}, dt=0.004)
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['input', 'filled']
    """
    if not sections:
        raise InvalidParameterError("Invalid sections {}: must hold at least one.")
    figure = new_figure(3.6 * len(sections) + 1.2, 5.0)
    panels = figure.subplots(1, len(sections), squeeze=False)[0]
    draw_row(sections, Frame(dt=dt, t0=t0, live=live), panels, clip=clip)
    add_colour_bar(panels, label=clip_label(panels[0].images[0].get_clim()[1]), clipped=True)
    return figure


def draw_row(
    sections: Mapping[str, ArrayLike], frame: Frame, panels: Sequence[Axes], *, clip: float | None = None
) -> None:
    """Draw each section in its panel, at one clip; only the first panel names the times."""
    first = frame.settle(next(iter(sections.values())))
    clip = settle_clip(clip, first.data, first.live)
    for ax, (title, data) in zip(panels, sections.items(), strict=True):
        check_shape(f"section {title!r}", np.shape(data), first.data.shape)
        plot_section(data, frame, clip=clip, title=title, ax=ax)
    for ax in panels[1:]:
        hide_time_labels(ax)
