"""`seisfill plot`: pictures of one gather."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c


def command(
    file: Annotated[Path, typer.Argument(help="Truth, or a file with holes; with --held-out, a filled file.")],
    save: Annotated[Path, typer.Option("--save", help="Picture: .png, .pdf or .svg; replaced if it is there.")],
    filled: Annotated[Path | None, typer.Argument(help="Fill of it, or of the decimated file.")] = None,
    decimated: Annotated[
        Path | None, typer.Option("--decimated", help="What was filled, if FILE is the truth.")
    ] = None,
    sigma: Annotated[
        Path | None, typer.Option("--sigma", help="Predicted errors of the fill, as fill --sigma wrote them.")
    ] = None,
    gather: Annotated[float | None, typer.Option("--gather", help="Key of the gather to draw.")] = None,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Draw what the fill lost at traces that its check held out.")
    ] = False,
    gates: Annotated[
        bool, typer.Option("--gates", help="Draw where the gates of a network are open over a gather of FILE.")
    ] = False,
    weights: Annotated[
        str | None, typer.Option("--weights", help="Of which network, with --gates: shipped name or file.")
    ] = None,
) -> None:
    """
    Draw a gather: section, filled, truth and difference at one clip, f-k spectra, trace overlays, wiggles.

    Overlays carry the band of the predicted error where --sigma or the sidecar of the fill tells it.
    """
    from seisfill.workflows.plot import plot_file

    compared = {"FILLED": filled, "--decimated": decimated, "--sigma": sigma}
    if held_out:
        from seisfill.workflows.plot_held_out import plot_held_out_of_file

        _refuse("--held-out", {**compared, "--gates": gates or None, "--weights": weights})
        key = plot_held_out_of_file(file, save, gather=gather)
    elif gates:
        from seisfill.nn.weights import DEFAULT
        from seisfill.workflows.plot_gates import plot_gates_of_file

        _refuse("--gates", compared)
        key = plot_gates_of_file(file, save, weights=weights or DEFAULT, gather=gather)
    else:
        _refuse("a picture of samples", {"--weights": weights})
        key = plot_file(file, save, filled=filled, decimated=decimated, sigma=sigma, gather=gather)
    c.tell(f"{save}: gather {key}")


def _refuse(picture: str, beside: Mapping[str, object]) -> None:
    """Refuse words that this kind of picture would not heed."""
    from seisfill.errors import InvalidParameterError

    for word, value in beside.items():
        if value is not None:
            raise InvalidParameterError(f"Invalid {word} with {picture}: must be left out; it would change nothing.")
