"""`seisfill ablate`: what each part of a recipe is worth."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    config: Annotated[Path, typer.Argument(help="TOML file, such as configs/ablation.toml.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for trainings, table and picture.")] = Path(
        "runs/ablation"
    ),
    resume: Annotated[bool, typer.Option("--resume", help="Keep finished trainings, go on with the others.")] = False,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="Only this one and the base; may be repeated.")
    ] = None,
    device: o.Device = "auto",
    as_json: o.Json = False,
) -> int:
    """Train variants of a recipe on one budget, and compare them on one sheet; SEISFILL_DATA names the field data."""
    from seisfill.interpolators.base import choose_device
    from seisfill.workflows.ablation import run_ablation
    from seisfill.workflows.ablation_config import load_ablation_config
    from seisfill.workflows.ablation_summary import DEFINITION, tables

    chosen = load_ablation_config(config).choose(tuple(variant or ()))
    with c.progress() as told:
        summary = run_ablation(
            chosen,
            out=out,
            resume=resume,
            device=choose_device(device),
            report=lambda line: c.say(f"seisfill: {line}"),
            progress=told,
        )
    if as_json:
        c.print_json(summary.as_dict())
    else:
        print(DEFINITION)
        for title, (columns, rows) in tables(summary).items():
            c.table(title, columns, rows)
        c.tell(f"The table is in {out}/summary.md, the picture in {out}/snr.png")
    return 3 if summary.failed else 0
