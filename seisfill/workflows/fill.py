"""The main story: read a gather, fill it, write it, prove that nothing recorded was touched."""

import contextlib
import json
import os
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import FileAccessError, InvalidParameterError, NothingToFillError, SeisfillWarning
from seisfill.gather import Filled, Gather
from seisfill.interpolators.auto import FEWEST
from seisfill.interpolators.base import Interpolator
from seisfill.segy.files import check_target
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout, detect_layout
from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, mark_is_free, sidecar_path
from seisfill.segy.plan import plan_infill
from seisfill.segy.reader import FileGather, SegyReader
from seisfill.segy.spacing import check_spacing
from seisfill.segy.writer import InfillWriter, output_layout
from seisfill.trust.limits import TrustLimits
from seisfill.trust.records import check_path, save_trials
from seisfill.workflows.assess import Assessor
from seisfill.workflows.check import SurveyCheck, check_survey
from seisfill.workflows.fill_options import CheckSummary, FillOptions, FillSummary
from seisfill.workflows.filled_gather import LEFT_HOLES, GatherWriter
from seisfill.workflows.guides import Guides, parse_guide
from seisfill.workflows.sigma_volume import SigmaVolume

__all__ = ["FillOptions", "FillSummary", "check_files", "fill_file", "silent"]

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


NEIGHBOURS = 2  # gathers on either side that stand in for one with too few live traces


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
    _check_error_field(reader, options)
    plan = plan_infill(reader.index, reader.survey)
    filler = _Filler(interpolator, guides, reader)
    check = _check(reader, filler, options, progress)
    with contextlib.ExitStack() as files:
        writer = files.enter_context(InfillWriter(reader.index, plan, target, mark_byte=_free_mark(reader, options)))
        sigma = _open_sigma(options, output_layout(reader.layout, plan.n_output), files)
        gathers = GatherWriter(reader, plan, writer, sigma=sigma, error_byte=options.error_byte)
        refused = _fill_gathers(gathers, filler, _assessor(check, interpolator, options), progress)
        summary = _summary(writer, refused, len(reader), gathers.flagged, check)
        if not summary.n_filled + summary.holes:
            raise NothingToFillError(_why_nothing(source, reader, summary.refused))
        writer.commit(_head(reader, interpolator, options, guides, check), _counter(progress, "verify", plan.n_output))
        if sigma is not None:
            sigma.finish(HeaderIndex(target, output_layout(reader.layout, plan.n_output)))
    _keep_trials(target, check)
    return summary


def _check(reader: SegyReader, filler: "_Filler", options: FillOptions, progress: Progress) -> SurveyCheck | None:
    """Trials beforehand, if they are wanted."""
    if not options.check:
        return None
    check = check_survey(
        reader,
        filler.interpolator,
        gathers=options.check,
        seed=options.seed,
        shown=filler.shown,
        progress=progress,
    )
    if options.refuse_beyond is not None and not check.trials:
        raise InvalidParameterError(
            f"Invalid --refuse-beyond {options.refuse_beyond:g}: must come with a check that was possible, and no "
            f"gather has the {FEWEST} live traces that a trial needs. Leave it out, or put more traces into a gather."
        )
    return check


def _check_error_field(reader: SegyReader, options: FillOptions) -> None:
    """Refuse to write errors where the keys of the survey stand."""
    keys = reader.survey.keys
    for key in (keys.trace, keys.gather):
        if (
            options.error_byte is not None
            and key is not None
            and key.byte - 2 < options.error_byte < key.byte + key.width
        ):
            raise InvalidParameterError(
                f"Invalid error field {options.error_byte}: must not lie on {key.name}, which orders the traces. "
                "Name another byte."
            )


def _assessor(check: SurveyCheck | None, interpolator: Interpolator, options: FillOptions) -> Assessor | None:
    if check is None:
        return None
    limits = TrustLimits(quality=check.quality, trained_gap=getattr(interpolator, "trained_gap", None))
    return Assessor(check=check, limits=limits, refuse_beyond=options.refuse_beyond)


