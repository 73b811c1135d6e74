"""Charts of one gather: sections at one clip, f-k before and after, amplitude spectra."""

import numpy as np
from numpy.typing import NDArray

from seisfill.plotting.levels import decibels, fk_spectrum, mean_spectrum, regular_live_spacing, useful_frequency
from seisfill.report.chart import Axis, Chart, Path, Picture, number, sentence
from seisfill.report.gathers import ShownGather
from seisfill.report.paths import draw_line, draw_posts
from seisfill.report.rasters import HEIGHT, WIDTH, level_picture, section_picture

FLOOR_DB = -50.0
FK_SIZE = (480, 420)


def section_charts(shown: ShownGather, *, axis_label: str, name: str) -> list[Chart]:
    """
    Recorded, filled and, where it is known, truth and difference: all at one clip, missing traces marked on top.

    Parameters
    ----------
    shown : ShownGather
        The gather.
    axis_label : str
        What the traces are numbered by.
    name : str
        Start of the identifiers of its pictures.
    """
    panels: dict[str, tuple[NDArray, NDArray | None]] = {
        "recorded": (shown.before, shown.live),
        "filled": (shown.after, shown.live | shown.new),
    }
    if shown.truth is None:
        panels["added"] = (shown.after, shown.new)
    else:
        panels |= {"truth": (shown.truth, None), "difference": (shown.truth - shown.after, None)}
    told = {
        "recorded": f"what was recorded: {shown.live.sum()} of {len(shown.live)} traces; missing ones are clear",
        "filled": f"after the fill: {shown.new.sum()} new traces, marked on top",
        "added": "the filled traces alone",
        "truth": "complete amplitudes, as they were before traces were hidden",
        "difference": "truth minus filled at the same clip",
    }
    x, y = section_axes(shown, axis_label)
    ticks = draw_posts(x, shown.keys[shown.new], style="filled ticks", bottom=0.018)
    charts = [
        Chart(
            title=title,
            alt=f"Section of gather {number(shown.key)}, {told[title]}.",
            x=x,
            y=y,
            pictures=(
                Picture(
                    source=section_picture(data, clip=shown.clip, shown=seen),
                    alt=f"Section of gather {number(shown.key)}, {told[title]}; clip {shown.clip:.3g}.",
                    name=f"{name}-{title}",
                ),
            ),
            paths=(ticks,),
            shape=0.82,
        )
        for title, (data, seen) in panels.items()
    ]
    if shown.sigma is None or shown.truth is not None or not np.ptp(shown.sigma, axis=1).any():
        return charts
    return [*charts, _sigma_chart(shown, shown.sigma, x, y)]


def _sigma_chart(shown: ShownGather, sigma: NDArray, x: Axis, y: Axis) -> Chart:
    """Predicted error of every filled sample, from none to the clip."""
    levels = np.where(shown.new[:, None], sigma, np.nan)
    told = f"predicted error of the filled traces, 1 σ, from 0 to {shown.clip / 2:.3g}, half the clip"
    return Chart(
        title="predicted error",
        alt=f"Section of gather {number(shown.key)}: {told}.",
        x=x,
        y=y,
        pictures=(
            Picture(
                source=level_picture(
                    np.fliplr(levels), low=0.0, high=shown.clip / 2, colours="viridis", size=(WIDTH, HEIGHT)
                ),
                alt=f"Section of gather {number(shown.key)}: {told}.",
            ),
        ),
        legend=(("scale viridis", f"0 to {shown.clip / 2:.3g} (half the clip)"),),
        shape=0.82,
    )


def section_axes(shown: ShownGather, label: str) -> tuple[Axis, Axis]:
    """Traces to the right, time downwards."""
    half = shown.step / 2
    x = Axis(label=label, low=float(shown.keys[0]) - half, high=float(shown.keys[-1]) + half, n_ticks=4, whole=True)
    y = Axis(label="time [s]", low=float(shown.times[-1]) + shown.dt / 2, high=shown.t0 - shown.dt / 2, n_ticks=6)
    return x, y


