"""`seisfill train`: a network from a configuration."""

import math
from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c


def command(
    config: Annotated[Path, typer.Argument(help="TOML file, such as configs/small.toml.")],
    minutes: Annotated[float, typer.Option("--minutes", help="Stop after this time; --resume goes on.")] = math.inf,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder; runs/NAME where not given.")] = None,
    device: c.Device = "auto",
) -> None:
    """Train a network; leaves weights with their card, checkpoints and a log."""
    from seisfill.config import load_train_config
    from seisfill.interpolators.network import choose_device
    from seisfill.workflows.train import train

    loaded = load_train_config(config)
    done = train(
        loaded,
        out=out or Path("runs") / loaded.name,
        minutes=minutes,
        resume=resume,
        device=choose_device(device),
        report=lambda row: c.say(
            f"step {row['step']}/{loaded.steps}  {row['seconds']:.0f} s  loss {row['loss']:.4f}  "
            f"missing {row['missing']:.4f} (linear {row['linear']:.4f})"
        ),
    )
    print(f"{done.weights}: step {done.step} of {done.steps}, {done.seconds / 60:.1f} minutes")
