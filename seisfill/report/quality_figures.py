"""Charts of quality: by gather and by range, held-out traces beside their fill, honesty of the bands."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seisfill.plotting.image import clip_of
from seisfill.report.chart import Axis, Chart, Picture, decibel, number, sentence, span_of
from seisfill.report.paths import draw_dots, draw_line
from seisfill.report.rasters import section_picture
from seisfill.report.survey_figures import MOST_DOTS, Grid
from seisfill.trust.trial import Trial

RANGES = {
    "by_offset": ("By offset", "absolute offset [m]"),
    "by_width": ("By width of the hole", "width of the hole [traces]"),
    "by_time": ("By time", "time [s]"),
    "by_octave": ("By frequency", "frequency [Hz]"),
}


def quality_chart(figures: dict[str, NDArray], grid: Grid) -> Chart | None:
    """
    Signal-to-noise ratio of each gather, by where the figure comes from; None where there is one gather, or no figure.

    Parameters
    ----------
    figures : dict of str to float64 array, shape (n_gathers,)
        ``predicted``, ``held out`` and ``true`` [dB]; NaN where a gather has none.
    grid : Grid
        Names of the gathers.
    """
    there = {name: values for name, values in figures.items() if np.isfinite(values).any()}
    if not there or len(grid.names) == 1:
        return None
    styles = {"predicted": "filled", "held out": "live", "true": "truth"}
    low, high = span_of(there.values(), margin=0.15)
    x = Axis(label=f"gather ({grid.gather_word})", low=0.5, high=len(grid.names) + 0.5, whole=True, names=grid.names)
    y = Axis(label="SNR [dB]", low=min(low, 0.0), high=max(high, 1.0))
    paths, told = [], []
    for name, values in there.items():
        rows = np.flatnonzero(np.isfinite(values))
        few = rows[:: -(-len(rows) // MOST_DOTS)]
        paths.append(draw_dots(x, y, few + 1.0, values[few], style=styles[name]))
        told.append(f"{name}: {decibel(float(np.median(values[rows])))} in the median of {len(rows)}")
    return Chart(
        title="Quality of each gather",
        alt=f"Signal-to-noise ratio by gather: {'; '.join(told)}.",
        x=x,
        y=y,
        paths=tuple(paths),
        legend=tuple((f"dots {styles[name]}", name) for name in there),
        caption=sentence("; ".join(told)),
        shape=2.3,
    )


def leakage_charts(trial: Trial, *, name: str) -> list[Chart]:
    """Held-out traces side by side: as recorded, as filled, and what the fill lost, at one clip."""
    truth, estimate = trial.truth, trial.estimate
    clip = clip_of(trial.gather.data, trial.gather.live)
    x = Axis(label="held-out trace", low=0.5, high=len(truth) + 0.5, n_ticks=6, whole=True)
    dt, t0 = trial.gather.dt, trial.gather.t0
    y = Axis(label="time [s]", low=t0 + (truth.shape[1] - 0.5) * dt, high=t0 - dt / 2)
    panels = {
        "recorded": (truth, "held-out live traces as they were recorded"),
        "filled from the others": (estimate, "the same traces as the filler made them of the others"),
        "leakage": (truth - estimate, "recorded minus filled; events that stand out here were lost"),
    }
    return [
        Chart(
            title=title,
            alt=f"{len(truth)} {words}.",
            x=x,
            y=y,
            pictures=(
                Picture(
                    source=section_picture(data, clip=clip),
                    alt=f"{len(truth)} traces: {words}; clip {clip:.3g}.",
                    name=f"{name}-{number(place)}",
                ),
            ),
            shape=0.95,
        )
        for place, (title, (data, words)) in enumerate(panels.items())
    ]


def calibration_chart(nominal: Sequence[float], found: Sequence[float], *, n_traces: int, how: str) -> Chart:
    """
    Share of errors inside each interval against the share that was promised.

    Parameters
    ----------
    nominal, found : sequence of float
        From 0 to 1.
    n_traces : int
        Held-out traces that were judged.
    how : str
        What the model was fitted to, in words.
    """
    x = Axis(label="promised [%]", low=0.0, high=100.0)
    y = Axis(label="found [%]", low=0.0, high=100.0)
    promised, measured = 100 * np.asarray(nominal), 100 * np.asarray(found)
    worst = float(np.abs(promised - measured).max(initial=0.0))
    told = ", ".join(f"{p:.0f} % promised, {m:.0f} % found" for p, m in zip(promised, measured, strict=True))
    return Chart(
        title="Are the error bands honest?",
        alt=f"Coverage of the predicted intervals on {n_traces} held-out traces: {told}.",
        x=x,
        y=y,
        paths=(
            draw_line(x, y, [0, 100], [0, 100], style="guide"),
            draw_line(x, y, promised, measured, style="filled"),
            draw_dots(x, y, promised, measured, style="filled"),
        ),
        legend=(("line filled", f"{n_traces} held-out traces"), ("line guide", "honest")),
        caption=f"At most {worst:.0f} % off the promise; {how}. Below the line, bands are too narrow.",
        shape=1.08,
    )


def range_charts(quality: Mapping[str, Any]) -> list[Chart]:
    """
    Expected signal-to-noise ratio by offset, width of the hole, time and frequency, a step for each range.

    Parameters
    ----------
    quality : mapping
        ``quality`` of the sidecar's check: rows with ``low``, ``high`` and ``snr_db`` by `RANGES`.
    """
    rows = {name: [row for row in quality.get(name) or () if row["snr_db"] is not None] for name in RANGES}
    levels = span_of([[row["snr_db"] for group in rows.values() for row in group]], margin=0.15)
    y = Axis(label="expected SNR [dB]", low=min(levels[0], 0.0), high=max(levels[1], 1.0))
    return [_range_chart(RANGES[name], group, y) for name, group in rows.items() if len(group) > 1]


def _range_chart(words: tuple[str, str], rows: Sequence[Mapping[str, Any]], y: Axis) -> Chart:
    title, label = words
    reach = 0.5 if "[traces]" in label else 0.0  # whole numbers take the room of one
    low, high = ([row[end] for row in rows] for end in ("low", "high"))
    x = Axis(label=label, low=float(min(low)) - reach, high=float(max(high)) + reach, n_ticks=4, whole=bool(reach))
    edges = [(a - reach, b + reach) for a, b in zip(low, high, strict=True)]
    levels = [row["snr_db"] for row in rows]
    told = ", ".join(f"{number(a)} to {number(b)}: {decibel(c)}" for a, b, c in zip(low, high, levels, strict=True))
    return Chart(
        title=title,
        alt=f"Expected signal-to-noise ratio over {label}: {told}.",
        x=x,
        y=y,
        paths=(draw_line(x, y, np.ravel(edges), np.repeat(levels, 2), style="filled"),),
        shape=1.25,
    )