def fk_charts(shown: ShownGather) -> list[Chart]:
    """Amplitudes over wavenumber and frequency before and after, re one maximum; dashed where live traces alias."""
    panels = {"before": np.where(shown.live[:, None], shown.before, 0), "after": shown.after}
    if shown.truth is not None:
        panels["truth"] = shown.truth
    spectra = {title: fk_spectrum(data, dt=shown.dt) for title, data in panels.items()}
    _, frequencies, reference = spectra["after"]
    highest = useful_frequency(shown.after, dt=shown.dt)
    rows = frequencies <= highest
    spacing = regular_live_spacing(shown.live)
    x = Axis(label="wavenumber [cycles per trace]", low=-0.5, high=0.5, n_ticks=4)
    y = Axis(label="frequency [Hz]", low=0.0, high=float(frequencies[rows][-1]) or 1.0)
    lines: tuple[Path, ...] = ()
    if spacing is not None:
        lines = (draw_posts(x, [-0.5 / spacing, 0.5 / spacing], style="alias"),)
    where = (
        f"dashed: live traces lie {number(spacing)} apart and alias beyond ±{number(round(0.5 / spacing, 3))}"
        if spacing is not None
        else "no aliasing lines: the live traces are not evenly spaced, so holes smear energy instead of repeating it"
    )
    largest = float(reference.max())
    return [
        Chart(
            title=f"{title}, f-k",
            alt=f"f-k spectrum of gather {number(shown.key)}, {title}, in dB re the maximum after the fill.",
            x=x,
            y=y,
            pictures=(
                Picture(
                    source=level_picture(
                        decibels(amplitudes[:, rows], floor_db=FLOOR_DB, largest=largest),
                        low=FLOOR_DB,
                        high=0.0,
                        colours="magma",
                        size=FK_SIZE,
                    ),
                    alt=f"f-k spectrum of gather {number(shown.key)}, {title}, {FLOOR_DB:g} to 0 dB; {where}.",
                ),
            ),
            paths=lines,
            legend=(("scale magma", f"{number(FLOOR_DB)} to 0 dB"),),
            caption=sentence(where) if title == "before" else "",
            shape=1.05,
        )
        for title, (_, _, amplitudes) in spectra.items()
    ]


def spectrum_chart(shown: ShownGather) -> Chart:
    """Mean amplitude spectra of live and filled traces and, where it is known, of the truth at the filled ones."""
    groups = {"live": shown.after[shown.live], "filled": shown.after[shown.new]}
    if shown.truth is not None:
        groups["truth"] = shown.truth[shown.new]
    words = {"live": "recorded traces", "filled": "filled traces", "truth": "truth at the filled traces"}
    spectra = {name: mean_spectrum(data, dt=shown.dt) for name, data in groups.items() if len(data)}
    means = {name: mean for name, (_, mean) in spectra.items()}
    largest = max((float(mean.max()) for mean in means.values()), default=0.0)
    x = Axis(label="frequency [Hz]", low=0.0, high=useful_frequency(shown.after, dt=shown.dt))
    y = Axis(label="amplitude [dB]", low=FLOOR_DB, high=3.0)
    paths = tuple(
        draw_line(x, y, f, decibels(mean, floor_db=2 * FLOOR_DB, largest=largest), style=f"{name} spectrum")
        for name, (f, mean) in spectra.items()
    )
    return Chart(
        title="amplitude spectra",
        alt=f"Mean amplitude spectra of gather {number(shown.key)} in dB re the largest: {_loss(means)}.",
        x=x,
        y=y,
        paths=paths,
        legend=tuple((f"line {name}", words[name]) for name in means),
        caption=sentence(_loss(means)),
        shape=1.05,
    )


def _loss(means: dict[str, NDArray]) -> str:
    """How much weaker filled traces are than live ones, over all frequencies, in words."""
    if "live" not in means or "filled" not in means:
        return "nothing to compare"
    live, filled = (float(np.sqrt(np.sum(means[name].astype(np.float64) ** 2))) for name in ("live", "filled"))
    if not live or not filled:
        return "one of them is silent"
    level = 20 * np.log10(filled / live)
    return f"filled traces are {abs(level):.1f} dB {'weaker' if level < 0 else 'stronger'} than recorded ones"
