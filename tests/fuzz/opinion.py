"""The second opinion: what segyio reads of a file, and the words of IBM worked out in doubles, against what we read."""

import warnings
from contextlib import contextmanager
from pathlib import Path
from random import Random

import numpy as np
import segyio

from seisfill.segy.fields import Field, read_field
from seisfill.segy.layout import Layout
from seisfill.segy.reader import SegyReader
from seisfill.segy.samples import decode

SOME_WORDS = 16
_STARTS = sorted(int(word) for word in segyio.TraceField.enums())
_WORDS = tuple(
    (byte, Field(name=f"byte{byte}", byte=byte, kind=f"i{after - byte}"))
    for byte, after in zip(_STARTS, [*_STARTS[1:], 241], strict=True)
)


class DifferenceError(AssertionError):
    """We read something else than segyio, or than the format's own definition, and said nothing."""


def compare(path: Path, reader: SegyReader, *, told: bool, rng: Random) -> bool:
    """
    Hold samples and some header words of every trace against segyio; whether it could read the file.

    It is slow at header words, so that *rng* draws which; over many files all of them have their turn.

    Where it reads the file by another layout, one of the two is wrong; that is a difference if the user has not *told*
    the layout and we did not warn. Its own choice, where nothing is said, is big-endian SEG-Y.
    """
    layout, silent = reader.layout, not (told or reader.layout.warnings)
    raw = reader.index.samples_raw
    ours = decode(raw, layout.format_code, layout.byte_order)
    if layout.format_code == 1:
        _must_equal(ours, ibm_words(raw, layout.byte_order), "samples by the definition of IBM")
    if silent and (layout.dialect, layout.byte_order) != ("segy", ">"):
        with _opened(path, "segy", ">") as theirs:
            if theirs is not None:
                raise DifferenceError(
                    f"segyio reads big-endian SEG-Y, we {layout.dialect} {layout.byte_order}, silently"
                )
    with _opened(path, layout.dialect, layout.byte_order) as theirs:
        if theirs is None:
            return False
        found = theirs.tracecount, len(theirs.samples), int(theirs.format)
        if found != _shape(layout):
            if silent:
                raise DifferenceError(f"segyio reads {found} traces, samples and format, we {_shape(layout)}, silently")
            return False
        with np.errstate(over="ignore", invalid="ignore"):
            samples = theirs.trace.raw[:].astype(np.float32)
        right = _normalised(raw, layout) if layout.format_code == 1 else np.ones(ours.shape, dtype=bool)
        _must_equal(np.where(right, ours, 0), np.where(right, samples, 0), "samples by segyio")
        for byte, field in rng.sample(_WORDS, SOME_WORDS):
            mine = read_field(reader.index.headers, field, layout.byte_order)
            _must_equal(mine, theirs.attributes(byte)[:].astype(f"i{field.width}"), f"header bytes {byte} by segyio")
    return True


def compare_gathers(reader: SegyReader) -> None:
    """Every recorded trace must stand in one gather, with its own samples, and dead ones as nothing."""
    layout, seen = reader.layout, []
    for item in reader:
        seen.append(item.rows)
        samples = decode(reader.index.take(item.rows)[:, 240:], layout.format_code, layout.byte_order)
        known = item.gather.known[item.places]
        _must_equal(item.gather.data[item.places][known], samples[known], f"samples of gather {item.number}")
        if item.gather.live.sum() != (~item.dead).sum() or known[item.dead].any():
            raise DifferenceError(f"gather {item.number} has {item.gather.live.sum()} live traces of {len(item.rows)}")
    if not np.array_equal(np.sort(np.concatenate(seen)), np.arange(reader.index.n_traces)):
        raise DifferenceError("gathers do not hold every trace once")


def ibm_words(raw: np.ndarray, byte_order: str) -> np.ndarray:
    """Amplitudes by the definition: sign, 0.mantissa, times 16 to the exponent less 64."""
    words = np.ascontiguousarray(raw).view(f"{byte_order}u4").astype(np.uint32)
    exponent = (words >> np.uint32(24) & np.uint32(0x7F)).astype(np.int32)
    size = np.ldexp((words & np.uint32(0xFFFFFF)).astype(np.float64), 4 * (exponent - 64) - 24)
    with np.errstate(over="ignore"):
        return np.where(words >> np.uint32(31), -size, size).astype(np.float32)


def _normalised(raw: np.ndarray, layout: Layout) -> np.ndarray:
    """IBM words that segyio reads rightly: a first digit that is not zero, a value within the range of IEEE floats."""
    words = np.ascontiguousarray(raw).view(f"{layout.byte_order}u4").astype(np.uint32)
    size = np.abs(ibm_words(raw, layout.byte_order))
    inside = (size > np.finfo(np.float32).tiny) & (size < np.finfo(np.float32).max / 2)
    return (words >> np.uint32(20) & np.uint32(15) != 0) & inside


def _must_equal(ours: np.ndarray, theirs: np.ndarray, what: str) -> None:
    """NaN equals NaN, and -0 equals 0."""
    wrong = (ours != theirs) & ~(np.isnan(ours) & np.isnan(theirs))
    if wrong.any():
        raise DifferenceError(f"{what}: {ours[wrong][0]} here, {theirs[wrong][0]} there, {wrong.sum()} of them")


def _shape(layout: Layout) -> tuple[int, int, int]:
    return layout.n_traces, layout.n_samples, layout.format_code


@contextmanager
def _opened(path: Path, dialect: str, byte_order: str):
    """The file as segyio reads it; None where it refuses, warns of a format it does not know, or finds no samples."""
    door = segyio.su.open if dialect == "su" else segyio.open
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            file = door(str(path), ignore_geometry=True, endian="big" if byte_order == ">" else "little")
        except (UserWarning, RuntimeError, OSError, ValueError, KeyError, IndexError, ArithmeticError):
            yield None
            return
        with file:
            yield file if len(file.samples) else None
