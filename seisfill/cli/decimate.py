"""`seisfill decimate`: hide traces by a rule."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    file: Annotated[Path, typer.Argument(help="SEG-Y or SU file.")],
    out: Annotated[Path, typer.Argument(help="File with traces hidden; the list of them goes to OUT.truth.jsonl.")],
    mask: Annotated[str, typer.Option("--mask", help="random:0.5, every:2, jitter:2, gap:8, or several with +.")],
    seed: o.Seed = 0,
    zero: Annotated[
        bool, typer.Option("--zero", help="Leave dead traces in place; without it they are absent.")
    ] = False,
    gather: o.GatherKey = None,
    trace: o.TraceKey = None,
    n_samples: o.NSamples = None,
    sample_format: o.Format = None,
    byte_order: o.ByteOrder = None,
    text_encoding: o.TextEncoding = None,
    dt: o.Interval = None,
    t0: o.FirstTime = None,
    salvage: o.Salvage = False,
    force: o.Force = False,
) -> None:
    """Write a file with traces hidden, a draw per gather, first and last trace kept."""
    from seisfill.masks import parse_mask
    from seisfill.workflows.decimate import decimate_file

    done = decimate_file(
        file,
        out,
        mask=parse_mask(mask),
        seed=seed,
        zero=zero,
        layout=c.make_layout(n_samples, sample_format, byte_order, text_encoding, dt, t0=t0, salvage=salvage),
        gathers=c.make_gathers(gather, trace),
        force=force,
    )
    c.tell(f"{out}: {done.n_hidden} of {done.n_traces} traces {'zeroed' if zero else 'removed'} by {mask}, seed {seed}")
