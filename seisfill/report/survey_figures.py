"""Charts of the whole survey: what became of each trace, how far to trust it, and the map."""

from dataclasses import dataclass

import numpy as np

from seisfill.geometry import TraceAxis
from seisfill.report.chart import Axis, Chart, Picture, decibel
from seisfill.report.paths import draw_dots
from seisfill.report.rasters import code_picture, level_picture
from seisfill.report.traces import FILLED, KINDS, MENDED, RECORDED, REFUSED, REVIVED, TraceTable

COLOURS = {RECORDED: "#8b98a5", FILLED: "#e0751f", REVIVED: "#e6b01f", REFUSED: "#c1447e", MENDED: "#3b8fc4"}
STYLES = {RECORDED: "recorded", FILLED: "filled", REVIVED: "revived", REFUSED: "refused", MENDED: "mended"}
MOST_DOTS = 2500  # of a kind on the map
MAP_SIZE = (1400, 700)
SNR_SHOWN = (0.0, 20.0)  # dB of the first and the last colour


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """
    Gathers by places along them.

    Parameters
    ----------
    gather_word, trace_word : str
        Header words of the gather, empty where the file is one, and along it.
    names : tuple of str
        Key of each gather.
    axis : TraceAxis
        Where the traces lie.
    """

    gather_word: str
    trace_word: str
    names: tuple[str, ...]
    axis: TraceAxis

    @property
    def shape(self) -> tuple[int, int]:
        """Gathers, and places of the longest."""
        return len(self.names), int(self.axis.count.max())

    @property
    def across(self) -> Axis:
        """Keys along the gather where all gathers begin alike, else places."""
        first, step, count = float(self.axis.origin[0]), self.axis.step, self.shape[1]
        if (self.axis.origin == first).all():
            low, high = first - step / 2, first + step * (count - 0.5)
            return Axis(label=self.trace_word, low=low, high=high, n_ticks=8, whole=True)
        return Axis(
            label=f"place along the gather ({self.trace_word})", low=0.5, high=count + 0.5, n_ticks=8, whole=True
        )

    @property
    def down(self) -> Axis:
        """Gathers downwards, in the order of the file."""
        label = f"gather ({self.gather_word})" if self.gather_word else "whole file"
        return Axis(label=label, low=len(self.names) + 0.5, high=0.5, whole=True, names=self.names)

    @property
    def aspect(self) -> float:
        """Width over height: flat for a few gathers."""
        return float(np.clip(24 / len(self.names), 2.4, 9.0))


def coverage_chart(table: TraceTable, grid: Grid) -> Chart:
    """What became of each trace, gathers downwards and places along them to the right."""
    codes = np.full(grid.shape, -1, dtype=np.int64)
    codes[table.group, table.place] = table.kind
    there = [kind for kind in KINDS if (table.kind == kind).any()]
    counts = ", ".join(f"{table.count(kind)} {KINDS[kind]}" for kind in there)
    return Chart(
        title="Every trace of the survey",
        alt=f"Gathers by places along them, coloured by what became of each trace: {counts}.",
        x=grid.across,
        y=grid.down,
        pictures=(
            Picture(
                source=code_picture(codes, tuple(COLOURS.values()), size=MAP_SIZE),
                alt=f"Chart of {grid.shape[0]} gathers by {grid.shape[1]} places: {counts}.",
            ),
        ),
        legend=tuple((f"swatch {STYLES[kind]}", f"{KINDS[kind]} ({table.count(kind):,})") for kind in there),
        shape=grid.aspect,
    )


def trust_chart(table: TraceTable, grid: Grid) -> Chart | None:
    """Predicted signal-to-noise ratio of each filled trace, laid out as `coverage_chart`; None where there is none."""
    if not np.isfinite(table.snr_db[table.new]).any():
        return None
    levels = np.full(grid.shape, np.nan)
    levels[table.group[table.new], table.place[table.new]] = table.snr_db[table.new]
    low, middle, high = np.percentile(levels[np.isfinite(levels)], [10, 50, 90]).tolist()
    return Chart(
        title="How far to trust each filled trace",
        alt=f"Predicted signal-to-noise ratio of filled traces: median {decibel(middle)}, "
        f"nine in ten above {decibel(low)}, one in ten above {decibel(high)}.",
        x=grid.across,
        y=grid.down,
        pictures=(
            Picture(
                source=level_picture(
                    np.flipud(levels).T, low=SNR_SHOWN[0], high=SNR_SHOWN[1], colours="viridis", size=MAP_SIZE
                ),
                alt=f"Predicted signal-to-noise ratio of each filled trace; median {decibel(middle)}.",
            ),
        ),
        legend=(("scale viridis", f"predicted SNR, {SNR_SHOWN[0]:g} to {SNR_SHOWN[1]:g} dB: dark is poor"),),
        caption=f"Median {decibel(middle)}; one in ten filled traces is below {decibel(low)}.",
        shape=grid.aspect,
    )


def map_chart(table: TraceTable) -> Chart | None:
    """Midpoints on the map at one scale; None where coordinates are not known or make no map but a line."""
    middle = table.middle
    if middle is None:
        return None
    reach = np.ptp(middle, axis=0)
    if reach.min() < 0.02 * reach.max():
        return None
    shape = float(np.clip(reach[0] / reach[1], 1.3, 3.0))
    centre, half = (middle.max(axis=0) + middle.min(axis=0)) / 2, 0.53 * max(reach[1], reach[0] / shape)
    x = Axis(label="easting [m]", low=centre[0] - shape * half, high=centre[0] + shape * half, n_ticks=4)
    y = Axis(label="northing [m]", low=centre[1] - half, high=centre[1] + half, n_ticks=5)
    paths, legend = [], []
    for kind in KINDS:
        rows = np.flatnonzero(table.kind == kind)
        if not len(rows):
            continue
        few = rows[:: -(-len(rows) // MOST_DOTS)]
        paths.append(draw_dots(x, y, middle[few, 0], middle[few, 1], style=f"small {STYLES[kind]}"))
        legend.append(
            (
                f"dots {STYLES[kind]}",
                KINDS[kind] + ("" if len(few) == len(rows) else f" (1 in {-(-len(rows) // MOST_DOTS)})"),
            )
        )
    return Chart(
        title="Survey map",
        alt=f"Map of midpoints, {reach[0]:.0f} m by {reach[1]:.0f} m: "
        + ", ".join(f"{table.count(kind)} {word}" for kind, word in KINDS.items() if table.count(kind))
        + ".",
        x=x,
        y=y,
        paths=tuple(paths),
        legend=tuple(legend),
        caption="Midpoints of source and receiver, both axes at one scale.",
        shape=shape,
    )
