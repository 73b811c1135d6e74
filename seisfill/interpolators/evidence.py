"""What a trial on held-out traces says of each filler: its errors, and the blend that would have erred least."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from seisfill.gather import Floats

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
    stretch : float
        How much wider the trial's holes were than the gather's own.
    """

    errors: NDArray[np.float64]
    energy: float
    n_traces: int
    stretch: float = 1.0

    @property
    def snr_db(self) -> NDArray[np.float64]:
        """What each filler reached on them [dB]: shape (n_fillers,)."""
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

    Errors in holes wider than the gather's own are larger, but they rank fillers as the own holes do. Correcting them
    by frequency for the aliasing that wider holes bring chose worse fillers (docs/benchmark.md).

    Parameters
    ----------
    truth : float array, shape (n_held_out, n_samples)
        Held-out traces.
    estimates : sequence of float arrays, each of the shape of *truth*
        What each filler made of them.
    stretch : float
        Of the trial, at least 1.
    """
    wrong = np.stack([(truth - estimate).ravel() for estimate in estimates]).astype(np.float64)
    energy = float(np.sum(truth.astype(np.float64) ** 2))
    return Evidence(errors=wrong @ wrong.T, energy=energy, n_traces=len(truth), stretch=stretch)


def _least_error(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights w >= 0, adding up to one, of least w' R w."""
    n = len(errors)
    damped = errors + TRUST * np.trace(errors) / n * np.eye(n)
    scale = np.trace(damped) / n or 1.0
    root = np.linalg.cholesky(damped / scale + 1e-9 * np.eye(n)).T
    strict = 1e4  # how firmly the weights are held to add up to one
    weights, _ = optimize.nnls(np.vstack([root, strict * np.ones(n)]), np.append(np.zeros(n), strict))
    return np.asarray(weights / weights.sum())
