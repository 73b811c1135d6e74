"""What trials, whose holes are never quite those of the gather, lead one to expect of the real fill."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seisfill.gather import Bools
from seisfill.trust.stretch import is_regular, to_own_scale
from seisfill.trust.trial import Trial

STEEPNESS, FIRMNESS = 4 / 3, 4.0  # usual growth of relative error with span, and how many traces speak for it
ABLE = 6.0  # dB; below, errors grow no more with the span, as they are nearly as large as the data
AROUND = 4  # live traces on either side that a filler leans on


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expectation:
    """
    Trials that speak for the real holes, and by how much their scores must be corrected.

    Parameters
    ----------
    trials : tuple of Trial
        Those whose holes are most like the gathers' own.
    lift_db : float
        What is added to their signal-to-noise ratio [dB].
    """

    trials: tuple[Trial, ...]
    lift_db: float

    @property
    def snr_db(self) -> float:
        """Expected of the real fill over all filled traces [dB]; nan without trials."""
        return snr_of_trials(self.trials) + self.lift_db

    def corrected(self) -> list[Trial]:
        """The trials with errors as large as they are expected to be, for what is fitted to them."""
        scale = np.float32(10 ** (-self.lift_db / 20))
        return [_with_error(trial, scale) for trial in self.trials]


def expect(trials: Sequence[Trial], *, wider: Sequence[Trial] = (), back: Sequence[Trial] = ()) -> Expectation:
    """
    Judge what was tried.

    Where holes are not regular, relative errors are taken to grow with a power of the span of the hole, and of the
    spacing of the live traces around it; the power is fitted to the trials. In regular data the trials' holes are
    twice too wide; the *wider* ones, twice as wide again, and those there and *back*, at the real scale, say what that
    costs (`seisfill.trust.stretch`).

    Parameters
    ----------
    trials : sequence of Trial
        On hidden live traces.
    wider, back : sequence of Trial
        Of the same gathers.
    """
    trials = tuple(trial for trial in trials if trial.tried.any())
    if not trials or not all(is_regular(trial) for trial in trials):
        return Expectation(trials=trials, lift_db=_lift_of_spans(trials))
    scale = to_own_scale(trials, wider, back)
    told = tuple(back) or trials
    return Expectation(trials=told, lift_db=0.0 if scale is None else scale.snr_db - snr_of_trials(told))


def snr_of_trials(trials: Sequence[Trial]) -> float:
    """Signal-to-noise ratio over all tried traces of all trials [dB]; nan where there are none."""
    return _decibel(_energy(trial.truth for trial in trials), _energy(trial.error for trial in trials))


def spans_of(live: Bools, places: NDArray[np.integer]) -> NDArray[np.float64]:
    """
    How hard the hole around each place is: its span times the mean spacing of the live traces around it.

    Examples
    --------
    >>> spans_of(np.array([1, 0, 1, 0, 0, 0, 1, 0, 1], dtype=bool), np.array([1, 4])).round(2).tolist()
    [6.0, 8.0]
    """
    recorded = np.flatnonzero(live)
    after = np.searchsorted(recorded, places)
    inside = (after > 0) & (after < len(recorded))
    after = np.clip(after, 1, max(len(recorded) - 1, 1))
    first, last = np.maximum(after - AROUND, 0), np.minimum(after + AROUND - 1, len(recorded) - 1)
    span = (recorded[after] - recorded[after - 1]).astype(np.float64)
    steps = last - first - 1
    around = (recorded[last] - recorded[first] - span) / np.maximum(steps, 1)
    return np.where(inside, span * np.where(steps > 0, around, span), np.nan)


def _lift_of_spans(trials: Sequence[Trial]) -> float:
    """By how many dB the gathers' own holes are easier than those of the trials."""
    tried, energies, wrong, own = [np.zeros(0)], [np.zeros(0)], [np.zeros(0)], [np.zeros(0)]
    for trial in trials:
        tried.append(spans_of(trial.thinned.live, trial.places))
        energies.append(np.sum(trial.truth.astype(np.float64) ** 2, axis=1))
        wrong.append(np.sum(trial.error.astype(np.float64) ** 2, axis=1))
        own.append(spans_of(trial.gather.live, np.flatnonzero(~trial.gather.live)))
    span, energy, error, real = (np.concatenate(parts) for parts in (tried, energies, wrong, own))
    counts = (energy > 0) & (error > 0) & np.isfinite(span)
    real = np.log(real[np.isfinite(real)])
    if not counts.any() or not len(real):
        return 0.0
    x, y = np.log(span[counts]), np.log(error[counts] / energy[counts])
    x0 = x.mean()
    power = (np.sum((x - x0) * (y - y.mean())) + FIRMNESS * STEEPNESS) / (np.sum((x - x0) ** 2) + FIRMNESS)
    power = max(float(power), 0.0)
    expected = np.average(np.exp(power * (x - x0)), weights=energy[counts])
    lift = float(10 * np.log10(expected / np.mean(np.exp(power * (real - x0)))))
    return lift * float(np.interp(snr_of_trials(trials), (0, ABLE), (0, 1)))


def _with_error(trial: Trial, scale: np.float32) -> Trial:
    data = trial.answer.data.copy()
    data[trial.tried] = np.where(trial.known, trial.truth - scale * trial.error, data[trial.tried])
    return replace(trial, answer=replace(trial.answer, data=data))


def _energy(parts: object) -> float:
    return float(sum(np.sum(part.astype(np.float64) ** 2) for part in parts))  # type: ignore[attr-defined]


def _decibel(signal: float, error: float) -> float:
    if not signal:
        return float("nan")
    return 10 * float(np.log10(signal / max(error, 1e-12 * signal)))
