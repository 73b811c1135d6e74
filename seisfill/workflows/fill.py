"""The main story: plan a fill, have its ranges filled, prove that nothing recorded was touched, give files names."""

import contextlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from seisfill.errors import FileAccessError, Interrupted, InvalidParameterError, NothingToFillError, SeisfillWarning
from seisfill.interpolators.base import Interpolator
from seisfill.interpolators.held_out import FEWEST
from seisfill.segy.files import check_target, clear_name, give_name, partial_path, sync_folder
from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, sidecar_path
from seisfill.segy.proof import Proof
from seisfill.segy.writer import InfillWriter
from seisfill.trust.limits import TrustLimits
from seisfill.workflows.assess import Assessor
from seisfill.workflows.check import SurveyCheck, check_survey
from seisfill.workflows.executors import make_workers
from seisfill.workflows.fill_files import check_files
from seisfill.workflows.fill_job import set_threads
from seisfill.workflows.fill_options import FillOptions, FillSummary
from seisfill.workflows.fill_run import FillRun
from seisfill.workflows.fingerprint import device_of, differences
from seisfill.workflows.journal import Journal, peek
from seisfill.workflows.memory import check_memory
from seisfill.workflows.planned_fill import PlannedFill, why_nothing
from seisfill.workflows.prepass import keep_check, keep_trials, prepass_path, restore_check, without_trials
from seisfill.workflows.run_options import RunOptions
from seisfill.workflows.sigma_volume import SigmaVolume
from seisfill.workflows.totals import Totals

__all__ = ["FillOptions", "FillSummary", "RunOptions", "fill_file", "silent"]

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def fill_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    interpolator: Interpolator,
    options: FillOptions | None = None,
    run: RunOptions | None = None,
    progress: Progress = silent,
    journal: Journal | None = None,
) -> FillSummary:
    """
    Fill the missing traces of a SEG-Y or SU file.

    What is done is kept beside the output if the fill breaks off, so that it can go on (docs/long_runs.md).

    Parameters
    ----------
    source, target : path
        Input, opened read-only, and output; the sidecar is written beside it.
    interpolator : Interpolator
        The filler.
    options : FillOptions, optional
        What the user says of the fill.
    run : RunOptions, optional
        How it is run: memory, workers, threads, going on.
    progress : callable
        Told stage, done and total.
    journal : Journal, optional
        Of the output, where the caller holds it already.

    Raises
    ------
    SeisfillError
        If the file cannot be read, nothing can be filled, or the output is in the way.
    Interrupted
        If Ctrl-C or SIGTERM ended it.
    """
    source, target, options, run = Path(source), Path(target), options or FillOptions(), run or RunOptions()
    check_files(source, target, options, resume=run.resume)
    with _telling(target), _threads(run.threads), contextlib.ExitStack() as stack:
        planned = PlannedFill.open(source, interpolator, options)
        check_memory(planned.memory_need(), run)
        journal = journal or stack.enter_context(Journal(target))
        stack.callback(_drop_trials, journal, target)
        check_files(source, target, options, naming=journal.naming and run.resume)  # again, now that nobody else writes
        go_on = _settle(journal, planned, target, run)
        if not journal.naming:
            _fill_and_prove(planned, journal, target, run, go_on=go_on, progress=progress)
        told = journal.prepass
        if named := not partial_path(target).exists():  # it was killed with all names given: the trials may be gone
            told = told and {**told, "trials": None}
        check = None if told is None else restore_check(told, target)
        if not named:
            with _telling_of_names(target):
                _give_names(target, options, check)
        summary = Totals.of(journal).summary(len(planned.reader), check)
        journal.kept = False
    return summary


@contextlib.contextmanager
def _telling(target: Path) -> Iterator[None]:
    """Whoever stops a fill where nothing is in flight is told what lies there all the same."""
    try:
        yield
    except KeyboardInterrupt as stop:
        if getattr(stop, "kept", "") or peek(target)[0] is None:
            raise
        raise Interrupted(
            f"what was done is kept in {partial_path(target).name}.", code=getattr(stop, "code", 130)
        ) from stop


@contextlib.contextmanager
def _telling_of_names(target: Path) -> Iterator[None]:
    """Whoever is refused a name is told that nothing is lost."""
    try:
        yield
    except (OSError, FileAccessError) as error:
        system = error.__cause__ if isinstance(error.__cause__, OSError) else error
        why = getattr(system, "strerror", None) or system
        raise FileAccessError(
            f"Invalid output {target}: must get its name, and the system refused ({why}). All is filled, and "
            f"{partial_path(target).name} is whole: go on with --resume."
        ) from error


