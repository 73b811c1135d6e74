"""Undo a fill, to the byte: the proof of the result is the input's own hash."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seisfill._files import sha256_of
from seisfill.errors import MarkError
from seisfill.segy.files import CHUNK_BYTES, PartialFile, check_target, cure_if_unfinished
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.marks import HOLES, IN_PLACE, Sidecar, sidecar_path, unpack


def strip_file(filled: Path, target: Path, *, sidecar: Path | None = None, force: bool = False) -> Sidecar:
    """
    Remove every filled trace and give back the file that was filled.

    Parameters
    ----------
    filled, target : Path
        The filled file, and the name for what it was made of.
    sidecar : Path, optional
        Where the sidecar lies; beside *filled* where not given.
    force : bool
        Replace a target that exists.

    Raises
    ------
    MarkError
        If the sidecar is absent or does not match, a trace lacks its mark, or the result is not the input; then
        nothing is written.
    """
    sidecar = sidecar or sidecar_path(filled)
    for source in (filled, sidecar):
        check_target(source, target, force=force)
    notes = Sidecar.read(sidecar)
    index = open_filled(filled, notes)
    notes.check_marks(index)
    keep = np.ones(index.n_traces, dtype=bool)
    keep[notes.inserted] = False
    layout = index.layout
    with PartialFile(target) as file:
        file.write_at(0, original_head(index, notes))
        place = layout.first_trace
        for rows, traces in index.windows(CHUNK_BYTES):
            kept = traces[keep[rows]]
            file.write_at(place, kept)
            place += kept.nbytes
        for block in index.trailing():
            file.write_at(place, block)
            place += len(block)
        for offset, data in _originals(notes, layout):
            file.write_at(offset, data)
        file.flush()
        found = sha256_of(file.path)
        if found != notes.head["input"]["sha256"]:
            raise MarkError(
                f"Invalid result of stripping {filled}: must have the sha256 {notes.head['input']['sha256'][:12]}... "
                f"of the file that was filled, found {found[:12]}.... Recorded traces or headers were changed "
                "since the fill; nothing was written."
            )
        file.commit()
    return notes


def open_filled(filled: Path, notes: Sidecar) -> HeaderIndex:
    """
    The filled file in the layout that its sidecar knows.

    Raises
    ------
    MarkError
        If the file has another size than the sidecar says.
    """
    told = notes.head["layout"]
    layout = Layout(**{**told, "n_traces": notes.head["output"]["n_traces"], "warnings": ()})
    size = filled.stat().st_size if filled.is_file() else 0
    if size != layout.file_size:
        raise MarkError(
            f"Invalid file {filled}: must have {layout.file_size} bytes, as its sidecar {notes.path.name} says, found "
            f"{size}.{cure_if_unfinished(filled) or ' The two do not belong together, or the file was changed since.'}"
        )
    return HeaderIndex(filled, layout)


def original_head(index: HeaderIndex, notes: Sidecar) -> bytes:
    """File headers as they were before the fill."""
    with index.path.open("rb") as file:
        head = bytearray(file.read(index.layout.first_trace))
    for change in notes.head["changed"]:
        data = unpack(change["bytes"], len(head) - change["start"])
        head[change["start"] : change["start"] + len(data)] = data
    return bytes(head)


def _originals(notes: Sidecar, layout: Layout) -> Iterator[tuple[int, bytes]]:
    """Byte offset in the stripped file, and bytes, of all that was changed in recorded traces."""
    for row in notes.changed():
        start = layout.first_trace + row["input"] * layout.trace_bytes
        if row["kind"] == IN_PLACE:
            yield start, unpack(row["bytes"], layout.trace_bytes)
        elif row["kind"] == HOLES:
            for first, count, data in row["holes"]:
                width = layout.samples_width
                yield start + 240 + first * width, unpack(data, count * width)
