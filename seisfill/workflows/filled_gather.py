"""What is written of one filled gather: absent traces inserted, dead ones filled in place, holes filled inside."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seisfill.gather import Filled
from seisfill.neighbours import known_neighbours
from seisfill.segy.fields import Field, find_field, read_field, write_field
from seisfill.segy.inserts import new_headers
from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, PLACED, REFUSED, pack
from seisfill.segy.new_traces import NewTraces, runs_of
from seisfill.segy.plan import InfillPlan
from seisfill.segy.reader import DEAD_CODE, FileGather, SegyReader
from seisfill.workflows.assess import Assessed, gap_widths

DIGITS = 6  # of keys in the sidecar
LEFT_HOLES = "holes of a live trace without a known sample on both sides were left"
Piece = tuple[int, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilledGather:
    """
    All that is written of one gather.

    Parameters
    ----------
    pieces : tuple of (int, array)
        Trace numbers of the output and the bytes of the traces from there on; no trace is in two of them.
    sigma : tuple of (int, array)
        The same of predicted errors: float32 samples, shape (n, n_samples).
    rows : list of dict
        Rows of the sidecar.
    changed : list of int
        Recorded traces, by their number in the input, that were changed on purpose.
    left : int
        Live traces whose holes were left.
    """

    pieces: tuple[Piece, ...]
    sigma: tuple[Piece, ...]
    rows: list[dict[str, Any]]
    changed: list[int]
    left: int


class GatherMaker:
    """
    Makes the bytes and the sidecar's rows of a gather out of a filler's answer.

    Parameters
    ----------
    reader : SegyReader
        The input.
    plan : InfillPlan
        Where every trace goes.
    traces : NewTraces
        How new traces are made.
    whole : bool
        Whether the output is one gather after another: then each is one piece, with its recorded traces.
    error_byte : int, optional
        First byte of the header word for the predicted error in percent.
    """

    def __init__(
        self,
        reader: SegyReader,
        plan: InfillPlan,
        traces: NewTraces,
        *,
        whole: bool,
        error_byte: int | None = None,
    ) -> None:
        self.reader, self.plan, self.traces, self.whole = reader, plan, traces, whole
        self.error_field = None if error_byte is None else Field(name=f"byte{error_byte}", byte=error_byte, kind="i2")

    def make(
        self, item: FileGather, answer: Filled | None, new: np.ndarray, assessed: Assessed | None = None
    ) -> FilledGather:
        """
        Put one gather together.

        *new* are the numbers in the plan of its absent traces; there is no answer if it lacks nothing, and nothing is
        *assessed* if no check was made.
        """
        about = None if answer is None else _About(self.reader, item, answer, assessed, self.error_field)
        places, output = self.plan.place[new], self.plan.output[new]
        made = np.zeros((0, self.reader.layout.trace_bytes), dtype=np.uint8)
        rows: list[dict[str, Any]] = []
        if about is not None and len(new):
            made = self.traces.make(about.headers_of(places), about.answer.data[places])
            numbered = zip(output.tolist(), places.tolist(), strict=True)
            rows += [about.row(INSERTED, number, place) for number, place in numbered]
        if self.reader.survey.has_fractions:
            rows += self._placed(item)
        changed, left = ([], 0) if about is None else self._changed(about, item, rows)
        recorded = self.plan.output_of(item.rows)
        return FilledGather(
            pieces=tuple(
                [_whole(recorded, item.traces, changed, output, made)]
                if self.whole
                else [*_runs(output, made), *_lacking(item, recorded, changed)]
            ),
            sigma=() if assessed is None else tuple(self._sigma(item, assessed, new)),
            rows=rows,
            changed=[int(item.rows[number]) for number, _ in changed],
            left=left,
        )

    def _sigma(self, item: FileGather, assessed: Assessed, new: np.ndarray) -> list[Piece]:
        """Predicted errors of the traces that have any, by their places in the output."""
        places = np.concatenate([self.plan.place[new], item.places])
        output = np.concatenate([self.plan.output[new], self.plan.output_of(item.rows)])
        some = assessed.sigma[places].any(axis=1)
        order = np.argsort(output[some], kind="stable")
        return _runs(output[some][order], assessed.sigma[places[some][order]])

    def _placed(self, item: FileGather) -> list[dict[str, Any]]:
        """A row for each recorded trace whose key is not that of its header."""
        survey, order = self.reader.survey, self.reader.layout.byte_order
        true = np.round(survey.axis.keys(item.number, item.places), DIGITS)
        differs = true != read_field(item.traces[:, :240], survey.keys.trace, order)
        output = self.plan.output_of(item.rows[differs])
        return [
            {"output": out, "kind": PLACED, "key": key}
            for out, key in zip(output.tolist(), true[differs].tolist(), strict=True)
        ]

    def _changed(self, about: "_About", item: FileGather, rows: list[dict[str, Any]]) -> tuple[list[Piece], int]:
        """Recorded traces, by their number in the gather, with their new bytes; how many traces' holes were left."""
        changed = [piece for number in np.flatnonzero(item.dead) for piece in self._in_place(about, int(number), rows)]
        if not item.holes.any():
            return changed, 0
        left, right = known_neighbours(item.gather.known)
        between = ((left >= 0) & (right < item.gather.n_traces))[item.places]
        for number in np.flatnonzero((item.holes & between).any(axis=1)).tolist():
            changed.append(self._without_holes(about, number, item.holes[number] & between[number], rows))
        return changed, int((item.holes & ~between).any(axis=1).sum())

    def _in_place(self, about: "_About", number: int, rows: list[dict[str, Any]]) -> list[Piece]:
        """A dead trace filled in its place, if it could be."""
        item, place, stood = about.item, int(about.item.places[number]), about.item.traces[number]
        output, row = self._output_of(about.item, number), int(about.item.rows[number])
        if not about.answer.filled[place]:
            rows.append(about.row(REFUSED, output, place))
            return []
        rows.append(about.row(IN_PLACE, output, place, input=row, bytes=pack(stood.tobytes())))
        header = about.revived(item.traces[number, :240], place)
        return [(number, self.traces.make(header[None], about.answer.data[place][None])[0])]

    def _without_holes(self, about: "_About", number: int, holes: np.ndarray, rows: list[dict[str, Any]]) -> Piece:
        """A live trace whose holes are filled."""
        item, place, stood = about.item, int(about.item.places[number]), about.item.traces[number]
        width = self.reader.layout.samples_width
        samples = stood[240:]
        kept = [[a, b - a, pack(samples[a * width : b * width].tobytes())] for a, b in runs_of(holes)]
        output, row = self._output_of(item, number), int(item.rows[number])
        rows.append(about.row(HOLES, output, place, input=row, holes=kept))
        return number, self.traces.with_holes_filled(stood, holes, about.answer.data[place])

    def _output_of(self, item: FileGather, number: int) -> int:
        return int(self.plan.output_of(item.rows[number]))


