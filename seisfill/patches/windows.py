"""How patches are weighted where they overlap: small positive numpy arrays, moved to a device by the assembler."""

import numpy as np
from numpy.typing import NDArray

from seisfill.errors import InvalidParameterError

Window = NDArray[np.float64]


def hann_window(size: tuple[int, int]) -> Window:
    """
    Product of two Hann windows, sampled at half samples so that no weight is zero.

    Along an axis of n samples the weight is sin^2(pi (i + 1/2) / n). Windows of an even n at a stride of n / 2 add up
    to one.

    Parameters
    ----------
    size : tuple of int
        Shape of the window (traces, samples); `PatchGrid.patch_shape` for a grid.

    Returns
    -------
    float64 array, shape ``size``
        Weights in (0, 1], symmetric to the bit along both axes.

    Raises
    ------
    InvalidParameterError
        If the size is not positive.

    Examples
    --------
    >>> hann_window((1, 4)).round(3)
    array([[0.146, 0.854, 0.854, 0.146]])
    """
    return flat_window(size, taper=(max(size), max(size)))


def flat_window(size: tuple[int, int], *, taper: tuple[int, int]) -> Window:
    """
    Ones with a cosine-squared ramp at each edge: trust the inside of a patch, blend its margin.

    The ramp of t samples is sin^2(pi (i + 1/2) / (2 t)). Windows of n samples at a stride of n - t add up to one.

    Parameters
    ----------
    size : tuple of int
        Shape of the window (traces, samples); `PatchGrid.patch_shape` for a grid.
    taper : tuple of int
        Length of the ramps (traces, samples); 0 for none. A ramp is cut to half of its axis, where it makes the Hann
        window, so that one choice serves gathers of every size.

    Returns
    -------
    float64 array, shape ``size``
        Weights in (0, 1], symmetric to the bit along both axes.

    Raises
    ------
    InvalidParameterError
        If the size is not positive or a taper is negative.

    Examples
    --------
    >>> flat_window((1, 6), taper=(0, 2)).round(3)
    array([[0.146, 0.854, 1.   , 1.   , 0.854, 0.146]])
    """
    if min(size) < 1:
        raise InvalidParameterError(f"Invalid size {size}: must be positive.")
    if min(taper) < 0:
        raise InvalidParameterError(f"Invalid taper {taper}: must not be negative.")
    traces, samples = (_flat(n, min(ramp, n / 2)) for n, ramp in zip(size, taper, strict=True))
    return traces[:, None] * samples


def _flat(n: int, taper: float) -> Window:
    """One axis; counted from the nearer edge, which makes both halves the same numbers."""
    from_edge = np.minimum(np.arange(n), np.arange(n)[::-1]) + 0.5
    if not taper:
        return np.ones(n)
    return np.sin(np.pi / 2 * np.minimum(from_edge / taper, 1.0)) ** 2
