"""Prove that a fill left every recorded trace as it was."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seisfill.errors import MarkError
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.marks import HOLES, IN_PLACE, Sidecar, sidecar_path, unpack
from seisfill.segy.untouched import compare_recorded
from seisfill.workflows.strip import open_filled, original_head


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What was compared and what was found.

    Parameters
    ----------
    untouched : bool
        Whether file headers and every recorded trace are as they were, but for what the sidecar names.
    recorded, inserted, in_place, holes : int
        Traces compared byte by byte; traces that the input does not have; dead traces that were filled in their place
        and live traces whose holes were, with the bytes that stood there found in the sidecar.
    problem : str or None
        The first thing that is wrong.
    """

    untouched: bool
    recorded: int
    inserted: int
    in_place: int
    holes: int
    problem: str | None


def verify_file(source: Path, filled: Path, *, sidecar: Path | None = None) -> Verdict:
    """
    Compare a filled file with what it was made of, byte by byte.

    Parameters
    ----------
    source, filled : Path
        The input and the output of a fill.
    sidecar : Path, optional
        Where the sidecar lies; beside *filled* where not given.

    Raises
    ------
    MarkError
        If the sidecar is absent, or the files do not belong to it.
    """
    notes = Sidecar.read(sidecar or sidecar_path(filled))
    output = open_filled(filled, notes)
    size = source.stat().st_size if source.is_file() else 0
    if size != notes.head["input"]["size"]:
        raise MarkError(
            f"Invalid file {source}: must be the input of the fill, {notes.head['input']['size']} bytes, found {size}."
        )
    layout = Layout(**{**notes.head["layout"], "warnings": ()})
    recorded = HeaderIndex(source, layout)
    changed = list(notes.changed())
    rows = np.array([row["input"] for row in changed], dtype=np.int64)
    result = compare_recorded(recorded, output, notes.inserted, changed=rows)
    kinds = [row["kind"] for row in changed]
    problem = _problem(recorded, output, notes, result.first_difference)
    return Verdict(
        untouched=problem is None,
        recorded=result.compared,
        inserted=len(notes.inserted),
        in_place=kinds.count(IN_PLACE),
        holes=kinds.count(HOLES),
        problem=problem,
    )


def _problem(recorded: HeaderIndex, output: HeaderIndex, notes: Sidecar, first: int | None) -> str | None:
    """The first thing that is wrong, in words."""
    if first is not None:
        return f"trace {first + 1} of the input differs in the output"
    with recorded.path.open("rb") as file:
        if file.read(recorded.layout.first_trace) != original_head(output, notes):
            return "the file headers differ by more than the sidecar names"
    if any(ours != theirs for ours, theirs in zip(recorded.trailing(), output.trailing(), strict=True)):
        return "the bytes behind the last trace differ"
    try:
        notes.check_marks(output)
    except MarkError as error:
        return str(error)
    for row in notes.changed():
        problem = _changed_problem(row, recorded, output)
        if problem:
            return problem
    return None


def _changed_problem(row: dict, recorded: HeaderIndex, output: HeaderIndex) -> str | None:
    """What is wrong with a trace that was changed on purpose: the sidecar must hold its original bytes, and no more."""
    number = row["input"]
    stood = recorded.take(np.array([number]))[0]
    if row["kind"] == IN_PLACE:
        same = unpack(row["bytes"], len(stood)) == stood.tobytes()
        return None if same else f"the sidecar does not hold the original bytes of trace {number + 1}"
    width = recorded.layout.samples_width
    copy = bytearray(output.take(np.array([row["output"]]))[0].tobytes())
    for first, count, data in row["holes"]:
        start = 240 + first * width
        copy[start : start + count * width] = unpack(data, count * width)
    return None if bytes(copy) == stood.tobytes() else f"trace {number + 1} of the input differs outside of its holes"