def _whole(
    recorded: np.ndarray, traces: np.ndarray, changed: list[Piece], output: np.ndarray, made: np.ndarray
) -> Piece:
    """Recorded traces, changed ones among them, and new ones as one piece."""
    first = int(min(recorded.min(), output.min(initial=recorded.min())))
    if not len(output) and not changed and (np.diff(recorded) == 1).all():
        return first, traces
    block = np.empty((len(recorded) + len(output), traces.shape[1]), dtype=np.uint8)
    block[recorded - first] = traces
    block[output - first] = made
    for number, trace in changed:
        block[recorded[number] - first] = trace
    return first, block


def _lacking(item: FileGather, recorded: np.ndarray, changed: list[Piece]) -> list[Piece]:
    """Recorded traces that are dead or have holes, changed or not: nobody else writes them."""
    bytes_of = dict(changed)
    numbers = np.flatnonzero(item.dead | item.holes.any(axis=1)).tolist()
    return [(int(recorded[number]), bytes_of.get(number, item.traces[number])[None]) for number in numbers]


def _runs(output: np.ndarray, rows: np.ndarray) -> list[Piece]:
    """A piece for each run of neighbouring traces; trace numbers ascend."""
    cuts = np.flatnonzero(np.diff(output) != 1) + 1
    parts = zip(np.split(output, cuts), np.split(rows, cuts), strict=True)
    return [(int(numbers[0]), part) for numbers, part in parts if len(numbers)]


