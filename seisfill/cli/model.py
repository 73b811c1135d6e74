"""`seisfill model`: shots by the wave equation, to train on."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    out: Annotated[Path, typer.Argument(help="Folder to make: shots.npy and card.json.")],
    shots: Annotated[
        int, typer.Option("--shots", min=1, help="How many, each through an Earth model of its own.")
    ] = 64,
    seed: o.Seed = 1,
    device: o.Device = "auto",
) -> None:
    """Model shots through random layered, faulted and salt models (extra modelling: deepwave)."""
    from seisfill.interpolators.network import choose_device
    from seisfill.workflows.modelling import model_shots

    path = model_shots(
        out,
        shots=shots,
        seed=seed,
        device=choose_device(device),
        report=lambda done: c.say(f"{done} of {shots} shots"),
    )
    c.tell(f"{path}: {shots} shots")
