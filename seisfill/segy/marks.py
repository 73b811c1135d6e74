"""What tells filled traces from recorded ones: a header mark, a line of text, and the sidecar beside the file."""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from seisfill._version import __version__
from seisfill.errors import MarkError
from seisfill.segy.fields import Field, read_field
from seisfill.segy.files import PartialFile, cure_if_unfinished
from seisfill.segy.index import HeaderIndex
from seisfill.segy.sidecar_rules import check_head, check_row

MARK = 0x53464C31  # "SFL1"
MARK_BYTE = 233
FORMAT = 1  # of the sidecar
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)  # making one takes as long as a row
INSERTED, IN_PLACE, HOLES, REFUSED = "inserted", "in_place", "holes", "refused"
PLACED = "placed"  # a recorded trace, untouched, whose header does not hold its key
NEEDED = {  # by each kind of row
    INSERTED: ("gather", "method"),
    IN_PLACE: ("gather", "method", "input", "bytes"),
    HOLES: ("gather", "method", "input", "holes"),
    REFUSED: ("gather",),
    PLACED: (),
}


def sidecar_path(path: Path) -> Path:
    """Where the sidecar of a filled file lies: ``NAME.fill.jsonl``."""
    return path.with_name(path.name + ".fill.jsonl")


def mark_field(byte: int) -> Field:
    """Header word that carries the mark."""
    return Field(name=f"byte{byte}", byte=byte, kind="i4")


def mark_is_free(index: HeaderIndex, byte: int) -> bool:
    """Whether no recorded trace uses the word for anything but an earlier mark."""
    values = index.column(mark_field(byte))
    return bool(((values == 0) | (values == MARK)).all())


def pack(data: bytes) -> str:
    """Bytes as text; runs of one value, as dead traces hold, shrink to almost nothing."""
    return base64.b64encode(zlib.compress(data, 1)).decode()


def unpack(text: str, most: int) -> bytes:
    """Inverse of `pack`; a MarkError if the text is none of its texts, or says more than *most* bytes."""
    try:
        worker = zlib.decompressobj()
        data = worker.decompress(base64.b64decode(text, validate=True), most + 1)
        if worker.eof and len(data) <= most:
            return data
        wrong = f"found {'more' if len(data) > most else 'a part'}"
    except (ValueError, zlib.error) as error:
        wrong = str(error)
    raise MarkError(f"Invalid bytes in a sidecar: must be {most} bytes at most, packed by seisfill; {wrong}.")


def encode_line(row: dict[str, Any]) -> bytes:
    """One row of a sidecar."""
    return _ENCODER.encode(row).encode() + b"\n"


def encode_rows(rows: list[dict[str, Any]]) -> bytes:
    r"""
    Rows of a sidecar, a line each, in one call: the lines of `encode_line`, sooner.

    Every row begins with the trace of the output, and no text of JSON can look like the end of one row and the
    beginning of the next: its quotes are escaped.

    Examples
    --------
    >>> encode_rows([{"output": 3, "kind": "inserted"}, {"output": 4, "kind": "inserted"}])
    b'{"output":3,"kind":"inserted"}\n{"output":4,"kind":"inserted"}\n'
    """
    together = _ENCODER.encode(rows)[1:-1].replace('},{"output":', '}\n{"output":')
    return together.encode() + b"\n" if rows else b""


