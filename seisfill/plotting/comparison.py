"""One page that judges a fill: sections at one clip, f-k, trace overlays and a close-up of the hardest place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import LIVE, TITLE_SIZE, TRUTH, add_colour_bar, clip_label, hide_time_labels
from seisfill.plotting.figure import new_figure
from seisfill.plotting.frame import Frame
from seisfill.plotting.image import settle_clip
from seisfill.plotting.levels import Levels, fk_spectrum, regular_live_spacing, useful_frequency
from seisfill.plotting.overlay import Band, draw_band, finish_overlay
from seisfill.plotting.places import gap_distance, hardest_window, relative_error, telling_traces
from seisfill.plotting.sections import draw_row
from seisfill.plotting.spectrum import LEVEL_LABEL, plot_amplitude_spectrum, plot_fk
from seisfill.plotting.wiggle import WiggleStyle, plot_wiggle


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Page:
    """
    What else stands on the page of a comparison.

    Parameters
    ----------
    title : str, optional
        Title of the page.
    t0 : float
        Time of the first sample [s].
    clip : float, optional
        Of all sections, in amplitudes; `clip_of` the live traces where not given.
    band : Band, optional
        Predicted error of each sample of the fill, for the trace overlays: sigma of shape (n_traces, n_samples).
    """

    title: str | None = None
    t0: float = 0.0
    clip: float | None = None
    band: Band | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Case:
    """What the page is about: checked arrays of one shape (n_traces, n_samples), and the one clip."""

    truth: NDArray | None
    filled: NDArray
    holed: NDArray
    live: NDArray[np.bool_]
    frame: Frame
    clip: float
    snr_db: float | None
    band: Band | None

    @property
    def sections(self) -> dict[str, NDArray]:
        """Panels by title: the input with holes, the fill and, where known, the truth."""
        known = {} if self.truth is None else {"truth": self.truth}
        return {"input": self.holed, "filled": self.filled, **known}

    @property
    def difference_title(self) -> str:
        """Title of the difference, with the score where it was given."""
        score = "" if self.snr_db is None else f"\nSNR on missing traces {self.snr_db:.1f} dB"
        return f"difference: truth minus filled{score}"

    @property
    def hardness(self) -> NDArray:
        """How wrong each trace is (n_traces,), or, where no truth is known, how far from a live one."""
        if self.truth is None:
            return gap_distance(self.live).astype(np.float64)
        return relative_error(self.truth, self.filled)

    @property
    def doubt(self) -> NDArray:
        """The error (n_traces, n_samples), or, where no truth is known, estimates by their distance to live traces."""
        return self.filled * self.hardness[:, None] if self.truth is None else self.truth - self.filled


def plot_comparison(
    truth: ArrayLike | None,
    filled: ArrayLike,
    *,
    decimated: ArrayLike | None = None,
    live: ArrayLike | None = None,
    dt: float,
    snr_db: float | None = None,
    page: Page | None = None,
) -> Figure:
    """
    Draw the page that judges a fill.

    Top: input with holes, filled, truth and their difference, all at one clip. Middle: the f-k amplitudes of the first
    three, re the largest of all, and wiggles of the window with the largest error. Bottom: three missing traces, easy,
    median and hard, with the band of their predicted error where it is known. Without a truth, the difference gives way
    to mean spectra of live and filled traces.

    Parameters
    ----------
    truth : array, shape (n_traces, n_samples), or None
        Complete amplitudes, where they are known.
    filled : array, shape (n_traces, n_samples)
        Recorded traces and estimates.
    decimated : array, shape (n_traces, n_samples), optional
        The input; missing traces are drawn as holes whatever they hold. ``filled`` without its missing traces where
        not given.
    live : bool array, shape (n_traces,), optional
        True where the trace was recorded; traces of ``decimated`` that are all zero or all NaN are missing where not
        given.
    dt : float
        Sample interval [s].
    snr_db : float, optional
        Signal-to-noise ratio on the missing traces, for the title of the difference [dB].
    page : Page, optional
        Title, first time, clip, and predicted error.

    Returns
    -------
    Figure

    Raises
    ------
    InvalidParameterError
        If neither ``decimated`` nor ``live`` tells which traces are missing, or an argument breaks its rule.

    Examples
    --------
    >>> truth = np.outer([1.0, 2.0, 3.0], [0.0, 1.0, 0.0, -1.0])
    >>> figure = plot_comparison(truth, truth, live=np.array([True, False, True]), dt=0.004)
    >>> [ax.get_title() for ax in figure.axes[:4]]
    ['input', 'filled', 'truth', 'difference: truth minus filled']
    """
    page = page or Page()
    live = _settle_live(live, decimated)
    case = _check_case(truth, filled, decimated, frame=Frame(dt=dt, t0=page.t0, live=live), page=page, snr_db=snr_db)
    n_columns = 3 if truth is None else 4
    traces, window = telling_traces(case.hardness, case.live), hardest_window(case.doubt)
    figure = new_figure(3.9 * n_columns + 0.6, 12.5)
    # One subfigure a row: the colour bars of one row then leave no gaps in the others.
    rows: Any = figure.subfigures(3, 1, height_ratios=[4.7, 4.0, 1.4 * len(traces) + 0.2])
    top, middle = (row.subplots(1, n_columns) for row in rows[:2])
    strips = rows[2].subplots(len(traces), 1, squeeze=False, sharex=True)[:, 0]
    _draw_sections(case, top, window)
    _draw_spectra(case, middle)
    _draw_closeup(case, top[-1] if truth is None else middle[-1], window)
    for strip, (trace, word) in zip(strips, traces.items(), strict=True):
        _draw_overlay(case, strip, trace, word)
    for strip in strips[:-1]:
        strip.set_xlabel("")
    note = (
        f"sections at one clip, ±{case.clip:.3g}; ticks on top: {np.sum(~case.live)} missing of {len(case.live)} traces"
    )
    figure.suptitle(f"{page.title}\n{note}" if page.title else note, fontsize=TITLE_SIZE + 1)
    return figure


def _settle_live(live: ArrayLike | None, decimated: ArrayLike | None) -> ArrayLike:
    """Live traces as given, else those of the input that hold anything."""
    if live is not None:
        return live
    if decimated is None:
        raise InvalidParameterError("Invalid live None: must be given where decimated is not. Pass gather.live.")
    return np.nan_to_num(np.asarray(decimated, dtype=np.float64)).any(axis=1)


def _check_case(
    truth: ArrayLike | None,
    filled: ArrayLike,
    decimated: ArrayLike | None,
    *,
    frame: Frame,
    page: Page,
    snr_db: float | None,
) -> _Case:
    framed = frame.settle(filled)
    beside = {"truth": truth, "decimated": decimated, "sigma": None if page.band is None else page.band.sigma}
    known = {name: np.asarray(data, dtype=np.float64) for name, data in beside.items() if data is not None}
    for name, data in known.items():
        check_shape(name, data.shape, framed.data.shape)
    return _Case(
        truth=known.get("truth"),
        filled=framed.data,
        holed=np.where(framed.live[:, None], known.get("decimated", framed.data), np.nan),
        live=framed.live,
        frame=frame,
        clip=settle_clip(page.clip, framed.data, framed.live),
        snr_db=snr_db,
        band=page.band,
    )


def _draw_sections(case: _Case, panels: Sequence[Axes], window: tuple[slice, slice]) -> None:
    """Draw the top row; the frame shows where the close-up lies."""
    sections = dict(case.sections)
    if case.truth is not None:
        sections[case.difference_title] = case.truth - case.filled
    used = panels[: len(sections)]
    draw_row(sections, case.frame, used, clip=case.clip)
    for ax in used[1:]:
        _draw_window(ax, case, window)
    add_colour_bar(used[-1], label=clip_label(case.clip), clipped=True)


def _draw_window(ax: Axes, case: _Case, window: tuple[slice, slice]) -> None:
    traces, samples = window
    corner = (traces.start - 0.5, case.frame.t0 + samples.start * case.frame.dt)
    size = (traces.stop - traces.start, (samples.stop - samples.start - 1) * case.frame.dt)
    ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=TRUTH, linewidth=1.5))


def _draw_spectra(case: _Case, panels: Sequence[Axes]) -> None:
    """Draw the f-k panels and, without a truth, the mean spectra of live and of filled traces."""
    shown, dt = case.sections, case.frame.dt
    f_max = useful_frequency(case.filled[case.live] if case.live.any() else case.filled, dt=dt)
    largest = max(float(fk_spectrum(data, dt=dt)[2].max()) for data in shown.values())
    levels = Levels(f_max=f_max, largest=largest or None)
    spacing = regular_live_spacing(case.live)
    used = panels[: len(shown)]
    for ax, (title, data) in zip(used, shown.items(), strict=True):
        plot_fk(data, dt=dt, live_spacing=spacing, levels=levels, title=f"f-k of {title}", ax=ax)
    add_colour_bar(used[-1], label=f"{LEVEL_LABEL[:-1]} of the row]")
    for ax in used[1:]:
        hide_time_labels(ax)
    if case.truth is None:
        groups = {"live traces": case.filled[case.live], "filled traces": case.filled[~case.live]}
        groups = {label: data for label, data in groups.items() if len(data)}
        plot_amplitude_spectrum(
            groups, dt=dt, levels=Levels(f_max=f_max), title="mean spectrum of the traces", ax=panels[-1]
        )


def _draw_closeup(case: _Case, ax: Axes, window: tuple[slice, slice]) -> None:
    """Draw the wiggles of the framed window: the fill with variable area, the truth as a line over missing traces."""
    traces, samples = window
    live, part = case.live[traces], case.filled[window]
    frame = Frame(
        dt=case.frame.dt,
        t0=case.frame.t0 + samples.start * case.frame.dt,
        live=live,
        axis=np.arange(traces.start, traces.stop),
    )
    clip = float(np.nanmax(np.abs(part), initial=0.0)) / 1.5 or case.clip
    title = "close-up of the frame\n" + ("orange: filled" if case.truth is None else "orange: filled, blue: truth")
    plot_wiggle(part, frame, clip=clip, title=title, ax=ax)
    if case.truth is not None:
        shown = np.where(live[:, None], np.nan, case.truth[window])
        style = WiggleStyle(fill="none", colors=(TRUTH, TRUTH))
        plot_wiggle(shown, replace(frame, live=None), clip=clip, title=title, style=style, ax=ax)


def _draw_overlay(case: _Case, ax: Axes, trace: int, word: str) -> None:
    """Draw one missing trace over the truth, or between its nearest live neighbours where no truth is known."""
    times, estimate = case.frame.times(case.filled.shape[1]), case.filled[trace]
    truth = None if case.truth is None else case.truth[trace]
    if case.band is not None:
        draw_band(ax, times, estimate, case.band.of_trace(trace), truth=truth)
    if truth is not None:
        ax.plot(times, truth, color=TRUTH, linewidth=1.6, label="truth")
        error = case.hardness[trace]
        word += f", SNR {-10 * np.log10(error):.1f} dB" if 0 < error < np.inf else ""
    else:
        word = f"nearest live trace is {gap_distance(case.live)[trace]} away"
        for neighbour, style in zip(_live_neighbours(case.live, trace), ("-", ":"), strict=False):
            ax.plot(times, case.filled[neighbour], style, color=LIVE, linewidth=0.8, label=f"live trace {neighbour}")
    finish_overlay(ax, times, estimate, title=f"trace {trace} ({word})")


def _live_neighbours(live: NDArray[np.bool_], trace: int) -> list[int]:
    places = np.flatnonzero(live)
    return [*places[places < trace][-1:].tolist(), *places[places > trace][:1].tolist()]
