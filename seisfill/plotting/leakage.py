"""What a fill lets through: truth minus fill at live traces that were held out."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.metrics import snr_db
from seisfill.plotting._panel import TIME_LABEL, add_colour_bar, axes_or_new, clip_label, hide_time_labels, label_panel
from seisfill.plotting.figure import new_figure
from seisfill.plotting.frame import Frame, check_section
from seisfill.plotting.image import clip_of, plot_section
from seisfill.plotting.levels import Levels, useful_frequency
from seisfill.plotting.spectrum import plot_amplitude_spectrum

MOST_LABELS = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOutTraces:
    """
    Live traces that were hidden and filled.

    Parameters
    ----------
    truth, estimate : array, shape (n_traces, n_samples)
        Recorded and filled amplitudes of the held-out traces alone.
    places : int array, shape (n_traces,)
        Number of each in its gather, ascending.
    dt, t0 : float
        Sample interval and time of the first sample [s].

    Raises
    ------
    InvalidParameterError
        If the shapes differ, or there is no trace.

    Examples
    --------
    >>> held = HeldOutTraces(truth=np.ones((1, 4)), estimate=np.full((1, 4), 0.9), places=[7], dt=0.004)
    >>> held.title
    'truth minus fill, 1 held-out trace, SNR 20.0 dB'
    """

    truth: NDArray
    estimate: NDArray
    places: NDArray
    dt: float
    t0: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "truth", check_section(self.truth))
        object.__setattr__(self, "estimate", np.asarray(self.estimate, dtype=np.float64))
        object.__setattr__(self, "places", np.asarray(self.places, dtype=np.int64))
        check_shape("estimate", self.estimate.shape, self.truth.shape)
        check_shape("places", self.places.shape, self.truth.shape[:1])
        if (np.diff(self.places) <= 0).any():
            raise InvalidParameterError("Invalid places: must ascend. Sort the traces.")

    @property
    def leakage(self) -> NDArray[np.float64]:
        """Truth minus fill, shape (n_traces, n_samples)."""
        return self.truth - self.estimate

    @property
    def title(self) -> str:
        """What the panel shows, with the score of these traces."""
        count = len(self.truth)
        what = f"truth minus fill, {count} held-out trace{'s' if count > 1 else ''}"
        return f"{what}, SNR {snr_db(self.truth, self.estimate):.1f} dB"


def plot_leakage(
    held: HeldOutTraces, *, clip: float | None = None, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """
    Draw truth minus fill at held-out traces, side by side: events that can be followed here are lost by the fill.

    Parameters
    ----------
    held : HeldOutTraces
        What was hidden, and what was filled in.
    clip : float, optional
        In amplitudes; that of `clip_of` the truth where not given, so that the panel tells how much was lost.
    title : str, optional
        Title of the panel; what it shows, with the SNR of the held-out traces, where not given.
    ax : Axes, optional
        As for `plot_section`; the axes come back.

    Examples
    --------
    >>> held = HeldOutTraces(truth=np.ones((2, 4)), estimate=np.ones((2, 4)), places=[3, 9], dt=0.004)
    >>> [text.get_text() for text in plot_leakage(held).get_xticklabels()]
    ['3', '9']
    """
    return _draw_packed(held, held.leakage, clip=clip, title=title or held.title, ax=ax)


def plot_held_out(held: HeldOutTraces, *, title: str | None = None) -> Figure:
    """
    Draw held-out traces as recorded, as filled, and what is lost, at one clip, with their mean spectra.

    Parameters
    ----------
    held : HeldOutTraces
        What was hidden, and what was filled in.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure

    Examples
    --------
    >>> held = HeldOutTraces(truth=np.ones((2, 4)), estimate=np.ones((2, 4)), places=[3, 9], dt=0.004)
    >>> len(plot_held_out(held).axes)  # three sections, their colour bar, the spectra
    5
    """
    figure = new_figure(15, 5.5)
    panels = figure.subplots(1, 4)
    clip = clip_of(held.truth)
    _draw_packed(held, held.truth, clip=clip, title="as recorded", ax=panels[0])
    _draw_packed(held, held.estimate, clip=clip, title="as filled", ax=panels[1])
    plot_leakage(held, clip=clip, title=held.title.replace(", ", "\n", 1), ax=panels[2])
    for ax in panels[1:3]:
        hide_time_labels(ax)
    add_colour_bar(panels[2], label=clip_label(clip), clipped=True)
    spectra = {"as recorded": held.truth, "as filled": held.estimate, "truth minus fill": held.leakage}
    levels = Levels(f_max=useful_frequency(held.truth, dt=held.dt))
    plot_amplitude_spectrum(spectra, dt=held.dt, levels=levels, title="mean spectrum of the traces", ax=panels[3])
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def _draw_packed(held: HeldOutTraces, data: NDArray, *, clip: float | None, title: str, ax: Axes | None) -> Axes:
    """Draw traces side by side, each labelled by its place in the gather."""
    ax = axes_or_new(ax)
    plot_section(data, Frame(dt=held.dt, t0=held.t0), clip=clip or clip_of(held.truth), ax=ax)
    step = -(-len(held.places) // MOST_LABELS)
    ax.set_xticks(range(0, len(held.places), step), [str(place) for place in held.places[::step]])
    label_panel(ax, x="held-out trace", y=TIME_LABEL, title=title)
    return ax
