"""Trials beside a filled file, ``OUT.check.npz``: arrays and one string of JSON, never pickled."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import FileAccessError
from seisfill.gather import Filled, Gather
from seisfill.segy.files import PartialFile
from seisfill.trust.trial import Trial

FORMAT = 1
GEOMETRY = ("valid", "offset", "position", "source", "receiver")  # of a gather, where it is known


def check_path(path: Path) -> Path:
    """
    Where the trials of a filled file lie.

    Examples
    --------
    >>> check_path(Path("out.sgy")).name
    'out.sgy.check.npz'
    """
    return path.with_name(path.name + ".check.npz")


def save_trials(path: Path, trials: Sequence[Trial], *, head: dict[str, Any]) -> None:
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

    Raises
    ------
    FileAccessError
        If the file cannot be written.
    """
    arrays: dict[str, np.ndarray] = {}
    notes = []
    for place, trial in enumerate(trials):
        gather, answer = trial.gather, trial.answer
        found: dict[str, np.ndarray | None] = {
            "data": gather.data,
            "live": gather.live,
            "hidden": trial.hidden,
            "filled": answer.filled,
        }
        found |= {"answer": answer.data, "sigma": answer.sigma}
        found |= {name: getattr(gather, name) for name in GEOMETRY}
        arrays |= {f"{place}.{name}": value for name, value in found.items() if value is not None}
        notes.append(
            {
                "dt": gather.dt,
                "t0": gather.t0,
                "stretch": trial.stretch,
                "number": trial.number,
                "method": answer.method,
                "reasons": list(answer.reasons.items()),
            }
        )
    whole = json.dumps({"seisfill_check": FORMAT, "head": head, "trials": notes}, allow_nan=False)
    memory = io.BytesIO()
    np.savez(memory, allow_pickle=False, notes=np.frombuffer(whole.encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    with PartialFile(path) as file:
        file.write_at(0, memory.getbuffer())
        file.commit()


def load_trials(path: Path) -> tuple[dict[str, Any], list[Trial]]:
    """
    Read what `save_trials` wrote: the head, and the trials.

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
            return notes["head"], [_trial(arrays, place, note) for place, note in enumerate(notes["trials"])]
    except FileNotFoundError as error:
        raise FileAccessError(
            f"Invalid check {path}: must exist. It is written beside the output by seisfill fill --check."
        ) from error
    except Exception as error:  # zipfile, zlib, json and numpy each have their own for a file that is cut off
        raise FileAccessError(f"Invalid check {path}: must be one that seisfill wrote, and whole; {error}.") from error


def _trial(arrays: Any, place: int, note: dict[str, Any]) -> Trial:
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
