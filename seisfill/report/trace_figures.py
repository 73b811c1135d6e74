"""Charts of single traces of a gather: as filled, with their band of error, and as wiggles where it is hardest."""

import numpy as np
from numpy.typing import NDArray

from seisfill.plotting.places import gap_distance, hardest_window, telling_traces
from seisfill.plotting.wiggle import with_crossings
from seisfill.report.chart import Axis, Chart, Path, number, span_of
from seisfill.report.gathers import ShownGather
from seisfill.report.paths import draw_area, draw_line

CLOSE_UP = (24, 110)  # traces and samples of the wiggle view


OVERLAY_SAMPLES = 260


def overlay_charts(shown: ShownGather, *, axis_label: str) -> list[Chart]:
    """An easy, a median and a hard trace, as filled, with its band of error and the truth or its neighbours."""
    chosen = telling_traces(np.sum(shown.doubt**2, axis=1), ~shown.new) if shown.new.any() else {}
    return [_overlay(shown, trace, word, axis_label=axis_label) for trace, word in chosen.items()]


def _overlay(shown: ShownGather, trace: int, word: str, *, axis_label: str) -> Chart:
    window = _loudest(shown.after[trace], OVERLAY_SAMPLES)
    times, estimate = shown.times[window], shown.after[trace][window]
    lines = [] if shown.truth is None else [("truth", "truth", shown.truth[trace][window])]
    if shown.truth is None:
        near = np.flatnonzero(shown.live)
        near = near[np.argsort(np.abs(near - trace), kind="stable")][:1]
        lines = [("live", f"nearest recorded trace, {abs(int(n) - trace)} away", shown.after[n][window]) for n in near]
    sigma = None if shown.sigma is None or not shown.sigma[trace].any() else shown.sigma[trace][window]
    reach = [estimate, *(values for _, _, values in lines)]
    if sigma is not None:
        reach += [estimate - sigma, estimate + sigma]
    x = Axis(label="time [s]", low=float(times[0]), high=float(times[-1]))
    low, high = span_of(reach)
    y = Axis(label="amplitude", low=low, high=high, n_ticks=4)
    band = () if sigma is None else (draw_area(x, y, times, estimate - sigma, estimate + sigma, style="band"),)
    drawn = tuple(draw_line(x, y, times, values, style=name) for name, _, values in lines)
    legend = [(f"line {name}", words) for name, words, _ in lines] + [("line filled", "filled")]
    where = f"{axis_label} {number(float(shown.keys[trace]))}"
    away = int(gap_distance(shown.live)[trace])
    return Chart(
        title=f"{word} trace: {where}",
        alt=f"Filled trace at {where} of gather {number(shown.key)} from {times[0]:.3g} to {times[-1]:.3g} s"
        + ("" if sigma is None else f", with a band of ±{np.sqrt(np.mean(sigma**2)):.3g} for the predicted error")
        + ".",
        x=x,
        y=y,
        paths=(*band, *drawn, draw_line(x, y, times, estimate, style="filled")),
        legend=tuple(legend if sigma is None else [*legend, ("area band", "± predicted error (1 σ)")]),
        caption=f"{away} from the nearest recorded trace; the {len(times)} loudest samples in a row.",
        shape=1.9,
    )


def _loudest(trace: NDArray, length: int) -> slice:
    """
    The run of samples with most energy.

    Examples
    --------
    >>> _loudest(np.array([0.0, 1.0, 3.0, 1.0, 0.0]), 2)
    slice(1, 3, None)
    """
    if len(trace) <= length:
        return slice(0, len(trace))
    total = np.concatenate([[0.0], np.cumsum(trace.astype(np.float64) ** 2)])
    first = int(np.argmax(total[length:] - total[:-length]))
    return slice(first, first + length)


def wiggle_chart(shown: ShownGather, *, axis_label: str) -> Chart:
    """Wiggles with variable area where the fill is hardest: recorded ones in ink, filled ones in colour."""
    traces, samples = hardest_window(shown.doubt, CLOSE_UP)
    part, new = shown.after[traces, samples], shown.new[traces]
    keys, times = shown.keys[traces], shown.times[samples]
    clip = float(np.abs(part).max(initial=0.0)) / 1.5 or 1.0
    x = Axis(
        label=axis_label, low=float(keys[0]) - 0.9 * shown.step, high=float(keys[-1]) + 0.9 * shown.step, whole=True
    )
    y = Axis(label="time [s]", low=float(times[-1]), high=float(times[0]))
    groups = {"live": part[~new], "filled": part[new]}
    places = {"live": keys[~new], "filled": keys[new]}
    if shown.truth is not None:
        groups["truth"], places["truth"] = shown.truth[traces, samples][new], keys[new]
    paths: list[Path] = []
    for name, data in groups.items():
        paths += _wiggles(x, y, data / clip, places[name], times, reach=shown.step, style=name, filled=name != "truth")
    words = {"live": "recorded", "filled": "filled", "truth": "truth at filled traces"}
    return Chart(
        title="wiggles where it is hardest",
        alt=f"Wiggles of {len(part)} traces of gather {number(shown.key)} from {times[0]:.3g} to {times[-1]:.3g} s, "
        f"{int(new.sum())} of them filled.",
        x=x,
        y=y,
        paths=tuple(paths),
        legend=tuple((f"line {name}", words[name]) for name in groups if len(groups[name])),
        caption="The window with "
        + ("the largest error." if shown.truth is not None else "most energy far from recorded traces."),
        shape=2.5,
    )


def _wiggles(
    x: Axis, y: Axis, heights: NDArray, keys: NDArray, times: NDArray, *, reach: float, style: str, filled: bool
) -> list[Path]:
    """Lines of some traces, and their positive sides; a height of 1 reaches the neighbour."""
    if not len(heights):
        return []
    points, tall = with_crossings(np.clip(heights, -1, 1))
    down = times[0] + points * (times[1] - times[0] if len(times) > 1 else 1.0)
    lines, areas = [], []
    for key, at, height in zip(keys, down, tall, strict=True):
        lines.append(draw_line(x, y, key + reach * height, at, style="").d)
        if filled:
            positive = np.pad(np.maximum(height, 0), 1)  # it starts and ends on the trace, and so does what closes it
            areas.append(draw_line(x, y, key + reach * positive, np.pad(at, 1, mode="edge"), style="").d + "Z")
    found = [Path(d="".join(areas), style=f"area {style}")] if filled else []
    return [*found, Path(d="".join(lines), style=f"line thin {style}")]
