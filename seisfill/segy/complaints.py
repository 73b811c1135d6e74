"""What is said of a file that no reading fits, or several: one sentence with the byte, what was found, and the cure."""

from dataclasses import replace

import numpy as np

from seisfill.segy.fields import FILE_HEADER_BYTES, HEADER_BYTES
from seisfill.segy.readings import ORDERS, LayoutOptions, Reading
from seisfill.segy.refutations import refute, variable_lengths
from seisfill.segy.samples import FORMATS
from seisfill.segy.text import TEXT_BYTES, is_text, starts_as_header

_GARBAGE_BITS = 240  # what the small header words take when they are noise; a real header needs half of it
_KNOWN_STARTS = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b\x08": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a rar archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"\x89HDF": "an HDF5 file",
    b"\x89PNG": "a PNG picture",
    b"\x93NUMPY": "a NumPy array",
    b"%PDF": "a PDF document",
}


def what_else(data: np.ndarray) -> str:
    """
    What the file is for certain if it is no SEG-Y or SU file; empty if it may be one.

    Examples
    --------
    >>> what_else(np.frombuffer(b"To whom it may concern", np.uint8)), what_else(np.zeros(400, np.uint8))
    ('plain text', '')
    """
    if data.size <= FILE_HEADER_BYTES and starts_as_header(bytes(data[:HEADER_BYTES])):
        return ""
    parts = data[:HEADER_BYTES], data[TEXT_BYTES:FILE_HEADER_BYTES] if data.size > TEXT_BYTES else data
    every_byte, even_bytes, odd_bytes = slice(None), slice(0, None, 2), slice(1, None, 2)  # the latter of UTF-16
    wholly = any(all(is_text(bytes(part[some])) for part in parts) for some in (every_byte, even_bytes, odd_bytes))
    return "plain text" if wholly else ""


def why_none(data: np.ndarray, readings: list[Reading], options: LayoutOptions) -> str:
    """What is wrong with a file that no reading fits, told of the reading that comes nearest."""
    if foreign := next((name for start, name in _KNOWN_STARTS.items() if bytes(data[:8]).startswith(start)), ""):
        return f"must be SEG-Y or SU, found {foreign}." + (" Unpack it first." if "archive" in foreign else "")
    if not readings:
        return _why_no_reading(data)
    unsaved = [replace(r, options=replace(options, salvage=False)) for r in readings]
    near = min(unsaved, key=lambda r: (len(r.contradictions), not r.fits, r.header_bits()))
    if near.unsupported and near.header_bits() <= _GARBAGE_BITS:
        return near.unsupported
    if near.fits:
        return refute(near)
    unsafe = refute(replace(near, options=options)) if options.salvage and near.n_traces else ""
    return unsafe or _why_not_whole(near, options)


def _why_not_whole(near: Reading, options: LayoutOptions) -> str:
    """Why a reading does not end where the file does: noise, an unknown format, traces of many lengths, a cut."""
    if near.header_bits() > _GARBAGE_BITS:
        return "must be SEG-Y or SU, found no header of either. Give --n-samples, --format or --byte-order."
    if near.binary and near.binary.format_code not in FORMATS and options.format is None:
        known = ", ".join(map(str, FORMATS))
        return f"bytes 3225-3226 must say a sample format of {known}, found {near.binary.format_code}. Give --format."
    return variable_lengths(near) or _why_left_over(near, options)


def _why_left_over(near: Reading, options: LayoutOptions) -> str:
    """How many bytes are left over, and what may save the rest."""
    says = f"bytes {near.binary.samples_bytes} say" if near.binary else "trace header bytes 115-116 say"
    says, another = ("--n-samples says", "another --n-samples") if options.n_samples else (says, "--n-samples")
    saved = f"If it is cut off or has other bytes behind its {near.n_traces} traces, give --salvage; if not, give"
    return (
        f"must end with a whole trace, found {near.n_traces} whole traces of {near.trace_bytes} bytes and "
        f"{near.left_over} bytes left over ({says} {near.n_samples} samples, format {FORMATS[near.code].name}). "
        f"{saved if near.n_traces else 'Give'} {another} or --format."
    )


def _why_no_reading(data: np.ndarray) -> str:
    """What is wrong with a file too short to try, or that says nowhere how many samples its traces have."""
    start = bytes(data[:HEADER_BYTES])
    least = FILE_HEADER_BYTES + HEADER_BYTES if starts_as_header(start) or is_text(start) else HEADER_BYTES
    if data.size <= least:
        return f"must hold more than {least} bytes, headers and one trace, found {data.size} bytes."
    if not data[: FILE_HEADER_BYTES + HEADER_BYTES].any():
        return f"must be SEG-Y or SU, found {data.size} bytes whose headers are zeros."
    return (
        "bytes 3221-3222 and trace header bytes 115-116 must say how many samples, "
        f"found 0 in a file of {data.size} bytes. Give --n-samples."
    )


def why_several(best: list[Reading]) -> str:
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
