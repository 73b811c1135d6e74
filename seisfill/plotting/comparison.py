"""One page that judges a fill: sections at one clip, f-k, trace overlays and a close-up of the hardest place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import (
    LIVE,
    MISSING,
    SERIES,
    TICK_SIZE,
    TITLE_SIZE,
    check_section,
    hide_time_labels,
    label_panel,
)
from seisfill.plotting.figure import new_figure
from seisfill.plotting.image import TIME_LABEL, add_colour_bar, plot_image, settle_clip
from seisfill.plotting.places import gap_distance, hardest_window, relative_error, telling_traces
from seisfill.plotting.spectrum import plot_amplitude_spectrum, plot_fk, regular_live_spacing, useful_frequency
from seisfill.plotting.wiggle import plot_wiggle

TRUTH = SERIES[2]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Case:
    """What the page is about: checked arrays of one shape (n_traces, n_samples), and the one clip."""

    truth: NDArray | None
    filled: NDArray
    holed: NDArray
    live: NDArray[np.bool_]
    dt: float
    t0: float
    clip: float
    snr_db: float | None

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


def plot_comparison(
    truth: ArrayLike | None,
    filled: ArrayLike,
    *,
    decimated: ArrayLike | None = None,
    live: ArrayLike | None = None,
    dt: float,
    t0: float = 0.0,
    title: str | None = None,
    snr_db: float | None = None,
    clip: float | None = None,
) -> Figure:
    """
    Draw the page that judges a fill.

    Top: input with holes, filled, truth and their difference, all at one clip. Middle: the f-k amplitudes of the first
    three, and wiggles of the window with the largest error. Bottom: three missing traces, easy, median and hard.
    Without a truth, the difference gives way to mean spectra of live and filled traces.

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
    dt, t0 : float
        Sample interval and time of the first sample [s].
    title : str, optional
        Title of the page.
    snr_db : float, optional
        Signal-to-noise ratio on the missing traces, for the title of the difference [dB].
    clip : float, optional
        In amplitudes of ``filled``; `clip_of` the live traces where not given.

    Returns
    -------
    Figure

    Raises
    ------
    InvalidParameterError
        If neither ``decimated`` nor ``live`` tells which traces are missing, or an argument breaks its rule.
    """
    case = _check_case(truth, filled, decimated, live, dt=dt, t0=t0, clip=clip, snr_db=snr_db)
    n_columns = 3 if truth is None else 4
    traces = telling_traces(case.truth, case.filled, case.live)
    window = hardest_window(case.truth, case.filled, case.live)
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
    figure.suptitle(f"{title}\n{note}" if title else note, fontsize=TITLE_SIZE + 1)
    return figure


def _check_case(truth, filled, decimated, live, *, dt, t0, clip, snr_db) -> _Case:
    filled, _ = check_section(filled, dt=dt)
    if decimated is not None:
        decimated = np.asarray(decimated, dtype=np.float64)
        check_shape("decimated", decimated.shape, filled.shape)
    if live is None:
        if decimated is None:
            raise InvalidParameterError("Invalid live None: must be given where decimated is not. Pass gather.live.")
        live = np.nan_to_num(decimated).any(axis=1)
    filled, live = check_section(filled, dt=dt, live=live)
    if truth is not None:
        truth = np.asarray(truth, dtype=np.float64)
        check_shape("truth", truth.shape, filled.shape)
    holed = np.where(live[:, None], filled if decimated is None else decimated, np.nan)
    clip = settle_clip(clip, filled, live)
    return _Case(truth=truth, filled=filled, holed=holed, live=live, dt=dt, t0=t0, clip=clip, snr_db=snr_db)


def _draw_sections(case: _Case, panels: Sequence[Axes], window: tuple[slice, slice]) -> None:
    """Draw the top row; the frame shows where the close-up lies."""
    sections = dict(case.sections)
    if case.truth is not None:
        sections[case.difference_title] = case.truth - case.filled
    used = panels[: len(sections)]
    for axes, (title, data) in zip(used, sections.items(), strict=True):
        plot_image(axes, data, dt=case.dt, t0=case.t0, clip=case.clip, live=case.live, title=title)
    for axes in used[1:]:
        _frame(axes, case, window)
        hide_time_labels(axes)
    add_colour_bar(used[-1], used[-1].images[0], case.clip)


def _frame(axes: Axes, case: _Case, window: tuple[slice, slice]) -> None:
    traces, samples = window
    corner = (traces.start - 0.5, case.t0 + samples.start * case.dt)
    size = (traces.stop - traces.start, (samples.stop - samples.start - 1) * case.dt)
    axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=TRUTH, linewidth=1.5))


def _draw_spectra(case: _Case, panels: Sequence[Axes]) -> None:
    """Draw the f-k panels and, without a truth, the mean spectra of live and of filled traces."""
    shown = case.sections
    f_max = useful_frequency(case.filled[case.live] if case.live.any() else case.filled, dt=case.dt)
    spacing = regular_live_spacing(case.live)
    used = panels[: len(shown)]
    for axes, (title, data) in zip(used, shown.items(), strict=True):
        last = axes is used[-1]
        plot_fk(axes, data, dt=case.dt, live_spacing=spacing, f_max=f_max, title=f"f-k of {title}", colorbar=last)
    for axes in used[1:]:
        hide_time_labels(axes)
    if case.truth is None:
        groups = {"live traces": case.filled[case.live], "filled traces": case.filled[~case.live]}
        groups = {label: data for label, data in groups.items() if len(data)}
        plot_amplitude_spectrum(panels[-1], groups, dt=case.dt, f_max=f_max, title="mean spectrum of the traces")


def _draw_closeup(case: _Case, axes: Axes, window: tuple[slice, slice]) -> None:
    """Draw the wiggles of the framed window: the fill with variable area, the truth as a line over missing traces."""
    traces, samples = window
    numbers = np.arange(traces.start, traces.stop)
    live, part = case.live[traces], case.filled[window]
    clip = float(np.nanmax(np.abs(part), initial=0.0)) / 1.5 or case.clip
    place = {"dt": case.dt, "t0": case.t0 + samples.start * case.dt, "clip": clip, "axis": numbers}
    title = "close-up of the frame\n" + ("orange: filled" if case.truth is None else "orange: filled, blue: truth")
    plot_wiggle(axes, part, live=live, title=title, **place)
    if case.truth is not None:
        limits = axes.get_xlim()
        shown = np.where(live[:, None], np.nan, case.truth[window])
        plot_wiggle(axes, shown, fill="none", colors=(TRUTH, TRUTH), title=title, **place)
        axes.set_xlim(limits)


def _draw_overlay(case: _Case, axes: Axes, trace: int, word: str) -> None:
    """Draw one missing trace over the truth, or between its nearest live neighbours where no truth is known."""
    times = case.t0 + case.dt * np.arange(case.filled.shape[1])
    score = ""
    if case.truth is not None:
        axes.plot(times, case.truth[trace], color=TRUTH, linewidth=1.6, label="truth")
        error = relative_error(case.truth[trace : trace + 1], case.filled[trace : trace + 1])[0]
        score = f", SNR {-10 * np.log10(error):.1f} dB" if 0 < error < np.inf else ""
    else:
        word = f"nearest live trace is {gap_distance(case.live)[trace]} away"
        for neighbour, style in zip(_live_neighbours(case.live, trace), ("-", ":"), strict=False):
            axes.plot(times, case.filled[neighbour], style, color=LIVE, linewidth=0.8, label=f"live trace {neighbour}")
    axes.plot(times, case.filled[trace], "--", color=MISSING, linewidth=1.2, label="filled")
    axes.set_xlim(times[0], times[-1])
    label_panel(axes, x=TIME_LABEL, y="amplitude", title=None)
    axes.set_title(f"trace {trace} ({word}{score})", fontsize=TITLE_SIZE, loc="left")
    axes.legend(fontsize=TICK_SIZE, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0, ncols=3, frameon=False)
    axes.grid(alpha=0.3)


def _live_neighbours(live: NDArray[np.bool_], trace: int) -> list[int]:
    places = np.flatnonzero(live)
    return [*places[places < trace][-1:].tolist(), *places[places > trace][:1].tolist()]
