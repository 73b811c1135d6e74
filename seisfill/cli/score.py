"""`seisfill score`: how good a fill is where the truth is known."""

from pathlib import Path
from typing import Annotated

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o

MOST_ROWS = 20


def command(
    truth: Annotated[Path, typer.Argument(help="Complete file.")],
    filled: Annotated[Path, typer.Argument(help="Fill of the decimated file.")],
    decimated: Annotated[Path, typer.Option("--decimated", help="File with traces missing.")],
    gather: o.GatherKey = None,
    trace: o.TraceKey = None,
    as_json: o.Json = False,
) -> None:
    """Compare a fill with the truth at the traces that were missing."""
    from seisfill.workflows.score import score_files

    found = score_files(truth, filled, decimated=decimated, gathers=c.make_gathers(gather, trace))
    if as_json:
        c.print_json(found.as_dict())
        return
    rows = [
        [
            str(key),
            str(s.n_missing),
            f"{s.snr_db:.2f}",
            f"{s.section_snr_db:.2f}",
            f"{s.amplitude_ratio:.3f}",
            f"{s.correlation:.3f}",
            f"{s.ssim:.3f}",
        ]
        for key, s in list(found.gathers.items())[:MOST_ROWS]
    ]
    rows.append(["all", str(found.n_missing), f"{found.snr_db:.2f}", f"{found.section_snr_db:.2f}", "", "", ""])
    left = len(found.gathers) - MOST_ROWS
    c.table(
        "SNR = 10 log10( sum d^2 / sum (d - e)^2 ) in physical amplitudes, over missing traces; the whole section's "
        "flatters, as its recorded traces are exact" + (f"; {left} more gathers in --json" if left > 0 else ""),
        ["gather", "missing", "SNR [dB]", "whole section [dB]", "amplitude ratio", "correlation", "SSIM"],
        rows,
    )
