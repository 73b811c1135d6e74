"""Options of `seisfill fill` alone, in the panels of its help."""

from typing import Annotated

import typer

from seisfill.cli.options import FILLER, GATHERS, RUN, TRUST

Method = Annotated[
    str,
    typer.Option("--method", help="auto, network, prediction, pocs, rank, alft or linear.", rich_help_panel=FILLER),
]
Moveout = Annotated[
    bool | None,
    typer.Option(
        "--moveout/--no-moveout",
        help="Flatten events before filling, restore after; the method's habit if not given.",
        rich_help_panel=FILLER,
    ),
]
Along = Annotated[
    str | None,
    typer.Option(
        "--along",
        metavar="AXIS",
        help="Volumes: inline, crossline, or both, blended by predicted error.",
        rich_help_panel=GATHERS,
    ),
]
Densify = Annotated[
    int,
    typer.Option(
        "--densify",
        help="2, 3 or 4: puts 1, 2 or 3 new traces between every two neighbours.",
        rich_help_panel=GATHERS,
    ),
]
Weights = Annotated[
    str | None, typer.Option("--weights", help="Shipped name or .safetensors file.", rich_help_panel=FILLER)
]
Flips = Annotated[
    bool,
    typer.Option(
        "--flips/--no-flips",
        help="Network: average over flips and polarity; 4 times slower.",
        rich_help_panel=FILLER,
    ),
]
Turns = Annotated[
    int,
    typer.Option(
        "--turns",
        help="Network: 1 to 5 more looks (flips, shears, tiles), one fill each, for sigma.",
        rich_help_panel=FILLER,
    ),
]
MaxGap = Annotated[
    int | None,
    typer.Option(
        "--max-gap",
        help="Widest gap to fill, in traces; the method's own where not given.",
        rich_help_panel=FILLER,
    ),
]
Guide = Annotated[
    list[str] | None,
    typer.Option(
        "--guide",
        metavar="KIND:FILE",
        help="Slopes you trust: slope:FILE or horizon:FILE.",
        rich_help_panel=FILLER,
    ),
]
MarkField = Annotated[
    str, typer.Option("--mark-field", metavar="BYTE|none", help="First of four header bytes for the mark.")
]
Adapt = Annotated[
    bool,
    typer.Option(
        "--adapt",
        help="First adapt the network to the file; OUT.adapted.safetensors keeps it.",
        rich_help_panel=FILLER,
    ),
]
Report = Annotated[
    bool, typer.Option("--report", help="Also write OUT.report.html about the fill.", rich_help_panel=TRUST)
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on with what an interrupted fill left beside OUT.", rich_help_panel=RUN),
]
Workers = Annotated[int, typer.Option("--workers", metavar="N", help="Processes that fill.", rich_help_panel=RUN)]
Dask = Annotated[
    str | None,
    typer.Option("--dask", metavar="ADDRESS", help="Dask scheduler whose workers fill instead.", rich_help_panel=RUN),
]
Threads = Annotated[
    int,
    typer.Option(
        "--threads", metavar="N", help="Of each process; part of what the last bits hang on.", rich_help_panel=RUN
    ),
]
Memory = Annotated[
    str,
    typer.Option(
        "--memory", metavar="SIZE", help="What all processes here may hold, as 512M or 2G.", rich_help_panel=RUN
    ),
]
