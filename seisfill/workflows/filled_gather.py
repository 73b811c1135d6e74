"""What is written of one filled gather: absent traces inserted, dead ones filled in place, holes filled inside."""

from typing import Any

import numpy as np

from seisfill.gather import Filled
from seisfill.segy.fields import find_field, write_field
from seisfill.segy.inserts import new_headers
from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, REFUSED, pack
from seisfill.segy.plan import InfillPlan
from seisfill.segy.reader import DEAD_CODE, FileGather, SegyReader
from seisfill.segy.writer import InfillWriter, runs_of


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
    """

    def __init__(self, reader: SegyReader, plan: InfillPlan, writer: InfillWriter) -> None:
        self.reader, self.plan, self.writer = reader, plan, writer

    def write(self, item: FileGather, answer: Filled, new: np.ndarray) -> None:
        """Write one gather; *new* are the numbers in the plan of its absent traces."""
        about = _About(self.reader, item, answer)
        if len(new):
            self._insert(about, self.plan.place[new], self.plan.output[new])
        for row, place in zip(item.rows[item.dead].tolist(), item.places[item.dead].tolist(), strict=True):
            self._fill_in_place(about, row, place)
        if item.gather.valid is not None:
            holes = ~item.gather.valid & item.gather.live[:, None]
            for row, place in zip(item.rows.tolist(), item.places.tolist(), strict=True):
                if holes[place].any():
                    self._fill_holes(about, row, place, holes[place])

    def _insert(self, about: "_About", places: np.ndarray, output: np.ndarray) -> None:
        self.writer.put_inserted(output, about.headers_of(places), about.answer.data[places])
        self.writer.sidecar.add(
            about.row(INSERTED, out, place) for out, place in zip(output.tolist(), places.tolist(), strict=True)
        )

    def _fill_in_place(self, about: "_About", row: int, place: int) -> None:
        output = self._output_of(row)
        if not about.answer.filled[place]:
            self.writer.sidecar.add([about.row(REFUSED, output, place)])
            return
        stood = self.reader.index.block(row, row + 1)[0]
        self.writer.sidecar.add([about.row(IN_PLACE, output, place, input=row, bytes=pack(stood.tobytes()))])
        self.writer.put_in_place(row, about.revived(stood[:240]), about.answer.data[place])

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

    def __init__(self, reader: SegyReader, item: FileGather, answer: Filled) -> None:
        self.reader, self.item, self.answer = reader, item, answer
        self.live_places = np.flatnonzero(item.gather.live)

    def headers_of(self, places: np.ndarray) -> np.ndarray:
        """Headers of new traces at some places; refused ones get the code of a dead trace."""
        layout, survey, item = self.reader.layout, self.reader.survey, self.item
        trusted = ~item.dead if (~item.dead).any() else np.ones_like(item.dead)
        headers = new_headers(
            self.reader.index.take(item.rows[trusted])[:, :240],
            item.places[trusted],
            places,
            keys=(survey.keys.trace, survey.axis.keys(item.number, places)),
            gather_key=survey.keys.gather,
            layout=layout,
        )
        left = ~self.answer.filled[places]
        if left.any():
            code = find_field("trid", dialect=layout.dialect)
            dead = headers[left]
            write_field(dead, code, DEAD_CODE, layout.byte_order)
            headers[left] = dead
        return headers

    def revived(self, header: np.ndarray) -> np.ndarray:
        """A dead trace's own header with the code of seismic data."""
        header = header.copy()
        code = find_field("trid", dialect=self.reader.layout.dialect)
        write_field(header[None], code, 1, self.reader.layout.byte_order)
        return header

    def row(self, kind: str, output: int, place: int, **more: Any) -> dict[str, Any]:
        """One row of the sidecar."""
        survey, number = self.reader.survey, self.item.number
        near = np.abs(self.live_places - place)
        row = {
            "output": output,
            "kind": kind,
            "gather": survey.gather_keys[number].item(),
            "key": round(float(survey.axis.keys(number, np.array(place))), 4),
            "position": self._position(place),
            "method": self.answer.method,
            "distance": int(near.min()) if len(near) else None,
            "gap": self._gap(place),
            "error": self._error(place),
        }
        if place in self.answer.reasons:
            row["reason"] = self.answer.reasons[place]
        return row | more

    def _gap(self, place: int) -> int | None:
        """Missing traces between the live neighbours; None beyond the last live one, 0 for a live trace."""
        if self.item.gather.live[place]:
            return 0
        right = int(np.searchsorted(self.live_places, place))
        if right in (0, len(self.live_places)):
            return None
        return int(self.live_places[right] - self.live_places[right - 1] - 1)

    def _error(self, place: int) -> float | None:
        """Predicted RMS error of the trace, in amplitudes."""
        if self.answer.sigma is None or place in self.answer.reasons:
            return None
        scale = self.answer.sigma[place].astype(np.float64)
        return float(f"{np.sqrt(2 * np.mean(scale**2)):.6g}")

    def _position(self, place: int) -> float | None:
        """Metres along the gather, where they are known."""
        position = self.item.gather.position
        return None if position is None else round(float(position[place]), 3)
