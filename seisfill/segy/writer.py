"""A filled file as a whole: pre-sized under a partial name, headers noted, proved untouched, then given its name."""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from seisfill._version import __version__
from seisfill.errors import NotUntouchedError
from seisfill.segy.files import PartialFile
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.marks import MARK, mark_field, pack, sidecar_path, write_sidecar
from seisfill.segy.plan import InfillPlan
from seisfill.segy.proof import Proof
from seisfill.segy.text import TEXT_BYTES, find_blank_line, put_line

Progress = Callable[[int], None]
TRACE_COUNT_BYTE = 3513  # of SEG-Y rev 2, eight bytes


class InfillWriter:
    """
    The output of one fill and its sidecar under their partial names; nothing stays unless it is kept.

    Traces are written by whoever makes them, each at its own place: `trace_offset`.

    Parameters
    ----------
    index : HeaderIndex
        The input.
    plan : InfillPlan
        Where every trace goes.
    target : Path
        Name of the output.
    mark_byte : int or None
        First byte of the header word that carries the mark.
    go_on : bool
        Go on in what an earlier run kept.
    """

    def __init__(
        self, index: HeaderIndex, plan: InfillPlan, target: Path, *, mark_byte: int | None, go_on: bool = False
    ) -> None:
        self.index, self.plan, self.target = index, plan, target
        self.mark = None if mark_byte is None else mark_field(mark_byte)
        self.layout = output_layout(index.layout, plan.n_output)
        with contextlib.ExitStack() as files:
            self.file = files.enter_context(PartialFile(target, go_on=go_on))
            self.sidecar = files.enter_context(PartialFile(sidecar_path(target)))
            self._files = files.pop_all()  # if one could not be opened, the others are gone by now

    def __enter__(self) -> "InfillWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def write_ends(self) -> None:
        """Make the file as long as it will be, with the file headers of the input, noted, and what follows traces."""
        self.file.set_size(self.layout.file_size)
        self.file.write_at(0, self._noted(self._head()))
        place = self.layout.end_of_traces
        for block in self.index.trailing():
            self.file.write_at(place, block)
            place += len(block)

    def _head(self) -> bytes:
        """File headers of the input."""
        with self.index.path.open("rb") as file:
            return file.read(self.index.layout.first_trace)

    def _noted(self, head: bytes) -> bytes:
        """File headers with a line of text and, in rev 2, the new number of traces."""
        noted = bytearray(head)
        encoding = self.layout.text_encoding
        if encoding is not None:
            line = find_blank_line(head[:TEXT_BYTES], encoding)
            if line is not None:
                where = f"BYTES {self.mark.byte}-{self.mark.byte + 3}" if self.mark else "SIDECAR ONLY"
                text = f"SEISFILL {__version__}: FILLED TRACES, MARK {MARK:X} {where}"
                noted[:TEXT_BYTES] = put_line(head[:TEXT_BYTES], line, text, encoding)
        set_trace_count(noted, self.layout, self.plan.n_output)
        return bytes(noted)

    def prove(self, *, let_go: bool = False) -> Proof:
        """Begin to compare the output with the input, as far as it is written; the system may *let go* of it then."""
        filled = HeaderIndex(self.file.path, self.layout)
        return Proof(self.index, filled, self.plan.output, head=self._head(), let_go=let_go)

    def verify(self, proof: Proof, changed: np.ndarray, progress: Progress = lambda _: None) -> str:
        """
        See that the recorded traces are untouched, but for the rows *changed* on purpose; sha256 of the input.

        Raises
        ------
        NotUntouchedError
            If the proof fails.
        """
        differing, sha256 = proof.finish(progress)
        wrong = np.setdiff1d(differing, changed)
        if len(wrong):
            raise NotUntouchedError(
                f"Invalid output {self.target}: must hold every recorded trace untouched, and trace "
                f"{wrong[0] + 1} of the input differs. The disk may be failing; nothing was kept."
            )
        return sha256

    def finish(self, head: Mapping[str, Any], rows: Iterable[bytes], counts: Mapping[str, int]) -> None:
        """
        Write the sidecar, and bring both files to the disk.

        Parameters
        ----------
        head : dict
            What is said of the whole; ``input`` holds at least its sha256.
        rows : iterable of bytes
            Lines of the sidecar.
        counts : dict of str to int
            Rows of each kind.
        """
        layout, before = self.index.layout, self._head()
        told = {"name": self.index.path.name, "size": layout.file_size, "n_traces": self.index.n_traces}
        whole = {
            **head,
            "input": told | head["input"],
            "output": {"name": self.target.name, "n_traces": self.plan.n_output},
            "mark": {"byte": self.mark.byte, "value": MARK} if self.mark else None,
            "changed": _difference(before, self._noted(before)),
        }
        write_sidecar(self.sidecar, whole, rows, counts)
        self.sidecar.flush()
        self.file.flush()

    def keep(self) -> None:
        """Leave both files where they are: they are whole, and `seisfill.segy.files.give_name` does the rest."""
        self.sidecar.keep()
        self.file.keep()


def _difference(before: bytes, after: bytes) -> list[dict[str, Any]]:
    """Where file headers were changed, and what stood there."""
    differs = np.flatnonzero(np.frombuffer(before, np.uint8) != np.frombuffer(after, np.uint8))
    if not len(differs):
        return []
    start, stop = int(differs[0]), int(differs[-1]) + 1
    return [{"start": start, "bytes": pack(before[start:stop])}]


def trace_offset(layout: Layout, trace: int) -> int:
    """Byte at which a trace of a file begins."""
    return layout.first_trace + trace * layout.trace_bytes


def set_trace_count(head: bytearray, layout: Layout, n_traces: int) -> None:
    """Write the number of traces into file headers of rev 2 that state it."""
    if layout.declared_traces is not None:
        order: Literal["big", "little"] = "big" if layout.byte_order == ">" else "little"
        head[TRACE_COUNT_BYTE - 1 : TRACE_COUNT_BYTE + 7] = n_traces.to_bytes(8, order)


def output_layout(layout: Layout, n_traces: int) -> Layout:
    """The input's layout with another number of traces."""
    return replace(layout, n_traces=n_traces)
