"""What is written of one filled gather: absent traces inserted, dead ones filled in place, holes filled inside."""

from typing import Any

import numpy as np

from seisfill.gather import Filled
from seisfill.neighbours import known_neighbours
from seisfill.segy.fields import Field, find_field, read_field, write_field
from seisfill.segy.inserts import new_headers
from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, PLACED, REFUSED, pack
from seisfill.segy.plan import InfillPlan
from seisfill.segy.reader import DEAD_CODE, FileGather, SegyReader
from seisfill.segy.writer import InfillWriter, runs_of
from seisfill.workflows.assess import Assessed, gap_widths
from seisfill.workflows.sigma_volume import SigmaVolume

DIGITS = 6  # of keys in the sidecar
LEFT_HOLES = "holes of a live trace without a known sample on both sides were left"


class GatherWriter:
    """
    Puts the answers of a filler into a file, and a row for each trace into its sidecar.

    Parameters
    ----------
    reader : SegyReader
        The input.
    plan : InfillPlan
        Where every trace goes.
    writer : InfillWriter
        The output.
    sigma : SigmaVolume, optional
        Where the predicted error of every sample goes.
    error_byte : int, optional
        First byte of the header word for the predicted error in percent.
    """

    def __init__(
        self,
        reader: SegyReader,
        plan: InfillPlan,
        writer: InfillWriter,
        *,
        sigma: SigmaVolume | None = None,
        error_byte: int | None = None,
    ) -> None:
        self.reader, self.plan, self.writer, self.sigma = reader, plan, writer, sigma
        self.error_field = None if error_byte is None else Field(name=f"byte{error_byte}", byte=error_byte, kind="i2")
        self.whole = plan.keeps_gathers_together(reader.survey.group)  # one block of the output for each gather
        self.flagged = 0

    def write(self, item: FileGather, answer: Filled | None, new: np.ndarray, assessed: Assessed | None = None) -> int:
        """
        Write one gather; the number of live traces whose holes were left.

        *new* are the numbers in the plan of its absent traces; there is no answer if it lacks nothing, and nothing is
        *assessed* if no check was made.
        """
        about = None if answer is None else _About(self.reader, item, answer, assessed, self.error_field)
        if assessed is not None:
            self.flagged += sum(bool(flags) for flags in assessed.flags)
            self._put_sigma(item, assessed, new)
        places, output = self.plan.place[new], self.plan.output[new]
        made = np.zeros((0, self.reader.layout.trace_bytes), dtype=np.uint8)
        if about is not None and len(new):
            made = self.writer.make_inserted(about.headers_of(places), about.answer.data[places])
            self.writer.sidecar.add(
                about.row(INSERTED, out, place) for out, place in zip(output.tolist(), places.tolist(), strict=True)
            )
        if self.whole:
            self._write_whole(item, output, made)
        else:
            self.writer.put_inserted(output, made)
        if self.reader.survey.has_fractions:
            self._place_recorded(item)
        return 0 if about is None else self._change_recorded(about, item)

    def _put_sigma(self, item: FileGather, assessed: Assessed, new: np.ndarray) -> None:
        if self.sigma is None:
            return
        places = np.concatenate([self.plan.place[new], item.places])
        output = np.concatenate([self.plan.output[new], self.plan.output_of(item.rows)])
        some = assessed.sigma[places].any(axis=1)
        self.sigma.put(output[some], assessed.sigma[places[some]])

    def _place_recorded(self, item: FileGather) -> None:
        """A row for each recorded trace whose key is not that of its header."""
        survey, order = self.reader.survey, self.reader.layout.byte_order
        true = np.round(survey.axis.keys(item.number, item.places), DIGITS)
        differs = true != read_field(item.traces[:, :240], survey.keys.trace, order)
        output = self.plan.output_of(item.rows[differs])
        self.writer.sidecar.add(
            {"output": out, "kind": PLACED, "key": key}
            for out, key in zip(output.tolist(), true[differs].tolist(), strict=True)
        )

    def _write_whole(self, item: FileGather, output: np.ndarray, made: np.ndarray) -> None:
        """Recorded and new traces as one block."""
        recorded = self.plan.output_of(item.rows)
        first = int(min(recorded.min(), output.min(initial=recorded.min())))
        block = np.empty((len(recorded) + len(output), self.reader.layout.trace_bytes), dtype=np.uint8)
        block[recorded - first] = item.traces
        block[output - first] = made
        in_file_order = item.traces if (np.diff(item.rows) > 0).all() else item.traces[np.argsort(item.rows)]
        self.writer.put_block(first, block, recorded=in_file_order)

    def _change_recorded(self, about: "_About", item: FileGather) -> int:
        """Dead traces filled in their places, holes inside their traces; the number of traces whose holes were left."""
        for row, place in zip(item.rows[item.dead].tolist(), item.places[item.dead].tolist(), strict=True):
            self._fill_in_place(about, row, place)
        if not item.holes.any():
            return 0
        left, right = known_neighbours(item.gather.known)
        between = ((left >= 0) & (right < item.gather.n_traces))[item.places]
        for number in np.flatnonzero((item.holes & between).any(axis=1)).tolist():
            holes = item.holes[number] & between[number]
            self._fill_holes(about, int(item.rows[number]), int(item.places[number]), holes)
        return int((item.holes & ~between).any(axis=1).sum())

    def _fill_in_place(self, about: "_About", row: int, place: int) -> None:
        output = self._output_of(row)
        if not about.answer.filled[place]:
            self.writer.sidecar.add([about.row(REFUSED, output, place)])
            return
        stood = self.reader.index.block(row, row + 1)[0]
        self.writer.sidecar.add([about.row(IN_PLACE, output, place, input=row, bytes=pack(stood.tobytes()))])
        self.writer.put_in_place(row, about.revived(stood[:240], place), about.answer.data[place])

    def _fill_holes(self, about: "_About", row: int, place: int, holes: np.ndarray) -> None:
        width = self.reader.layout.samples_width
        stood = self.reader.index.block(row, row + 1)[0, 240:]
        kept = [[a, b - a, pack(stood[a * width : b * width].tobytes())] for a, b in runs_of(holes)]
        self.writer.sidecar.add([about.row(HOLES, self._output_of(row), place, input=row, holes=kept)])
        self.writer.put_holes(row, holes, about.answer.data[place])

    def _output_of(self, row: int) -> int:
        return int(self.plan.output_of(np.array(row)))


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
        self.positions = None if gather.position is None else np.round(gather.position, 3).tolist()
        left, right = (side[:, 0] for side in known_neighbours(gather.live[:, None]))
        near = np.minimum(
            np.where(left >= 0, np.arange(gather.n_traces) - left, gather.n_traces),
            np.where(right < gather.n_traces, right - np.arange(gather.n_traces), gather.n_traces),
        )
        self.distances = np.where(near < gather.n_traces, near, -1).tolist()
        self.gaps = gap_widths(gather).tolist()
        self.assessed = assessed
        self.percent = None if assessed is None else assessed.percent
        self.errors = None if assessed is None else assessed.error  # what a filler says itself is not calibrated

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
            "position": None if self.positions is None else self.positions[place],
            "method": self.answer.method,
            "distance": None if self.distances[place] < 0 else self.distances[place],
            "gap": None if self.gaps[place] < 0 else self.gaps[place],
            "error": None if self.errors is None or reason else float(f"{self.errors[place]:.6g}"),
            **({} if self.assessed is None else self._trust(place, self.assessed)),
            **({"reason": reason} if reason else {}),
            **more,
        }

    def _trust(self, place: int, assessed: Assessed) -> dict[str, Any]:
        snr, flags = float(assessed.snr_db[place]), assessed.flags[place]
        return {"snr": round(snr, 2) if np.isfinite(snr) else None, **({"flags": flags} if flags else {})}
