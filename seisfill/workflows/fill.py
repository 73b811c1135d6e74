"""The main story: read a gather, fill it, write it, prove that nothing recorded was touched."""

import os
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import InvalidParameterError, NothingToFillError, SeisfillWarning
from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Interpolator
from seisfill.segy.files import check_target
from seisfill.segy.layout import LayoutOptions, detect_layout
from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, MARK_BYTE, mark_is_free, sidecar_path
from seisfill.segy.plan import InfillPlan, plan_infill
from seisfill.segy.reader import Dead, FileGather, SegyReader
from seisfill.segy.spacing import check_spacing
from seisfill.segy.survey import GatherOptions
from seisfill.segy.writer import InfillWriter
from seisfill.workflows.filled_gather import LEFT_HOLES, GatherWriter
from seisfill.workflows.guides import Guides, parse_guide

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


NEIGHBOURS = 2  # gathers on either side that stand in for one with too few live traces


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
    guides : tuple of str
        ``slope:FILE`` or ``horizon:FILE``: slopes for a filler that takes them.
    seed : int
        Of fillers that draw random numbers; kept in the sidecar.
    force : bool
        Replace an output that exists.
    """

    layout: LayoutOptions = field(default_factory=LayoutOptions)
    gathers: GatherOptions = field(default_factory=GatherOptions)
    dead: Dead = "auto"
    mark_byte: int | None = MARK_BYTE
    guides: tuple[str, ...] = ()
    seed: int = 0
    force: bool = False

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InvalidParameterError(f"Invalid seed {self.seed}: must not be negative.")
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
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    interpolator: Interpolator,
    options: FillOptions | None = None,
    progress: Progress = silent,
) -> FillSummary:
    """
    Fill the missing traces of a SEG-Y or SU file.

    Parameters
    ----------
    source, target : path
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
    source, target, options = Path(source), Path(target), options or FillOptions()
    check_files(source, target, options)
    reader = SegyReader.open(source, layout=options.layout, gathers=options.gathers, dead=options.dead)
    guides = _open_guides(options.guides, reader, interpolator)
    if reader.survey.axis.parts > 1:
        check_spacing(reader)
    if not reader.lacks_something():
        raise NothingToFillError(_why_nothing(source, reader, {}))
    plan = plan_infill(reader.index, reader.survey)
    with InfillWriter(reader.index, plan, target, mark_byte=_free_mark(reader, options)) as writer:
        refused = _fill_gathers(reader, plan, writer, _Filler(interpolator, guides, reader), progress)
        summary = _summary(writer, refused, len(reader))
        if not summary.n_filled + summary.holes:
            raise NothingToFillError(_why_nothing(source, reader, summary.refused))
        writer.commit(_head(reader, interpolator, options, guides), _counter(progress, "verify", plan.n_output))
    return summary


def check_files(source: Path, target: Path, options: FillOptions) -> None:
    """
    Refuse what can be refused at a glance, before a filler takes its seconds to load.

    Raises
    ------
    SeisfillError
        If the input or a guide cannot be read, or the output is in the way.
    """
    check_target(source, target, force=options.force)
    check_target(source, sidecar_path(target), force=options.force)  # another fill may need the one that lies there
    detect_layout(source, options.layout)
    for word in options.guides:
        parse_guide(word)


def _open_guides(words: tuple[str, ...], reader: SegyReader, interpolator: Interpolator) -> Guides:
    """The guides that the user names, for a filler that takes them."""
    if words and not getattr(interpolator, "takes_guides", False):
        raise InvalidParameterError(
            f"Invalid guide {words[0]!r} for {type(interpolator).__name__}: must go to a filler that takes guides. Use "
            "--method network with weights that were trained with guides, or leave --guide out."
        )
    return Guides(words, reader)


