"""The picture of a benchmark: SNR of each filler, one panel for each pattern, a dot for each data set."""

import math
from itertools import cycle
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from seisfill.plotting import new_figure, save_figure
from seisfill.workflows.benchmark_summary import ORACLE, Summary

MOST_COLUMNS = 3
LOWEST = -5.0  # dB; what is worse is drawn at the edge, so that it does not press the rest together
BAR, MEAN_OF_ALL = "#9DB8CC", "#000000"
# Okabe and Ito (2008), with shapes, so that data sets differ without colour too
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SHAPES = ("o", "s", "^", "D", "v", "P", "X")


def draw_benchmark(summary: Summary, path: Path) -> Path:
    """
    Write the picture.

    Parameters
    ----------
    summary : Summary
        What is drawn; the oracle is a dashed line.
    path : Path
        ``.png``, ``.pdf`` or ``.svg``.
    """
    columns = min(len(summary.patterns), MOST_COLUMNS) or 1
    rows = -(-len(summary.patterns) // columns) or 1
    n_fillers = sum(filler.name != ORACLE for filler in summary.fillers)
    figure = new_figure(2.0 + 3.4 * columns, 1.2 + rows * (0.8 + 0.24 * max(n_fillers, 3)))
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for panel, pattern in zip(panels, summary.patterns, strict=False):
        _draw_panel(panel, summary, pattern)
    for panel in panels[len(summary.patterns) :]:
        panel.set_visible(False)
    for place, panel in enumerate(panels[: len(summary.patterns)]):
        if place + columns >= len(summary.patterns):
            panel.tick_params(labelbottom=True)
            panel.set_xlabel("SNR on missing traces [dB]", fontsize=9)
    _explain(figure)
    return save_figure(figure, path)


def _draw_panel(axes: Axes, summary: Summary, pattern: str) -> None:
    fillers = [filler for filler in summary.fillers if filler.name != ORACLE]
    for place, filler in enumerate(fillers):
        if pattern in filler.patterns:
            mean = max(filler.patterns[pattern].mean_db, LOWEST)
            axes.barh(place, mean, height=0.7, color=BAR, zorder=1, label="mean" if place == 0 else None)
        for data, colour, shape in zip(summary.data, cycle(COLOURS), cycle(SHAPES), strict=False):
            block = filler.blocks.get((data, pattern))
            if block is not None:
                label = data if place == 0 else None
                value = max(block.mean_db, LOWEST)
                axes.plot(value, place, shape, color=colour, markersize=4, alpha=0.85, zorder=3, label=label)
    for filler in summary.fillers:
        if filler.name == ORACLE and not math.isnan(filler.patterns[pattern].mean_db):
            best = filler.patterns[pattern].mean_db
            axes.axvline(
                best,
                color=MEAN_OF_ALL,
                linestyle="--",
                linewidth=1,
                zorder=2,
                label="mean of the best per case",
            )
    axes.set_title(pattern, fontsize=10)
    axes.set_yticks(range(len(fillers)), [filler.name for filler in fillers], fontsize=8)
    axes.set_ylim(len(fillers) - 0.5, -0.5)
    axes.set_xlim(left=LOWEST - 0.5)
    axes.axvline(0, color="#808080", linewidth=0.8, zorder=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", color="#E0E0E0", linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)


def _explain(figure: Figure) -> None:
    """One legend for all panels, below them."""
    told: dict[str, Artist] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            told.setdefault(label, handle)
    if told:
        figure.legend(list(told.values()), list(told), loc="outside lower center", ncols=3, fontsize=8, frameon=False)
