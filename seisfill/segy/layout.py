"""Which layout a file has: every reading of its bytes is checked against the file before one is believed."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from seisfill.errors import FileAccessError, InvalidParameterError, LayoutError
from seisfill.segy.fields import FILE_HEADER_BYTES, HEADER_BYTES, BinaryHeader, find_field, read_field
from seisfill.segy.samples import FORMATS, find_format, plausible_formats
from seisfill.segy.text import TEXT_BYTES, count_extended_text, detect_text_encoding, is_text

_ORDERS = {"big": ">", "little": "<"}
_ENDIAN_CONSTANT = 0x01020304
_MAX_EXTENDED_TEXT = 1000
_SAMPLED_TRACES = 64
_SAMPLED_WORDS = 1024
_SMALL_WORDS = ("tracl", "tracr", "fldr", "tracf", "ep", "cdp", "cdpt", "trid", "offset", "scalco", "ns", "dt")
_GARBAGE_BITS = 240  # what those words take when they are noise; a real header needs half of it


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutOptions:
    """
    What the user says about a file; None leaves it to the file.

    Parameters
    ----------
    n_samples : int, optional
        Samples of a trace.
    format : str or int, optional
        Code or name of the sample format.
    byte_order : {'big', 'little'}, optional
        Byte order of headers and samples.
    text_encoding : {'ebcdic', 'ascii'}, optional
        Encoding of the textual header.
    dt : float, optional
        Sample interval [s].

    Raises
    ------
    InvalidParameterError
        If a value breaks its rule.
    """

    n_samples: int | None = None
    format: str | int | None = None
    byte_order: str | None = None
    text_encoding: str | None = None
    dt: float | None = None

    def __post_init__(self) -> None:
        if self.n_samples is not None and self.n_samples < 1:
            raise InvalidParameterError(f"Invalid n_samples {self.n_samples}: must be at least 1.")
        if self.format is not None:
            find_format(self.format)
        if self.byte_order not in (None, *_ORDERS):
            raise InvalidParameterError(f"Invalid byte_order {self.byte_order!r}: must be 'big' or 'little'.")
        if self.text_encoding not in (None, "ebcdic", "ascii"):
            raise InvalidParameterError(f"Invalid text_encoding {self.text_encoding!r}: must be 'ebcdic' or 'ascii'.")
        if self.dt is not None and not 0 < self.dt < np.inf:
            raise InvalidParameterError(f"Invalid dt {self.dt}: must be a positive number of seconds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    Where everything lies in a file.

    Parameters
    ----------
    dialect : {'segy', 'su'}
        SU has no file header and its own meaning of trace header bytes 181-240.
    byte_order : {'>', '<'}
        As numpy writes it.
    format_code : int
        SEG-Y code of the sample format.
    n_samples : int
        Samples of a trace.
    dt : float
        Sample interval [s].
    revision : int
        Major revision of SEG-Y; 0 for SU.
    text_encoding : {'ebcdic', 'ascii'} or None
        None for SU.
    n_extended_text : int
        3200-byte textual headers between the binary header and the first trace.
    first_trace : int
        Byte offset of the first trace.
    n_traces : int
        Number of traces.
    warnings : tuple of str
        The header fields that were not believed, a sentence each.
    """

    dialect: str
    byte_order: str
    format_code: int
    n_samples: int
    dt: float
    revision: int
    text_encoding: str | None
    n_extended_text: int
    first_trace: int
    n_traces: int
    warnings: tuple[str, ...] = ()

    @property
    def samples_width(self) -> int:
        """Bytes of one sample."""
        return FORMATS[self.format_code].width

    @property
    def trace_bytes(self) -> int:
        """Bytes of one trace with its header."""
        return HEADER_BYTES + self.n_samples * self.samples_width

    @property
    def file_size(self) -> int:
        """Bytes of the whole file."""
        return self.first_trace + self.n_traces * self.trace_bytes


