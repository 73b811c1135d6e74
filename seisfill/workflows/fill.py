"""The main story: read a gather, fill it, write it, prove that nothing recorded was touched."""

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import InvalidParameterError, NothingToFillError, SeisfillWarning
from seisfill.gather import Filled
from seisfill.interpolators.base import Interpolator
from seisfill.segy.files import check_target
from seisfill.segy.inserts import new_headers
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, MARK_BYTE, REFUSED, mark_is_free, pack, sidecar_path
from seisfill.segy.plan import InfillPlan, plan_infill
from seisfill.segy.reader import DEAD_CODE, Dead, FileGather, SegyReader
from seisfill.segy.fields import find_field, write_field
from seisfill.segy.survey import GatherOptions
from seisfill.segy.writer import InfillWriter, runs_of

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillOptions:
    """
    What the user says about a fill; everything has a default.

    Parameters
    ----------
    layout : LayoutOptions
        What is known of the file's layout.
    gathers : GatherOptions
        What is known of its gathers.
    dead : {'auto', 'flag', 'none'}
        What counts as a dead trace.
    mark_byte : int or None
        First byte of the header word that carries the mark; None for no mark in headers.
    seed : int
        Of fillers that draw random numbers; kept in the sidecar.
    force : bool
        Replace an output that exists.
    """

    layout: LayoutOptions = field(default_factory=LayoutOptions)
    gathers: GatherOptions = field(default_factory=GatherOptions)
    dead: Dead = "auto"
    mark_byte: int | None = MARK_BYTE
    seed: int = 0
    force: bool = False

    def __post_init__(self) -> None:
        if self.mark_byte is not None and not 1 <= self.mark_byte <= 237:
            raise InvalidParameterError(f"Invalid mark field {self.mark_byte}: must be a byte from 1 to 237, or none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FillSummary:
    """
    What a fill did.

    Parameters
    ----------
    n_gathers : int
        Gathers of the file.
    inserted, in_place, holes : int
        Traces that were absent, dead, or had holes, and are filled now.
    refused : dict of str to int
        Traces that were left unfilled, by reason.
    """

    n_gathers: int
    inserted: int
    in_place: int
    holes: int
    refused: dict[str, int]

    @property
    def n_filled(self) -> int:
        """Traces that hold an estimate now, holes in live traces not counted."""
        return self.inserted + self.in_place


def fill_file(
    source: Path,
    target: Path,
    *,
    interpolator: Interpolator,
    options: FillOptions | None = None,
    progress: Progress = silent,
) -> FillSummary:
    """
    Fill the missing traces of a SEG-Y or SU file.

    Parameters
    ----------
    source, target : Path
        Input, opened read-only, and output; the sidecar is written beside it.
    interpolator : Interpolator
        The filler.
    options : FillOptions, optional
        What the user says.
    progress : callable
        Told stage, done and total.

    Raises
    ------
    SeisfillError
        If the file cannot be read, nothing can be filled, or the output is in the way; then nothing is written.
    """
    options = options or FillOptions()
    check_target(source, target, force=options.force)
    check_target(source, sidecar_path(target), force=True)
    reader = SegyReader.open(source, layout=options.layout, gathers=options.gathers, dead=options.dead)
    plan = plan_infill(reader.index, reader.survey)
    with InfillWriter(reader.index, plan, target, mark_byte=_free_mark(reader, options)) as writer:
        refused = _fill_gathers(reader, plan, writer, interpolator, progress)
        summary = _summary(writer, refused, len(reader))
        if not summary.n_filled + summary.holes:
            raise NothingToFillError(_why_nothing(source, reader, summary))
        writer.commit(_head(reader, interpolator, options), _counter(progress, "verify", plan.n_output))
    return summary


def _counter(progress: Progress, stage: str, total: int) -> Callable[[int], None]:
    """Turn counts of traces into progress of a stage."""
    done = 0

    def count(n: int) -> None:
        nonlocal done
        done += n
        progress(stage, done, total)

    return count


def _fill_gathers(
    reader: SegyReader, plan: InfillPlan, writer: InfillWriter, interpolator: Interpolator, progress: Progress
) -> dict[str, int]:
    """Copy what was recorded, then fill and write gather by gather; why traces were left, by reason."""
    writer.copy_recorded(_counter(progress, "copy", reader.index.n_traces))
    by_group = np.argsort(plan.group, kind="stable")
    starts = np.searchsorted(plan.group[by_group], np.arange(len(reader) + 1))
    refused: dict[str, int] = {}
    for item in reader:
        new = by_group[starts[item.number] : starts[item.number + 1]]
        if len(new) or item.dead.any() or item.gather.valid is not None:
            answer = interpolator.fill(item.gather)
            _write_gather(reader, plan, writer, item, answer, new)
            for reason in answer.reasons.values():
                refused[reason] = refused.get(reason, 0) + 1
        progress("fill", item.number + 1, len(reader))
    return refused


def _write_gather(
    reader: SegyReader, plan: InfillPlan, writer: InfillWriter, item: FileGather, answer: Filled, new: np.ndarray
) -> None:
    """Absent traces are inserted, dead ones filled in their place, holes filled inside their traces."""
    about = _About(reader, item, answer)
    if len(new):
        places, output = plan.place[new], plan.output[new]
        headers = about.headers_of(places)
        writer.put_inserted(output, headers, answer.data[places])
        writer.sidecar.add(about.row(INSERTED, int(out), int(place)) for out, place in zip(output, places, strict=True))
    for row, place in zip(item.rows[item.dead], item.places[item.dead], strict=True):
        output_number = int(plan.output_of(np.array(row)))
        if not answer.filled[place]:
            writer.sidecar.add([about.row(REFUSED, output_number, int(place))])
            continue
        stood = reader.index.take(np.array([row]))[0]
        header = about.revived(stood[:240])
        kept = {"bytes": pack(stood.tobytes())}
        writer.sidecar.add([about.row(IN_PLACE, output_number, int(place), input=int(row), **kept)])
        writer.put_in_place(int(row), header, answer.data[place])
    if item.gather.valid is not None:
        _write_holes(reader, plan, writer, item, answer, about)


def _write_holes(
    reader: SegyReader, plan: InfillPlan, writer: InfillWriter, item: FileGather, answer: Filled, about: "_About"
) -> None:
    valid = item.gather.valid
    assert valid is not None
    width = reader.layout.samples_width
    for row, place in zip(item.rows, item.places, strict=True):
        holes = ~valid[place] & item.gather.live[place]
        if not holes.any():
            continue
        stood = reader.index.take(np.array([row]))[0, 240:]
        kept = [[a, b - a, pack(stood[a * width : b * width].tobytes())] for a, b in runs_of(holes)]
        output_number = int(plan.output_of(np.array(row)))
        writer.sidecar.add([about.row(HOLES, output_number, int(place), input=int(row), holes=kept)])
        writer.put_holes(int(row), holes, answer.data[place])


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
            "position": _rounded(self.item.gather.position, place),
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


def _rounded(position: np.ndarray | None, place: int) -> float | None:
    return None if position is None else round(float(position[place]), 3)


def _free_mark(reader: SegyReader, options: FillOptions) -> int | None:
    if options.mark_byte is None or mark_is_free(reader.index, options.mark_byte):
        return options.mark_byte
    warnings.warn(
        f"Bytes {options.mark_byte}-{options.mark_byte + 3} of recorded trace headers are in use, so filled traces "
        "carry no mark and the sidecar alone tells them apart. Name free bytes with --mark-field.",
        SeisfillWarning,
        stacklevel=3,
    )
    return None


def _head(reader: SegyReader, interpolator: Interpolator, options: FillOptions) -> dict[str, Any]:
    keys, layout = reader.survey.keys, reader.layout
    told = asdict(options)
    del told["force"]
    return {
        "method": type(interpolator).__name__,
        "weights_sha256": getattr(interpolator, "weights_sha256", None),
        "options": told,
        "keys": {
            "kind": keys.kind,
            "gather": keys.gather.name if keys.gather else None,
            "trace": keys.trace.name,
            "step": reader.survey.axis.step,
        },
        "layout": {k: v for k, v in asdict(layout).items() if k != "warnings"},
    }


def _summary(writer: InfillWriter, refused: dict[str, int], n_gathers: int) -> FillSummary:
    counts = writer.sidecar.counts
    return FillSummary(
        n_gathers=n_gathers,
        inserted=counts[INSERTED],
        in_place=counts[IN_PLACE],
        holes=counts[HOLES],
        refused=dict(sorted(refused.items())),
    )


def _why_nothing(source: Path, reader: SegyReader, summary: FillSummary) -> str:
    if summary.refused:
        reason, count = next(iter(summary.refused.items()))
        return (
            f"Invalid input {source}: must hold a hole that can be filled, and all {sum(summary.refused.values())} were "
            f"refused ({count} of them: {reason}). Try --method linear, or --max-gap."
        )
    keys = reader.survey.keys
    return (
        f"Invalid input {source}: must hold missing traces, found none in {len(reader)} gathers along "
        f"{keys.trace.name} (step {reader.survey.axis.step:g}). If traces are missing regularly, give the true step "
        "with --trace-step; if it is a section with mutes, nothing is missing."
    )
