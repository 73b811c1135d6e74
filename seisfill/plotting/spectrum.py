"""Spectra: where the energy of a section lies in frequency and wavenumber, and what is aliased."""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray
from scipy.fft import fftfreq, fftshift, ifft, next_fast_len, rfft, rfftfreq
from scipy.signal.windows import tukey

from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import LABEL_SIZE, SERIES, TICK_SIZE, check_section, label_panel

FREQUENCY_LABEL = "frequency [Hz]"
COLOUR_MAP = "magma"
TAPER = 0.1


def fk_spectrum(data: ArrayLike, *, dt: float, spacing: float = 1.0) -> tuple[NDArray, NDArray, NDArray]:
    """
    Amplitudes over frequency and wavenumber; an event that dips towards later traces has a positive wavenumber.

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes; NaN counts as 0. Tapered by 5 % at each end, traces padded to twice their number.
    dt : float
        Sample interval [s].
    spacing : float
        Distance of neighbouring traces: 1 for trace numbers, else [m].

    Returns
    -------
    wavenumbers : array, shape (n_wavenumbers,)
        Rising [cycles per trace or 1/m].
    frequencies : array, shape (n_frequencies,)
        From 0 to Nyquist [Hz].
    amplitudes : array, shape (n_wavenumbers, n_frequencies)
        In the unit of ``data``.
    """
    data, _ = check_section(data, dt=dt)
    if not spacing > 0:
        raise InvalidParameterError(f"Invalid spacing {spacing}: must be positive.")
    n_traces, n_samples = data.shape
    taper = tukey(n_traces + 2, TAPER)[1:-1, None] * tukey(n_samples + 2, TAPER)[1:-1]
    n_wavenumbers, n_times = next_fast_len(2 * n_traces), next_fast_len(n_samples, real=True)
    by_frequency = rfft(np.nan_to_num(data) * taper, n_times, axis=1)
    # The sign of the exponent along traces is turned, so that t = p x lies at k = p f.
    amplitudes = np.abs(fftshift(ifft(by_frequency, n_wavenumbers, axis=0, norm="forward"), axes=0))
    wavenumbers = fftshift(fftfreq(n_wavenumbers, spacing))
    return wavenumbers, rfftfreq(n_times, dt), amplitudes


def plot_fk(
    axes: Axes,
    data: ArrayLike,
    *,
    dt: float,
    spacing: float = 1.0,
    live_spacing: float | None = None,
    floor_db: float = -50.0,
    f_max: float | None = None,
    title: str | None = None,
    colorbar: bool = False,
) -> Axes:
    """
    Draw amplitudes in dB re their maximum over wavenumber (right) and frequency (up).

    Parameters
    ----------
    axes : Axes
        Where to draw.
    data : array, shape (n_traces, n_samples)
        Amplitudes; NaN counts as 0.
    dt : float
        Sample interval [s].
    spacing : float
        Distance of neighbouring rows: 1 for trace numbers, else [m].
    live_spacing : float, optional
        Distance of neighbouring live traces, in the unit of ``spacing``; dashed lines mark their Nyquist wavenumber
        ``1 / (2 * live_spacing)``, beyond which they alias.
    floor_db : float
        Weakest level shown, negative [dB].
    f_max : float, optional
        Highest frequency shown [Hz]; Nyquist where not given.
    title : str, optional
        Title of the panel.
    colorbar : bool
        Whether a colour bar stands beside the panel.

    Returns
    -------
    Axes
        *axes*.

    Raises
    ------
    InvalidParameterError
        If a shape, ``dt``, ``floor_db`` or a spacing breaks its rule.
    """
    if not floor_db < 0:
        raise InvalidParameterError(f"Invalid floor_db {floor_db}: must be negative.")
    wavenumbers, frequencies, amplitudes = fk_spectrum(data, dt=dt, spacing=spacing)
    levels = decibels(amplitudes, floor_db=floor_db)
    half_k, half_f = (wavenumbers[1] - wavenumbers[0]) / 2, frequencies[1] / 2 if len(frequencies) > 1 else 0.5
    extent = (wavenumbers[0] - half_k, wavenumbers[-1] + half_k, frequencies[0] - half_f, frequencies[-1] + half_f)
    image = axes.imshow(
        levels.T, extent=extent, origin="lower", aspect="auto", vmin=floor_db, vmax=0.0, cmap=COLOUR_MAP
    )
    axes.set_xlim(-0.5 / spacing, 0.5 / spacing)
    axes.set_ylim(0.0, min(np.inf if f_max is None else f_max, frequencies[-1]) or half_f)
    unit = "cycles/trace" if spacing == 1.0 else "1/m"
    label_panel(axes, x=f"wavenumber [{unit}]", y=FREQUENCY_LABEL, title=title)
    if live_spacing is not None:
        _mark_aliasing(axes, live_spacing)
    if colorbar:
        bar = axes.figure.colorbar(image, ax=axes, fraction=0.04, pad=0.01, aspect=30)
        bar.set_label("amplitude [dB re maximum]", fontsize=LABEL_SIZE)
        bar.ax.tick_params(labelsize=TICK_SIZE)
    return axes