class _About:
    """What is known of each filled trace of one gather: its header and its row in the sidecar."""

    def __init__(
        self,
        reader: SegyReader,
        item: FileGather,
        answer: Filled,
        assessed: Assessed | None = None,
        error_field: Field | None = None,
    ) -> None:
        self.reader, self.item, self.answer, self.error_field = reader, item, answer, error_field
        gather, survey, number = item.gather, reader.survey, item.number
        self.gather_key = survey.gather_keys[number].item()
        self.keys = np.round(survey.axis.keys(number, np.arange(gather.n_traces)), DIGITS).tolist()
        nowhere: list[float | None] = [None] * gather.n_traces
        self.positions = nowhere if gather.position is None else np.round(gather.position, 3).tolist()
        left, right = (side[:, 0] for side in known_neighbours(gather.live[:, None]))
        near = np.minimum(
            np.where(left >= 0, np.arange(gather.n_traces) - left, gather.n_traces),
            np.where(right < gather.n_traces, right - np.arange(gather.n_traces), gather.n_traces),
        )
        self.distances = [told if told < gather.n_traces else None for told in near.tolist()]
        self.gaps = [told if told >= 0 else None for told in gap_widths(gather).tolist()]
        self.assessed = assessed
        self.percent = None if assessed is None else assessed.percent
        # what a filler says itself is not calibrated
        self.errors = nowhere if assessed is None else [float(f"{error:.6g}") for error in assessed.error.tolist()]

    def headers_of(self, places: np.ndarray) -> np.ndarray:
        """Headers of new traces at some places; refused ones get the code of a dead trace."""
        layout, survey, item = self.reader.layout, self.reader.survey, self.item
        trusted = ~item.dead if (~item.dead).any() else np.ones_like(item.dead)
        is_float = survey.keys.trace.kind.startswith("f")
        keys = (survey.axis.keys if is_float else survey.axis.whole_keys)(item.number, places)
        headers = new_headers(
            item.traces[trusted, :240],
            item.places[trusted],
            places,
            keys=(survey.keys.trace, keys),
            gather_key=survey.keys.gather,
            layout=layout,
        )
        left = ~self.answer.filled[places]
        if left.any():
            code = find_field("trid", dialect=layout.dialect)
            dead = headers[left]
            write_field(dead, code, DEAD_CODE, layout.byte_order)
            headers[left] = dead
        self._put_percent(headers, places)
        return headers

    def _put_percent(self, headers: np.ndarray, places: np.ndarray) -> None:
        """The predicted error into headers, where the user wants it."""
        if self.error_field is not None and self.percent is not None:
            write_field(headers, self.error_field, self.percent[places], self.reader.layout.byte_order)

    def revived(self, header: np.ndarray, place: int) -> np.ndarray:
        """A dead trace's own header with the code of seismic data."""
        header = header.copy()
        code = find_field("trid", dialect=self.reader.layout.dialect)
        write_field(header[None], code, 1, self.reader.layout.byte_order)
        self._put_percent(header[None], np.array([place]))
        return header

    def row(self, kind: str, output: int, place: int, **more: Any) -> dict[str, Any]:
        """
        One row of the sidecar.

        Distance is to the nearest live trace and gap the missing traces between the live neighbours [traces], null
        where there is none; error is the predicted RMS error of the trace [amplitude], and, if a check was made, snr
        its predicted signal-to-noise ratio [dB] and flags why it deserves less trust than others.
        """
        reason = self.answer.reasons.get(place)
        return {
            "output": output,
            "kind": kind,
            "gather": self.gather_key,
            "key": self.keys[place],
            "position": self.positions[place],
            "method": self.answer.method,
            "distance": self.distances[place],
            "gap": self.gaps[place],
            "error": None if reason else self.errors[place],
            **({} if self.assessed is None else self._trust(place, self.assessed)),
            **({"reason": reason} if reason else {}),
            **more,
        }

    def _trust(self, place: int, assessed: Assessed) -> dict[str, Any]:
        snr, flags = float(assessed.snr_db[place]), assessed.flags[place]
        return {"snr": round(snr, 2) if np.isfinite(snr) else None, **({"flags": flags} if flags else {})}
