"""The picture of an ablation: what each variant is worth beside the base, one panel for each kind of data."""

import math
from itertools import cycle
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from seisfill.plotting import new_figure, save_figure
from seisfill.workflows.ablation_summary import AblationSummary, Line
from seisfill.workflows.benchmark_figure import COLOURS, SHAPES
from seisfill.workflows.benchmark_tables import block_word

FARTHEST = 1.25  # dB; what is farther from the base is drawn at the edge, so that it does not press the rest together


def draw_ablation(summary: AblationSummary, path: Path) -> Path:
    """
    Write the picture.

    Parameters
    ----------
    summary : AblationSummary
        What is drawn: for each variant, pattern and seed a mark at its SNR less the mean of the base on that pattern,
        and a stroke at the mean over patterns, with its number.
    path : Path
        ``.png``, ``.pdf`` or ``.svg``.
    """
    kinds = list(summary.lines)
    names = list(dict.fromkeys(line.name for lines in summary.lines.values() for line in lines))
    names.sort(key=lambda name: max(_place(name, lines) for lines in summary.lines.values()))
    figure = new_figure(2.0 + 4.4 * max(len(kinds), 1), 1.4 + 0.26 * max(len(names), 1))
    panels = figure.subplots(1, max(len(kinds), 1), squeeze=False, sharey=True)[0]
    for panel, kind in zip(panels, kinds, strict=False):
        _draw_panel(panel, summary.lines[kind], names, summary.patterns)
        panel.set_title(kind, fontsize=10)
    handles, labels = panels[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=8, frameon=False)
    return save_figure(figure, path)


def _place(name: str, lines: tuple[Line, ...]) -> int:
    """Where a line stands; -1 where it does not."""
    return next((place for place, line in enumerate(lines) if line.name == name), -1)


def _draw_panel(axes: Axes, lines: tuple[Line, ...], names: list[str], patterns: tuple[str, ...]) -> None:
    base = lines[0]
    for line in lines:
        place = names.index(line.name)
        for pattern, colour, shape in zip(patterns, cycle(COLOURS), cycle(SHAPES), strict=False):
            beside = np.clip(np.array(line.seeds[pattern]) - base.patterns[pattern].mean_db, -FARTHEST, FARTHEST)
            label = pattern if line is base else None
            axes.plot(beside, [place] * len(beside), shape, color=colour, markersize=4, alpha=0.75, label=label)
        mean = line.mean.mean_db - base.mean.mean_db
        if math.isfinite(mean):
            label = "mean over patterns and seeds" if line is base else None
            axes.plot(np.clip(mean, -FARTHEST, FARTHEST), place, "|", color="black", markersize=13, label=label)
        axes.text(1.01, place, block_word(line.mean, 2), transform=axes.get_yaxis_transform(), fontsize=7, va="center")
    axes.axvline(0, color="#808080", linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(-1.04 * FARTHEST, 1.04 * FARTHEST)
    axes.set_xlabel(f"SNR on missing traces beside {base.name} [dB]; right: mean", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(color="#E0E0E0", linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
