"""`seisfill demo`: the main job on an embedded survey."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c


def command(
    out: Annotated[Path, typer.Option("--out", help="Folder for files and figures; files in it are replaced.")] = Path(
        "out"
    ),
) -> None:
    """Make a survey, hide traces, fill them with network and linear, score and draw the fills, report on one."""
    from seisfill.interpolators.load import load_interpolator
    from seisfill.workflows.demo import run_demo

    methods = {name: load_interpolator(name) for name in ("auto", "linear")}
    rows = run_demo(out, interpolators=methods, report=lambda line: c.say(f"seisfill: {line}"))
    c.table(
        "SNR [dB] on missing traces and of the whole section (which flatters)",
        ["pattern", "method", "missing traces", "SNR", "whole section"],
        [[r.pattern, r.method, str(r.n_missing), f"{r.snr_db:.1f}", f"{r.section_snr_db:.1f}"] for r in rows],
    )
    c.tell(f"Filled SEG-Y, sidecars and figures are in {out}/; open {out}/report.html for one fill on one page")