@dataclass(frozen=True)
class _Filler:
    """An interpolator, the guides that it is shown, and the neighbours of a gather that tells too little by itself."""

    interpolator: Interpolator
    guides: Guides
    reader: SegyReader

    def fill(self, item: FileGather) -> Filled:
        gather = replace(item.gather, guides=self.guides.of(item)) if len(self.guides) else item.gather
        return self.interpolator.fill(gather, context=self._neighbours(item))

    def _neighbours(self, item: FileGather) -> list[Gather]:
        """The gathers before and behind, where the interpolator asks for them."""
        asks = getattr(self.interpolator, "needs_neighbours", None)
        if asks is None or not asks(item.gather):
            return []
        numbers = range(max(item.number - NEIGHBOURS, 0), min(item.number + NEIGHBOURS + 1, len(self.reader)))
        return [self.reader.read(number).gather for number in numbers if number != item.number]


def _counter(progress: Progress, stage: str, total: int) -> Callable[[int], None]:
    """Turn counts of traces into progress of a stage."""
    done = 0

    def count(n: int) -> None:
        nonlocal done
        done += n
        progress(stage, done, total)

    return count


def _fill_gathers(
    reader: SegyReader, plan: InfillPlan, writer: InfillWriter, filler: _Filler, progress: Progress
) -> dict[str, int]:
    """
    Fill and write gather by gather; why traces were left, by reason.

    Where the output is one gather after another, each is written whole, once. Elsewhere (crosslines of a file that is
    sorted by inlines) all recorded traces are copied first, and new ones written between them.
    """
    writer.write_head()
    whole = plan.keeps_gathers_together(reader.survey.group)
    if not whole:
        writer.copy_recorded(_counter(progress, "copy", reader.index.n_traces))
    by_group = np.argsort(plan.group, kind="stable")
    starts = np.searchsorted(plan.group[by_group], np.arange(len(reader) + 1))
    gathers = GatherWriter(reader, plan, writer, whole=whole)
    refused: dict[str, int] = {}
    for item in reader:
        new = by_group[starts[item.number] : starts[item.number + 1]]
        answer = None
        if len(new) or item.dead.any() or item.holes.any():
            answer = filler.fill(item)
            for reason in answer.reasons.values():
                refused[reason] = refused.get(reason, 0) + 1
        left = gathers.write(item, answer, new)
        if left:
            refused[LEFT_HOLES] = refused.get(LEFT_HOLES, 0) + left
        progress("fill", item.number + 1, len(reader))
    return refused


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


def _head(reader: SegyReader, interpolator: Interpolator, options: FillOptions, guides: Guides) -> dict[str, Any]:
    keys, layout = reader.survey.keys, reader.layout
    told = asdict(options)
    del told["force"]
    return {
        "method": _name(interpolator),
        "weights_sha256": getattr(interpolator, "weights_sha256", None),
        "guides_sha256": guides.sha256,
        "options": told,
        "keys": {
            "kind": keys.kind,
            "gather": keys.gather.name if keys.gather else None,
            "trace": keys.trace.name,
            "step": reader.survey.axis.step,
            "fractions": reader.survey.has_fractions,
        },
        "layout": {k: v for k, v in asdict(layout).items() if k != "warnings"},
    }


def _name(interpolator: Interpolator) -> str:
    """Class of a filler, and of the one that it holds."""
    inner = getattr(interpolator, "inner", None)
    return f"{type(interpolator).__name__}({_name(inner) if inner else ''})".removesuffix("()")


def _summary(writer: InfillWriter, refused: dict[str, int], n_gathers: int) -> FillSummary:
    counts = writer.sidecar.counts
    return FillSummary(
        n_gathers=n_gathers,
        inserted=counts[INSERTED],
        in_place=counts[IN_PLACE],
        holes=counts[HOLES],
        refused=dict(sorted(refused.items())),
    )


def _why_nothing(source: Path, reader: SegyReader, refused: dict[str, int]) -> str:
    if refused:
        reason, count = next(iter(refused.items()))
        return (
            f"Invalid input {source}: must hold a hole that can be filled, and all "
            f"{sum(refused.values())} were refused ({count} of them: {reason}). "
            "Nothing was written."
        )
    keys = reader.survey.keys
    return (
        f"Invalid input {source}: must hold missing traces, found none in {len(reader)} gathers along "
        f"{keys.trace.name} (step {reader.survey.axis.step:g}). If traces are missing regularly, give the true step "
        "with --trace-step; if it is a section with mutes, nothing is missing."
    )
