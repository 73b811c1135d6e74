"""
Regular holes: a trial must make them twice too wide.

A second trial, twice as wide again, and the way back from the filled traces to the recorded ones
(`seisfill.trust.back`) tell what that costs. Relative errors are taken for a sum of noise, which hangs on frequency
alone, and of aliasing, which hangs on frequency times hole width.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import uniform_filter1d

from seisfill.gather import Floats
from seisfill.interpolators.base import Interpolator
from seisfill.trust.trial import Trial, try_filler

SMOOTH = 0.03  # of all frequencies up to Nyquist that are judged together
FACTOR = 0.85  # of errors at twice the scale where no second trial tells: the usual one of synthetic gathers
LEAST = 0.1  # factor
CARRIED = 5.0  # times less energy of white noise is left on the way back: straight lines, every 2nd to 3rd, 4.0 to 5.3
FAINT = 0.03  # of the energy at a frequency: what half of it holds at least, to tell of it


def is_regular(trial: Trial) -> bool:
    """Whether live traces alone made the trial and every second one was hidden, as `hold_out` does in regular data."""
    return trial.stretch >= 2 and bool(trial.gather.live.all())


def try_wider(filler: Interpolator, trial: Trial) -> Trial | None:
    """
    The trial of a trial: its own live traces as regular data, of which every second one is hidden.

    Of regular data it costs a quarter of a fill. None where too few traces are left, or the data are not regular.
    """
    if not is_regular(trial):
        return None
    wider = try_filler(filler, trial.thinned, number=trial.number)
    if wider is None or not is_regular(wider):
        return None
    return replace(wider, stretch=trial.stretch * wider.stretch)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwnScale:
    """
    Energy of the errors of regular trials over that of the truth, at evenly spaced frequencies from 0 to Nyquist.

    Parameters
    ----------
    tried : float array, shape (n_frequencies,)
        In holes twice too wide.
    expected : float array, shape (n_frequencies,)
        In the gathers' own holes.
    signal : float array, shape (n_frequencies,)
        Energy of the truth, each gather in parts of its level.
    """

    tried: NDArray[np.float64]
    expected: NDArray[np.float64]
    signal: NDArray[np.float64]

    @property
    def snr_db(self) -> float:
        """Expected in the gathers' own holes [dB]."""
        wrong = np.sum(self.expected * self.signal)
        return 10 * float(np.log10(np.sum(self.signal) / max(wrong, 1e-12 * np.sum(self.signal))))

    @property
    def gain(self) -> NDArray[np.float64]:
        """What the errors of the trials must be multiplied with: float array, shape (n_frequencies,)."""
        return np.sqrt(self.expected / np.maximum(self.tried, 1e-12))


def to_own_scale(trials: Sequence[Trial], wider: Sequence[Trial] = (), back: Sequence[Trial] = ()) -> OwnScale | None:
    """
    What errors in holes twice and four times too wide, and on the way back, say of the gathers' own holes.

    Let r(s, f) be the relative error at the frequency f in holes s times too wide, and a sum of noise N(f), which no
    scale changes, and aliasing A(s f), since an event that crosses a hole s times wider is as aliased at f as it is at
    s f in the gather's own. Then r(4, f/2) - r(2, f/2) = A(2f) - A(f) is what r(1, f) is lower than r(2, f) by, where
    f/2 holds anything. The way back is at the real scale; but as filled traces carry what they took from the recorded
    ones, noise looks smaller there. So at each frequency the larger of the two counts, and at most what was seen at
    twice the scale. Where they are further apart than noise explains (`CARRIED`), the filler broke down at the wider
    holes, and the more so, the less that counts.

    Parameters
    ----------
    trials, wider, back : sequence of Trial
        At twice the scale of the gathers, at four times, and at their own there and back; others than regular ones
        are not looked at.

    Returns
    -------
    OwnScale or None
        None where no trial is regular, or all of them are silent.
    """
    twice = [trial for trial in trials if is_regular(trial)]
    if not twice:
        return None
    length = fft.next_fast_len(max(trial.gather.n_samples for trial in twice), real=True)
    near = _relative_error(twice, length)
    far = _relative_error([trial for trial in wider if is_regular(trial) and trial.tried.any()], length)
    returned = _relative_error([trial for trial in back if trial.tried.any()], length)
    if near is None:
        return None
    untold = FACTOR**2 * near.error if returned is None else np.zeros_like(near.error)
    expected = untold if far is None else _trend(near, far, otherwise=untold)
    if returned is not None:
        expected = _beside_way_back(expected, returned.error)
    return OwnScale(
        tried=near.error,
        expected=np.clip(expected, LEAST**2 * near.error, near.error),
        signal=(near if returned is None else returned).signal,
    )