def detect_layout(path: str | os.PathLike[str], options: LayoutOptions | None = None) -> Layout:
    """
    The one reading of the file that its size, headers and amplitudes allow.

    Nothing is warned of here: `Layout.warnings` names the fields that say otherwise.

    Raises
    ------
    FileAccessError
        If the path is missing, empty, not a file, or cannot be read.
    LayoutError
        If no reading fits, or several fit equally well.
    """
    path, options = Path(path), options or LayoutOptions()
    data = _map_file(path)
    if is_text(bytes(data[TEXT_BYTES:FILE_HEADER_BYTES] if data.size > TEXT_BYTES else data)):
        raise LayoutError(f"Invalid layout of {path}: must be SEG-Y or SU, found plain text.")
    readings = list(_readings(data, options))
    best = _best([reading for reading in readings if reading.is_whole and not reading.refutation])
    if not best:
        raise LayoutError(f"Invalid layout of {path}: {_why_none(data, readings, options)}")
    if len(best) > 1:
        raise LayoutError(f"Invalid layout of {path}: {_why_several(best)}")
    return _layout(best[0], path)


def _map_file(path: Path) -> np.ndarray:
    """The bytes of the file, mapped read-only."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if path.is_dir() else "a device or pipe"
            raise FileAccessError(f"Invalid file {path}: must be a regular file, found {kind}.")
        if not status.st_size:
            raise FileAccessError(f"Invalid file {path}: must hold traces, found 0 bytes.")
        return np.asarray(np.memmap(path, np.uint8, mode="r"))
    except OSError as error:
        raise FileAccessError(f"Invalid file {path}: must be readable; {error.strerror or error}.") from error


# Readings of a file ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class _Reading:
    """One way to read the file; ``binary`` is None for SU. The verdicts are worked out when they are asked for."""

    data: np.ndarray = field(repr=False)
    options: LayoutOptions
    order: str
    code: int
    n_samples: int
    first_trace: int
    n_extended: int
    binary: BinaryHeader | None

    @property
    def trace_bytes(self) -> int:
        return HEADER_BYTES + self.n_samples * FORMATS[self.code].width

    @property
    def n_traces(self) -> int:
        return (self.data.size - self.first_trace) // self.trace_bytes

    @property
    def left_over(self) -> int:
        return (self.data.size - self.first_trace) % self.trace_bytes

    @property
    def is_whole(self) -> bool:
        return self.n_traces >= 1 and not self.left_over

    @cached_property
    def _sampled(self) -> np.ndarray:
        """Some whole traces; of a file that is cut off, its first header."""
        if not self.is_whole:
            return self.data[np.newaxis, self.first_trace : self.first_trace + HEADER_BYTES]
        traces = self.data[self.first_trace :].reshape(self.n_traces, self.trace_bytes)
        return traces[np.unique(np.linspace(0, self.n_traces - 1, _SAMPLED_TRACES).astype(int))]

    def word(self, name: str) -> np.ndarray:
        """One header word of the sampled traces."""
        return read_field(self._sampled[:, :HEADER_BYTES], find_field(name, dialect="segy"), self.order)

    @cached_property
    def contradictions(self) -> tuple[str, ...]:
        """The header fields that say otherwise."""
        notes = _binary_contradictions(self, self.binary) if self.binary else []
        counts = self.word("ns")
        others = counts[(counts != 0) & (counts != self.n_samples)]
        if others.size and self.options.n_samples is None and self.n_samples <= 0xFFFF:
            notes.append(
                f"trace header bytes 115-116 (samples) say {_most_common(others)}, the file fits {self.n_samples}"
            )
        return tuple(notes)

    @cached_property
    def refutation(self) -> str:
        """Why the traces of a reading that fits the size are no traces; empty if they may be."""
        declared = FORMATS.get(self.binary.format_code) if self.binary else None
        if self.n_traces == 1 and declared and declared.width != FORMATS[self.code].width and not self.options.format:
            return "one trace of another width is more likely a trace cut off"
        if not self._headers_repeat():
            return "trace header bytes 115-118 (samples, interval) must repeat from trace to trace. Give --n-samples."
        words = self._sampled[:, HEADER_BYTES:].reshape(len(self._sampled), self.n_samples, -1)
        some = words[:, :: -(-self.n_samples // _SAMPLED_WORDS)].reshape(len(words), -1)
        width = FORMATS[self.code].width
        if self.options.format is None and self.code not in plausible_formats(some, width, self.order):
            where = f"bytes 3225-3226 say {self.binary.format_code}" if self.binary else "SU"
            return (
                f"samples ({where}) must be amplitudes, found absurd ones as {FORMATS[self.code].name}. "
                "Give --format or --byte-order."
            )
        return ""

    def _headers_repeat(self) -> bool:
        """True where the count or the interval of most sampled traces is that of the first."""
        count, interval = self.word("ns"), self.word("dt")
        same_count, same_interval = count == count[0], interval == interval[0]
        alike = same_count & same_interval | same_count & (count != 0) | same_interval & (interval != 0)
        return bool(alike.size == 1 or alike[1:].mean() >= 0.5)

    def header_bits(self) -> float:
        """Bits that the usual words take; small numbers need many when they are read in the wrong byte order."""
        return float(sum(np.log2(np.abs(self.word(name)) + 1.0).mean() for name in _SMALL_WORDS))


def _binary_contradictions(reading: _Reading, binary: BinaryHeader) -> list[str]:
    """The fields of the binary header that say otherwise; what the user has settled is not asked."""
    options, notes = reading.options, []
    if options.format is None and binary.format_code != reading.code:
        notes.append(
            f"bytes 3225-3226 (sample format) say {binary.format_code}, "
            f"the samples fit {reading.code} ({FORMATS[reading.code].name})"
        )
    if options.n_samples is None and binary.n_samples not in (0, reading.n_samples):
        notes.append(
            f"bytes {binary.samples_bytes} (samples) say {binary.n_samples}, the file fits {reading.n_samples}"
        )
    if binary.n_extended_text not in (-1, reading.n_extended) or (
        binary.n_extended_text == -1 and not reading.n_extended
    ):
        notes.append(
            f"bytes 3505-3506 (extended texts) say {binary.n_extended_text}, the file fits {reading.n_extended}"
        )
    if options.byte_order is None and binary.endian not in (0, _ENDIAN_CONSTANT):
        notes.append(f"bytes 3297-3300 (byte order) say {binary.endian}, {_ENDIAN_CONSTANT} was expected")
    return notes


def _readings(data: np.ndarray, options: LayoutOptions) -> Iterator[_Reading]:
    """Every reading of the file that its headers or the options suggest."""
    asked = find_format(options.format).code if options.format is not None else None
    for order in [_ORDERS[options.byte_order]] if options.byte_order else _ORDERS.values():
        plans: list[tuple[BinaryHeader | None, int, int, Iterable[int], Iterable[int]]] = []
        if data.size > HEADER_BYTES and not is_text(bytes(data[:HEADER_BYTES])):
            plans.append((None, 0, 0, (), [asked or 5]))
        if data.size > FILE_HEADER_BYTES:
            binary = BinaryHeader.read(bytes(data[:FILE_HEADER_BYTES]), order)
            counts = (binary.n_samples, binary.short_n_samples)
            for n_extended, first in _first_traces(data, binary):
                plans.append((binary, n_extended, first, counts, [asked] if asked else FORMATS))
        for binary_or_none, n_extended, first, counts_declared, codes in plans:
            if first + HEADER_BYTES > data.size:
                continue
            header = data[np.newaxis, first : first + HEADER_BYTES]
            in_trace = int(read_field(header, find_field("ns", dialect="segy"), order)[0])
            tried = [options.n_samples] if options.n_samples else dict.fromkeys([*counts_declared, in_trace])
            for n_samples in tried:
                for code in codes if n_samples else ():
                    yield _Reading(
                        data=data,
                        options=options,
                        order=order,
                        code=code,
                        n_samples=n_samples,
                        first_trace=first,
                        n_extended=n_extended,
                        binary=binary_or_none,
                    )


def _first_traces(data: np.ndarray, binary: BinaryHeader) -> list[tuple[int, int]]:
    """Numbers of extended textual headers worth a try, each with the offset of trace 1."""
    room = (data.size - FILE_HEADER_BYTES) // TEXT_BYTES
    declared = binary.n_extended_text
    if declared == -1:
        starts = (FILE_HEADER_BYTES + TEXT_BYTES * i for i in range(min(room, _MAX_EXTENDED_TEXT)))
        declared = count_extended_text(bytes(data[start : start + TEXT_BYTES]) for start in starts) or 0
    numbers = [declared, 0] if 0 < declared <= room else [0]
    places = [(number, FILE_HEADER_BYTES + TEXT_BYTES * number) for number in numbers]
    if binary.first_trace > places[0][1]:  # rev 2 may leave a gap
        places.insert(0, (places[0][0], binary.first_trace))
    return places


# Verdicts -------------------------------------------------------------------------------------------------------------


def _best(fitting: list[_Reading]) -> list[_Reading]:
    """The readings with the fewest contradictions; a tie of byte orders goes to the one with the smaller headers."""
    fewest = min((len(reading.contradictions) for reading in fitting), default=0)
    best = [reading for reading in fitting if len(reading.contradictions) == fewest]
    if len({reading.order for reading in best}) > 1:
        bits = min(reading.header_bits() for reading in best)
        best = [reading for reading in best if reading.header_bits() < bits + 8]
    return best


def _most_common(values: np.ndarray) -> int:
    """The value that occurs most often."""
    different, counts = np.unique(values, return_counts=True)
    return int(different[counts.argmax()])


def _layout(reading: _Reading, path: Path) -> Layout:
    """The layout that a reading stands for."""
    binary, dt, notes = reading.binary, reading.options.dt, list(reading.contradictions)
    in_traces = reading.word("dt")
    in_traces = in_traces[in_traces != 0]
    in_trace = _most_common(in_traces) if in_traces.size else 0
    interval_us = (binary.interval_us if binary else 0) or in_trace
    if dt is None and not interval_us:
        where = "bytes 3217-3218 and trace header bytes 117-118" if binary else "trace header bytes 117-118"
        raise LayoutError(f"Invalid sample interval 0 in {where} of {path}: must be positive. Give it with --dt.")
    if dt is None and np.any(np.abs(in_traces - interval_us) >= 1):
        other = _most_common(in_traces[np.abs(in_traces - interval_us) >= 1])
        notes.append(f"trace header bytes 117-118 (sample interval) say {other} us, {interval_us:g} us is used")
    if binary and binary.n_traces not in (0, reading.n_traces):
        notes.append(f"bytes 3513-3520 (traces) say {binary.n_traces}, the file holds {reading.n_traces}")
    encoding = reading.options.text_encoding or detect_text_encoding(bytes(reading.data[:TEXT_BYTES]))
    return Layout(
        dialect="segy" if binary else "su",
        byte_order=reading.order,
        format_code=reading.code,
        n_samples=reading.n_samples,
        dt=dt if dt is not None else interval_us / 1e6,
        revision=binary.revision if binary else 0,
        text_encoding=encoding if binary else None,
        n_extended_text=reading.n_extended,
        first_trace=reading.first_trace,
        n_traces=reading.n_traces,
        warnings=tuple(notes),
    )


def _why_none(data: np.ndarray, readings: list[_Reading], options: LayoutOptions) -> str:
    """What is wrong with a file that no reading fits, told of the reading that comes nearest."""
    if not readings:
        if data.size <= FILE_HEADER_BYTES:
            return f"must hold more than {FILE_HEADER_BYTES} bytes (SEG-Y), or {HEADER_BYTES} (SU), found {data.size}."
        return "bytes 3221-3222 and trace header bytes 115-116 must say how many samples, found 0. Give --n-samples."
    near = min(readings, key=lambda r: (len(r.contradictions), not r.is_whole, r.header_bits()))
    if near.is_whole:
        return near.refutation
    if near.header_bits() > _GARBAGE_BITS:
        return "must be SEG-Y or SU, found no header of either. Give --n-samples, --format or --byte-order."
    if near.binary and near.binary.format_code not in FORMATS and options.format is None:
        known = ", ".join(map(str, FORMATS))
        return f"bytes 3225-3226 must say a sample format of {known}, found {near.binary.format_code}. Give --format."
    where = f"bytes {near.binary.samples_bytes}" if near.binary else "trace header bytes 115-116"
    where = "--n-samples" if options.n_samples else where
    return (
        f"must end with a whole trace, found {near.n_traces} whole traces of {near.trace_bytes} bytes and "
        f"{near.left_over} bytes left over ({where} say {near.n_samples} samples, format {FORMATS[near.code].name}). "
        "If the file is not cut off, give --n-samples or --format."
    )


def _why_several(best: list[_Reading]) -> str:
    """Which options tell equally good readings apart."""
    differing = {
        "--format": {FORMATS[r.code].name for r in best},
        "--n-samples": {str(r.n_samples) for r in best},
        "--byte-order": {name for name, order in _ORDERS.items() if any(r.order == order for r in best)},
    }
    open_options = [f"{name} ({' or '.join(sorted(found))})" for name, found in differing.items() if len(found) > 1]
    said = f"bytes 3225-3226 say {best[0].binary.format_code}, " if best[0].binary else ""
    return f"{said}must fit one reading, found {len(best)} equally good ones. Give {' and '.join(open_options)}."
