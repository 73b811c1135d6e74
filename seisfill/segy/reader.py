"""Gathers out of a file: samples decoded, dead traces told from live ones, coordinates in metres."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from seisfill.errors import InvalidParameterError, NothingToFillError, SeisfillWarning
from seisfill.gather import Gather
from seisfill.segy.consistency import check_headers, check_samples, delays
from seisfill.segy.coordinates import coordinate_scale, find_coordinate
from seisfill.segy.fields import Field, find_field, read_field
from seisfill.segy.index import HeaderIndex, scan_samples
from seisfill.segy.layout import Layout, LayoutOptions, detect_layout
from seisfill.segy.samples import decode
from seisfill.segy.survey import GatherOptions, SurveyMap, map_survey

Dead = Literal["auto", "flag", "none"]
DEAD_CODE = 2  # trace identification code of a dead trace; 1 is seismic data
AT_ONCE = 256  # traces that are decoded together where no gather is made of them
LARGEST = 1e30  # nothing is learnt from amplitudes beyond: squared they leave float32, and no instrument records them


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FileGather:
    """
    One gather and where its traces stand in the file.

    Parameters
    ----------
    number : int
        Of the gather in the survey.
    gather : Gather
        All places of its axis; dead and absent ones are not live.
    rows : int64 array, shape (n_recorded,)
        Trace numbers in the file, by place.
    places : int64 array, shape (n_recorded,)
        Place of each row on the axis.
    dead : bool array, shape (n_recorded,)
        Rows that hold no signal.
    holes : bool array, shape (n_recorded, n_samples)
        NaN and infinite samples of the other rows.
    traces : uint8 array, shape (n_recorded, trace_bytes)
        Their bytes.
    """

    number: int
    gather: Gather
    rows: np.ndarray
    places: np.ndarray
    dead: np.ndarray
    holes: np.ndarray
    traces: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegyReader:
    """
    A SEG-Y or SU file as gathers.

    Parameters
    ----------
    index : HeaderIndex
        Its bytes.
    survey : SurveyMap
        Its gathers.
    dead : {'auto', 'flag', 'none'}
        What counts as dead: ``flag`` trace identification code 2; ``auto`` also traces whose samples are all equal or
        mostly NaN or infinite; ``none`` nothing.
    """

    index: HeaderIndex
    survey: SurveyMap
    dead: Dead = "auto"

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        layout: LayoutOptions | None = None,
        gathers: GatherOptions | None = None,
        dead: Dead = "auto",
    ) -> "SegyReader":
        """
        Find layout and gathers of a file; nothing of its samples is read but a few for the layout.

        Raises
        ------
        FileAccessError, LayoutError, GeometryError
            If the file cannot be read as traces on regular axes.

        Warns
        -----
        SeisfillWarning
            For each header field that was not believed.
        """
        if dead not in ("auto", "flag", "none"):
            raise InvalidParameterError(f"Invalid dead {dead!r}: must be auto, flag or none.")
        found = detect_layout(path, layout)
        for sentence in found.warnings:
            warnings.warn(f"{Path(path).name}: {sentence}", SeisfillWarning, stacklevel=2)
        index = HeaderIndex(path, found)
        survey = map_survey(index, gathers)
        check_headers(index, survey)
        return cls(index=index, survey=survey, dead=dead)

    @property
    def layout(self) -> Layout:
        """Layout of the file."""
        return self.index.layout

    def __len__(self) -> int:
        return self.survey.n_gathers

    def __iter__(self) -> Iterator[FileGather]:
        return (self.read(number) for number in range(len(self)))

    def lacks_something(self) -> bool:
        """
        Whether any trace is absent or dead, or has holes; reads the samples once where headers do not tell.

        Raises
        ------
        NothingToFillError
            If every trace is flagged dead, although some hold signal.
        """
        flagged = self.index.column("trid") == DEAD_CODE if self.dead != "none" else np.zeros(1, dtype=bool)
        if flagged.all() and not scan_samples(self.index).constant.all():
            raise NothingToFillError(
                f"Invalid trace header bytes 29-30 (identification code) of {self.index.path}: must not be "
                f"{DEAD_CODE}, a dead trace, for all {len(flagged)} traces. If they hold signal, give --dead none."
            )
        if self.survey.n_absent or flagged.any():
            return True
        scan = scan_samples(self.index)
        return bool(scan.bad.any() or (self.dead == "auto" and scan.constant.any()))

    def read(self, number: int) -> FileGather:
        """Read and decode one gather."""
        return self.decode(number, self.take(number))

    def take(self, number: int) -> np.ndarray:
        """The bytes of the traces of one gather, by place: uint8 array, shape (n_recorded, trace_bytes)."""
        return self.index.take(self.survey.rows(number))

    def decode(self, number: int, traces: np.ndarray) -> FileGather:
        """One gather out of the bytes of its traces."""
        rows, places = self.survey.rows(number), self.survey.places(number)
        headers, raw = traces[:, :240], traces[:, 240:]
        samples = decode(raw, self.layout.format_code, self.layout.byte_order)
        all_good = _are_good(samples)
        good = np.broadcast_to(np.True_, samples.shape) if all_good else _good(samples)
        holes = np.zeros(samples.shape, dtype=bool) if all_good else _unrecorded(raw, samples, self.layout)
        dead = self._dead(headers, samples, holes)
        flagged = dead & (self._word(headers, "trid") == DEAD_CODE)
        has_absurd = not (all_good or (good | holes).all())
        check_samples(self.index, samples, flagged=flagged, has_absurd=has_absurd)
        n_places = int(self.survey.axis.count[number])
        data = np.zeros((n_places, self.layout.n_samples), dtype=np.float32)
        data[places] = samples if all_good else np.where(good, samples, 0)
        data[places[dead]] = 0
        live = np.zeros(n_places, dtype=bool)
        live[places[~dead]] = True
        valid = None
        if not (all_good or good[~dead].all()):
            valid = np.ones(data.shape, dtype=bool)
            valid[places[~dead]] = good[~dead]
        gather = Gather(
            data=data, live=live, valid=valid, dt=self.layout.dt, **self._geometry(headers, places, n_places)
        )
        holes[dead] = False
        return FileGather(number=number, gather=gather, rows=rows, places=places, dead=dead, holes=holes, traces=traces)

    def lacking(self, traces: np.ndarray) -> np.ndarray:
        """
        Which traces are dead or have holes, so that a fill may change them.

        Parameters
        ----------
        traces : uint8 array, shape (n, trace_bytes)
            Their bytes.
        """
        found = [np.zeros(0, dtype=bool)]
        for start in range(0, len(traces), AT_ONCE):
            headers, raw = np.split(traces[start : start + AT_ONCE], [240], axis=1)
            samples = decode(raw, self.layout.format_code, self.layout.byte_order)
            holes = _unrecorded(raw, samples, self.layout)
            found.append(self._dead(headers, samples, holes) | holes.any(axis=1))
        return np.concatenate(found)

    def _dead(self, headers: np.ndarray, samples: np.ndarray, holes: np.ndarray) -> np.ndarray:
        if self.dead == "none":
            return np.zeros(len(samples), dtype=bool)
        flagged = self._word(headers, "trid") == DEAD_CODE
        if self.dead == "flag":
            return flagged
        constant = samples[:, 0] == samples[:, -1]  # cheap, and necessary; the few that pass are looked at whole
        constant[constant] = (samples[constant] == samples[constant, :1]).all(axis=1)
        if samples.shape[1] == 1:
            constant = samples[:, 0] == 0  # a single sample always equals itself
        return flagged | constant | (holes.any() and 2 * holes.sum(axis=1) > samples.shape[1])

    def _word(self, headers: np.ndarray, name: str) -> np.ndarray:
        return read_field(headers, find_field(name, dialect=self.layout.dialect), self.layout.byte_order)

    def coordinate(self, name: str) -> Field:
        """Header word of a coordinate, in the type that the file uses."""
        return find_coordinate(name, dialect=self.layout.dialect, floats=self.layout.float_coordinates)

    def _geometry(self, headers: np.ndarray, places: np.ndarray, n_places: int) -> dict:
        """Offset, positions, coordinates [m], first time [s] of every place; absent ones lie between recorded ones."""
        scale = coordinate_scale(self._word(headers, "scalco"))
        everywhere = np.arange(n_places)

        def spread(values: np.ndarray) -> np.ndarray:
            return np.interp(everywhere, places, values)

        def pair(x: str, y: str) -> np.ndarray:
            words = (read_field(headers, self.coordinate(word), self.layout.byte_order) for word in (x, y))
            return np.stack([spread(word * scale) for word in words], axis=1)

        source, receiver, offset = pair("sx", "sy"), pair("gx", "gy"), spread(self._word(headers, "offset"))
        along = [receiver, source, *([pair("cdpx", "cdpy")] if self.has_cdp_coordinates else [])]
        return {
            "offset": offset if offset.any() else None,
            "position": _position(offset if self.survey.keys.trace.name == "offset" else None, along),
            "source": source if source.any() else None,
            "receiver": receiver if receiver.any() else None,
            "t0": self.first_time(headers),
        }

    def first_time(self, headers: np.ndarray) -> float:
        """Time of the first sample of a gather [s], by its headers (n, 240): all agree, or the file was refused."""
        if self.layout.t0 is not None:
            return self.layout.t0
        return float(delays(self._word(headers[:1], "delrt"), self._word(headers[:1], "byte215"), self.layout)[0])

    @property
    def has_cdp_coordinates(self) -> bool:
        """Whether the layout gives headers a place for CDP coordinates."""
        return self.layout.dialect == "segy" and self.layout.revision >= 1


def _unrecorded(raw: np.ndarray, samples: np.ndarray, layout: Layout) -> np.ndarray:
    """Where a file says NaN or Inf: holes to fill. IBM and integers cannot, and a double may be large but a number."""
    if layout.format_code == 5:
        return ~np.isfinite(samples)
    if layout.format_code == 6:
        return ~np.isfinite(np.ascontiguousarray(raw).view(f"{layout.byte_order}f8"))
    return np.zeros(samples.shape, dtype=bool)


def _are_good(samples: np.ndarray) -> bool:
    """Whether all samples are numbers that an instrument may have recorded, told in two passes and without memory."""
    with np.errstate(invalid="ignore"):
        return not samples.size or bool(max(samples.max(), -samples.min()) < LARGEST)  # False if there is a NaN


def _good(samples: np.ndarray) -> np.ndarray:
    """Where a sample is a number that an instrument may have recorded; False for NaN and Inf too."""
    with np.errstate(invalid="ignore"):
        return np.abs(samples) < LARGEST


def _position(offset: np.ndarray | None, along: list[np.ndarray]) -> np.ndarray | None:
    """Increasing position along a gather [m], by offset or the longest of several paths; None where there is none."""
    candidates = [] if offset is None else [offset]
    lengths = [np.hypot(*np.diff(path, axis=0).T) for path in along]
    candidates += [np.concatenate([[0.0], np.cumsum(steps)]) for steps in sorted(lengths, key=np.sum, reverse=True)[:1]]
    for position in candidates:
        steps = np.diff(position)
        if len(steps) and (steps > 0).all() and steps.max() < 100 * np.median(steps):
            return position
    return None


def read_gathers(
    path: str | os.PathLike[str],
    *,
    layout: LayoutOptions | None = None,
    gathers: GatherOptions | None = None,
    dead: Dead = "auto",
) -> Iterator[Gather]:
    """
    Gathers of a SEG-Y or SU file, one at a time.

    Parameters
    ----------
    path : path
        The file; it is opened read-only.
    layout : LayoutOptions, optional
        What is known of its layout.
    gathers : GatherOptions, optional
        What is known of its gathers.
    dead : {'auto', 'flag', 'none'}
        What counts as a dead trace.

    Raises
    ------
    FileAccessError, LayoutError, GeometryError
        If the file cannot be read as traces on regular axes.
    """
    reader = SegyReader.open(path, layout=layout, gathers=gathers, dead=dead)
    return (item.gather for item in reader)
