"""`seisfill report`: one HTML page about a fill."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    file: Annotated[Path, typer.Argument(help="What was filled.")],
    filled: Annotated[Path, typer.Argument(help="Fill of it; its sidecar, and its check if there is one, lie beside.")],
    truth: Annotated[Path | None, typer.Option("--truth", help="Complete file, where one is known.")] = None,
    sigma: Annotated[
        Path | None,
        typer.Option("--sigma", help="Predicted error of every sample, as seisfill fill --sigma writes it."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The page; FILLED.report.html where not given.")] = None,
    gathers: Annotated[int, typer.Option("--gathers", help="Gathers to show: best, median, worst and between.")] = 5,
    force: o.Force = False,
) -> None:
    """Write one self-contained HTML page: what was filled, how good it is, where not to trust it."""
    from seisfill.workflows.report import write_report

    done = write_report(file, filled, truth=truth, sigma=sigma, out=out, most=gathers, force=force)
    c.tell(f"{done.path}: {done.size / 1e6:.1f} MB, shows gathers {', '.join(done.gathers)}")
