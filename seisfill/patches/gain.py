"""A smooth, positive, reversible amplitude field, estimated on known samples only. Arrays in and out."""

from dataclasses import dataclass

from array_api_compat import array_namespace, device

from seisfill._arrays import Array


def smooth_box(x: Array, half_widths: tuple[int, int]) -> Array:
    """
    Running sum over a box of ``2 * half + 1`` traces and samples; what lies outside of the array counts as zero.

    Examples
    --------
    >>> import numpy as np
    >>> smooth_box(np.array([[0.0, 0.0, 1.0, 0.0, 0.0]]), (0, 1)).tolist()
    [[0.0, 1.0, 1.0, 1.0, 0.0]]
    """
    xp = array_namespace(x)
    for axis, half in ((-2, half_widths[0]), (-1, half_widths[1])):
        n = x.shape[axis]
        sums = xp.cumulative_sum(x, axis=axis, include_initial=True)
        numbers = xp.arange(n, device=device(x))
        high = xp.take(sums, xp.clip(numbers + half + 1, None, n), axis=axis)
        x = high - xp.take(sums, xp.clip(numbers - half, 0, None), axis=axis)
    return x


@dataclass(frozen=True, slots=True, eq=False)
class Gain:
    """
    A smooth, positive amplitude field that `apply` divides by and `undo` multiplies with.

    Parameters
    ----------
    level : float array, shape (..., n_traces, n_samples)
        Local RMS amplitude.
    """

    level: Array

    @classmethod
    def fit(cls, data: Array, known: Array, *, half_traces: int = 6, half_samples: int = 48) -> "Gain":
        """
        Local RMS amplitude of the known samples, in triangular windows.

        Where a window holds few known samples a four times wider one takes over, then the RMS of the whole gather,
        each with little weight, so that the field stays smooth across gaps.

        Parameters
        ----------
        data : float array, shape (..., n_traces, n_samples)
            Amplitudes.
        known : bool array, shape of *data*
            True where a sample was recorded; nothing else is looked at.
        half_traces, half_samples : int
            Half width of the running box, applied twice [traces, samples].

        Examples
        --------
        >>> import numpy as np
        >>> data = np.full((4, 8), 3.0)
        >>> gain = Gain.fit(data, np.ones((4, 8), dtype=bool))
        >>> float(gain.apply(data).max().round(6)), float(gain.undo(gain.apply(data)).max().round(6))
        (1.0, 3.0)
        """
        xp = array_namespace(data, known)
        weight = xp.astype(known, xp.float64)
        values = xp.where(known, xp.astype(data, xp.float64), xp.zeros_like(weight))
        peak = xp.max(xp.abs(values), axis=(-2, -1), keepdims=True)
        peak = xp.where(peak > 0, peak, xp.ones_like(peak))
        energy = (values / peak) ** 2
        near = (half_traces, half_samples)
        wide = (4 * half_traces, 4 * half_samples)
        count = xp.sum(weight, axis=(-2, -1), keepdims=True)
        mean = xp.sum(energy, axis=(-2, -1), keepdims=True) / xp.where(count > 0, count, xp.ones_like(count))
        top, bottom = 1e-4 * mean, xp.zeros_like(mean) + 1e-4
        for half, share in ((wide, 0.02), (near, 1.0)):
            area = float((2 * half[0] + 1) * (2 * half[1] + 1)) ** 2
            scale = share / area
            top = top + scale * smooth_box(smooth_box(energy, half), half)
            bottom = bottom + scale * smooth_box(smooth_box(weight, half), half)
        level = xp.sqrt(xp.where(top > 0, top, xp.zeros_like(top)) / bottom)
        floor = 1e-4 * xp.sqrt(mean)
        level = peak * xp.where(level > floor, level, floor)
        return cls(xp.where(level > 0, level, xp.ones_like(level)))

    def apply(self, data: Array) -> Array:
        """*data* over the field, in the dtype of *data*."""
        return array_namespace(data).astype(data / self.level, data.dtype)

    def undo(self, data: Array) -> Array:
        """*data* times the field, in the dtype of *data*."""
        return array_namespace(data).astype(data * self.level, data.dtype)
