"""Whether predicted error bands hold what they promise, on held-out traces that the model did not see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seisfill.trust.error_model import ErrorModel
from seisfill.trust.expected import expect
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


def judge_bands(trials: Sequence[Trial], *, wider: Sequence[Trial] = (), back: Sequence[Trial] = ()) -> Bands | None:
    """
    Fit the error model to the trials of other gathers, and count the errors inside its intervals.

    In regular data the holes of trials are wider than the ones that the model speaks of. There the traces that were
    filled there and back are counted, their errors as large as they are expected to be at the real scale
    (`seisfill.trust.expected.expect`).

    Parameters
    ----------
    trials : sequence of Trial
        Of one file; every trace counts as one, whatever its length.
    wider, back : sequence of Trial
        Of regular data: holes four times too wide, and recorded traces filled from filled ones.

    Returns
    -------
    Bands or None
        None where there are too few held-out traces.
    """
    made = {"trials": [trial for trial in trials if trial.tried.any()], "wider": wider, "back": back}
    numbers = sorted({trial.number for trial in made["trials"]})
    shares = []
    for number in numbers:
        own = {kind: [trial for trial in found if trial.number == number] for kind, found in made.items()}
        others = {kind: [trial for trial in found if trial.number != number] for kind, found in made.items()}
        model = ErrorModel.fit(**(others if others["trials"] else made))
        shares += [_shares(model, trial) for trial in _at_real_scale(**own)]
    whole = np.concatenate([*shares, np.zeros((0, len(LEVELS)))])
    if len(whole) < FEWEST:
        return None
    how = (
        "each gather judged by a model that saw only the others"
        if len(numbers) > 1
        else "one gather, judged by a model that saw it"
    ) + (", on recorded traces that were filled there and back" if back else "")
    return Bands(nominal=LEVELS, found=tuple(whole.mean(axis=0).tolist()), n_traces=len(whole), how=how)


def _at_real_scale(trials: Sequence[Trial], wider: Sequence[Trial], back: Sequence[Trial]) -> list[Trial]:
    """Trials whose errors speak for the real holes; none of regular data of which nothing came back."""
    if back:
        return expect(trials, wider=wider, back=back).corrected()
    return [trial for trial in trials if not is_regular(trial)]


def _shares(model: ErrorModel, trial: Trial) -> np.ndarray:
    """Share of the errors of each held-out trace inside each interval: (n_traces, n_levels)."""
    sigma = model.sigma(trial.thinned, trial.answer)[trial.tried]
    size = np.abs(trial.error)
    judged = trial.known & (sigma > 0) & ((size > 0) | (trial.truth != 0))
    rows = judged.any(axis=1)
    inside = np.stack([(size <= model.factor(level) * sigma) & judged for level in LEVELS], axis=-1)
    return inside[rows].sum(axis=1) / judged[rows].sum(axis=1)[:, None]
