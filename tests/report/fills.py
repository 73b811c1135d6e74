"""Small fills with all that a report can use beside them: truth, predicted errors, a held-out check."""

import hashlib
import json

import numpy as np

from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.marks import encode_line, sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.trust.records import check_path, save_trials
from seisfill.workflows.check import check_survey
from tests.workflows.surveys import fill, write_shots


def edit_sidecar(target, change_row=lambda row: row, change_head=lambda head: head):
    """Rewrite a sidecar line by line, with a foot that fits; a row that becomes None is kept as it was."""
    path = sidecar_path(target)
    head, *rows, foot = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    lines = [encode_line(change_head(head)), *(encode_line(change_row(row) or row) for row in rows)]
    foot["sha256"] = hashlib.sha256(b"".join(lines)).hexdigest()
    path.write_bytes(b"".join(lines) + encode_line(foot))


def predict(row):
    """Errors that grow with the distance, and a flag on wide gaps: what a fill with a check writes."""
    row["error"], row["snr"] = 10.0 * row["distance"], 20.0 - 6.0 * row["distance"]
    return row | ({"flags": ["gap wider than the trials could show"]} if (row["gap"] or 0) > 2 else {})


def write_check(source, target, filler=None, gathers=None):
    """Hold out live traces of every gather, keep the trials beside the output and what they say in the sidecar."""
    reader = SegyReader.open(source, gathers=gathers)
    check = check_survey(reader, filler or LinearInterpolator(), gathers=len(reader))
    save_trials(check_path(target), check.trials, head={})
    edit_sidecar(target, predict, lambda head: head | {"check": check.as_dict()})
    return check.trials


def make_fill(folder, *, shots=3, channels=24, n_samples=96, check=True):
    """A truth, the file with holes, and its fill: three paths."""
    rng = np.random.default_rng(5)
    hide = [
        shot * channels + place for shot in range(shots) for place in rng.choice(np.arange(1, channels - 1), 8, False)
    ]
    truth = write_shots(folder / "truth.sgy", shots=shots, channels=channels, n_samples=n_samples)
    source = write_shots(folder / "holes.sgy", shots=shots, channels=channels, n_samples=n_samples, hide=hide)
    target = folder / "filled.sgy"
    fill(source, target, LinearInterpolator())
    if check:
        write_check(source, target)
    return truth, source, target
