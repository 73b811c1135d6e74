"""`seisfill verify`: prove that recorded traces are untouched."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    file: Annotated[Path, typer.Argument(help="File that was filled.")],
    filled: Annotated[Path, typer.Argument(help="What the fill wrote.")],
    sidecar: Annotated[Path | None, typer.Option("--sidecar", help="Where the sidecar lies, if not beside.")] = None,
    as_json: o.Json = False,
) -> None:
    """Compare input and output byte by byte; exit code 0 only if every recorded trace is untouched."""
    from seisfill.workflows.verify import verify_file

    verdict = verify_file(file, filled, sidecar=sidecar)
    if as_json:
        c.print_json(asdict(verdict))
    else:
        c.tell(
            f"{filled}: {'untouched' if verdict.untouched else 'NOT untouched'}: {verdict.recorded} recorded traces "
            f"equal byte for byte, {verdict.inserted} inserted, {verdict.in_place} dead traces filled in place, "
            f"holes of {verdict.holes} filled" + (f"; {verdict.problem}" if verdict.problem else "")
        )
    if not verdict.untouched:
        raise typer.Exit(2)
