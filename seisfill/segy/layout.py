"""Which layout a file has: every reading of its bytes is checked against the file before one is believed."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seisfill.errors import FileAccessError, LayoutError
from seisfill.segy.fields import FILE_HEADER_BYTES, HEADER_BYTES
from seisfill.segy.readings import ORDERS, LayoutOptions, Reading, best_readings, most_common, readings_of
from seisfill.segy.samples import FORMATS
from seisfill.segy.text import TEXT_BYTES, detect_text_encoding, is_text

_GARBAGE_BITS = 240  # what the small header words take when they are noise; a real header needs half of it


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
    declared_traces : int or None
        What bytes 3513-3520 of rev 2 say; None where they are not in use. Whoever adds traces must update them.
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
    declared_traces: int | None = None
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
        If no reading fits, several fit equally well, or the file declares what is not supported.
    """
    path, options = Path(path), options or LayoutOptions()
    data = _map_file(path)
    if _is_text_file(data):
        raise LayoutError(f"Invalid layout of {path}: must be SEG-Y or SU, found plain text.")
    readings = list(readings_of(data, options))
    best = best_readings([reading for reading in readings if reading.is_whole and not reading.refutation])
    if not best:
        raise LayoutError(f"Invalid layout of {path}: {_why_none(data, readings, options)}")
    if unsupported := next((reading.unsupported for reading in best if reading.unsupported), ""):
        raise LayoutError(f"Invalid layout of {path}: {unsupported}")
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


def _is_text_file(data: np.ndarray) -> bool:
    """True where there is text, UTF-16 included, in the place of an SU header and of a binary header too."""
    parts = data[:HEADER_BYTES], data[TEXT_BYTES:FILE_HEADER_BYTES] if data.size > TEXT_BYTES else data
    every_byte, even_bytes, odd_bytes = slice(None), slice(0, None, 2), slice(1, None, 2)
    return any(all(is_text(bytes(part[some])) for part in parts) for some in (every_byte, even_bytes, odd_bytes))


def _layout(reading: Reading, path: Path) -> Layout:
    """The layout that a reading stands for."""
    binary, dt, notes = reading.binary, reading.options.dt, list(reading.contradictions)
    in_traces = reading.word("dt")
    in_traces = in_traces[in_traces != 0]
    in_trace = most_common(in_traces) if in_traces.size else 0
    interval_us = (binary.interval_us if binary else 0) or in_trace
    if dt is None and not interval_us:
        where = "bytes 3217-3218 and trace header bytes 117-118" if binary else "trace header bytes 117-118"
        raise LayoutError(f"Invalid sample interval 0 in {where} of {path}: must be positive. Give it with --dt.")
    if dt is None and np.any(np.abs(in_traces - interval_us) >= 1):
        other = most_common(in_traces[np.abs(in_traces - interval_us) >= 1])
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
        declared_traces=binary.n_traces or None if binary else None,
        warnings=tuple(notes),
    )


def _why_none(data: np.ndarray, readings: list[Reading], options: LayoutOptions) -> str:
    """What is wrong with a file that no reading fits, told of the reading that comes nearest."""
    if not readings:
        return _why_no_reading(data)
    near = min(readings, key=lambda r: (len(r.contradictions), not r.is_whole, r.header_bits()))
    if near.unsupported and near.header_bits() <= _GARBAGE_BITS:
        return near.unsupported
    if near.is_whole:
        return near.refutation
    if near.header_bits() > _GARBAGE_BITS:
        return "must be SEG-Y or SU, found no header of either. Give --n-samples, --format or --byte-order."
    if near.binary and near.binary.format_code not in FORMATS and options.format is None:
        known = ", ".join(map(str, FORMATS))
        return f"bytes 3225-3226 must say a sample format of {known}, found {near.binary.format_code}. Give --format."
    says = f"bytes {near.binary.samples_bytes} say" if near.binary else "trace header bytes 115-116 say"
    says, another = ("--n-samples says", "another --n-samples") if options.n_samples else (says, "--n-samples")
    return (
        f"must end with a whole trace, found {near.n_traces} whole traces of {near.trace_bytes} bytes and "
        f"{near.left_over} bytes left over ({says} {near.n_samples} samples, format {FORMATS[near.code].name}). "
        f"If the file is not cut off, give {another} or --format."
    )


def _why_no_reading(data: np.ndarray) -> str:
    """What is wrong with a file too short to try, or that says nowhere how many samples its traces have."""
    least = FILE_HEADER_BYTES + HEADER_BYTES if is_text(bytes(data[:HEADER_BYTES])) else HEADER_BYTES
    if data.size <= least:
        return f"must hold more than {least} bytes, headers and one trace, found {data.size} bytes."
    return (
        "bytes 3221-3222 and trace header bytes 115-116 must say how many samples, "
        f"found 0 in a file of {data.size} bytes. Give --n-samples."
    )


def _why_several(best: list[Reading]) -> str:
    """Which options tell equally good readings apart."""
    differing = {
        "--format": {FORMATS[r.code].name for r in best},
        "--n-samples": {str(r.n_samples) for r in best},
        "--byte-order": {name for name, order in ORDERS.items() if any(r.order == order for r in best)},
    }
    open_options = [f"{name} ({' or '.join(sorted(found))})" for name, found in differing.items() if len(found) > 1]
    said = f"bytes 3225-3226 say {best[0].binary.format_code}, " if best[0].binary else ""
    cure = f"Give {' and '.join(open_options)}." if open_options else "No option tells them apart."
    return f"{said}must fit one reading, found {len(best)} equally good ones. {cure}"
