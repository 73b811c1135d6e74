"""Spectra as numbers: where the energy of a section lies in frequency and wavenumber. Arrays only, no drawing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import fftfreq, fftshift, ifft, next_fast_len, rfft, rfftfreq
from scipy.signal.windows import tukey

from seisfill.errors import InvalidParameterError
from seisfill.plotting.frame import Frame

TAPER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """
    Which part of a spectrum is shown.

    Parameters
    ----------
    floor_db : float
        Weakest level, negative [dB re maximum].
    f_max : float, optional
        Highest frequency [Hz]; Nyquist where not given.
    largest : float, optional
        Amplitude that is 0 dB, so that several panels can be compared; the largest of the panel where not given.

    Raises
    ------
    InvalidParameterError
        If ``floor_db`` is not negative, or another is not positive.
    """

    floor_db: float = -50.0
    f_max: float | None = None
    largest: float | None = None

    def __post_init__(self) -> None:
        if not self.floor_db < 0:
            raise InvalidParameterError(f"Invalid floor_db {self.floor_db}: must be negative.")
        if self.f_max is not None and not self.f_max > 0:
            raise InvalidParameterError(f"Invalid f_max {self.f_max}: must be a positive frequency in hertz.")
        if self.largest is not None and not self.largest > 0:
            raise InvalidParameterError(f"Invalid largest {self.largest}: must be a positive amplitude.")


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

    Raises
    ------
    InvalidParameterError
        If the shape, ``dt`` or ``spacing`` breaks its rule.
    """
    section = Frame(dt=dt).settle(data).data
    if not spacing > 0:
        raise InvalidParameterError(f"Invalid spacing {spacing}: must be positive.")
    n_traces, n_samples = section.shape
    taper = tukey(n_traces + 2, TAPER)[1:-1, None] * tukey(n_samples + 2, TAPER)[1:-1]
    n_wavenumbers, n_times = next_fast_len(2 * n_traces), next_fast_len(n_samples, real=True)
    by_frequency = rfft(np.nan_to_num(section) * taper, n_times, axis=1)
    # The sign of the exponent along traces is turned, so that t = p x lies at k = p f.
    amplitudes = np.abs(fftshift(ifft(by_frequency, n_wavenumbers, axis=0, norm="forward"), axes=0))
    wavenumbers = fftshift(fftfreq(n_wavenumbers, spacing))
    return wavenumbers, rfftfreq(n_times, dt), amplitudes


def mean_spectrum(data: ArrayLike, *, dt: float) -> tuple[NDArray, NDArray]:
    """Frequencies [Hz] and the mean of the traces' amplitude spectra, in the unit of (n_traces, n_samples) *data*."""
    section = Frame(dt=dt).settle(data).data
    return rfftfreq(section.shape[1], dt), np.abs(rfft(np.nan_to_num(section), axis=1)).mean(axis=0)


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
    frequencies, amplitudes = mean_spectrum(data, dt=dt)
    energy = np.cumsum(amplitudes**2)
    if energy[-1] == 0:
        return 0.5 / dt
    return float(min(1.5 * frequencies[np.searchsorted(energy, share * energy[-1])], 0.5 / dt)) or 0.5 / dt