def _open_sigma(options: FillOptions, layout: Layout, files: contextlib.ExitStack) -> SigmaVolume | None:
    return None if options.sigma is None else files.enter_context(SigmaVolume(Path(options.sigma), layout))


def _keep_trials(target: Path, check: SurveyCheck | None) -> None:
    """Write the trials beside the output; those of an output that was replaced go."""
    path = check_path(target)
    if check is not None and check.trials:
        with sidecar_path(target).open("rb") as file:
            whole = json.loads(file.readline())
        save_trials(path, check.trials, head={"input": whole["input"], "summary": whole["check"]})
    else:
        path.unlink(missing_ok=True)


def check_files(source: Path, target: Path, options: FillOptions) -> None:
    """
    Refuse what can be refused at a glance, before a filler takes its seconds to load.

    Raises
    ------
    SeisfillError
        If the input or a guide cannot be read, or the output is in the way.
    """
    check_target(source, target, force=options.force)
    for beside in (sidecar_path(target), check_path(target)):  # another fill may need the ones that lie there
        check_target(source, beside, force=options.force)
    if options.sigma is not None:
        check_target(source, Path(options.sigma), force=options.force)
        if Path(options.sigma).resolve() in (target.resolve(), sidecar_path(target).resolve()):
            raise FileAccessError(f"Invalid sigma volume {options.sigma}: must not be the output. Name another.")
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

    def shown(self, item: FileGather) -> Gather:
        """A gather with its guides."""
        return replace(item.gather, guides=self.guides.of(item)) if len(self.guides) else item.gather

    def fill(self, item: FileGather) -> Filled:
        return self.interpolator.fill(self.shown(item), context=self._neighbours(item))

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
    gathers: GatherWriter, filler: _Filler, assessor: Assessor | None, progress: Progress
) -> dict[str, int]:
    """
    Fill and write gather by gather; why traces were left, by reason.

    Where the output is one gather after another, each is written whole, once. Elsewhere (crosslines of a file that is
    sorted by inlines) all recorded traces are copied first, and new ones written between them.
    """
    reader, plan = gathers.reader, gathers.plan
    gathers.writer.write_head()
    if not gathers.whole:
        gathers.writer.copy_recorded(_counter(progress, "copy", reader.index.n_traces))
    by_group = np.argsort(plan.group, kind="stable")
    starts = np.searchsorted(plan.group[by_group], np.arange(len(reader) + 1))
    refused: dict[str, int] = {}
    for item in reader:
        new = by_group[starts[item.number] : starts[item.number + 1]]
        answer = assessed = None
        if len(new) or item.dead.any() or item.holes.any():
            answer = filler.fill(item)
            if assessor is not None:
                assessed = assessor.assess(item.gather, answer)
                answer = assessed.answer
            for reason in answer.reasons.values():
                refused[reason] = refused.get(reason, 0) + 1
        left = gathers.write(item, answer, new, assessed)
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


def _head(
    reader: SegyReader, interpolator: Interpolator, options: FillOptions, guides: Guides, check: SurveyCheck | None
) -> dict[str, Any]:
    keys, layout = reader.survey.keys, reader.layout
    told = asdict(options)
    del told["force"]
    return {
        "method": _name(interpolator),
        "weights_sha256": getattr(interpolator, "weights_sha256", None),
        "guides_sha256": guides.sha256,
        "options": told,
        "check": None if check is None else check.as_dict(),
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


def _summary(
    writer: InfillWriter, refused: dict[str, int], n_gathers: int, flagged: int, check: SurveyCheck | None
) -> FillSummary:
    counts = writer.sidecar.counts
    found = None
    if check is not None:
        told = check.quality
        found = CheckSummary(
            n_traces=told.n_traces, n_gathers=told.n_gathers, snr_db=told.snr_db, coverage=check.coverage
        )
    return FillSummary(
        n_gathers=n_gathers,
        inserted=counts[INSERTED],
        in_place=counts[IN_PLACE],
        holes=counts[HOLES],
        refused=dict(sorted(refused.items())),
        flagged=flagged,
        check=found,
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
