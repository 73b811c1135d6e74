"""`seisfill adapt`: weights for one file, from its own live traces."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    file: Annotated[Path, typer.Argument(help="SEG-Y or SU file with missing traces.")],
    weights_out: Annotated[
        Path, typer.Option("--weights-out", metavar="NAME.safetensors", help="The new weights; their card goes beside.")
    ],
    weights: Annotated[str, typer.Option("--weights", help="To begin with: shipped name or .safetensors file.")] = (
        "small"
    ),
    minutes: Annotated[float, typer.Option("--minutes", help="Stop after this time, or when nothing gets better.")] = 5,
    steps: Annotated[int, typer.Option("--steps", help="Steps at most; the same on every machine.")] = 120,
    most_gathers: Annotated[int, typer.Option("--most-gathers", help="To learn from, spread over the file.")] = 8,
    gather: o.GatherKey = None,
    trace: o.TraceKey = None,
    trace_step: o.TraceStep = None,
    trace_range: o.TraceRange = None,
    densify: Annotated[int, typer.Option("--densify", help="2, 3 or 4: adapt for a fill that densifies.")] = 1,
    dead: o.DeadRule = "auto",
    n_samples: o.NSamples = None,
    sample_format: o.Format = None,
    byte_order: o.ByteOrder = None,
    text_encoding: o.TextEncoding = None,
    dt: o.Interval = None,
    t0: o.FirstTime = None,
    salvage: o.Salvage = False,
    seed: o.Seed = 0,
    device: o.Device = "auto",
    force: o.Force = False,
    as_json: o.Json = False,
) -> None:
    """
    Adapt the network to a file: it learns from live traces, by hiding more of them.

    Exit code 3: it was not better on live traces kept apart, and nothing was written.
    """
    from seisfill.training.adapt import AdaptConfig
    from seisfill.workflows.adapt import AdaptOptions, adapt_file

    options = AdaptOptions(
        layout=c.make_layout(n_samples, sample_format, byte_order, text_encoding, dt, t0=t0, salvage=salvage),
        gathers=c.make_gathers(gather, trace, trace_step, trace_range, densify=densify),
        dead=dead,  # type: ignore[arg-type]
        most_gathers=most_gathers,
        minutes=minutes,
        config=AdaptConfig(steps=steps, seed=seed),
        force=force,
    )
    with c.progress() as told:
        done = adapt_file(file, weights_out, weights=weights, device=device, options=options, progress=told)
    said = (
        f"{done.before:.2f} dB before, {done.after:.2f} dB after on {done.n_apart} live traces kept apart; "
        f"{done.steps} steps on {done.n_gathers} gathers in {done.seconds / 60:.1f} minutes"
    )
    if as_json:
        names = ("before", "after", "step", "steps", "seconds", "n_gathers", "n_apart")
        wrote = None if done.weights is None else str(done.weights)
        c.print_json({"weights": wrote, **{name: getattr(done, name) for name in names}})
    elif done.weights is not None:
        c.tell(f"{done.weights}: {said}. Fill with --weights {done.weights}")
    else:
        c.tell(f"{file}: {weights} was not bettered: {said}. Nothing was written")
    if done.weights is None:
        raise typer.Exit(3)
