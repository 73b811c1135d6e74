"""`seisfill benchmark`: fillers compared on field and synthetic data."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    config: Annotated[
        Path | None, typer.Argument(help="TOML file, such as configs/benchmark.toml; all we know where not given.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for cells, tables and the figure.")] = Path(
        "runs/benchmark"
    ),
    resume: Annotated[bool, typer.Option("--resume", help="Skip the cells that are finished.")] = False,
    filler: Annotated[list[str] | None, typer.Option("--filler", help="Only this filler; may be repeated.")] = None,
    data: Annotated[list[str] | None, typer.Option("--data", help="Only this data set; may be repeated.")] = None,
    pattern: Annotated[list[str] | None, typer.Option("--pattern", help="Only this pattern; may be repeated.")] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch public data that is not here.")] = False,
    as_json: o.Json = False,
) -> None:
    """Hide traces, fill them by every method, compare on what was hidden; SEISFILL_DATA names the field data."""
    from seisfill.workflows.benchmark import run_benchmark
    from seisfill.workflows.benchmark_config import default_benchmark, load_benchmark_config
    from seisfill.workflows.benchmark_tables import DEFINITION, summary_as_dict, tables

    whole = load_benchmark_config(config) if config else default_benchmark()
    only = whole.choose(data=data or (), patterns=pattern or (), fillers=filler or ())
    with c.progress() as told:
        summary = run_benchmark(
            whole,
            out=out,
            only=only,
            resume=resume,
            download=download,
            report=lambda line: c.say(f"seisfill: {line}"),
            progress=told,
        )
    if as_json:
        c.print_json(summary_as_dict(summary))
        return
    print(DEFINITION)
    for title, (columns, rows) in tables(summary).items():
        if title not in summary.data:
            c.table(title, columns, rows)
    if summary.n_not_finite:
        c.tell(f"{summary.n_not_finite} cells left out, whose SNR is not a finite number")
    c.tell(f"Each data set's table is in {out}/summary.md, every cell in {out}/cells.csv, the picture in {out}/snr.png")
