"""`seisfill train`: a network from a configuration."""

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    config: Annotated[Path, typer.Argument(help="TOML file, such as configs/small.toml.")],
    minutes: Annotated[float, typer.Option("--minutes", help="Stop after this time; --resume goes on.")] = math.inf,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    new_leg: Annotated[bool, typer.Option("--new-leg", help="With --resume: the configuration may differ.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder; runs/NAME where not given.")] = None,
    fields: Annotated[
        list[Path] | None, typer.Option("--validate", help="SEG-Y or SU file to judge on the way; may be repeated.")
    ] = None,
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Write for TensorBoard too.")] = False,
    measure: Annotated[bool, typer.Option("--measure", help="Time generator and step, and train nothing.")] = False,
    device: o.Device = "auto",
    as_json: o.Json = False,
) -> None:
    """Train a network; leaves weights with their card, checkpoints, logs and validation sheets."""
    from seisfill.config import load_train_config
    from seisfill.interpolators.base import choose_device
    from seisfill.workflows.train import train

    loaded = load_train_config(config)
    if measure:
        _measure(loaded, choose_device(device), as_json=as_json)
        return
    done = train(
        loaded,
        out=out or Path("runs") / loaded.name,
        minutes=minutes,
        resume=resume,
        new_leg=new_leg,
        device=choose_device(device),
        fields=fields or (),
        tensorboard=tensorboard,
        report=lambda row: c.say(
            f"step {row['step']}/{loaded.steps}  {row['seconds']:.0f} s  loss {row['loss']:.4f}  "
            f"missing {row['missing']:.4f} (linear {row['linear']:.4f})"
        ),
    )
    if as_json:
        c.print_json({"weights": str(done.weights), "step": done.step, "steps": done.steps, "seconds": done.seconds})
    else:
        c.tell(f"{done.weights}: step {done.step} of {done.steps}, {done.seconds / 60:.1f} minutes")


def _measure(config: Any, device: str, *, as_json: bool) -> None:
    from seisfill.workflows.measure import measure_speed

    speed = measure_speed(config, device=device)
    told = {
        "generator alone [patches/s]": speed.generator,
        "step alone [patches/s]": speed.step,
        "both [patches/s]": speed.both,
        "generator's share of a step": speed.generator_share,
        "convolutions of a step [GFLOP/patch]": speed.convolutions / 1e9,
        "large convolution [TFLOP/s]": speed.peak / 1e12,
        "achieved fraction of it": speed.achieved,
    }
    if as_json:
        c.print_json(told)
    else:
        c.table(
            f"{config.name} on {device}", ["", "measured"], [[name, f"{value:.4g}"] for name, value in told.items()]
        )
