"""All that is known of a fill before anything of it is written: gathers, places, ranges, and what speaks against it."""

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seisfill.errors import InputChangedError, InvalidParameterError, NothingToFillError, SeisfillError, SeisfillWarning
from seisfill.interpolators.base import Interpolator
from seisfill.segy.layout import Layout
from seisfill.segy.marks import mark_is_free
from seisfill.segy.new_traces import NewTraces
from seisfill.segy.plan import InfillPlan, plan_infill
from seisfill.segy.reader import SegyReader
from seisfill.segy.spacing import check_spacing
from seisfill.segy.writer import output_layout
from seisfill.workflows.assess import Assessor
from seisfill.workflows.check import SurveyCheck
from seisfill.workflows.fill_job import FillJob, ShownFiller
from seisfill.workflows.fill_options import FillOptions
from seisfill.workflows.fingerprint import device_of, fingerprint, identity
from seisfill.workflows.guides import Guides
from seisfill.workflows.memory import MemoryNeed, estimate_memory
from seisfill.workflows.ranges import Ranges, plan_ranges
from seisfill.workflows.run_options import RunOptions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedFill:
    """
    A fill that may be begun.

    Parameters
    ----------
    source : Path
        The input.
    reader : SegyReader
        Its gathers.
    filler : ShownFiller
        The interpolator with the guides that it is shown.
    options : FillOptions
        What the user says.
    plan : InfillPlan
        Where every trace goes.
    ranges : Ranges
        Into which the work is cut.
    mark_byte : int or None
        Where filled traces are marked, if that is free.
    found : dict of str to int
        Size and time of change of the input.
    """

    source: Path
    reader: SegyReader
    filler: ShownFiller
    options: FillOptions
    plan: InfillPlan
    ranges: Ranges
    mark_byte: int | None
    found: dict[str, int]

    @classmethod
    def open(cls, source: Path, interpolator: Interpolator, options: FillOptions) -> "PlannedFill":
        """
        Read the headers of a file, and plan its fill.

        Raises
        ------
        SeisfillError
            If the file cannot be read, lacks nothing, or something that was asked for cannot be.
        """
        found = identity(source)
        reader = SegyReader.open(source, layout=options.layout, gathers=options.gathers, dead=options.dead)
        guides = _open_guides(options.guides, reader, interpolator)
        if reader.survey.axis.parts > 1:
            check_spacing(reader)
        if not reader.lacks_something():
            raise NothingToFillError(why_nothing(source, reader, {}))
        _check_error_field(reader, options)
        plan = plan_infill(reader.index, reader.survey)
        return cls(
            source=source,
            reader=reader,
            filler=ShownFiller(interpolator, guides, reader),
            options=options,
            plan=plan,
            ranges=plan_ranges(reader.survey, plan, n_samples=reader.layout.n_samples),
            mark_byte=_free_mark(reader, options),
            found=found,
        )

    @property
    def layout(self) -> Layout:
        """Of the output."""
        return output_layout(self.reader.layout, self.plan.n_output)

    def memory_need(self) -> MemoryNeed:
        """What each process holds."""
        layout, most = self.reader.layout, int(self.reader.survey.axis.count.max())
        return estimate_memory(
            self.filler.interpolator,
            n_traces=self.plan.n_output,
            shape=(most, layout.n_samples),
            sample_width=layout.samples_width,
        )

    def fingerprint(self, threads: int) -> dict[str, Any]:
        """All that decides the bytes of the output."""
        guides = self.filler.guides.sha256
        return fingerprint(self.source, self.filler.interpolator, self.options, guides=guides, threads=threads)

    def job(self, output: Path, sigma: Path | None, assessor: Assessor | None, run: RunOptions) -> FillJob:
        """What workers are told; paths are absolute, as they may be elsewhere."""
        reader = self.reader
        return FillJob(
            path=self.source.absolute(),
            layout=reader.layout,
            survey=reader.survey,
            dead=reader.dead,
            plan=self.plan,
            ranges=self.ranges,
            traces=NewTraces(layout=self.layout, mark_byte=self.mark_byte),
            interpolator=self.filler.interpolator,
            guides=tuple(_absolute(word) for word in self.options.guides),
            assessor=assessor,
            error_byte=self.options.error_byte,
            output=output.absolute(),
            sigma=None if sigma is None else sigma.absolute(),
            threads=run.threads,
            durable=run.dask is not None,
        )

    def head(self, check: SurveyCheck | None, *, notes: list[str], threads: int, sha256: str) -> dict[str, Any]:
        """What the sidecar says of the whole fill: nothing of it hangs on workers or interruptions."""
        interpolator, survey = self.filler.interpolator, self.reader.survey
        told, keys = asdict(self.options), survey.keys
        del told["force"]
        return {
            "method": _name(interpolator),
            "weights_sha256": getattr(interpolator, "weights_sha256", None),
            "guides_sha256": self.filler.guides.sha256,
            "options": told,
            "machine": {"device": device_of(interpolator), "threads": threads, "notes": notes},
            "check": None if check is None else check.as_dict(),
            "keys": {
                "kind": keys.kind,
                "gather": keys.gather.name if keys.gather else None,
                "trace": keys.trace.name,
                "step": survey.axis.step,
                "fractions": survey.has_fractions,
            },
            "layout": {k: v for k, v in asdict(self.reader.layout).items() if k != "warnings"},
            "input": {"sha256": sha256},
        }

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """
        Do something that reads the input to its end.

        Raises
        ------
        InputChangedError
            If the input was changed meanwhile.
        """
        broken = None
        try:
            yield
        except SeisfillError as error:
            broken = error
        if identity(self.source) != self.found:
            raise InputChangedError(
                f"Invalid input {self.source}: must not change while it is filled, and its size or time of change did. "
                "No output was left; fill it again when nobody writes it."
            ) from broken
        if broken is not None:
            raise broken


def why_nothing(source: Path, reader: SegyReader, refused: dict[str, int]) -> str:
    """Why a file cannot be filled at all."""
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


def _open_guides(words: tuple[str, ...], reader: SegyReader, interpolator: Interpolator) -> Guides:
    """The guides that the user names, for a filler that takes them."""
    if words and not getattr(interpolator, "takes_guides", False):
        raise InvalidParameterError(
            f"Invalid guide {words[0]!r} for {type(interpolator).__name__}: must go to a filler that takes guides. Use "
            "--method network with weights that were trained with guides, or leave --guide out."
        )
    return Guides(words, reader)


def _absolute(word: str) -> str:
    kind, _, name = word.partition(":")
    return f"{kind}:{Path(name).absolute()}"


def _free_mark(reader: SegyReader, options: FillOptions) -> int | None:
    if options.mark_byte is None or mark_is_free(reader.index, options.mark_byte):
        return options.mark_byte
    warnings.warn(
        f"Bytes {options.mark_byte}-{options.mark_byte + 3} of recorded trace headers are in use, so filled traces "
        "carry no mark and the sidecar alone tells them apart. Name free bytes with --mark-field.",
        SeisfillWarning,
        stacklevel=4,
    )
    return None


def _name(interpolator: Interpolator) -> str:
    """Class of a filler, and of the one that it holds."""
    inner = getattr(interpolator, "inner", None)
    return f"{type(interpolator).__name__}({_name(inner) if inner else ''})".removesuffix("()")
