"""What became of every trace of a filled file, and what its sidecar says of it. No samples."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seisfill.segy.coordinates import MAP_WORDS, coordinate_scale
from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, PLACED, Sidecar
from seisfill.segy.reader import SegyReader

RECORDED, FILLED, REVIVED, REFUSED, MENDED = range(5)
KINDS = {
    RECORDED: "recorded",
    FILLED: "inserted",
    REVIVED: "dead, filled in place",
    REFUSED: "left unfilled",
    MENDED: "recorded, holes filled",
}
MOST_DETAILS = 200  # rows in words; a page is no list of a million traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A trace that was left, or of which the fill itself says that it may be wrong: what the table shows."""

    gather: float | int
    key: float
    output: int
    what: str
    gap: int | None
    snr_db: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraceTable:
    """
    Every trace of a filled file.

    Parameters
    ----------
    kind : int8 array, shape (n_traces,)
        Code of `KINDS`.
    group, place : int64 array, shape (n_traces,)
        Gather of the file and place along it.
    error, snr_db : float32 array, shape (n_traces,)
        Predicted RMS error [amplitude] and predicted signal-to-noise ratio [dB]; NaN where the sidecar has none.
    gap : int32 array, shape (n_traces,)
        Missing traces between the live neighbours; -1 where there is no fill or no neighbour on a side.
    flagged : bool array, shape (n_traces,)
        Whether the sidecar flags the trace.
    middle : float64 array, shape (n_traces, 2), optional
        Map coordinates half-way between source and receiver, or of the one that is known [m].
    details : tuple of Detail
        The first traces that were left or flagged.
    reasons, flags, methods : dict of str to int
        Traces by the words of the sidecar.
    """

    kind: np.ndarray
    group: np.ndarray
    place: np.ndarray
    error: np.ndarray
    snr_db: np.ndarray
    gap: np.ndarray
    flagged: np.ndarray
    middle: np.ndarray | None
    details: tuple[Detail, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    methods: dict[str, int] = field(default_factory=dict)

    @property
    def new(self) -> np.ndarray:
        """Traces that hold an estimate from end to end: bool array, shape (n_traces,)."""
        return (self.kind == FILLED) | (self.kind == REVIVED)

    def count(self, kind: int) -> int:
        """Traces of a kind."""
        return int((self.kind == kind).sum())

    @property
    def n_new(self) -> int:
        """Traces that hold an estimate from end to end."""
        return int(self.new.sum())


def read_traces(reader: SegyReader, notes: Sidecar) -> TraceTable:
    """
    Go through the sidecar once, and through two to five header words of the file.

    Parameters
    ----------
    reader : SegyReader
        The filled file.
    notes : Sidecar
        Its sidecar.
    """
    n_traces, survey = reader.index.n_traces, reader.survey
    found = _Rows()
    for row in notes.rows():
        found.add(row)
    output = np.frombuffer(found.output, dtype=np.int64) if found.output else np.zeros(0, dtype=np.int64)

    def spread(values: array, dtype: str, default: float) -> np.ndarray:
        column = np.full(n_traces, default, dtype=dtype)
        column[output] = np.asarray(values)
        return column

    return TraceTable(
        kind=spread(found.kind, "i1", RECORDED),
        group=survey.group,
        place=survey.axis.place,
        error=spread(found.error, "f4", np.nan),
        snr_db=spread(found.snr, "f4", np.nan),
        gap=spread(found.gap, "i4", -1),
        flagged=spread(found.flagged, "i1", 0).astype(bool),
        middle=_middles(reader),
        details=tuple(found.details),
        reasons=dict(found.reasons.most_common()),
        flags=dict(found.flags.most_common()),
        methods=dict(found.methods.most_common()),
    )


class _Rows:
    """Columns of a sidecar, as its rows come; a trace takes some thirty bytes."""

    def __init__(self) -> None:
        self.output, self.kind, self.gap, self.flagged = array("q"), array("b"), array("l"), array("b")
        self.error, self.snr = array("d"), array("d")
        self.reasons: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.methods: Counter[str] = Counter()
        self.details: list[Detail] = []

    def add(self, row: dict[str, Any]) -> None:
        """Take in one row; recorded traces that only lack a key of their own say nothing here."""
        if row["kind"] == PLACED:
            return
        flags, kind = row.get("flags") or [], _kind_of(row)
        self.output.append(row["output"])
        self.kind.append(kind)
        self.gap.append(-1 if row.get("gap") is None else row["gap"])
        self.flagged.append(bool(flags))
        self.error.append(_number(row.get("error")))
        self.snr.append(_number(row.get("snr")))
        self.flags.update(map(str, flags))
        if kind == REFUSED:
            self.reasons[str(row.get("reason", "no reason given"))] += 1
        elif kind in (FILLED, REVIVED):
            self.methods[str(row["method"])] += 1
        if (kind == REFUSED or flags) and len(self.details) < MOST_DETAILS:
            self.details.append(_detail(row, flags))


def _kind_of(row: dict[str, Any]) -> int:
    if "reason" in row:
        return REFUSED
    return {INSERTED: FILLED, IN_PLACE: REVIVED, HOLES: MENDED}.get(row["kind"], REFUSED)


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)


def _detail(row: dict[str, Any], flags: list[str]) -> Detail:
    what = f"left unfilled: {row.get('reason', 'no reason given')}" if _kind_of(row) == REFUSED else ""
    return Detail(
        gather=row["gather"],
        key=row["key"],
        output=row["output"],
        what="; ".join(filter(None, [what, *map(str, flags)])),
        gap=row.get("gap"),
        snr_db=row.get("snr"),
    )


def _middles(reader: SegyReader) -> np.ndarray | None:
    """Where each trace lies on the map, as its header says: (n_traces, 2) [m], None where headers say nothing."""
    scalar, *values = reader.index.columns("scalco", *map(reader.coordinate, MAP_WORDS))
    scale = coordinate_scale(scalar)
    source, receiver = (np.stack([x * scale, y * scale], axis=1) for x, y in (values[:2], values[2:]))
    if not receiver.any():
        return source if np.ptp(source, axis=0).any() else None
    middle = (source + receiver) / 2 if source.any() else receiver
    return middle if np.ptp(middle, axis=0).any() else None
