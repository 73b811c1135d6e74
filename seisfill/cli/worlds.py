"""`seisfill worlds`: pictures of what networks are trained on."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    out: Annotated[Path, typer.Argument(help="A picture of the mixture, or a folder: one picture for each family.")],
    family: Annotated[str | None, typer.Option("--family", help="Only this family, such as shot or land.")] = None,
    seed: o.Seed = 1,
) -> None:
    """Draw sheets of 8 x 8 random synthetic samples; pictures that are there are replaced."""
    from seisfill.workflows.worlds import draw_worlds

    for path in draw_worlds(out, family=family, seed=seed):
        c.tell(str(path))
