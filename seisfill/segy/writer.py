"""A filled file: recorded bytes copied as bytes, new traces in the places that the plan gives them."""

import contextlib
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from seisfill._version import __version__
from seisfill.errors import SeisfillError
from seisfill.segy.fields import write_field
from seisfill.segy.files import CHUNK_BYTES, PartialFile, WriteBehind
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.marks import MARK, SidecarWriter, mark_field, pack, sidecar_path
from seisfill.segy.plan import InfillPlan
from seisfill.segy.samples import encode
from seisfill.segy.text import TEXT_BYTES, find_blank_line, put_line
from seisfill.segy.untouched import compare_recorded

Progress = Callable[[int], None]
TRACE_COUNT_BYTE = 3513  # of SEG-Y rev 2, eight bytes


class InfillWriter:
    """
    Writes one filled file and its sidecar; leave it before `commit` and nothing stays.

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
    """

    def __init__(self, index: HeaderIndex, plan: InfillPlan, target: Path, *, mark_byte: int | None) -> None:
        self.index, self.plan, self.target = index, plan, target
        self.mark = None if mark_byte is None else mark_field(mark_byte)
        self.changed_rows: list[int] = []
        with contextlib.ExitStack() as files:
            self._file = files.enter_context(PartialFile(target))
            self._sidecar_file = files.enter_context(PartialFile(sidecar_path(target)))
            rows = files.enter_context(tempfile.TemporaryFile(dir=target.parent, buffering=0))
            self.sidecar = SidecarWriter(rows)
            self._behind = files.enter_context(WriteBehind())  # closed first, so that no job meets a closed file
            self._files = files.pop_all()  # if one could not be opened, the others are gone by now
        self._input_sha256 = hashlib.sha256()
        self._changed_header: list[dict[str, Any]] = []

    def __enter__(self) -> "InfillWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    @property
    def layout(self) -> Layout:
        """Layout of the input, and of the output but for the number of traces."""
        return self.index.layout

    def write_head(self) -> None:
        """Copy the file headers, with a note that traces were filled."""
        with self.index.path.open("rb") as file:
            head = file.read(self.layout.first_trace)
        self._behind.submit(self._input_sha256.update, head)
        self._behind.submit(self._file.write_at, 0, self._noted(head))

    def copy_recorded(self, progress: Progress = lambda _: None) -> None:
        """Copy every recorded trace, and hash the input on the way; holes are left where new traces go."""
        for rows, traces in self.index.windows(CHUNK_BYTES):
            output = self.plan.output_of(np.arange(rows.start, rows.stop))
            first = int(output[0])
            block = np.zeros((int(output[-1]) - first + 1, self.layout.trace_bytes), dtype=np.uint8)
            block[output - first] = traces
            self.put_block(first, block, recorded=traces)
            progress(rows.stop - rows.start)

    def put_block(self, first: int, block: np.ndarray, *, recorded: np.ndarray) -> None:
        """Write neighbouring traces of the output, and hash those of the input that it is made of, in their order."""
        self._behind.submit(self._input_sha256.update, np.ascontiguousarray(recorded).data)
        self._behind.submit(self._file.write_at, self._offset(first), block)

    def _noted(self, head: bytes) -> bytes:
        """File headers with a line of text and, in rev 2, the new number of traces; what stood there is kept."""
        noted = bytearray(head)
        encoding = self.layout.text_encoding
        if encoding is not None:
            line = find_blank_line(head[:TEXT_BYTES], encoding)
            if line is not None:
                where = f"BYTES {self.mark.byte}-{self.mark.byte + 3}" if self.mark else "SIDECAR ONLY"
                text = f"SEISFILL {__version__}: FILLED TRACES, MARK {MARK:X} {where}"
                noted[:TEXT_BYTES] = put_line(head[:TEXT_BYTES], line, text, encoding)
        set_trace_count(noted, self.layout, self.plan.n_output)
        differs = np.flatnonzero(np.frombuffer(head, np.uint8) != np.frombuffer(bytes(noted), np.uint8))
        if len(differs):
            start, stop = int(differs[0]), int(differs[-1]) + 1
            self._changed_header = [{"start": start, "bytes": pack(head[start:stop])}]
        return bytes(noted)

    def make_inserted(self, headers: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """
        Bytes of new traces, marked: uint8 array, shape (n, trace_bytes).

        Parameters
        ----------
        headers : uint8 array, shape (n, 240)
            Their headers.
        samples : float32 array, shape (n, n_samples)
            Amplitudes.
        """
        return np.concatenate([self._marked(headers), self._encoded(samples)], axis=1)

    def put_inserted(self, output: np.ndarray, block: np.ndarray) -> None:
        """Write new traces, bytes of shape (n, trace_bytes), at their ascending trace numbers of the output."""
        runs = np.flatnonzero(np.diff(output) != 1) + 1
        for part, numbers in zip(np.split(block, runs), np.split(output, runs), strict=True):
            if len(numbers):
                self._behind.submit(self._file.write_at, self._offset(int(numbers[0])), part)

    def put_in_place(self, row: int, header: np.ndarray, samples: np.ndarray) -> None:
        """Write a dead trace that was filled: its own header, live and marked, and amplitudes (n_samples,)."""
        block = np.concatenate([self._marked(header[None]), self._encoded(samples[None])], axis=1)
        self._behind.submit(self._file.write_at, self._offset(int(self.plan.output_of(np.array(row)))), block)
        self.changed_rows.append(int(row))

    def put_holes(self, row: int, holes: np.ndarray, samples: np.ndarray) -> None:
        """Write single samples of a live trace: flags and amplitudes, both (n_samples,); the header stays."""
        raw = self._encoded(samples[None])[0]
        width = self.layout.samples_width
        start = self._offset(int(self.plan.output_of(np.array(row)))) + 240
        for first, last in runs_of(holes):
            self._behind.submit(self._file.write_at, start + first * width, raw[first * width : last * width])
        self.changed_rows.append(int(row))

    def _encoded(self, samples: np.ndarray) -> np.ndarray:
        return encode(samples, self.layout.format_code, self.layout.byte_order)

    def _marked(self, headers: np.ndarray) -> np.ndarray:
        headers = headers.copy()
        if self.mark:
            write_field(headers, self.mark, MARK, self.layout.byte_order)
        return headers

    def _offset(self, trace: int) -> int:
        return self.layout.first_trace + trace * self.layout.trace_bytes

    def commit(self, head: dict[str, Any], progress: Progress = lambda _: None) -> None:
        """
        Prove that the recorded traces are untouched, then give sidecar and data their names.

        Raises
        ------
        SeisfillError
            If the proof fails; then nothing is left.
        """
        self._behind.drain()
        self._file.flush()
        written = HeaderIndex(self._file.path, output_layout(self.layout, self.plan.n_output))
        compared = compare_recorded(
            self.index,
            written,
            self.plan.output,
            changed=np.array(self.changed_rows, dtype=np.int64),
            progress=progress,
        )
        if compared.first_difference is not None:
            raise SeisfillError(
                f"Invalid output {self.target}: must hold every recorded trace untouched, and trace "
                f"{compared.first_difference + 1} of the input differs. The disk may be failing; nothing was kept."
            )
        source = self.index.path
        whole = {
            **head,
            "input": {
                "name": source.name,
                "size": self.layout.file_size,
                "n_traces": self.index.n_traces,
                "sha256": self._input_sha256.hexdigest(),
            },
            "output": {"name": self.target.name, "n_traces": self.plan.n_output},
            "mark": {"byte": self.mark.byte, "value": MARK} if self.mark else None,
            "changed": self._changed_header,
        }
        self.sidecar.finish(self._sidecar_file, whole)
        self._sidecar_file.commit()
        self._file.commit()


def set_trace_count(head: bytearray, layout: Layout, n_traces: int) -> None:
    """Write the number of traces into file headers of rev 2 that state it."""
    if layout.declared_traces is not None:
        order: Literal["big", "little"] = "big" if layout.byte_order == ">" else "little"
        head[TRACE_COUNT_BYTE - 1 : TRACE_COUNT_BYTE + 7] = n_traces.to_bytes(8, order)


def output_layout(layout: Layout, n_traces: int) -> Layout:
    """The input's layout with another number of traces."""
    return replace(layout, n_traces=n_traces)


def runs_of(flags: np.ndarray) -> list[tuple[int, int]]:
    """
    First and one-past-last index of each run of True.

    Examples
    --------
    >>> runs_of(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
