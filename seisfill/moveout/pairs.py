"""How well neighbouring live traces agree for any difference of their shifts: cross-correlations, computed once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from seisfill.moveout.shifts import Doubles

FINE = 4  # correlations are sampled this many times finer than the data, where straight lines between them are good


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TracePairs:
    """
    Cross-correlations of each live trace with the next one.

    Traces are divided by the square root of their RMS, so that strong ones count more than weak ones, but not with
    their energy.

    Parameters
    ----------
    left, right : int array, shape (n_pairs,)
        Trace numbers.
    values : float32 array, shape (n_pairs, 2 * reach * FINE + 2)
        Correlation at lags from ``-reach`` samples on.
    reach : int
        Largest lag [samples].
    energy : float
        What the correlations would add up to if all traces were alike.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    values: NDArray[np.float32]
    reach: int
    energy: float

    @classmethod
    def of(cls, data: NDArray[np.floating], live: NDArray[np.bool_], *, reach: int) -> "TracePairs":
        """
        Correlate the live traces of *data*.

        Parameters
        ----------
        data : float array, shape (n_traces, n_samples)
            Amplitudes.
        live : bool array, shape (n_traces,)
            Which traces to look at.
        reach : int
            Largest lag of interest [samples].
        """
        numbers = np.flatnonzero(live)
        traces = data[numbers].astype(np.float64)
        traces /= np.abs(traces).max(initial=0.0) or 1.0  # agreement knows no scale, single precision does
        rms = np.sqrt(np.mean(traces**2, axis=1))
        traces = traces / np.sqrt(np.where(rms > 0, rms, 1))[:, None]
        reach = min(reach, data.shape[1] - 1)
        length = fft.next_fast_len(data.shape[1] + reach + 1, real=True)
        spectra = fft.rfft(traces, length).astype(np.complex64)
        fine = fft.irfft(spectra[:-1].conj() * spectra[1:], length * FINE) * FINE
        around = np.arange(-reach * FINE, reach * FINE + 2)
        energy = np.sum(traces**2, axis=1)
        total = float(np.sqrt(energy[:-1] * energy[1:]).sum())
        return cls(left=numbers[:-1], right=numbers[1:], values=fine[:, around], reach=reach, energy=total)

    def agreement(self, lags: Doubles) -> Doubles:
        """
        Sum of the correlations at some lags, as a share of the energy.

        Parameters
        ----------
        lags : float array, shape (..., n_pairs)
            Later arrival of the right trace of each pair [samples]; lags beyond reach count as no agreement.

        Returns
        -------
        float array, shape (...)
            1 where all traces are alike, 0 where they have nothing in common.

        Examples
        --------
        >>> spikes = np.zeros((2, 9))
        >>> spikes[0, 3] = spikes[1, 5] = 1.0
        >>> pairs = TracePairs.of(spikes, np.ones(2, dtype=bool), reach=4)
        >>> pairs.agreement(np.array([[0.0], [2.0]])).round(3) + 0.0
        array([0., 1.])
        """
        return np.asarray(self.each(lags).sum(axis=-1))

    def each(self, lags: Doubles) -> Doubles:
        """What each pair adds to `agreement`: shape (..., n_pairs)."""
        low, high, share, inside = self._around(lags)
        return ((1 - share) * low + share * high) * inside / (self.energy or 1.0)

    def gradient(self, lags: Doubles) -> Doubles:
        """Derivative of `agreement` by each lag: shape (..., n_pairs)."""
        low, high, _, inside = self._around(lags)
        return np.asarray((high - low) * inside * FINE / (self.energy or 1.0), dtype=np.float64)

    def _around(self, lags: Doubles) -> tuple[NDArray[np.float32], NDArray[np.float32], Doubles, NDArray[np.bool_]]:
        place = (lags + self.reach) * FINE
        inside = np.abs(lags) <= self.reach
        place = np.clip(place, 0, 2 * self.reach * FINE)
        cell = place.astype(np.int64)
        pair = np.arange(len(self.left))
        return self.values[pair, cell], self.values[pair, cell + 1], place - cell, inside
