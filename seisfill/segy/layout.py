"""Which layout a file has: every reading of its bytes is checked against the file before one is believed."""

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seisfill.errors import FileAccessError, LayoutError
from seisfill.segy.complaints import what_else, why_none, why_several
from seisfill.segy.coordinates import hold_floats
from seisfill.segy.fields import HEADER_BYTES
from seisfill.segy.files import cure_if_unfinished
from seisfill.segy.intervals import find_interval
from seisfill.segy.readings import LayoutOptions, Reading, best_readings, readings_of
from seisfill.segy.refutations import refute
from seisfill.segy.samples import FORMATS
from seisfill.segy.text import TEXT_BYTES, detect_text_encoding

_BLOCK_BYTES = 1 << 20
_FEW = 16  # traces of junk that may be at the end of any file
_WORDS = slice(114, 116), slice(116, 118)  # number of samples and sample interval in a trace header


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
    n_trailing : int
        Bytes behind the last trace that belong to none; they are carried along as they are.
    t0 : float or None
        Time of the first sample of every trace [s], where the user says so; else trace headers tell it.
    float_coordinates : bool
        Whether the words for coordinates hold IEEE floats.
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
    n_trailing: int = 0
    t0: float | None = None
    float_coordinates: bool = False
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
        return self.end_of_traces + self.n_trailing

    @property
    def end_of_traces(self) -> int:
        """Byte offset behind the last trace."""
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
    if foreign := what_else(data):
        raise LayoutError(f"Invalid layout of {path}: must be SEG-Y or SU, found {foreign}.")
    readings = list(readings_of(data, options))
    best = best_readings([reading for reading in readings if reading.fits and not refute(reading)])
    if not best:
        raise LayoutError(f"Invalid layout of {path}: {why_none(data, readings, options)}")
    if unsupported := next((reading.unsupported for reading in best if reading.unsupported), ""):
        raise LayoutError(f"Invalid layout of {path}: {unsupported}")
    if len(best) > 1:
        raise LayoutError(f"Invalid layout of {path}: {why_several(best)}")
    return _layout(_without_padding(best[0], path), path)


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
        cure = cure_if_unfinished(path)
        raise FileAccessError(f"Invalid file {path}: must be readable; {error.strerror or error}.{cure}") from error


def _layout(reading: Reading, path: Path) -> Layout:
    """The layout that a reading stands for."""
    binary = reading.binary
    dt, notes = find_interval(reading, path)
    notes = [*reading.contradictions, *notes]
    if binary and binary.n_traces not in (0, reading.n_traces):
        notes.append(f"bytes 3513-3520 (traces) say {binary.n_traces}, the file holds {reading.n_traces}")
    floats = hold_floats(reading.sampled[:, :HEADER_BYTES], reading.order)
    if floats:
        notes.append("trace header bytes 73-88 (coordinates) hold floats where whole numbers belong, read as floats")
    encoding = reading.options.text_encoding or detect_text_encoding(bytes(reading.data[:TEXT_BYTES]))
    return Layout(
        dialect="segy" if binary else "su",
        byte_order=reading.order,
        format_code=reading.code,
        n_samples=reading.n_samples,
        dt=dt,
        revision=binary.revision if binary else 0,
        text_encoding=encoding if binary else None,
        n_extended_text=reading.n_extended,
        first_trace=reading.first_trace,
        n_traces=reading.n_traces,
        declared_traces=binary.n_traces or None if binary else None,
        n_trailing=reading.left_over,
        t0=reading.options.t0,
        float_coordinates=floats,
        warnings=tuple(notes),
    )


def _without_padding(reading: Reading, path: Path) -> Reading:
    """
    The reading without what only looks like traces at the end of the file, since it is as long as whole ones.

    Raises
    ------
    LayoutError
        If there is any and the user does not ask for what can be saved.
    """
    n_padding = _count_padding(reading.traces)
    if not n_padding or n_padding == reading.n_traces:  # a file of zeros has no keys, which is told there
        return reading
    if not reading.options.salvage:
        raise LayoutError(
            f"Invalid layout of {path}: traces must have headers, found none in the last {n_padding} of "
            f"{reading.n_traces} traces, which hold zeros or other bytes. --salvage carries them along."
        )
    return replace(reading, n_padding=n_padding)


def _count_padding(traces: np.ndarray) -> int:
    """
    How many traces at the end are none: zeros only, headers included, or a few with another count and interval.

    Many of the latter are no junk but a survey of several parts, which is told elsewhere.
    """
    step = max(1, _BLOCK_BYTES // traces.shape[1])
    n_alien = 0
    for stop in range(len(traces), 0, -step):
        block = traces[max(stop - step, 0) : stop]
        alien = np.full(len(block), traces[0, 114:118].any())
        for word in _WORDS:
            alien &= (block[:, word] != traces[0, word]).any(axis=1) & block[:, word].any(axis=1)
        last = np.flatnonzero(block.any(axis=1) & ~alien)[-1:]
        n_alien += int(alien[last[0] if len(last) else 0 :].sum())
        if len(last):
            n_padding = len(traces) - (stop - len(block) + int(last[0]) + 1)
            return n_padding if n_alien <= max(_FEW, len(traces) // 20) else 0
    return len(traces)
