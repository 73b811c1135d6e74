"""The curves of a training: what it loses on missing samples beside straight lines, and its validation sheets."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from seisfill.plotting import new_figure

# Okabe and Ito (2008); after these colours they begin again
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINE = "#606060"
SMOOTH = 40  # points that a smooth curve is made of: each is the mean of as many rows around it as that leaves


def draw_curves(rows: Sequence[dict[str, Any]], sheets: Sequence[dict[str, Any]], *, title: str = "") -> Figure:
    """
    Loss against step, and SNR of the validation sheets where there are any.

    Parameters
    ----------
    rows : sequence of dict
        Of ``log.jsonl``: ``step``, ``missing`` and ``linear``.
    sheets : sequence of dict
        Of ``validation.jsonl``: ``step``, ``pattern``, ``snr_db`` and ``linear_db`` of each set and pattern.
    title : str
        Above all.
    """
    figure = new_figure(9.0 if sheets else 5.0, 3.2)
    figure.suptitle(title, fontsize=9)
    panels = figure.subplots(1, 2 if sheets else 1, squeeze=False)[0]
    _draw_loss(panels[0], rows)
    if sheets:
        _draw_sheets(panels[1], sheets)
    for axes in panels:
        axes.set_xlabel("step", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.grid(color="#E0E0E0", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.legend(fontsize=7, frameon=False, ncols=4, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)
    return figure


def _draw_loss(axes: Axes, rows: Sequence[dict[str, Any]]) -> None:
    """Every row faint, and a smooth curve."""
    steps = [row["step"] for row in rows]
    for name, label, colour in (("linear", "straight lines", LINE), ("missing", "network", COLOURS[0])):
        values = np.array([row[name] for row in rows], dtype=float)
        axes.plot(steps, values, color=colour, linewidth=0.6, alpha=0.35)
        axes.plot(steps, running_mean(values, len(values) // SMOOTH), color=colour, linewidth=1.4, label=label)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("mean error on missing samples, gained", fontsize=8)


def _draw_sheets(axes: Axes, sheets: Sequence[dict[str, Any]]) -> None:
    """A line for each pattern, mean over the sets that have a score; dashed what straight lines make of it."""
    steps = sorted({row["step"] for row in sheets})
    for number, pattern in enumerate(dict.fromkeys(row["pattern"] for row in sheets)):
        colour = COLOURS[number % len(COLOURS)]
        of_pattern = [row for row in sheets if row["pattern"] == pattern]
        for column, style, label in (("snr_db", "-o", pattern), ("linear_db", "--", None)):
            scores = [mean_score([row[column] for row in of_pattern if row["step"] == step]) for step in steps]
            axes.plot(steps, scores, style, color=colour, linewidth=1.2, markersize=3, label=label)
    axes.set_ylabel("SNR on missing samples [dB] (dashed: lines)", fontsize=8)


def mean_score(scores: Sequence[float | None]) -> float:
    """
    Mean of the scores that are there; nan where there is none.

    Examples
    --------
    >>> mean_score([3.0, None, 5.0]), mean_score([None])
    (4.0, nan)
    """
    found = [score for score in scores if score is not None]
    return sum(found) / len(found) if found else float("nan")


def running_mean(values: ArrayLike, half: int) -> NDArray[np.float64]:
    """
    Mean over as many as *half* values on either side, fewer at the ends.

    Examples
    --------
    >>> running_mean([1.0, 4.0, 7.0, 0.0], 1).round(2).tolist()
    [2.5, 4.0, 3.67, 3.5]
    """
    sums = np.concatenate([[0.0], np.cumsum(np.asarray(values, dtype=np.float64))])
    numbers = np.arange(len(sums) - 1)
    first, end = np.maximum(numbers - half, 0), np.minimum(numbers + half + 1, len(sums) - 1)
    return np.asarray((sums[end] - sums[first]) / (end - first))
