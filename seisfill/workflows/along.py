"""Volumes along both axes: one way into a file beside the output, then the other way, blended by predicted error."""

import contextlib
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seisfill.errors import InputChangedError, InvalidParameterError, SeisfillWarning
from seisfill.interpolators.base import Interpolator
from seisfill.segy.files import PartialFile
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions, SurveyMap
from seisfill.trust.error_model import ErrorModel
from seisfill.workflows.both_ways import BothWays, OtherWay
from seisfill.workflows.check import check_survey
from seisfill.workflows.fill import Progress, fill_file, refuse_unfinished, silent
from seisfill.workflows.fill_files import along_path, check_files
from seisfill.workflows.fill_job import ShownFiller, set_threads
from seisfill.workflows.fill_options import FillOptions, FillSummary
from seisfill.workflows.fingerprint import identity
from seisfill.workflows.guides import Guides
from seisfill.workflows.journal import Journal
from seisfill.workflows.memory import check_memory, estimate_memory
from seisfill.workflows.run_options import RunOptions

AXES = ("inline", "crossline")
TRIALS = 4  # gathers along each axis that are tried for the error model, where the user does not say how many


def fill_both_ways(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    interpolator: Interpolator,
    options: FillOptions | None = None,
    run: RunOptions | None = None,
    progress: Progress = silent,
) -> FillSummary:
    """
    Fill the missing traces of a volume along inlines and along crosslines, and blend both by their predicted errors.

    The axis that sees more missing traces (of which a whole line is missing across it, say) decides which traces the
    output gets. Along the other one, estimates and predicted errors of these traces go to ``OUT.along.partial`` first,
    which is removed at the end; then the file is filled as `seisfill.workflows.fill.fill_file` does, and each gather is
    blended with what lies there. Predicted errors in the output are those along the deciding axis alone.

    Parameters
    ----------
    source, target, interpolator, options, run, progress
        As for `seisfill.workflows.fill.fill_file`. An interrupted fill goes on with ``run.resume``: the first way is
        gone again, the second goes on.

    Raises
    ------
    SeisfillError
        As `fill_file` does, and if the file has no inlines and crosslines, or options are for one axis only.

    Warns
    -----
    SeisfillWarning
        If traces are missing that only the other axis sees; they are not filled.
    """
    source, target, options, run = Path(source), Path(target), options or FillOptions(), run or RunOptions()
    _check_options(options)
    check_files(source, target, options, resume=run.resume)
    found = identity(source)
    volume = _Volume.open(source, interpolator, options, progress)
    volume.check_memory(run)
    with Journal(target) as journal, _estimates(target, volume.second) as (file, other):
        refuse_unfinished(journal, resume=run.resume, force=options.force)
        set_threads(run.threads)
        volume.fill_first(file, other)
        if identity(source) != found:
            raise InputChangedError(f"Invalid input {source}: must not change while it is filled. Fill it again.")
        return fill_file(
            source,
            target,
            interpolator=BothWays(inner=interpolator, model=volume.model(volume.second), other=other),
            options=replace(options, gathers=GatherOptions(gather=volume.second.survey.keys.kind)),
            run=run,
            progress=progress,
            journal=journal,
        )


def _check_options(options: FillOptions) -> None:
    """Refuse what is said of one axis."""
    if options.gathers != GatherOptions():
        raise InvalidParameterError(
            "Invalid gathers with --along both: must not be named; they are inlines and crosslines. Leave out "
            "--gather, --trace, --trace-step, --trace-range and --densify, or fill along one axis."
        )
    if options.guides:
        raise InvalidParameterError(
            f"Invalid guide {options.guides[0]!r} with --along both: must be left out, as a slope is that along one "
            "axis. Use --along inline or --along crossline."
        )


@contextlib.contextmanager
def _estimates(target: Path, reader: SegyReader) -> Iterator[tuple[PartialFile, OtherWay]]:
    """A file for the estimates along the other axis, beside the output; it never stays."""
    count, n_samples = reader.survey.axis.count, reader.layout.n_samples
    with PartialFile(along_path(target)) as file:
        n_places = int(count.sum())
        file.set_size(n_places * 8 * n_samples)
        yield (
            file,
            OtherWay(
                path=file.path.absolute(),
                n_samples=n_samples,
                first=np.cumsum(count) - count,
                filled=np.zeros(n_places, dtype=bool),
            ),
        )


