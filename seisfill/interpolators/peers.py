"""
Fillers that a reader may know from elsewhere, beside ours in the benchmark: PyLops' `SeismicInterpolation`.

They are not offered for filling. Settings follow what PyLops' own tutorial on seismic regularization picks for a field
gather (amplitudes up to 1, 50 iterations of FISTA, windows of 27 traces), with its chirp Radon
transform, which needs no compiler, and windows that overlap by half. Needs the extra `peers`.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy.fft import next_fast_len

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.gather import Filled, Floats, Gather
from seisfill.interpolators.base import Limits, make_answer

ITERATIONS = 50
FK_SPARSITY, RADON_SPARSITY = 0.01, 0.1  # PyLops' tutorial uses both; each is the better one here
WINDOW, OVERLAP = 27, 13
FEWEST_SAMPLES = 16
STEEPEST = 5.0  # samples a trace: water at 25 m and 4 ms has 4.2


@dataclass(frozen=True, slots=True, kw_only=True)
class PylopsInterpolator:
    """
    PyLops' sparse inversion as a filler; the gather is divided by its largest amplitude, as in PyLops' tutorial.

    Parameters
    ----------
    name : str
        Name in answers.
    settings : callable
        From the number of traces and samples to the padded number of traces and the arguments of PyLops.
    limits : Limits
        What is not invented.
    """

    name: str
    settings: Callable[[int, int], tuple[int, dict[str, Any]]]
    limits: Limits = field(default_factory=Limits)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* are not used, and holes inside live traces count as zeros."""
        judged = self.limits.judge(gather.live)
        scale = float(np.abs(gather.data).max(initial=0.0))
        if not judged[0].any() or scale == 0:
            return make_answer(gather, np.zeros_like(gather.data), method=self.name, judged=judged)
        estimate = scale * self._invert(gather.data[gather.live] / scale, gather.live)
        return make_answer(gather, estimate, method=self.name, judged=judged)

    def _invert(self, recorded: Floats, live: np.ndarray) -> Floats:
        from pylops.waveeqprocessing import SeismicInterpolation

        logging.getLogger("pylops").setLevel(logging.ERROR)  # it warns whenever it has converged
        n_samples = recorded.shape[1]
        padded = np.pad(recorded.astype(np.float64), ((0, 0), (0, max(0, FEWEST_SAMPLES - n_samples))))
        n_traces, arguments = self.settings(len(live), padded.shape[1])
        found = SeismicInterpolation(padded, n_traces, np.flatnonzero(live), **arguments)[0]
        return np.asarray(found[: len(live), :n_samples])


def fk_settings(n_traces: int, n_samples: int) -> tuple[int, dict[str, Any]]:
    """
    f-k of the gather, padded to twice its size; the operator is a projection, so a step of 1 is the largest.

    Examples
    --------
    >>> fk_settings(70, 80)[1]["nffts"]
    (140, 160)
    """
    nffts = (next_fast_len(2 * n_traces), next_fast_len(2 * n_samples))
    return n_traces, {
        "kind": "fk",
        "nffts": nffts,
        "sampling": (1.0, 1.0),
        "niter": ITERATIONS,
        "eps": FK_SPARSITY,
        "alpha": 1.0,
    }


def radon_settings(n_traces: int, n_samples: int) -> tuple[int, dict[str, Any]]:
    """
    Chirp Radon in sliding windows, which leave no trace uncovered once there are enough of them.

    Examples
    --------
    >>> radon_settings(100, 80)[0]
    111
    """
    step = WINDOW - OVERLAP
    n_windows = max(2, 1 - (WINDOW - n_traces) // step)  # PyLops cannot do with one
    n_padded = WINDOW + (n_windows - 1) * step
    return n_padded, {
        "kind": "chirp-sliding",
        "spataxis": np.arange(n_padded, dtype=np.float64),
        "taxis": np.arange(n_samples, dtype=np.float64),
        "paxis": np.linspace(-STEEPEST, STEEPEST, WINDOW),
        "nwins": n_windows,
        "nwin": WINDOW,
        "nover": OVERLAP,
        "niter": ITERATIONS,
        "eps": RADON_SPARSITY,
    }


PEERS: dict[str, Callable[[int, int], tuple[int, dict[str, Any]]]] = {
    "pylops-fk": fk_settings,
    "pylops-radon": radon_settings,
}


def why_no_peers() -> str | None:
    """Why PyLops cannot be asked, or None where it can."""
    return None if find_spec("pylops") else "PyLops is not installed; pip install 'seisfill[peers]'"


def load_peer(method: str, *, limits: Limits | None = None) -> PylopsInterpolator:
    """
    Peer by its name.

    Parameters
    ----------
    method : {'pylops-fk', 'pylops-radon'}
        Which one.
    limits : Limits, optional
        What is not invented.

    Raises
    ------
    InvalidParameterError
        If the method is not known, or PyLops is not installed.

    Examples
    --------
    >>> load_peer("pylops-fk").name  # doctest: +SKIP
    'pylops-fk'
    """
    if method not in PEERS:
        raise InvalidParameterError(f"Invalid method {method!r}: must be a known peer; {did_you_mean(method, PEERS)}")
    if reason := why_no_peers():
        raise InvalidParameterError(f"Invalid method {method!r}: must be installed; {reason}.")
    return PylopsInterpolator(name=method, settings=PEERS[method], limits=limits or Limits())
