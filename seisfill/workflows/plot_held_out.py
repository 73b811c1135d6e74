"""What a fill lost at live traces that were held out: pictures of the check beside a filled file."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from seisfill.errors import InvalidParameterError
from seisfill.metrics import snr_db
from seisfill.plotting import HeldOutTraces, plot_held_out, save_figure, title_of
from seisfill.segy.reader import SegyReader
from seisfill.trust.records import check_path, load_trials
from seisfill.trust.trial import Trial
from seisfill.workflows.plot import Known, check_pictures


def plot_held_out_of_file(
    filled: Path, save: Path, *, gather: float | None = None, known: Known | None = None
) -> float | int:
    """
    Draw held-out traces of one gather as recorded, as filled and their difference, to a PNG, PDF or SVG file.

    Parameters
    ----------
    filled : Path
        The filled file; its ``check.npz`` lies beside it.
    save : Path
        The picture.
    gather : float, optional
        Key of the gather; of those that were tried, the one that was filled worst where not given. The key of the one
        that was drawn comes back.
    known : Known, optional
        What is known of the file.

    Raises
    ------
    FileAccessError
        If there is no check beside the file.
    InvalidParameterError
        If the gather was not tried, or no trace was.
    """
    check_pictures(save, filled, check_path(filled))
    known = known or Known()
    reader = SegyReader.open(filled, layout=known.layout, gathers=known.gathers)
    keys = [key.item() for key in reader.survey.gather_keys]
    trials = {keys[trial.number]: trial for trial in load_trials(check_path(filled))[1] if trial.tried.any()}
    if not trials:
        raise InvalidParameterError(f"Invalid check of {filled}: must hold a trace that was hidden and filled.")
    if gather is None:
        gather = min(trials, key=lambda key: snr_db(trials[key].truth, trials[key].estimate))
    if gather not in trials:
        tried = ", ".join(f"{key:g}" for key in trials)
        raise InvalidParameterError(f"Invalid gather {gather:g}: must be one that the check tried: {tried}.")
    (key,) = (key for key in trials if key == gather)
    title = f"{title_of(filled)}, gather {key}: live traces held out from the fill"
    save_figure(draw_trial(trials[key], title=title), save)
    return key


def draw_trial(trial: Trial, *, title: str | None = None) -> Figure:
    """The page of one trial whose held-out traces were filled."""
    return plot_held_out(held_out_traces(trial), title=title)


def held_out_traces(trial: Trial) -> HeldOutTraces:
    """What `seisfill.plotting.plot_leakage` draws, of a trial whose held-out traces were filled."""
    gather = trial.gather
    return HeldOutTraces(
        truth=np.where(trial.known, trial.truth, 0),
        estimate=trial.estimate,
        places=trial.places,
        dt=gather.dt,
        t0=gather.t0,
    )