def as_in_own_holes(trial: Trial, scale: OwnScale | None) -> Floats:
    """
    Errors of a trial, filtered (without delay) to what they would be in holes as narrow as the gather's own.

    Returns
    -------
    float32 array, shape (n_tried, n_samples)
    """
    error = trial.error
    if scale is None or not is_regular(trial) or not len(error):
        return error
    n_samples = error.shape[1]
    length = fft.next_fast_len(2 * n_samples, real=True)
    spectra = fft.rfft(error.astype(np.float64), length, axis=1)
    at = np.interp(np.linspace(0, 1, spectra.shape[1]), np.linspace(0, 1, len(scale.gain)), scale.gain)
    filtered = fft.irfft(spectra * at, length, axis=1)[:, :n_samples].astype(np.float32)
    return np.where(trial.known, filtered, np.float32(0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Relative:
    """Energy of the truth at each frequency, and that of the errors over it."""

    signal: NDArray[np.float64]
    error: NDArray[np.float64]


def _relative_error(trials: Sequence[Trial], length: int) -> _Relative | None:
    """Both smoothed: each gather weighs by its traces, whatever its level; None where nothing was recorded."""
    total = np.zeros((2, length // 2 + 1))
    for trial in trials:
        parts = np.stack([trial.truth, trial.error]).astype(np.float64)
        level = np.mean(parts[0] ** 2)
        if level > 0:
            total += np.sum(np.abs(fft.rfft(parts, length, axis=2)) ** 2, axis=1) / level
    if not total[0].any():
        return None
    width = max(round(SMOOTH * total.shape[1]), 1)
    signal, wrong = np.maximum(uniform_filter1d(total, width, axis=1, mode="nearest"), 0)  # rounding may fall below
    return _Relative(signal=signal, error=wrong / np.maximum(signal, 1e-9 * signal.max()))


def _trend(near: _Relative, far: _Relative, *, otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Relative errors at the real scale out of those twice and four times too wide.

    *Otherwise* where half of the frequency holds next to nothing that could be aliased.
    """
    places = np.arange(len(near.error))

    def halfway(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.interp(places / 2, places, values)

    grown = halfway(np.minimum(far.error, 1.0)) - halfway(np.minimum(near.error, 1.0))  # 1: nothing was recovered
    return np.where(halfway(near.signal) < FAINT * near.signal, otherwise, near.error - np.maximum(grown, 0))


def _beside_way_back(trend: NDArray[np.float64], returned: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    What is left of a trend that is larger than the errors on the way back: all if noise may be why, else less and less.

    Examples
    --------
    >>> _beside_way_back(np.array([0.01, 0.1, 0.5, 2.5]), np.array([0.1, 0.1, 0.1, 0.1])).round(3).tolist()
    [0.1, 0.1, 0.5, 0.1]
    """
    returned = np.maximum(returned, 1e-12)
    apart = np.log(np.maximum(trend / returned, 1.0))
    return returned * np.exp(np.minimum(apart, np.maximum(2 * np.log(CARRIED) - apart, 0.0)))
