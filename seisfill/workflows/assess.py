"""What is known of each filled trace as it is written: predicted error and quality, flags, and who is refused."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seisfill.gather import Filled, Floats, Gather
from seisfill.neighbours import known_neighbours
from seisfill.trust.limits import TrustLimits
from seisfill.workflows.check import SurveyCheck


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assessed:
    """
    The answer to a gather, and what is predicted of each of its traces.

    Parameters
    ----------
    answer : Filled
        Less the traces that are not good enough.
    sigma : float32 array, shape (n_traces, n_samples)
        Predicted error of each sample, as a standard deviation [amplitude].
    error : float array, shape (n_traces,)
        Predicted RMS error [amplitude].
    level : float array, shape (n_traces,)
        RMS of the nearest live traces: what a recorded trace would be expected to have [amplitude].
    snr_db : float array, shape (n_traces,)
        Predicted signal-to-noise ratio of each trace [dB]; nan where nothing is predicted.
    flags : tuple of list of str
        Why each trace deserves less trust.
    """

    answer: Filled
    sigma: Floats
    error: NDArray[np.float64]
    level: NDArray[np.float64]
    snr_db: NDArray[np.float64]
    flags: tuple[list[str], ...]

    @property
    def percent(self) -> NDArray[np.int64]:
        """Predicted error in percent of the level, from 1 to 32,767; 0 where nothing was filled."""
        told = np.divide(100 * self.error, self.level, out=np.full(self.error.shape, np.inf), where=self.level > 0)
        whole = np.clip(np.nan_to_num(np.round(told), posinf=32767), 1, 32767).astype(np.int64)
        return np.where(self.error > 0, whole, 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assessor:
    """
    Looks at the answers of a filler with what a check has found.

    Parameters
    ----------
    check : SurveyCheck
        Of the file.
    limits : TrustLimits
        What was seen to work.
    refuse_beyond : float, optional
        Predicted signal-to-noise ratio below which a trace is not filled [dB].
    """

    check: SurveyCheck
    limits: TrustLimits
    refuse_beyond: float | None = None

    def assess(self, gather: Gather, answer: Filled) -> Assessed:
        """Predict the errors of *answer* to *gather*, and refuse what is not good enough."""
        model = self.check.model
        sigma, level = model.sigma(gather, answer), neighbour_level(gather)
        error = np.sqrt(np.mean(sigma.astype(np.float64) ** 2, axis=1))
        snr_db = _snr_db(level, error)
        if self.refuse_beyond is not None:
            bad = answer.filled & (snr_db < self.refuse_beyond)
            answer, sigma = _without(answer, bad, f"predicted SNR below {self.refuse_beyond:g} dB"), _zeroed(sigma, bad)
            error = np.where(bad, 0, error)
        gaps, n_live = gap_widths(gather), int(gather.live.sum())
        told = [float(value) if np.isfinite(value) else None for value in snr_db]
        flags = tuple(
            self.limits.flags(gap=int(gaps[place]), n_live=n_live, snr_db=told[place]) if answer.filled[place] else []
            for place in range(gather.n_traces)
        )
        return Assessed(answer=answer, sigma=sigma, error=error, level=level, snr_db=snr_db, flags=flags)


def gap_widths(gather: Gather) -> NDArray[np.int64]:
    """
    Missing traces between the live neighbours of each place; -1 where it has none on one side.

    Examples
    --------
    >>> gap_widths(Gather(data=np.ones((5, 2)), live=np.array([1, 0, 0, 1, 0], dtype=bool), dt=0.004)).tolist()
    [0, 2, 2, 0, -1]
    """
    left, right = (side[:, 0] for side in known_neighbours(gather.live[:, None]))
    inside = (left >= 0) & (right < gather.n_traces)
    return np.where(inside, np.maximum(right - left - 1, 0), -1)


def neighbour_level(gather: Gather) -> NDArray[np.float64]:
    """
    RMS of the nearest live traces on both sides of each place, the nearer one counting more [amplitude].

    Examples
    --------
    >>> live = np.array([True, False, False, True])
    >>> neighbour_level(Gather(data=np.array([[1.0], [0], [0], [2.0]]), live=live, dt=0.004)).round(3).tolist()
    [1.0, 1.414, 1.732, 2.0]
    """
    places = np.flatnonzero(gather.live)
    if not len(places):
        return np.zeros(gather.n_traces)
    power = np.mean(gather.data[places].astype(np.float64) ** 2, axis=1)
    return np.sqrt(np.interp(np.arange(gather.n_traces), places, power))


def _snr_db(level: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    snr = np.full(error.shape, np.nan)
    known = error > 0
    with np.errstate(divide="ignore"):
        snr[known] = 20 * np.log10(level[known] / error[known])
    return snr


def _without(answer: Filled, bad: NDArray[np.bool_], reason: str) -> Filled:
    if not bad.any():
        return answer
    reasons = dict(answer.reasons) | {int(place): reason for place in np.flatnonzero(bad)}
    return replace(
        answer,
        data=_zeroed(answer.data, bad),
        filled=answer.filled & ~bad,
        sigma=None if answer.sigma is None else _zeroed(answer.sigma, bad),
        reasons=reasons,
    )


def _zeroed(values: Floats, rows: NDArray[np.bool_]) -> Floats:
    return np.where(rows[:, None], np.float32(0), values)
