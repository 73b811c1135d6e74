"""`seisfill plot`: pictures of one gather."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    file: Annotated[Path, typer.Argument(help="Truth, or a file with holes.")],
    save: Annotated[Path, typer.Option("--save", help="Picture: .png, .pdf or .svg; replaced if it is there.")],
    filled: Annotated[Path | None, typer.Argument(help="Fill of it, or of the decimated file.")] = None,
    decimated: Annotated[
        Path | None, typer.Option("--decimated", help="What was filled, if FILE is the truth.")
    ] = None,
    gather: Annotated[float | None, typer.Option("--gather", help="Key of the gather to draw.")] = None,
) -> None:
    """Draw a gather: section, filled, truth and difference at one clip, f-k spectra, trace overlays, wiggles."""
    from seisfill.workflows.plot import plot_file

    key = plot_file(file, save, filled=filled, decimated=decimated, gather=gather)
    print(f"{save}: gather {key}")
