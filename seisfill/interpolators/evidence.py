"""What a trial on held-out traces says of each filler: its errors, and the blend that would have erred least."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, optimize

from seisfill.gather import Floats

SMOOTH = 9  # neighbouring frequencies that are judged together
TRUST = 0.05  # of the mean error, added to each filler's own: blends that win by less are luck


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """
    Errors of several fillers on the same held-out traces.

    Parameters
    ----------
    errors : float array, shape (n_fillers, n_fillers)
        Products of their errors, summed over all samples; the energy of each error on the diagonal.
    energy : float
        Of the held-out traces themselves.
    n_traces : int
        How many were held out.
    """

    errors: NDArray[np.float64]
    energy: float
    n_traces: int

    @property
    def snr_db(self) -> NDArray[np.float64]:
        """What each filler may be expected to reach on the missing traces [dB]: shape (n_fillers,)."""
        return self.snr_of(np.eye(len(self.errors)))

    def snr_of(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same of blends: (..., n_fillers) to (...)."""
        left = np.einsum("...i,ij,...j->...", weights, self.errors, weights)
        return 10 * np.log10(self.energy / np.maximum(left, 1e-12 * self.energy))

    def best_blend(self, *, least: float = 0.08) -> NDArray[np.float64]:
        """
        Shares of the fillers that would have erred least together: not negative, adding up to one.

        Parameters
        ----------
        least : float
            Smallest share that is worth running a filler for.

        Examples
        --------
        >>> Evidence(errors=np.array([[1.0, 0.0], [0.0, 1.0]]), energy=10.0, n_traces=4).best_blend().round(6)
        array([0.5, 0.5])
        """
        chosen = np.ones(len(self.errors), dtype=bool)
        while True:
            weights = np.zeros(len(chosen))
            weights[chosen] = _least_error(self.errors[np.ix_(chosen, chosen)])
            if (weights[chosen] >= least).all():
                return weights
            chosen &= weights >= least


def compare(truth: Floats, estimates: Sequence[Floats], *, stretch: float = 1.0) -> Evidence:
    """
    Judge fillers by their errors on held-out traces.

    Where the trial's holes were *stretch* times wider than the gather's own, an error at the frequency f tells of
    aliasing that the gather's own holes meet at ``stretch * f``: relative errors move up in frequency, and are weighed
    with the energy that the data have there.

    Parameters
    ----------
    truth : float array, shape (n_held_out, n_samples)
        Held-out traces.
    estimates : sequence of float arrays, each of the shape of *truth*
        What each filler made of them.
    stretch : float
        Of the trial, at least 1.
    """
    length = fft.next_fast_len(truth.shape[-1], real=True)
    wrong = fft.rfft(np.stack([truth - estimate for estimate in estimates]).astype(np.float64), length)
    signal = np.sum(np.abs(fft.rfft(truth.astype(np.float64), length)) ** 2, axis=0)
    products = np.einsum("iaf,jaf->ijf", wrong, wrong.conj()).real
    if stretch > 1:
        numbers = np.arange(len(signal))
        smooth_signal = _smooth(signal)
        relative = _smooth(products) / np.maximum(smooth_signal, 1e-9 * smooth_signal.max())
        at = np.minimum(np.round(numbers / stretch).astype(int), len(signal) - 1)
        products = relative[..., at] * signal
    return Evidence(errors=products.sum(axis=-1), energy=float(signal.sum()), n_traces=len(truth))


def _least_error(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights w >= 0, adding up to one, of least w' R w."""
    n = len(errors)
    damped = errors + TRUST * np.trace(errors) / n * np.eye(n)
    scale = np.trace(damped) / n or 1.0
    root = np.linalg.cholesky(damped / scale + 1e-9 * np.eye(n)).T
    strict = 1e4  # how firmly the weights are held to add up to one
    weights, _ = optimize.nnls(np.vstack([root, strict * np.ones(n)]), np.append(np.zeros(n), strict))
    return np.asarray(weights / weights.sum())


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    kernel = np.ones(SMOOTH) / SMOOTH
    return np.apply_along_axis(
        lambda row: np.convolve(np.pad(row, SMOOTH // 2, mode="edge"), kernel, "valid"), -1, values
    )
