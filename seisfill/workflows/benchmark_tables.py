"""A benchmark in words: tables for the terminal and for markdown, JSON and CSV. No arithmetic but means of blocks."""

import csv
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from seisfill.workflows.benchmark_folder import Cell, write_json
from seisfill.workflows.benchmark_summary import Block, Summary, mean_block, mean_finite

ORACLE_IS = "The oracle takes the best candidate of each case, which no method knows"
DEFINITION = (
    "SNR = 10 log10( sum d^2 / sum (d - e)^2 ) [dB] on missing traces, in physical amplitudes; "
    "traces that a filler left count as zeros"
)


def write_summary(summary: Summary, cells: Sequence[Cell], out: Path) -> None:
    """Write ``cells.csv``, ``summary.json`` and ``summary.md`` to a folder."""
    with (out / "cells.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Cell)])
        writer.writeheader()
        writer.writerows(asdict(cell) for cell in cells)
    write_json(out / "summary.json", summary_as_dict(summary))
    parts = [f"{DEFINITION}.\nMeans over draws, then over data sets; ± is the spread over draws. {ORACLE_IS}."]
    for title, (columns, rows) in tables(summary).items():
        parts.append(f"## {title}\n\n" + markdown(columns, rows))
    (out / "summary.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def summary_as_dict(summary: Summary) -> dict[str, Any]:
    """Plain values with the definition of the scores, for JSON."""
    return {"definition": DEFINITION, **summary.as_dict()}


def tables(summary: Summary) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Columns and rows of words by title: over all data, the other scores, and each data set."""
    found: dict[str, tuple[list[str], list[list[str]]]] = {}
    for title, names in (("Surveys", summary.surveys), ("Synthetic gathers", summary.synthetic)):
        if names:
            found[f"{title}: SNR on missing traces in dB"] = _mean_table(summary, names)
    found |= {
        "Beside the oracle": (
            ["filler", "mean dB", "loss dB", "within 1 dB", "median time s", "cells"],
            [
                [
                    f.name,
                    _word(f.mean_db),
                    _word(f.loss_db, 2),
                    _percent(f.near_share),
                    _word(f.seconds, 2),
                    str(f.n_cells),
                ]
                for f in summary.fillers
            ],
        ),
        "Other scores in dB, and amplitude as a ratio to the neighbours": (
            ["filler", "filled only", "section", "above aliasing", "amplitude", "traces left"],
            [
                [
                    f.name,
                    _word(f.filled_db),
                    _word(f.section_db),
                    _word(f.aliased_db),
                    _word(f.amplitude_ratio, 2),
                    f"{f.n_left} of {f.n_missing}",
                ]
                for f in summary.fillers
            ],
        ),
    }
    for data in summary.data:
        found[data] = (
            ["filler", *summary.patterns],
            [
                [f.name, *(block_word(f.blocks.get((data, p))) for p in summary.patterns)]
                for f in summary.fillers
                if any((data, p) in f.blocks for p in summary.patterns)
            ],
        )
    return found


def _word(value: float, digits: int = 1) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def _mean_table(summary: Summary, names: tuple[str, ...]) -> tuple[list[str], list[list[str]]]:
    """Mean over some data sets by filler and pattern."""
    rows = []
    for f in summary.fillers:
        columns = [[b for d in names if (b := f.blocks.get((d, p)))] for p in summary.patterns]
        words = [block_word(mean_block(blocks) if blocks else None) for blocks in columns]
        rows.append([f.name, *words, _word(mean_finite([block.mean_db for blocks in columns for block in blocks]))])
    return ["filler", *summary.patterns, "mean"], rows


def _percent(share: float) -> str:
    return "" if math.isnan(share) else f"{100 * share:.0f} %"


def block_word(block: Block | None, digits: int = 1) -> str:
    """
    Mean and spread, as far as they are there.

    Examples
    --------
    >>> block_word(Block(mean_db=9.25, spread_db=0.5)), block_word(Block(mean_db=9.25, spread_db=math.nan), 2)
    ('9.2 ± 0.5', '9.25')
    """
    if block is None:
        return ""
    spread = "" if math.isnan(block.spread_db) else f" ± {block.spread_db:.{digits}f}"
    return _word(block.mean_db, digits) + spread


def markdown(columns: list[str], rows: list[list[str]]) -> str:
    """A table whose first column is words."""
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
