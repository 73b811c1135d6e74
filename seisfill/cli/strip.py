"""`seisfill strip`: undo a fill."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    filled: Annotated[Path, typer.Argument(help="Filled file.")],
    out: Annotated[Path, typer.Argument(help="Name for the file that was filled.")],
    sidecar: Annotated[Path | None, typer.Option("--sidecar", help="Where the sidecar lies, if not beside.")] = None,
    force: o.Force = False,
) -> None:
    """Remove filled traces by sidecar and mark, and give back the input byte for byte."""
    from seisfill.workflows.strip import strip_file

    notes = strip_file(filled, out, sidecar=sidecar, force=force)
    known = notes.head["input"]
    c.tell(f"{out}: {known['n_traces']} traces, sha256 {known['sha256']} as before the fill")
