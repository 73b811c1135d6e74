"""Pictures of one gather: the file alone, before and after a fill, or beside the truth."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from seisfill.errors import InvalidParameterError
from seisfill.metrics import snr_db
from seisfill.plotting import new_figure, plot_comparison, plot_fk, plot_image, plot_wiggle, save_figure
from seisfill.segy.files import check_target
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.marks import IN_PLACE, INSERTED, Sidecar, sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.score import MatchedGather, match_gathers


def plot_file(
    path: Path,
    save: Path,
    *,
    filled: Path | None = None,
    decimated: Path | None = None,
    gather: float | None = None,
    layout: LayoutOptions | None = None,
    gathers: GatherOptions | None = None,
) -> float | int:
    """
    Draw one gather to a PNG, PDF or SVG file.

    Parameters
    ----------
    path : Path
        Truth, or the file with holes.
    save : Path
        The picture.
    filled : Path, optional
        A fill of *path*, or of *decimated*.
    decimated : Path, optional
        What the fill was made of, where *path* is the truth.
    gather : float, optional
        Key of the gather; the first with missing traces where not given.
    layout, gathers : optional
        What is known of the files.

    Returns
    -------
    int or float
        Key of the gather that was drawn.

    Raises
    ------
    InvalidParameterError
        If no gather has that key.
    """
    for source in (path, filled, decimated):
        check_target(source or path, save, force=True)
    if filled is None:
        figure, key = _alone(path, gather, layout, gathers)
    else:
        figure, key = _compared(path, filled, decimated, gather=gather, layout=layout, gathers=gathers)
    save_figure(figure, save)
    return key


def _compared(
    path: Path,
    filled: Path,
    decimated: Path | None,
    *,
    gather: float | None,
    layout: LayoutOptions | None,
    gathers: GatherOptions | None,
) -> tuple[Figure, float | int]:
    """Section, filled, and, where it is known, truth and difference."""
    if decimated is not None:
        item = _first(
            match_gathers(path, filled, decimated=decimated, layout=layout, gathers=gathers, only=gather), gather
        )
        truth: np.ndarray | None = item.truth
    else:
        item = _first(match_gathers(filled, filled, decimated=path, gathers=gathers, only=gather), gather)
        truth = None
        if item.live.all():
            item, truth = _by_marks(path, filled, gathers, gather)
    score = None if truth is None or item.live.all() else snr_db(truth, item.filled, traces=~item.live)
    figure = plot_comparison(
        truth,
        item.filled,
        decimated=item.decimated,
        live=item.live,
        dt=item.dt,
        t0=item.t0,
        title=f"{filled.name}, gather {item.key}",
        snr_db=score,
    )
    return figure, item.key


def _by_marks(
    path: Path, filled: Path, gathers: GatherOptions | None, gather: float | None
) -> tuple[MatchedGather, np.ndarray]:
    """The first file has every trace, so it is the truth; the sidecar of the second says what was missing."""
    reader = SegyReader.open(filled, gathers=gathers)
    notes = Sidecar.read(sidecar_path(filled))
    marked = np.zeros(reader.index.n_traces, dtype=bool)
    marked[[row["output"] for row in notes.rows() if row["kind"] in (INSERTED, IN_PLACE)]] = True
    for item in match_gathers(path, filled, decimated=None, gathers=gathers, only=gather):
        number = [key.item() for key in reader.survey.gather_keys].index(item.key)
        live = ~marked[reader.survey.rows(number)]
        if len(live) == len(item.live) and not live.all():
            return replace(item, live=live, decimated=item.filled * live[:, None]), item.truth
    raise InvalidParameterError(
        f"Invalid pair {path} and {filled}: must differ in missing traces, and none is missing or marked. "
        "Give the decimated file with --decimated."
    )


def _first(items: Iterable[MatchedGather], gather: float | None) -> MatchedGather:
    """First gather with missing traces, else the first."""
    kept = None
    for item in items:
        kept = kept or item
        if not item.live.all():
            return item
    if kept is None:
        raise InvalidParameterError(f"Invalid gather {gather:g}: must be a key of the file; see seisfill info.")
    return kept


def _alone(
    path: Path, gather: float | None, layout: LayoutOptions | None, gathers: GatherOptions | None
) -> tuple[Figure, float | int]:
    """Section, wiggles and f-k of one file."""
    reader = SegyReader.open(path, layout=layout, gathers=gathers)
    keys = [key.item() for key in reader.survey.gather_keys]
    if gather is not None and gather not in keys:
        near = min(keys, key=lambda key: abs(key - gather))
        raise InvalidParameterError(f"Invalid gather {gather:g}: must be a key of {path}; the nearest is {near}.")
    item = reader.read(0 if gather is None else keys.index(gather))
    data, live, dt, t0 = item.gather.data, item.gather.live, item.gather.dt, item.gather.t0
    figure = new_figure(15, 6)
    section, wiggle, spectrum = figure.subplots(1, 3)
    plot_image(section, data, dt=dt, t0=t0, live=live, title=f"{path.name}, gather {keys[item.number]}")
    plot_wiggle(wiggle, data, dt=dt, t0=t0, live=live)
    spacing = len(live) / max(int(live.sum()), 1)
    plot_fk(spectrum, data, dt=dt, live_spacing=spacing if spacing > 1 else None)
    return figure, keys[item.number]
