"""`seisfill fill`: the main job."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seisfill.cli import console as c
from seisfill.cli import fill_options as own
from seisfill.cli import options as o

if TYPE_CHECKING:
    from collections.abc import Callable

    from seisfill.interpolators.base import Interpolator
    from seisfill.workflows.fill_options import CheckSummary, FillOptions, FillSummary

NETWORKED = ("network", "auto")
CURES = {
    "gap of": "--max-gap N or --method linear",
    "not asked for": "--trace-range A:B",
    "predicted SNR": "a lower --refuse-beyond",
}  # by a word of the reason


def command(
    file: Annotated[Path, typer.Argument(help="SEG-Y or SU file with missing traces.")],
    out: Annotated[Path, typer.Argument(help="Filled file; its sidecar goes to OUT.fill.jsonl.")],
    method: own.Method = "auto",
    moveout: own.Moveout = None,
    gather: o.GatherKey = None,
    trace: o.TraceKey = None,
    along: own.Along = None,
    trace_step: o.TraceStep = None,
    trace_range: o.TraceRange = None,
    densify: own.Densify = 1,
    dead: o.DeadRule = "auto",
    weights: own.Weights = None,
    device: o.Device = "auto",
    flips: own.Flips = False,
    turns: own.Turns = 0,
    max_gap: own.MaxGap = None,
    guide: own.Guide = None,
    mark_field: own.MarkField = "233",
    check: o.Check = "4",
    sigma: o.SigmaFile = None,
    error_field: o.ErrorField = None,
    refuse_beyond: o.RefuseBeyond = None,
    adapt: own.Adapt = False,
    report: own.Report = False,
    n_samples: o.NSamples = None,
    sample_format: o.Format = None,
    byte_order: o.ByteOrder = None,
    text_encoding: o.TextEncoding = None,
    dt: o.Interval = None,
    t0: o.FirstTime = None,
    salvage: o.Salvage = False,
    seed: o.Seed = 0,
    force: o.Force = False,
    resume: own.Resume = False,
    workers: own.Workers = 1,
    dask: own.Dask = None,
    threads: own.Threads = 2,
    memory: own.Memory = "2G",
) -> None:
    """Fill missing traces: recorded bytes stay untouched, every new trace is marked and removable."""
    from seisfill.interpolators.base import Limits
    from seisfill.segy.layout import detect_layout
    from seisfill.workflows.fill import FillOptions, RunOptions, fill_file
    from seisfill.workflows.fill_files import check_files
    from seisfill.workflows.run_options import parse_size

    gather = _gather_along(along, gather)
    options = FillOptions(
        layout=c.make_layout(n_samples, sample_format, byte_order, text_encoding, dt, t0=t0, salvage=salvage),
        gathers=c.make_gathers(gather, trace, trace_step, trace_range, densify=densify),
        dead=dead,  # type: ignore[arg-type]
        mark_byte=_mark_byte(mark_field),
        guides=tuple(guide or ()),
        seed=seed,
        force=force,
        check=c.parse_count(check, "check"),
        sigma=sigma,
        error_byte=error_field,
        refuse_beyond=refuse_beyond,
    )
    run = RunOptions(memory=parse_size(memory), workers=workers, dask=dask, threads=threads, resume=resume)
    check_files(file, out, options, weights=weights, adapt=adapt, report=report, resume=resume)
    detect_layout(file, options.layout)  # a file that is none is told before the seconds that torch takes to load
    if adapt:
        weights = _adapted(file, out, method=method, weights=weights, device=device, options=options, resume=resume)
    limits = Limits(max_gap=max_gap, extrapolate=trace_range is not None)
    _check_turns(turns, method=method, check=options.check)
    filler = _load(method, weights, flips, seed, turns=turns, moveout=moveout, device=device, limits=limits)
    with c.progress() as told:
        fill = _way_of_both() if along == "both" else fill_file
        done = fill(file, out, interpolator=filler, options=options, run=run, progress=told)
    if report:
        _write_report(file, out, sigma=sigma, force=force)
    _report(out, done)


def _gather_along(along: str | None, gather: str | None) -> str | None:
    """The gathers that an axis means; none are named where both are."""
    from seisfill.errors import InvalidParameterError

    if along is None:
        return gather
    if along not in ("inline", "crossline", "both"):
        raise InvalidParameterError(f"Invalid --along {along!r}: must be inline, crossline or both.")
    if gather is not None:
        raise InvalidParameterError(f"Invalid --gather {gather!r} with --along {along}: must be left out.")
    return None if along == "both" else along


def _way_of_both() -> "Callable[..., FillSummary]":
    from seisfill.workflows.along import fill_both_ways

    return fill_both_ways


def _check_turns(turns: int, *, method: str, check: int) -> None:
    """Refuse turns where nothing would ask for what they tell."""
    from seisfill.errors import InvalidParameterError

    if turns and (method != "network" or not check):
        raise InvalidParameterError(
            f"Invalid --turns {turns}: must come with --method network, whose sigma they widen, and a check, which "
            "makes predicted errors of it."
        )


def _load(
    method: str, weights: str | None, flips: bool, seed: int, *, turns: int = 0, **options: Any
) -> "Interpolator":
    """The filler that the words name; only some hold a network, and one draws."""
    from seisfill.errors import InvalidParameterError
    from seisfill.interpolators.load import load_interpolator

    if method in NETWORKED:
        options |= {"weights": weights, "flips": flips} | ({"seed": seed} if method == "auto" else {"turns": turns})
        return load_interpolator(method, **options)
    for option, given in (("--weights", weights), ("--flips", flips)):
        if given:
            raise InvalidParameterError(f"Invalid method {method!r} with {option}: must be network or auto.")
    return load_interpolator(method, **options)


def _adapted(
    file: Path, out: Path, *, method: str, weights: str | None, device: str, options: "FillOptions", resume: bool
) -> str:
    """Weights that are adapted to the file; those of the start where they were not bettered."""
    from seisfill.errors import InvalidParameterError

    if method not in NETWORKED:
        raise InvalidParameterError(f"Invalid method {method!r} with --adapt: must be network or auto.")
    from seisfill.nn.weights import DEFAULT
    from seisfill.training.adapt import AdaptConfig
    from seisfill.workflows.adapt import AdaptOptions
    from seisfill.workflows.adapted import weights_for_fill

    wanted = AdaptOptions(
        layout=options.layout,
        gathers=options.gathers,
        dead=options.dead,
        config=AdaptConfig(seed=options.seed),
        force=options.force,
    )
    with c.progress() as told:
        found, said = weights_for_fill(
            file, out, weights=weights or DEFAULT, device=device, options=wanted, resume=resume, progress=told
        )
    c.tell(f"{found}: {said}")
    return str(found)


def _write_report(file: Path, out: Path, *, sigma: str | None, force: bool) -> None:
    from seisfill.workflows.report import write_report

    page = write_report(file, out, sigma=sigma, force=force)
    c.tell(f"{page.path}: {page.size / 1e6:.1f} MB")


def _report(out: Path, done: "FillSummary") -> None:
    """Say what was done, and what was not: then the exit code is 3."""
    c.tell(
        f"{out}: {done.inserted} traces inserted, {done.in_place} dead traces filled in place, holes of {done.holes} "
        f"live traces filled, in {done.n_gathers} gathers; recorded traces verified untouched"
    )
    if done.check is not None:
        c.tell(_what_check_found(done.check))
    if done.flagged:
        c.tell(f"{out}: {done.flagged} filled traces flagged; {out}.fill.jsonl says why")
    for reason, count in done.refused.items():
        c.tell(f"{out}: {count} traces left unfilled: {reason}")
    if done.refused:
        reasons = " ".join(done.refused)
        hints = [flag for word, flag in CURES.items() if word in reasons]
        if hints:
            c.tell(f"To fill them all the same: {', '.join(hints)}")
        raise typer.Exit(3)


def _what_check_found(check: "CheckSummary") -> str:
    if not check.n_traces or check.snr_db is None:
        return "check: no trial was possible; a gather needs 8 live traces and a hole between them"
    covers = "" if check.coverage is None else f" (80 % interval covers {check.coverage:.0%} of the errors there)"
    return (
        f"check: {check.n_traces} held-out traces in {check.n_gathers} gathers: predicted {check.snr_db:.1f} dB{covers}"
    )


def _mark_byte(text: str) -> int | None:
    from seisfill.errors import InvalidParameterError

    if text == "none":
        return None
    if not text.isdecimal():
        raise InvalidParameterError(f"Invalid mark field {text!r}: must be a byte from 1 to 237, or none.")
    return int(text)
