"""Slopes that the user trusts: read from files, checked against the input, laid on the axis of each gather."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from seisfill._files import sha256_of
from seisfill.errors import FileAccessError, GeometryError, InvalidParameterError
from seisfill.gather import Floats
from seisfill.neighbours import interpolate_linear
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.reader import FileGather, SegyReader
from seisfill.segy.samples import decode


class Guide(Protocol):
    """Anything that knows slopes of a gather."""

    def slope_of(self, item: FileGather) -> tuple[Floats, Floats]:
        """Slope [samples per trace] and trust, 0 or 1: two arrays of shape (n_traces, n_samples)."""


class Guides:
    """
    All guides of a fill; where several are trusted, the last one counts.

    Parameters
    ----------
    words : sequence of str
        ``slope:FILE`` or ``horizon:FILE``.
    reader : SegyReader
        The input.

    Raises
    ------
    InvalidParameterError, FileAccessError, GeometryError, LayoutError
        If a word is not known, or a file cannot be read or does not belong to the input.
    """

    def __init__(self, words: Sequence[str], reader: SegyReader) -> None:
        parsed = [parse_guide(word) for word in words]
        self._guides = [KINDS[kind](path, reader) for kind, path in parsed]
        self.sha256 = [sha256_of(path) for _, path in parsed]

    def __len__(self) -> int:
        return len(self._guides)

    def of(self, item: FileGather) -> dict[str, Floats]:
        """
        What `Gather.guides` holds: ``slope`` [samples per trace] and ``trust``, 1 where it counts, else 0.

        Slopes are those of neighbouring places of the gather: of a densified one, the new ones.
        """
        shape = item.gather.data.shape
        slope, trust = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
        for guide in self._guides:
            new, trusted = guide.slope_of(item)
            slope, trust = np.where(trusted > 0, new, slope), np.maximum(trust, trusted)
        return {"slope": slope, "trust": trust}


class SlopeFile:
    """
    Local slopes of every recorded trace, in a SEG-Y, SU or ``.npy`` file.

    Parameters
    ----------
    path : Path
        The traces of the input in their order, samples in ms per trace step of the gather (that of ``--trace-step``,
        not the finer one of ``--densify``): positive where events come later towards larger keys. NaN and infinite
        samples are not trusted.
    reader : SegyReader
        The input.

    Raises
    ------
    GeometryError
        If the file has other traces or another number of samples than the input.
    """

    def __init__(self, path: Path, reader: SegyReader) -> None:
        read, shape = _open_array(path) if path.suffix == ".npy" else _open_traces(path, reader)
        self._read, self._survey = read, reader.survey
        expected = (reader.index.n_traces, reader.layout.n_samples)
        if shape != expected:
            raise GeometryError(
                f"Invalid slopes {path}: must have the {expected[0]} traces of {expected[1]} samples of "
                f"{reader.index.path.name}, found shape {shape}."
            )
        self._samples_per_ms = 1e-3 / reader.layout.dt / reader.survey.axis.parts

    def slope_of(self, item: FileGather) -> tuple[Floats, Floats]:
        """Slope and trust; those of absent traces lie between their neighbours', and count where both do."""
        slope = np.zeros(item.gather.data.shape, dtype=np.float32)
        recorded, good = np.zeros(slope.shape, dtype=bool), np.zeros(slope.shape, dtype=bool)
        values = self._read(item.rows) * self._samples_per_ms
        good[item.places], recorded[item.places] = np.isfinite(values), True
        slope[item.places] = np.where(np.isfinite(values), values, 0)
        trust = interpolate_linear(good.astype(np.float32), recorded) == 1
        return np.where(trust, interpolate_linear(slope, good), 0), trust.astype(np.float32)


def parse_guide(word: str) -> tuple[str, Path]:
    """
    Kind and file of a guide; whether the file is a good one shows when it is read.

    Raises
    ------
    InvalidParameterError
        If the word is not ``slope:FILE`` or ``horizon:FILE``.
    FileAccessError
        If there is no such file.

    Examples
    --------
    >>> parse_guide("slope:")
    Traceback (most recent call last):
    seisfill.errors.InvalidParameterError: Invalid guide 'slope:': must be slope:FILE or horizon:FILE.
    """
    kind, _, name = word.partition(":")
    if kind not in KINDS or not name:
        raise InvalidParameterError(f"Invalid guide {word!r}: must be slope:FILE or horizon:FILE.")
    if not Path(name).is_file():
        raise FileAccessError(f"Invalid {kind} file {name}: must be a file that exists.")
    return kind, Path(name)


def _open_horizon(path: Path, reader: SegyReader) -> Guide:
    from seisfill.workflows.horizons import Horizon  # here: what it needs of SciPy takes half a second to load

    return Horizon(path, reader)


KINDS: dict[str, Callable[[Path, SegyReader], Guide]] = {"slope": SlopeFile, "horizon": _open_horizon}
Rows = Callable[[np.ndarray], np.ndarray]


def _open_array(path: Path) -> tuple[Rows, tuple[int, ...]]:
    """How to read rows of an array file, mapped, and its shape."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        if array.dtype.kind not in "fiu":
            raise ValueError(f"found {array.dtype}")
    except (ValueError, OSError, EOFError) as error:
        raise FileAccessError(f"Invalid slopes {path}: must be an array of numbers ({error}).") from error
    return lambda rows: np.asarray(array[rows], dtype=np.float64), array.shape


def _open_traces(path: Path, reader: SegyReader) -> tuple[Rows, tuple[int, ...]]:
    """How to read rows of a SEG-Y or SU file of the input's traces, and its shape."""
    index, keys = HeaderIndex(path, detect_layout(path)), reader.survey.keys
    layout = index.layout
    if index.n_traces == reader.index.n_traces:
        for field in (keys.trace, *([keys.gather] if keys.gather else [])):
            found, expected = index.column(field), reader.index.column(field)
            wrong = np.flatnonzero(found != expected)
            if len(wrong):
                raise GeometryError(
                    f"Invalid slopes {path}: must have the traces of {reader.index.path.name} in their order; "
                    f"{field.name} of trace {wrong[0] + 1} is {expected[wrong[0]]} there, and {found[wrong[0]]} here."
                )

    def read(rows: np.ndarray) -> np.ndarray:
        return decode(index.take(rows)[:, 240:], layout.format_code, layout.byte_order).astype(np.float64)

    return read, (index.n_traces, layout.n_samples)