def plot_amplitude_spectrum(
    axes: Axes,
    sections: Mapping[str, ArrayLike],
    *,
    dt: float,
    floor_db: float = -50.0,
    f_max: float | None = None,
    title: str | None = None,
) -> Axes:
    """
    Draw the mean amplitude spectrum of the traces of each section, in dB re the largest value of all.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    sections : mapping of str to array, shape (n_traces, n_samples)
        Amplitudes by label; every trace counts, so pass ``data[live]`` where missing traces hold zeros.
    dt : float
        Sample interval [s].
    floor_db : float
        Weakest level shown, negative [dB].
    f_max : float, optional
        Highest frequency shown [Hz]; Nyquist where not given.
    title : str, optional
        Title of the panel.

    Returns
    -------
    Axes
        *axes*.

    Raises
    ------
    InvalidParameterError
        If there is no section, or a shape, ``dt`` or ``floor_db`` breaks its rule.
    """
    if not sections:
        raise InvalidParameterError("Invalid sections {}: must hold at least one.")
    if not floor_db < 0:
        raise InvalidParameterError(f"Invalid floor_db {floor_db}: must be negative.")
    spectra = {label: _mean_spectrum(data, dt) for label, data in sections.items()}
    largest = max(float(amplitudes.max()) for _, amplitudes in spectra.values())
    styles = cycle(["-", "--", "-.", ":"])
    for (label, (frequencies, amplitudes)), color, style in zip(spectra.items(), cycle(SERIES), styles, strict=False):
        levels = decibels(amplitudes, floor_db=2 * floor_db, largest=largest)
        axes.plot(frequencies, levels, style, color=color, linewidth=1.2, label=label)
    axes.set_ylim(floor_db, 3.0)
    axes.set_xlim(0.0, min(f_max or np.inf, 0.5 / dt))
    axes.grid(alpha=0.3)
    axes.legend(fontsize=TICK_SIZE, loc="upper right")
    label_panel(axes, x=FREQUENCY_LABEL, y="amplitude [dB re maximum]", title=title)
    return axes


def decibels(amplitudes: NDArray, *, floor_db: float, largest: float | None = None) -> NDArray:
    """
    Levels re the largest amplitude, not below the floor [dB].

    Examples
    --------
    >>> decibels(np.array([10.0, 1.0, 0.0]), floor_db=-50).tolist()
    [0.0, -20.0, -50.0]
    """
    largest = float(amplitudes.max()) if largest is None else largest
    if largest == 0:
        return np.full(amplitudes.shape, floor_db)
    return 20 * np.log10(np.maximum(amplitudes / largest, 10 ** (floor_db / 20)))


def regular_live_spacing(live: NDArray[np.bool_]) -> float | None:
    """
    Distance of neighbouring live traces [traces] where nine in ten steps agree and are larger than 1, else None.

    Examples
    --------
    >>> regular_live_spacing(np.arange(21) % 3 == 0), regular_live_spacing(np.ones(9, dtype=bool))
    (3.0, None)
    """
    steps = np.diff(np.flatnonzero(live))
    if len(steps) == 0:
        return None
    usual = int(np.bincount(steps).argmax())
    return float(usual) if usual > 1 and np.mean(steps == usual) >= 0.9 else None


def useful_frequency(data: ArrayLike, *, dt: float, share: float = 0.995) -> float:
    """Lowest frequency below which *share* of the energy lies, with a margin of a half, at most Nyquist [Hz]."""
    frequencies, amplitudes = _mean_spectrum(data, dt)
    energy = np.cumsum(amplitudes**2)
    if energy[-1] == 0:
        return 0.5 / dt
    return float(min(1.5 * frequencies[np.searchsorted(energy, share * energy[-1])], 0.5 / dt)) or 0.5 / dt


def _mean_spectrum(data: ArrayLike, dt: float) -> tuple[NDArray, NDArray]:
    """Frequencies [Hz] and the mean of the traces' amplitude spectra."""
    data, _ = check_section(data, dt=dt)
    amplitudes = np.abs(rfft(np.nan_to_num(data), axis=1)).mean(axis=0)
    return rfftfreq(data.shape[1], dt), amplitudes


def _mark_aliasing(axes: Axes, live_spacing: float) -> None:
    if not live_spacing > 0:
        raise InvalidParameterError(f"Invalid live_spacing {live_spacing}: must be positive.")
    edge = 0.5 / live_spacing
    for wavenumber, label in ((-edge, None), (edge, f"aliasing from ±{edge:.3g}")):
        axes.axvline(wavenumber, color="white", linestyle="--", linewidth=1.2, label=label)
    axes.legend(fontsize=TICK_SIZE, loc="upper right", facecolor="black", labelcolor="white", framealpha=0.6)