def _drop_trials(journal: Journal, target: Path) -> None:
    """The trials of an unfinished fill vanish with its journal."""
    if not journal.kept:
        prepass_path(target).unlink(missing_ok=True)


def refuse_unfinished(journal: Journal, *, resume: bool, force: bool, done: str = "some gathers") -> None:
    """
    Refuse to begin anew where an earlier fill was left half done, unless that is asked for; *done* says how far it got.

    Raises
    ------
    FileAccessError
        If the journal tells of one.
    """
    if (journal.n_done or journal.naming) and not (resume or force):
        raise FileAccessError(
            f"Invalid output {journal.target}: must not be half done by an earlier fill, and {journal.path.name} says "
            f"that {done} are. Go on with --resume, or start over with --force."
        )


def _refuse_sigma_of_another(journal: Journal, options: FillOptions) -> None:
    """Refuse a sigma volume that another fill left half written: it needs it to go on."""
    if options.sigma is None or options.force:
        return
    partial = partial_path(Path(options.sigma))
    before = (journal.head or {}).get("options", {}).get("sigma")
    if partial.exists() and before != options.sigma:
        raise FileAccessError(
            f"Invalid sigma volume {options.sigma}: must not be half written by another fill, and {partial.name} lies "
            "there. Finish that fill with --resume, name another sigma volume, or give --force."
        )


def _settle(journal: Journal, planned: PlannedFill, target: Path, run: RunOptions) -> bool:
    """Whether to go on with what an earlier run left; if not, the journal begins anew."""
    told = planned.fingerprint(run.threads)
    gathers = f"{planned.ranges.count_gathers(journal.done)} of {len(planned.reader)} gathers"
    refuse_unfinished(journal, resume=run.resume, force=planned.options.force, done=gathers)
    _refuse_sigma_of_another(journal, planned.options)
    if not run.resume:
        journal.begin(told)
        return False
    why = "nothing was left to go on with" if journal.head is None else ""
    if journal.head is not None and (differ := differences(journal.head, told)):
        raise InvalidParameterError(
            f"Invalid --resume of {target}: must go on as it began; {'; '.join(differ)}. Say the same again, or start "
            "over with --force, without --resume."
        )
    if journal.n_done and not (_has_names(target, planned) if journal.naming else _is_there(target, planned)):
        why = f"{partial_path(target).name} is gone or of another size"
    if why:
        warnings.warn(f"--resume of {target}: {why}; the fill starts anew.", SeisfillWarning, stacklevel=3)
        journal.begin(told)
    return journal.n_done > 0


def _has_names(target: Path, planned: PlannedFill) -> bool:
    """Whether every file of a fill that was proved is there, under its name or the partial one."""
    if partial_path(sidecar_path(target)).exists() and not partial_path(target).exists():
        return False  # the data get their name last: what has it now is older
    sigma = [Path(planned.options.sigma)] if planned.options.sigma else []
    found = [next(filter(Path.is_file, (partial_path(path), path)), None) for path in (target, *sigma)]
    return all(path is not None and path.stat().st_size == planned.layout.file_size for path in found)


def _is_there(target: Path, planned: PlannedFill) -> bool:
    """Whether the unfinished files of an earlier run are there, as long as they should be."""
    sigma = planned.options.sigma
    paths = [partial_path(path) for path in (target, *([Path(sigma)] if sigma else []))]
    return all(path.is_file() and path.stat().st_size == planned.layout.file_size for path in paths)


