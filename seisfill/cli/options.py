"""Options that several verbs share, and the panels in which their help stands."""

from typing import Annotated

import typer

GATHERS, FILLER, TRUST = "Gathers and traces", "Filler", "Trust"
LAYOUT, RUN = "Layout of a doubtful file", "Long runs"

NSamples = Annotated[
    int | None, typer.Option("--n-samples", help="Samples of a trace, where headers disagree.", rich_help_panel=LAYOUT)
]
Format = Annotated[
    str | None,
    typer.Option("--format", help="Sample format: ibm, ieee32, ieee64, int8, int16, int32.", rich_help_panel=LAYOUT),
]
ByteOrder = Annotated[str | None, typer.Option("--byte-order", help="big or little.", rich_help_panel=LAYOUT)]
TextEncoding = Annotated[str | None, typer.Option("--text-encoding", help="ebcdic or ascii.", rich_help_panel=LAYOUT)]
Interval = Annotated[
    float | None,
    typer.Option("--dt", help="Sample interval in seconds, where headers have none.", rich_help_panel=LAYOUT),
]
FirstTime = Annotated[
    float | None,
    typer.Option(
        "--t0", help="Time of first samples in seconds, where the delays in headers are wrong.", rich_help_panel=LAYOUT
    ),
]
Salvage = Annotated[
    bool,
    typer.Option(
        "--salvage",
        help="Use the whole traces of a file that is cut off, padded or has more behind.",
        rich_help_panel=LAYOUT,
    ),
]
GatherKey = Annotated[
    str | None,
    typer.Option(
        "--gather",
        help="What makes a gather: shot, receiver, cdp, inline, crossline, line, a header word or a byte.",
        rich_help_panel=GATHERS,
    ),
]
TraceKey = Annotated[
    str | None, typer.Option("--trace", help="Header word or byte along a gather.", rich_help_panel=GATHERS)
]
TraceStep = Annotated[
    float | None,
    typer.Option(
        "--trace-step", help="Key difference of neighbouring traces; found where not given.", rich_help_panel=GATHERS
    ),
]
TraceRange = Annotated[
    str | None,
    typer.Option(
        "--trace-range", metavar="A:B", help="First and last key of each gather; extrapolates.", rich_help_panel=GATHERS
    ),
]
DeadRule = Annotated[
    str, typer.Option("--dead", help="What is a dead trace: auto, flag (code 2) or none.", rich_help_panel=GATHERS)
]
Seed = Annotated[int, typer.Option("--seed", help="Of everything random.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an output that exists.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Check = Annotated[
    str,
    typer.Option(
        "--check",
        metavar="N|none",
        help="Gathers on which the fill is tried first, on live traces that are hidden.",
        rich_help_panel=TRUST,
    ),
]
SigmaFile = Annotated[
    str | None,
    typer.Option(
        "--sigma",
        metavar="FILE",
        help="Also write the predicted error of every sample, laid out as OUT.",
        rich_help_panel=TRUST,
    ),
]
ErrorField = Annotated[
    int | None,
    typer.Option(
        "--error-field",
        metavar="BYTE",
        help="First of two header bytes for the predicted error, percent of the RMS.",
        rich_help_panel=TRUST,
    ),
]
RefuseBeyond = Annotated[
    float | None,
    typer.Option(
        "--refuse-beyond", metavar="DB", help="Leave traces of a lower predicted SNR unfilled.", rich_help_panel=TRUST
    ),
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.", rich_help_panel=FILLER)]
