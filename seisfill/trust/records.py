"""Trials beside a filled file, ``OUT.check.npz``: arrays and one string of JSON, never pickled."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import FileAccessError
from seisfill.gather import Filled, Gather
from seisfill.segy.files import PartialFile
from seisfill.trust.trial import Trial

FORMAT = 2
GEOMETRY = ("valid", "offset", "position", "source", "receiver")  # of a gather, where it is known


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptTrials:
    """
    All that lies beside a filled file.

    Parameters
    ----------
    head : dict
        What JSON can hold: the input's name and hash, a summary.
    trials : tuple of Trial
        In the order of their gathers; those of regular data have holes twice too wide.
    wider, back : tuple of Trial
        Of regular data: holes four times too wide (`seisfill.trust.stretch`); there and back (`seisfill.trust.back`).
    """

    head: dict[str, Any]
    trials: tuple[Trial, ...]
    wider: tuple[Trial, ...] = ()
    back: tuple[Trial, ...] = ()


def check_path(path: Path) -> Path:
    """
    Where the trials of a filled file lie.

    Examples
    --------
    >>> check_path(Path("out.sgy")).name
    'out.sgy.check.npz'
    """
    return path.with_name(path.name + ".check.npz")


def save_trials(
    path: Path,
    trials: Sequence[Trial],
    *,
    head: dict[str, Any],
    wider: Sequence[Trial] = (),
    back: Sequence[Trial] = (),
) -> None:
    """
    Write trials; the file gets its name when it is whole. Guides are not kept.

    Parameters
    ----------
    path : Path
        The file; one that exists is replaced.
    trials : sequence of Trial
        In the order of their gathers.
    head : dict
        What JSON can hold: settings, the input's name and hash.
    wider, back : sequence of Trial
        Of regular data, see `KeptTrials`.

    Raises
    ------
    FileAccessError
        If the file cannot be written.
    """
    arrays: dict[str, np.ndarray] = {}
    notes: dict[str, Any] = {"seisfill_check": FORMAT, "head": head}
    for kind, made in (("trials", trials), ("wider", wider), ("back", back)):
        notes[kind] = [_note(trial) for trial in made]
        for place, trial in enumerate(made):
            arrays |= {f"{kind}.{place}.{name}": value for name, value in _arrays(trial).items()}
    whole = json.dumps(notes, allow_nan=False)
    memory = io.BytesIO()
    np.savez(memory, allow_pickle=False, notes=np.frombuffer(whole.encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    with PartialFile(path) as file:
        file.write_at(0, memory.getbuffer())
        file.commit()


def _arrays(trial: Trial) -> dict[str, np.ndarray]:
    gather, answer = trial.gather, trial.answer
    found = {"data": gather.data, "live": gather.live, "hidden": trial.hidden, "filled": answer.filled}
    found |= {"answer": answer.data, "sigma": answer.sigma} | {name: getattr(gather, name) for name in GEOMETRY}
    return {name: value for name, value in found.items() if value is not None}


def _note(trial: Trial) -> dict[str, Any]:
    gather, answer = trial.gather, trial.answer
    return {
        "dt": gather.dt,
        "t0": gather.t0,
        "stretch": trial.stretch,
        "number": trial.number,
        "method": answer.method,
        "reasons": list(answer.reasons.items()),
    }


def load_trials(path: Path) -> tuple[dict[str, Any], list[Trial]]:
    """
    Read what `save_trials` wrote: the head, and the trials of hidden traces.

    Raises
    ------
    FileAccessError
        If the file is not there, or not whole.
    """
    kept = load_kept(path)
    return kept.head, list(kept.trials)


def load_kept(path: Path) -> KeptTrials:
    """
    Read all that `save_trials` wrote.

    Raises
    ------
    FileAccessError
        If the file is not there, or not whole.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            notes = json.loads(arrays["notes"].tobytes())
            if notes["seisfill_check"] != FORMAT:
                raise ValueError(f"its format is {notes['seisfill_check']}, not {FORMAT}")
            trials, wider, back = (
                tuple(_trial(arrays, f"{kind}.{place}", note) for place, note in enumerate(notes[kind]))
                for kind in ("trials", "wider", "back")
            )
            return KeptTrials(head=notes["head"], trials=trials, wider=wider, back=back)
    except FileNotFoundError as error:
        raise FileAccessError(
            f"Invalid check {path}: must exist. It is written beside the output by seisfill fill --check."
        ) from error
    except Exception as error:  # zipfile, zlib, json and numpy each have their own for a file that is cut off
        raise FileAccessError(f"Invalid check {path}: must be one that seisfill wrote, and whole; {error}.") from error


def _trial(arrays: Any, place: str, note: dict[str, Any]) -> Trial:
    def read(name: str) -> Any:
        return arrays.get(f"{place}.{name}")

    geometry = {name: read(name) for name in GEOMETRY}
    gather = Gather(data=read("data"), live=read("live"), dt=note["dt"], t0=note["t0"], **geometry)
    answer = Filled(
        data=read("answer"),
        filled=read("filled"),
        method=note["method"],
        sigma=read("sigma"),
        reasons=dict(note["reasons"]),
    )
    return Trial(gather=gather, hidden=read("hidden"), answer=answer, stretch=note["stretch"], number=note["number"])
