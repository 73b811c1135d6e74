"""Sections in a row, at one clip."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import check_section, hide_time_labels
from seisfill.plotting.figure import new_figure
from seisfill.plotting.image import add_colour_bar, plot_image, settle_clip


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
    """
    if not sections:
        raise InvalidParameterError("Invalid sections {}: must hold at least one.")
    first, checked_live = check_section(next(iter(sections.values())), dt=dt, live=live)
    for title, data in sections.items():
        check_shape(f"section {title!r}", np.shape(data), first.shape)
    clip = settle_clip(clip, first, checked_live)
    figure = new_figure(3.6 * len(sections) + 1.2, 5.0)
    panels = figure.subplots(1, len(sections), squeeze=False)[0]
    for axes, (title, data) in zip(panels, sections.items(), strict=True):
        plot_image(axes, data, dt=dt, t0=t0, clip=clip, live=live, title=title)
    for axes in panels[1:]:
        hide_time_labels(axes)
    add_colour_bar(list(panels), panels[0].images[0], clip)
    return figure
