"""Hide traces of a file by a rule, and keep the list of what was hidden."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seisfill._files import sha256_of
from seisfill.errors import InvalidParameterError
from seisfill.masks import MaskRule
from seisfill.segy.fields import find_field, write_field
from seisfill.segy.files import CHUNK_BYTES, PartialFile, check_target
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.marks import encode_line
from seisfill.segy.reader import DEAD_CODE, SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.segy.writer import set_trace_count


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimateSummary:
    """Traces of the file, and how many of them were hidden."""

    n_traces: int
    n_hidden: int


def truth_path(decimated: Path) -> Path:
    """Where the list of hidden traces lies: ``NAME.truth.jsonl``."""
    return decimated.with_name(decimated.name + ".truth.jsonl")


def decimate_file(
    source: Path,
    target: Path,
    *,
    mask: MaskRule,
    seed: int = 0,
    zero: bool = False,
    layout: LayoutOptions | None = None,
    gathers: GatherOptions | None = None,
    force: bool = False,
) -> DecimateSummary:
    """
    Write a file with traces removed, or zeroed in their places.

    Parameters
    ----------
    source, target : Path
        Input, opened read-only, and output; the list of hidden traces is written beside it.
    mask : MaskRule
        What is hidden, drawn anew for each gather over its recorded traces.
    seed : int
        Of the draws; gather g draws from (seed, g).
    zero : bool
        Leave dead traces (zeros, code 2) instead of none.
    layout, gathers : optional
        What is known of the file.
    force : bool
        Replace an output that exists.

    Raises
    ------
    SeisfillError
        If the file cannot be read, or the rule hides nothing.
    """
    check_target(source, target, force=force)
    check_target(source, truth_path(target), force=force)
    if seed < 0:
        raise InvalidParameterError(f"Invalid seed {seed}: must not be negative.")
    reader = SegyReader.open(source, layout=layout, gathers=gathers)
    hidden = np.zeros(reader.index.n_traces, dtype=bool)
    for number in range(len(reader)):
        rows = reader.survey.rows(number)
        if len(rows) > 2:
            hidden[rows] = ~mask.draw(len(rows), rng=np.random.default_rng([seed, number]))
    if not hidden.any():
        raise InvalidParameterError(f"Invalid mask {mask}: must hide at least one trace of {source}, and hides none.")
    _write_truth(reader, target, hidden, mask=repr(mask), seed=seed, zero=zero)
    try:
        _write(reader, target, hidden, zero=zero)
    except BaseException:
        truth_path(target).unlink(missing_ok=True)
        raise
    return DecimateSummary(n_traces=len(hidden), n_hidden=int(hidden.sum()))


def _write(reader: SegyReader, target: Path, hidden: np.ndarray, *, zero: bool) -> None:
    index, found = reader.index, reader.layout
    with PartialFile(target) as file:
        with index.path.open("rb") as original:
            head = bytearray(original.read(found.first_trace))
        if not zero:
            set_trace_count(head, found, int((~hidden).sum()))
        file.write_at(0, bytes(head))
        place = found.first_trace
        for rows, traces in index.windows(CHUNK_BYTES):
            block = _zeroed(traces, hidden[rows], reader) if zero else traces[~hidden[rows]]
            file.write_at(place, block)
            place += block.nbytes
        file.commit()


def _zeroed(traces: np.ndarray, hidden: np.ndarray, reader: SegyReader) -> np.ndarray:
    """A copy with zero samples and the code of a dead trace where hidden."""
    traces = np.array(traces)
    dead = traces[hidden]
    dead[:, 240:] = 0
    code = find_field("trid", dialect=reader.layout.dialect)
    write_field(dead[:, :240], code, DEAD_CODE, reader.layout.byte_order)
    traces[hidden] = dead
    return traces


def _write_truth(reader: SegyReader, target: Path, hidden: np.ndarray, **told: Any) -> None:
    """A head and a row for each hidden trace: its number in the input, and its keys."""
    survey = reader.survey
    along = reader.index.column(survey.keys.trace)
    head = {
        "seisfill_truth": 1,
        "truth": {"name": reader.index.path.name, "sha256": sha256_of(reader.index.path)},
        "keys": {"gather": survey.keys.gather and survey.keys.gather.name, "trace": survey.keys.trace.name},
        **told,
    }
    with PartialFile(truth_path(target)) as file:
        lines = [encode_line(head)]
        for row in np.flatnonzero(hidden):
            gather = survey.gather_keys[survey.group[row]].item()
            lines.append(encode_line({"trace": int(row), "gather": gather, "key": along[row].item()}))
        file.write_at(0, b"".join(lines))
        file.commit()