def count_rows(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """
    Rows of each kind, those with a ``reason`` as refused.

    Examples
    --------
    >>> count_rows([{"kind": "inserted"}, {"kind": "inserted", "reason": "gap of 9"}])["refused"]
    1
    """
    counts = dict.fromkeys(NEEDED, 0)
    for row in rows:
        counts[REFUSED if "reason" in row else row["kind"]] += 1
    return counts


def write_sidecar(file: PartialFile, head: Mapping[str, Any], rows: Iterable[bytes], counts: Mapping[str, int]) -> None:
    """
    Write head, rows and foot; the file gets its name elsewhere.

    Parameters
    ----------
    file : PartialFile
        Where to.
    head : dict
        What is said of the whole.
    rows : iterable of bytes
        Lines of `encode_rows`, any number of them together.
    counts : dict of str to int
        Number of rows of each kind.
    """
    whole = {"seisfill_sidecar": FORMAT, "version": __version__, **head}
    place, digest = 0, hashlib.sha256()
    for block in chain([encode_line(whole)], rows):
        file.write_at(place, block)
        place += len(block)
        digest.update(block)
    file.write_at(place, encode_line({"foot": dict(counts), "sha256": digest.hexdigest()}))


@dataclass(frozen=True)
class Sidecar:
    """
    A sidecar that was read and found whole.

    Parameters
    ----------
    path : Path
        The file.
    head : dict
        Its first line.
    foot : dict
        Number of rows of each kind.
    """

    path: Path
    head: dict[str, Any]
    foot: dict[str, int]

    @classmethod
    def read(cls, path: Path) -> "Sidecar":
        """
        Read head and foot, and compare the whole with the hash in its foot.

        Raises
        ------
        MarkError
            If the sidecar is absent, cut off, changed or not one of ours.
        """
        try:
            with path.open("rb") as file:
                last = file.readline()
                head, digest = json.loads(last), hashlib.sha256()
                if head["seisfill_sidecar"] != FORMAT:
                    raise MarkError(
                        f"Invalid sidecar {path}: must be of format {FORMAT}, found {head['seisfill_sidecar']}. "
                        "Use the seisfill that wrote it."
                    )
                for line in file:
                    digest.update(last)
                    last = line
            check_head(head)
            foot = json.loads(last)
            counts: dict[str, int] = foot["foot"]
            if foot["sha256"] != digest.hexdigest():
                raise ValueError("its lines have another sha256 than its foot says")
        except FileNotFoundError as error:
            raise MarkError(
                f"Invalid sidecar {path}: must lie beside the filled file, and is not there. seisfill fill writes it, "
                "and without it nothing tells what was filled; strip and verify find one elsewhere by --sidecar."
                + cure_if_unfinished(path)
            ) from error
        except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise MarkError(f"Invalid sidecar {path}: must be whole, found it cut off or changed ({error}).") from error
        return cls(path, head, counts)

    def rows(self) -> Iterator[dict[str, Any]]:
        """All rows, read one at a time."""
        try:
            with self.path.open("rb") as file:
                file.readline()
                for line in file:
                    row = json.loads(line)
                    if "foot" not in row:
                        check_row(row, self.head, NEEDED)
                        yield row
        except (ValueError, TypeError, RecursionError) as error:
            raise MarkError(f"Invalid sidecar {self.path}: must hold one JSON row a line ({error}).") from error

    @cached_property
    def inserted(self) -> np.ndarray:
        """Trace numbers in the output that the input does not have: int64 array, ascending."""
        return np.sort(np.array([row["output"] for row in self.rows() if row["kind"] == INSERTED], dtype=np.int64))

    def changed(self) -> Iterator[dict[str, Any]]:
        """Rows of recorded traces whose bytes were changed: filled in place, or holes filled."""
        return (row for row in self.rows() if row["kind"] in (IN_PLACE, HOLES))

    def keys(self) -> tuple[np.ndarray, np.ndarray]:
        """Trace numbers in the output and true keys of all traces that have a row: int64 and float64 arrays."""
        rows = [(row["output"], row["key"]) for row in self.rows()]
        return np.array([n for n, _ in rows], dtype=np.int64), np.array([key for _, key in rows], dtype=np.float64)

    def check_marks(self, index: HeaderIndex) -> None:
        """
        Refuse unless every trace that was inserted or filled in place carries the mark.

        Raises
        ------
        MarkError
            If the file has another number of traces, or a trace lacks its mark.
        """
        if index.n_traces != self.head["output"]["n_traces"]:
            raise MarkError(
                f"Invalid sidecar {self.path}: must belong to {index.path}; it names {self.head['output']['n_traces']} "
                f"traces, the file has {index.n_traces}."
            )
        if self.head["mark"] is None:
            return
        values = read_field(index.headers, mark_field(self.head["mark"]["byte"]), index.layout.byte_order)
        in_place = [row["output"] for row in self.changed() if row["kind"] == IN_PLACE]
        rows = np.concatenate([self.inserted, np.array(in_place, dtype=np.int64)])
        bare = rows[values[rows] != MARK]
        if len(bare):
            raise MarkError(
                f"Invalid mark of trace {bare[0] + 1} of {index.path}: must be {MARK:#x} at byte "
                f"{self.head['mark']['byte']}, as its sidecar says; {len(bare)} traces lack it. The two do not belong "
                "together, or headers were changed since."
            )
