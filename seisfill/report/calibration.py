"""Whether predicted error bands hold what they promise, on held-out traces that the model did not see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seisfill.trust.error_model import ErrorModel
from seisfill.trust.stretch import is_regular
from seisfill.trust.trial import Trial

LEVELS = (0.2, 0.5, 0.8, 0.9, 0.95)
FEWEST = 4  # held-out traces below which a share says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """
    Coverage of predicted intervals.

    Parameters
    ----------
    nominal, found : tuple of float
        Share of errors that should lie, and that lie, inside each interval.
    n_traces : int
        Held-out traces that were judged.
    how : str
        What the model was fitted to, in words.
    """

    nominal: tuple[float, ...]
    found: tuple[float, ...]
    n_traces: int
    how: str


def judge_bands(trials: Sequence[Trial]) -> Bands | None:
    """
    Fit the error model to the trials of other gathers, and count the errors inside its intervals.

    Parameters
    ----------
    trials : sequence of Trial
        Of one file; every trace counts as one, whatever its length. Those of regular data are left out: their holes are
        wider than the ones that the model speaks of.

    Returns
    -------
    Bands or None
        None where there are too few held-out traces.
    """
    counted = [trial for trial in trials if trial.tried.any() and not is_regular(trial)]
    if sum(int(trial.tried.sum()) for trial in counted) < FEWEST:
        return None
    shares = []
    for number, trial in enumerate(counted):
        others = [other for place, other in enumerate(counted) if place != number] or counted
        shares.append(_shares(ErrorModel.fit(others), trial))
    whole = np.concatenate([share for share in shares if len(share)] or [np.zeros((0, len(LEVELS)))])
    if len(whole) < FEWEST:
        return None
    how = (
        "each gather judged by a model that saw only the others"
        if len(counted) > 1
        else "one gather, judged by a model that saw it"
    )
    return Bands(nominal=LEVELS, found=tuple(whole.mean(axis=0).tolist()), n_traces=len(whole), how=how)


def _shares(model: ErrorModel, trial: Trial) -> np.ndarray:
    """Share of the errors of each held-out trace inside each interval: (n_traces, n_levels)."""
    sigma = model.sigma(trial.thinned, trial.answer)[trial.tried]
    size = np.abs(trial.error)
    judged = trial.known & (sigma > 0) & ((size > 0) | (trial.truth != 0))
    rows = judged.any(axis=1)
    inside = np.stack([(size <= model.factor(level) * sigma) & judged for level in LEVELS], axis=-1)
    return inside[rows].sum(axis=1) / judged[rows].sum(axis=1)[:, None]
