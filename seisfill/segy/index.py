"""The traces of a file as bytes: mapped read-only, header words in one pass, a scan of the samples."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from seisfill._checks import check_shape
from seisfill.errors import FileAccessError, LayoutError
from seisfill.segy.fields import HEADER_BYTES, Field, find_field, read_field
from seisfill.segy.files import read_into
from seisfill.segy.layout import Layout
from seisfill.segy.samples import FORMATS, decode

CHUNK_BYTES = 64 * 2**20
_PROBES = 8
_USUAL = ("fldr", "tracf", "cdp", "offset", "trid", "scalco", "delrt")  # words that every fill looks at, and its mark
_USUAL_SEGY = ("iline", "xline", 215, Field(name="byte233", byte=233, kind="i4"))
# First byte, sign aside, from which a word may be infinite, NaN, or beyond float32; integers never are.
_FIRST_SUSPECT_BYTE = {1: 0x61, 5: 0x7F, 6: 0x47}


class HeaderIndex:
    """
    Headers and sample bytes of every trace, mapped read-only when they are first looked at.

    Parameters
    ----------
    path : path
        The file.
    layout : Layout
        Its layout, from `detect_layout`.

    Raises
    ------
    FileAccessError
        If the file cannot be read.
    LayoutError
        If its size is not that of the layout.
    """

    def __init__(self, path: str | os.PathLike[str], layout: Layout) -> None:
        self.path = Path(path)
        self.layout = layout
        self._columns: dict[Field, np.ndarray] = {}  # as narrow as in the file

    def __len__(self) -> int:
        return self.layout.n_traces

    @property
    def n_traces(self) -> int:
        """Number of traces."""
        return self.layout.n_traces

    @property
    def headers(self) -> np.ndarray:
        """uint8 array, shape (n, 240), read-only: a view of the file, nothing is copied."""
        return self._traces[:, :HEADER_BYTES]

    @property
    def samples_raw(self) -> np.ndarray:
        """uint8 array, shape (n, n_samples * width), read-only: a view of the file, nothing is copied."""
        return self._traces[:, HEADER_BYTES:]

    def column(self, word: str | int | Field) -> np.ndarray:
        """One header word of every trace: int64 or float64 array, shape (n,)."""
        return self.columns(word)[0]

    def columns(self, *words: str | int | Field) -> list[np.ndarray]:
        """Several header words; those that every fill looks at come with the first pass over the file, and are kept."""
        fields = [self._field(word) for word in words]
        if any(field not in self._columns for field in fields):
            self._read_columns({*fields, *map(self._field, self._usual)} - set(self._columns))
        return [self._columns[f].astype(np.float64 if f.kind[0] == "f" else np.int64) for f in fields]

    @property
    def _usual(self) -> tuple[str | int | Field, ...]:
        return _USUAL + (_USUAL_SEGY if self.layout.dialect == "segy" else ())

    def _field(self, word: str | int | Field) -> Field:
        return word if isinstance(word, Field) else find_field(word, dialect=self.layout.dialect)

    def _read_columns(self, fields: set[Field]) -> None:
        """Header words in one pass over the file."""
        new = {field: np.empty(self.n_traces, field.kind) for field in fields}
        for rows, traces in self.windows():
            for field, column in new.items():
                column[rows] = read_field(traces[:, :HEADER_BYTES], field, self.layout.byte_order)
        self._columns |= new

    def constant_traces(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Which traces hold one value only: bool array, shape (n,). See `scan_samples`."""
        return scan_samples(self, rows).constant

    def windows(self, chunk_bytes: int = CHUNK_BYTES) -> Iterator[tuple[slice, np.ndarray]]:
        """
        All traces in turn: a slice of trace numbers and the bytes, shape (m, trace_bytes).

        Each window is a mapping of its own, so that the pages of one are given back before the next is read.
        """
        step = max(1, chunk_bytes // self.layout.trace_bytes)
        for start in range(0, self.n_traces, step):
            stop = min(start + step, self.n_traces)
            yield slice(start, stop), self._map(start, stop)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """
        The bytes of some traces, copied: uint8 array, shape (len(rows), trace_bytes).

        Neighbouring rows are read together; nothing is mapped, as every page that was would count as memory.
        """
        rows = np.asarray(rows)
        taken = np.empty((len(rows), self.layout.trace_bytes), np.uint8)
        cuts = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), len(rows)]
        try:
            with self.path.open("rb", buffering=0) as file:
                self._check_size(os.fstat(file.fileno()).st_size)
                for start, stop in itertools.pairwise(cuts):
                    if stop > start:
                        offset = self.layout.first_trace + int(rows[start]) * self.layout.trace_bytes
                        read_into(file.fileno(), offset, taken[start:stop])
        except OSError as error:
            raise FileAccessError(f"Invalid file {self.path}: must be readable; {error.strerror or error}.") from error
        return taken

    def block(self, start: int, stop: int) -> np.ndarray:
        """The bytes of neighbouring traces, mapped: uint8 array, shape (stop - start, trace_bytes)."""
        return self._map(start, stop)

    def trailing(self, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
        """The bytes behind the last trace that belong to none, block by block; nothing in most files."""
        with self.path.open("rb") as file:
            file.seek(self.layout.end_of_traces)
            left = self.layout.n_trailing
            while left and (block := file.read(min(left, chunk_bytes))):
                left -= len(block)
                yield block

    @cached_property
    def _traces(self) -> np.ndarray:
        """Every byte after the file headers, shape (n, trace_bytes)."""
        return self._map(0, self.n_traces)

    def _check_size(self, size: int) -> None:
        if size != self.layout.file_size:
            raise LayoutError(
                f"Invalid size {size} of {self.path}: must be {self.layout.file_size}, as its layout says."
            )

    def _map(self, start: int, stop: int) -> np.ndarray:
        """The bytes of some traces, mapped read-only."""
        layout = self.layout
        try:
            self._check_size(self.path.stat().st_size)
            offset, shape = layout.first_trace + start * layout.trace_bytes, (stop - start, layout.trace_bytes)
            return np.asarray(np.memmap(self.path, np.uint8, mode="r", offset=offset, shape=shape))
        except OSError as error:
            raise FileAccessError(f"Invalid file {self.path}: must be readable; {error.strerror or error}.") from error


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleScan:
    """
    What one pass over the samples saw.

    Parameters
    ----------
    constant : bool array, shape (n,)
        True where all samples of a trace are equal to one value.
    bad : int array, shape (n,)
        Number of samples of a trace that are NaN or infinite as float32.
    """

    constant: np.ndarray
    bad: np.ndarray

    def __post_init__(self) -> None:
        check_shape("bad", self.bad.shape, self.constant.shape)


def scan_samples(index: HeaderIndex, rows: np.ndarray | None = None, chunk_bytes: int = CHUNK_BYTES) -> SampleScan:
    """
    Constant traces and bad samples, in one streaming pass.

    Parameters
    ----------
    index : HeaderIndex
        The file.
    rows : int array, shape (n,), optional
        Which traces; all by default.
    chunk_bytes : int, optional
        Bytes of the file that are looked at together.
    """
    n = index.n_traces if rows is None else len(rows)
    constant, bad = np.empty(n, bool), np.empty(n, np.int64)
    if rows is None:
        for part, traces in index.windows(chunk_bytes):
            constant[part], bad[part] = _scan(traces[:, HEADER_BYTES:], index.layout)
    else:
        step = max(1, chunk_bytes // index.layout.trace_bytes)
        for start in range(0, n, step):
            part = slice(start, start + step)
            constant[part], bad[part] = _scan(index.samples_raw[np.asarray(rows)[part]], index.layout)
    return SampleScan(constant=constant, bad=bad)


def _scan(raw: np.ndarray, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Constant rows and counts of bad samples; decodes only the rows that a look at a few words leaves open."""
    fmt, order = FORMATS[layout.format_code], layout.byte_order
    words = raw.view(f"u{fmt.width}")
    probes = np.unique(np.linspace(0, layout.n_samples - 1, _PROBES).astype(int))
    probed = np.stack([words[:, probe] for probe in probes], axis=1)
    constant = (probed == probed[:, :1]).all(axis=1)
    doubtful = np.flatnonzero(constant)
    constant[doubtful] = (words[doubtful] == words[doubtful, :1]).all(axis=1)

    bad = np.zeros(len(raw), np.int64)
    if layout.format_code not in _FIRST_SUSPECT_BYTE:
        return constant, bad
    values = decode(probed.view(np.uint8), fmt, order)
    open_rows = np.flatnonzero(~constant & (values == values[:, :1]).all(axis=1))
    if open_rows.size:  # words differ, values may not: dirty zeros, -0.0, unnormalised numbers
        values = decode(raw[open_rows], fmt, order)
        constant[open_rows] = (values == values[:, :1]).all(axis=1)

    first_byte = raw[:, (0 if order == ">" else fmt.width - 1) :: fmt.width]
    suspect = np.flatnonzero(((first_byte & 0x7F) >= _FIRST_SUSPECT_BYTE[layout.format_code]).any(axis=1))
    if suspect.size:
        bad[suspect] = (~np.isfinite(decode(raw[suspect], fmt, order))).sum(axis=1)
    return constant, bad
