"""Pictures of spectra: levels in dB over frequency and wavenumber, and what is aliased."""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import SERIES, TICK_SIZE, axes_or_new, label_panel
from seisfill.plotting.levels import Levels, decibels, fk_spectrum, mean_spectrum

FREQUENCY_LABEL = "frequency [Hz]"
LEVEL_LABEL = "amplitude [dB re maximum]"
COLOUR_MAP = "magma"


def plot_fk(
    data: ArrayLike,
    *,
    dt: float,
    spacing: float = 1.0,
    live_spacing: float | None = None,
    levels: Levels | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw amplitudes in dB over wavenumber (right) and frequency (up).

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes; NaN counts as 0.
    dt : float
        Sample interval [s].
    spacing : float
        Distance of neighbouring rows: 1 for trace numbers, else [m].
    live_spacing : float, optional
        Distance of neighbouring live traces, in the unit of ``spacing``; dashed lines mark their Nyquist wavenumber
        ``1 / (2 * live_spacing)``, beyond which they alias.
    levels : Levels, optional
        Weakest level and highest frequency shown, and what is 0 dB.
    title, ax : optional
        As for `plot_section`; the axes come back.

    Raises
    ------
    InvalidParameterError
        If a shape, ``dt`` or a spacing breaks its rule.

    Examples
    --------
    >>> ax = plot_fk([[0.0, 1.0, 0.0, -1.0]] * 8, dt=0.004, live_spacing=2.0)
    >>> ax.get_xlabel(), sorted(float(line.get_xdata()[0]) for line in ax.lines)
    ('wavenumber [cycles/trace]', [-0.25, 0.25])
    """
    levels = levels or Levels()
    k, f, amplitudes = fk_spectrum(data, dt=dt, spacing=spacing)
    shown = decibels(amplitudes, floor_db=levels.floor_db, largest=levels.largest)
    half_k, half_f = (k[1] - k[0]) / 2, f[1] / 2 if len(f) > 1 else 0.5
    extent = (k[0] - half_k, k[-1] + half_k, f[0] - half_f, f[-1] + half_f)
    ax = axes_or_new(ax)
    ax.imshow(shown.T, extent=extent, origin="lower", aspect="auto", vmin=levels.floor_db, vmax=0.0, cmap=COLOUR_MAP)
    ax.set_xlim(-0.5 / spacing, 0.5 / spacing)
    ax.set_ylim(0.0, min(levels.f_max or np.inf, f[-1]) or half_f)
    unit = "cycles/trace" if spacing == 1.0 else "1/m"
    label_panel(ax, x=f"wavenumber [{unit}]", y=FREQUENCY_LABEL, title=title)
    if live_spacing is not None:
        _mark_aliasing(ax, live_spacing)
    return ax


def _mark_aliasing(ax: Axes, live_spacing: float) -> None:
    if not live_spacing > 0:
        raise InvalidParameterError(f"Invalid live_spacing {live_spacing}: must be positive.")
    edge = 0.5 / live_spacing
    for wavenumber, label in ((-edge, None), (edge, f"aliasing from ±{edge:.3g}")):
        ax.axvline(wavenumber, color="white", linestyle="--", linewidth=1.2, label=label)
    ax.legend(fontsize=TICK_SIZE, loc="upper right", facecolor="black", labelcolor="white", framealpha=0.6)


def plot_amplitude_spectrum(
    sections: Mapping[str, ArrayLike],
    *,
    dt: float,
    levels: Levels | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the mean amplitude spectrum of the traces of each section in dB.

    Parameters
    ----------
    sections : mapping of str to array, shape (n_traces, n_samples)
        Amplitudes by label; every trace counts, so pass ``data[live]`` where missing traces hold zeros.
    dt : float
        Sample interval [s].
    levels : Levels, optional
        Weakest level and highest frequency shown, and what is 0 dB.
    title, ax : optional
        As for `plot_section`; the axes come back.

    Raises
    ------
    InvalidParameterError
        If there is no section, or a shape or ``dt`` breaks its rule.

    Examples
    --------
    >>> ax = plot_amplitude_spectrum({"live": [[1.0, 0.0, 0.0, 0.0]]}, dt=0.004)
    >>> ax.lines[0].get_label(), ax.lines[0].get_ydata().tolist()
    ('live', [0.0, 0.0, 0.0])
    """
    if not sections:
        raise InvalidParameterError("Invalid sections {}: must hold at least one.")
    levels = levels or Levels()
    spectra = {label: mean_spectrum(data, dt=dt) for label, data in sections.items()}
    largest = levels.largest or max(float(amplitudes.max()) for _, amplitudes in spectra.values())
    styles = cycle(["-", "--", "-.", ":"])
    ax = axes_or_new(ax, width=6.0, height=4.0)
    for (label, (frequencies, amplitudes)), color, style in zip(spectra.items(), cycle(SERIES), styles, strict=False):
        shown = decibels(amplitudes, floor_db=2 * levels.floor_db, largest=largest)
        ax.plot(frequencies, shown, style, color=color, linewidth=1.2, label=label)
    ax.set_ylim(levels.floor_db, 3.0)
    ax.set_xlim(0.0, min(levels.f_max or np.inf, 0.5 / dt))
    ax.grid(alpha=0.3)
    ax.legend(fontsize=TICK_SIZE, loc="upper right")
    label_panel(ax, x=FREQUENCY_LABEL, y=LEVEL_LABEL, title=title)
    return ax
