"""
Regular holes: a trial must make them twice too wide.

A second trial, twice as wide again, tells what that costs. Where the filler has failed at both, the way back from the
filled traces to the recorded ones (`seisfill.trust.back`) tells more: it is at the scale of the real holes, but
flattered where noise rules.
"""

from collections.abc import Sequence
from dataclasses import replace

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
FAILED = (6.0, 8.0)  # dB that trials at twice the scale reach: below the first they have failed, above the second not
STEEP = (5.0, 6.5)  # dB by which those at four times are worse: below, noise may rule, above the second aliasing does
BELIEVED = 0.8  # of what the way back lowers the logarithm of an error by: it flatters a little everywhere
POWER = 0.6  # of the step from four times the scale to twice that is believed of the next one: errors level off


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


def gain_to_own_holes(trials: Sequence[Trial], wider: Sequence[Trial]) -> NDArray[np.float64] | None:
    """
    What the errors of regular trials must be multiplied with, at evenly spaced frequencies from 0 to Nyquist.

    Let r(s) be the energy of the errors over that of the truth, at some frequency, in holes s times too wide. Were its
    logarithm linear in log s, r(1) were r(2)^2 / r(4): noise, which no scale changes, stays, and what is due to
    aliasing shrinks as it was seen to. Part of that step is taken (`POWER`), and none that would let errors grow.

    Parameters
    ----------
    trials, wider : sequence of Trial
        At twice the scale of the gathers, and at four times; others are not looked at.

    Returns
    -------
    float array, shape (n_frequencies,), or None
        None where no trial is regular.
    """
    twice = [trial for trial in trials if is_regular(trial)]
    four = [trial for trial in wider if is_regular(trial) and trial.tried.any()]
    if not twice:
        return None
    length = fft.next_fast_len(max(trial.gather.n_samples for trial in twice), real=True)
    near, far = _relative_error(twice, length), _relative_error(four, length)
    if near is None or far is None:
        return np.full(length // 2 + 1, FACTOR)
    return np.clip((near / np.maximum(far, 1e-12)) ** (0.5 * POWER), LEAST, 1.0)


def trust_in_way_back(trials: Sequence[Trial], wider: Sequence[Trial]) -> float:
    """
    How far the way back tells the level of errors in regular data, from 0 to `BELIEVED`.

    Where trials at twice the scale have failed, they tell nothing; where those at four times are much worse still,
    aliasing rules, which only the way back meets at the real scale. Elsewhere noise may rule, and that it flatters: the
    filled traces took theirs from the recorded ones.
    """
    twice = _snr_db([trial for trial in trials if is_regular(trial)])
    four = _snr_db([trial for trial in wider if is_regular(trial)])
    if twice is None or four is None:
        return 0.0
    return float(BELIEVED * (1 - np.interp(twice, FAILED, (0, 1)) * np.interp(twice - four, STEEP, (1, 0))))


def as_in_own_holes(trial: Trial, gain: NDArray[np.float64] | None) -> Floats:
    """
    Errors of a trial, filtered (without delay) to what they would be in holes as narrow as the gather's own.

    Returns
    -------
    float32 array, shape (n_tried, n_samples)
    """
    error = trial.error
    if gain is None or not is_regular(trial) or not len(error):
        return error
    n_samples = error.shape[1]
    length = fft.next_fast_len(2 * n_samples, real=True)
    spectra = fft.rfft(error.astype(np.float64), length, axis=1)
    at = np.interp(np.linspace(0, 1, spectra.shape[1]), np.linspace(0, 1, len(gain)), gain)
    filtered = fft.irfft(spectra * at, length, axis=1)[:, :n_samples].astype(np.float32)
    return np.where(trial.known, filtered, np.float32(0))


def _snr_db(trials: Sequence[Trial]) -> float | None:
    """Of all tried traces, each gather weighing by its traces whatever its level; None where nothing is known."""
    signal, wrong = 0.0, 0.0
    for trial in trials:
        level = float(np.mean(trial.truth.astype(np.float64) ** 2)) if trial.tried.any() else 0.0
        if level:
            signal += len(trial.places)
            wrong += float(np.sum(trial.error.astype(np.float64) ** 2)) / (level * trial.gather.n_samples)
    return 10 * float(np.log10(signal / max(wrong, 1e-12 * signal))) if signal else None


def _relative_error(trials: Sequence[Trial], length: int) -> NDArray[np.float64] | None:
    """Energy of the errors over that of the truth, smoothed: each gather weighs by its traces, whatever its level."""
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
    relative: NDArray[np.float64] = wrong / np.maximum(signal, 1e-9 * signal.max())
    return relative