@dataclass(frozen=True)
class _Volume:
    """A file along both axes: the second is the one that decides what the output gets."""

    first: SegyReader
    second: SegyReader
    interpolator: Interpolator
    options: FillOptions
    progress: Progress

    @classmethod
    def open(cls, source: Path, interpolator: Interpolator, options: FillOptions, progress: Progress) -> "_Volume":
        """The axis that sees more missing traces comes second, else the one that the file is sorted by."""
        readers = [
            SegyReader.open(source, layout=options.layout, gathers=GatherOptions(gather=word), dead=options.dead)
            for word in AXES
        ]
        first, second = sorted(readers, key=lambda reader: (reader.survey.n_absent, _is_sorted(reader.survey)))
        return cls(first, second, interpolator, options, progress)

    def check_memory(self, run: RunOptions) -> None:
        """Refuse a limit that cannot be kept along either axis, before anything is filled."""
        layout, n_traces = self.second.layout, int(self.second.survey.axis.count.sum())
        for reader in (self.first, self.second):
            shape = (int(reader.survey.axis.count.max()), layout.n_samples)
            need = estimate_memory(self.interpolator, n_traces=n_traces, shape=shape, sample_width=layout.samples_width)
            check_memory(need, run)

    def model(self, reader: SegyReader) -> ErrorModel:
        """Error model of the filler along one axis."""
        gathers = self.options.check or TRIALS
        told = {"gathers": gathers, "seed": self.options.seed, "progress": self.progress}
        return check_survey(reader, self.interpolator, **told).model  # type: ignore[arg-type]

    def fill_first(self, file: PartialFile, other: OtherWay) -> None:
        """Fill along the axis that does not decide, and keep what the other one can use."""
        first, kinds = self.first, [reader.survey.keys.kind for reader in (self.first, self.second)]
        model = self.model(first)
        filler = ShownFiller(self.interpolator, Guides((), first), first)
        places = _Places(first.survey, self.second.survey)
        lost = 0
        for item in first:
            if not item.gather.live.all():
                answer = filler.fill(item)
                sigma = model.sigma(item.gather, answer)
                rows = np.flatnonzero(answer.filled)
                found = places.of(item.number, rows)
                lost += int((found < 0).sum())
                for row, place in zip(rows[found >= 0].tolist(), found[found >= 0].tolist(), strict=True):
                    other.write(file, place, answer.data[row], sigma[row])
            self.progress(f"first along {kinds[0]}s", item.number + 1, len(first))
        if lost:
            warnings.warn(
                f"{lost} missing traces lie at the ends of {kinds[1]}s, or in {kinds[1]}s of which no trace was "
                f"recorded; they are not filled. To have them, fill the output again with --along {kinds[0]}.",
                SeisfillWarning,
                stacklevel=3,
            )


def _is_sorted(survey: SurveyMap) -> bool:
    return bool((np.diff(survey.group) >= 0).all())


@dataclass(frozen=True)
class _Places:
    """Where a trace of a gather along one axis stands along the other."""

    first: SurveyMap
    second: SurveyMap

    def of(self, number: int, rows: np.ndarray) -> np.ndarray:
        """Number of the place along the second axis of each of some traces of a gather along the first; -1 for none."""
        second, axis = self.second, self.second.axis
        lines = np.round(self.first.axis.keys(number, rows))
        order = np.argsort(second.gather_keys)
        at = np.minimum(np.searchsorted(second.gather_keys[order], lines), len(order) - 1)
        group = order[at]
        along = (self.first.gather_keys[number] - axis.origin[group]) / axis.step
        place = np.round(along).astype(np.int64)
        is_there = (second.gather_keys[group] == lines) & (np.abs(along - place) < 0.01)
        is_there &= (place >= 0) & (place < axis.count[group])
        return np.where(is_there, (np.cumsum(axis.count) - axis.count)[group] + place, -1)
