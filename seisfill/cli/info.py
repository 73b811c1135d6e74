"""`seisfill info`: what a file is and what would be filled."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o

MOST_ROWS = 20


def command(
    file: Annotated[Path, typer.Argument(help="SEG-Y or SU file.")],
    gather: o.GatherKey = None,
    trace: o.TraceKey = None,
    trace_step: o.TraceStep = None,
    trace_range: o.TraceRange = None,
    dead: o.DeadRule = "auto",
    n_samples: o.NSamples = None,
    sample_format: o.Format = None,
    byte_order: o.ByteOrder = None,
    text_encoding: o.TextEncoding = None,
    dt: o.Interval = None,
    t0: o.FirstTime = None,
    salvage: o.Salvage = False,
    as_json: o.Json = False,
) -> None:
    """Say what a file is: layout, keys, live, dead and absent traces of each gather, and what would be filled."""
    from seisfill.workflows.info import describe_file

    with c.progress() as told:
        about = describe_file(
            file,
            layout=c.make_layout(n_samples, sample_format, byte_order, text_encoding, dt, t0=t0, salvage=salvage),
            gathers=c.make_gathers(gather, trace, trace_step, trace_range),
            dead=dead,  # type: ignore[arg-type]
            progress=told,
        )
    if as_json:
        c.print_json(about.as_dict())
        return
    layout, keys = about.layout, about.keys
    rows = [
        ["file", about.path],
        ["layout", f"{layout['dialect']} rev {layout['revision']}, {layout['format']}, {layout['byte_order']}-endian"],
        ["text", str(layout["text_encoding"])],
        ["traces", f"{layout['n_traces']} x {layout['n_samples']} samples of {1000 * layout['dt']:g} ms"],
        ["gathers", f"{len(about.gathers)} ({keys['kind']}) by {keys['gather'] or 'the whole file'}"],
        ["along", f"{keys['trace']}, step {keys['step']:g}"],
        ["why", keys["reason"]],
        ["amplitude", "  ".join(f"{k} {v:.4g}" for k, v in about.amplitude.items() if v is not None)],
        ["would fill", f"{about.total('to_fill')} traces; {about.total('holed')} live traces have holes"],
    ]
    if about.beyond:
        rows.append(
            ["beyond", f"{about.beyond} places beyond a gather's first or last trace; --trace-range A:B fills them"]
        )
    c.table("", [], rows)
    counts = [
        [str(g.gather), *(str(n) for n in (g.live, g.dead, g.absent, g.holed, g.widest_gap, g.to_fill))]
        for g in about.gathers[:MOST_ROWS]
    ]
    title = "" if len(about.gathers) <= MOST_ROWS else f"first {MOST_ROWS} of {len(about.gathers)}; --json has all"
    c.table(title, ["gather", "live", "dead", "absent", "holed", "widest gap", "to fill"], counts)
