"""Shift traces by any part of a sample, band-limited and exactly reversible."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from seisfill.errors import InvalidParameterError

Doubles = NDArray[np.float64]


def shift_traces(data: NDArray[np.floating], shifts: Doubles) -> NDArray[np.floating]:
    """
    Move each trace to earlier times by its shift, around the end of the array.

    The number of samples must be odd: then no frequency stands alone at Nyquist, the shift is a rotation of every
    coefficient, and shifting back by the same amount gives the trace again to rounding.

    Parameters
    ----------
    data : float array, shape (..., n_traces, n_samples)
        Traces.
    shifts : float array, shape (..., n_traces)
        Shift of each [samples], positive towards the first sample.

    Returns
    -------
    float array, shape of *data*
        In the precision of *data*.

    Raises
    ------
    InvalidParameterError
        If the number of samples is even.

    Examples
    --------
    >>> shift_traces(np.array([[0.0, 0.0, 1.0]]), np.array([1.0])).round(6) + 0.0
    array([[0., 1., 0.]])
    """
    if data.ndim > 2:
        return np.stack([shift_traces(*piece) for piece in zip(data, shifts, strict=True)])
    n_samples = data.shape[-1]
    if n_samples % 2 == 0:
        raise InvalidParameterError(f"Invalid number of samples {n_samples}: must be odd. Pad the traces by one zero.")
    turn = 2j * np.pi * fft.rfftfreq(n_samples) * np.asarray(shifts, dtype=np.float64)[..., None]
    spectrum = fft.rfft(data) * np.exp(turn).astype(np.result_type(data.dtype, np.complex64))
    return fft.irfft(spectrum, n_samples)


def odd_length(n_samples: int) -> int:
    """
    Smallest odd length of at least *n_samples* whose transform is fast.

    Examples
    --------
    >>> odd_length(512)
    525
    """
    while fft.next_fast_len(n_samples) != n_samples or n_samples % 2 == 0:
        n_samples = fft.next_fast_len(n_samples + 1)
    return n_samples
