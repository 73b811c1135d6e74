"""`seisfill decimate`: hide traces by a rule."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c


def command(
    file: Annotated[Path, typer.Argument(help="SEG-Y or SU file.")],
    out: Annotated[Path, typer.Argument(help="File with traces hidden; the list of them goes to OUT.truth.jsonl.")],
    mask: Annotated[str, typer.Option("--mask", help="random:0.5, every:2, jitter:2, gap:8, or several with +.")],
    seed: c.Seed = 0,
    zero: Annotated[
        bool, typer.Option("--zero", help="Leave dead traces in place; without it they are absent.")
    ] = False,
    gather: c.GatherKey = None,
    trace: c.TraceKey = None,
    n_samples: c.NSamples = None,
    sample_format: c.Format = None,
    byte_order: c.ByteOrder = None,
    text_encoding: c.TextEncoding = None,
    dt: c.Interval = None,
    t0: c.FirstTime = None,
    salvage: c.Salvage = False,
    force: c.Force = False,
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