def _fill_and_prove(
    planned: PlannedFill, journal: Journal, target: Path, run: RunOptions, *, go_on: bool, progress: Progress
) -> None:
    """Everything up to the names: check, fill range by range, compare with the input, write the sidecar."""
    options = planned.options
    with contextlib.ExitStack() as files:
        index, plan = planned.reader.index, planned.plan
        writer = files.enter_context(InfillWriter(index, plan, target, mark_byte=planned.mark_byte, go_on=go_on))
        sigma = None
        if options.sigma is not None:
            sigma = files.enter_context(SigmaVolume(Path(options.sigma), planned.layout, go_on=go_on))
        doing = FillRun(planned.ranges, journal, target, [writer.file, *([sigma.file] if sigma else [])])
        with doing.keeping():
            with planned.watched():
                if go_on:
                    doing.forget_what_was_lost(planned.layout)
                elif sigma is not None:
                    sigma.begin()
                writer.write_ends()  # again on going on: no range sums them
                check = _check(planned, journal, target, progress)
                assessor = _assessor(check, planned)
                job = planned.job(writer.file.path, sigma.file.path if sigma else None, assessor, run)
                device = device_of(job.interpolator)
                proof = files.enter_context(writer.prove(let_go=planned.layout.file_size > run.memory))
                with make_workers(job, count=run.workers, dask=run.dask, device=device) as workers:
                    doing.run(workers, planned.reader.survey, progress, written=_follow(proof, planned, run))
                found = Totals.of(journal)
                if not any(found.counts[kind] for kind in (INSERTED, IN_PLACE, HOLES)):
                    raise NothingToFillError(why_nothing(planned.source, planned.reader, found.refused))
                sha256 = writer.verify(proof, found.changed, _counter(progress, "verify", plan.n_output))
                head = planned.head(check, notes=found.notes, threads=run.threads, sha256=sha256)
                writer.finish(head, (done.rows for done in journal.in_order()), found.counts)
                if sigma is not None:
                    sigma.copy_headers(writer.file.path)
            check_target(
                planned.source, target, force=options.force
            )  # hours may have gone by: what lies there now is not ours
            if sigma is not None:
                sigma.file.keep()
            writer.keep()
            journal.kept = True
            journal.add_naming()


def _follow(proof: Proof, planned: PlannedFill, run: RunOptions) -> Callable[[int], None]:
    """
    Has the proof follow the ranges that are done, where it can.

    It waits for the end if another machine writes, whose bytes may come late, or if the ranges do not follow each other
    in the output.
    """
    if run.dask is not None or planned.ranges.n_copies:
        return lambda _: None
    places = np.concatenate([[0], np.cumsum(planned.reader.survey.axis.count)])
    return lambda n_ranges: proof.add_written(int(places[planned.ranges.gathers[n_ranges]]))


def _check(planned: PlannedFill, journal: Journal, target: Path, progress: Progress) -> SurveyCheck | None:
    """Trials beforehand, if they are wanted; those that an earlier run made are taken."""
    options = planned.options
    if not options.check:
        return None
    if journal.prepass is None:
        filler, reader = planned.filler, planned.reader
        check = check_survey(
            reader,
            filler.interpolator,
            gathers=options.check,
            seed=options.seed,
            shown=filler.shown,
            progress=progress,
        )
        journal.add_prepass(keep_check(check, target))
    check = restore_check(journal.prepass or {}, target)
    if options.refuse_beyond is not None and not check.trials:
        raise InvalidParameterError(
            f"Invalid --refuse-beyond {options.refuse_beyond:g}: must come with a check that was possible, and no "
            f"gather has the {FEWEST} live traces that a trial needs. Leave it out, or put more traces into a gather."
        )
    return check


def _assessor(check: SurveyCheck | None, planned: PlannedFill) -> Assessor | None:
    if check is None:
        return None
    trained_gap = getattr(planned.filler.interpolator, "trained_gap", None)
    limits = TrustLimits(quality=check.quality, trained_gap=trained_gap)
    return Assessor(check=without_trials(check), limits=limits, refuse_beyond=planned.options.refuse_beyond)


def _give_names(target: Path, options: FillOptions, check: SurveyCheck | None) -> None:
    """
    Whole files get their names, the data last; done again, it does what is left to do.

    Data that are to be replaced go first: at no moment do they lie beside a sidecar that is not theirs.
    """
    clear_name(target)
    give_name(sidecar_path(target))
    if options.sigma is not None:
        give_name(Path(options.sigma))
    with sidecar_path(target).open("rb") as file:
        keep_trials(check, target, json.loads(file.readline()))
    sync_folder(target.parent)
    give_name(target)
    sync_folder(target.parent)


def _counter(progress: Progress, stage: str, total: int) -> Callable[[int], None]:
    """Turn counts of traces into progress of a stage."""
    done = 0

    def count(n: int) -> None:
        nonlocal done
        done += n
        progress(stage, done, total)

    return count


@contextlib.contextmanager
def _threads(count: int) -> Iterator[None]:
    """Threads of torch as they are told, and as they were afterwards."""
    torch = sys.modules.get("torch")
    before = None if torch is None else torch.get_num_threads()
    set_threads(count)
    try:
        yield
    finally:
        if before is not None:
            set_threads(before)
