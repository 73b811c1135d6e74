"""Pictures of one gather: the file alone, before and after a fill, or beside the truth."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from seisfill.errors import InvalidParameterError
from seisfill.metrics import snr_db
from seisfill.plotting import (
    Frame,
    Levels,
    Page,
    add_colour_bar,
    check_picture,
    new_figure,
    plot_comparison,
    plot_fk,
    plot_section,
    plot_wiggle,
    save_figure,
    title_of,
)
from seisfill.plotting.levels import regular_live_spacing, useful_frequency
from seisfill.plotting.spectrum import LEVEL_LABEL
from seisfill.segy.files import check_target
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.marks import sidecar_path
from seisfill.segy.reader import DEAD_CODE, FileGather, SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.plot_band import FilledFile, read_band
from seisfill.workflows.score import MatchedGather, match_gathers


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a user knows of the files: their layout, and their gathers."""

    layout: LayoutOptions | None = None
    gathers: GatherOptions | None = None


def plot_file(
    path: Path,
    save: Path,
    *,
    filled: Path | None = None,
    decimated: Path | None = None,
    sigma: Path | None = None,
    gather: float | None = None,
    known: Known | None = None,
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
    sigma : Path, optional
        Volume of predicted errors, as fill writes it beside *filled*; the errors per trace of the sidecar of *filled*
        serve where not given and there.
    gather : float, optional
        Key of the gather; the first with missing traces where not given.
    known : Known, optional
        What is known of the files.

    Returns
    -------
    int or float
        Key of the gather that was drawn.

    Raises
    ------
    InvalidParameterError
        If no gather has that key, the picture's suffix is no known one, or there is a volume of errors and no fill.
    FileAccessError
        If the picture would replace a file that it is made of.
    """
    check_pictures(save, path, filled, decimated, sigma)
    if filled is None and sigma is not None:
        raise InvalidParameterError(f"Invalid sigma {sigma}: must go with a filled file. Name it behind {path}.")
    known = known or Known()
    if filled is None:
        figure, key = _alone(path, gather, known)
    else:
        figure, key = _compared(path, filled, decimated, sigma=sigma, gather=gather, known=known)
    save_figure(figure, save)
    return key


def check_pictures(save: Path, *sources: Path | None) -> None:
    """Refuse a picture whose name is none, or which would replace one of the files that it is made of."""
    for source in sources:
        if source is not None:
            check_target(source, save, force=True)
    check_picture(save)


def read_gather(path: Path, gather: float | None, known: Known) -> tuple[FileGather, float | int]:
    """
    One gather of a file and its key: the first that headers say lacks traces, else the first, where none is asked for.

    Raises
    ------
    InvalidParameterError
        If no gather has that key.
    """
    reader = SegyReader.open(path, layout=known.layout, gathers=known.gathers)
    keys = [key.item() for key in reader.survey.gather_keys]
    if gather is None:
        dead = reader.survey.group[reader.index.column("trid") == DEAD_CODE]
        number = int(np.concatenate([reader.survey.absent()[0], dead]).min(initial=len(keys))) % len(keys)
    elif gather in keys:
        number = keys.index(gather)
    else:
        near = min(keys, key=lambda key: abs(key - gather))
        raise InvalidParameterError(f"Invalid gather {gather:g}: must be a key of {path}; the nearest is {near}.")
    return reader.read(number), keys[number]


def _alone(path: Path, gather: float | None, known: Known) -> tuple[Figure, float | int]:
    """Section, wiggles and f-k of one file."""
    item, key = read_gather(path, gather, known)
    frame, data = Frame.of(item.gather), np.where(item.gather.known, item.gather.data, np.nan)
    figure = new_figure(15, 6)
    section, wiggle, spectrum = figure.subplots(1, 3)
    plot_section(data, frame, title=f"{title_of(path)}, gather {key}", ax=section)
    plot_wiggle(data, frame, ax=wiggle)
    plot_fk(
        data,
        dt=frame.dt,
        live_spacing=regular_live_spacing(item.gather.live),
        levels=Levels(f_max=useful_frequency(item.gather.data, dt=frame.dt)),
        title="f-k",
        ax=spectrum,
    )
    add_colour_bar(spectrum, label=LEVEL_LABEL)
    return figure, key


def _compared(
    path: Path, filled: Path, decimated: Path | None, *, sigma: Path | None, gather: float | None, known: Known
) -> tuple[Figure, float | int]:
    """Section, filled, and, where it is known, truth and difference."""
    item, base = _matched(path, filled, decimated, gather, known)
    truth = None if base == filled else item.truth
    band = None
    if sigma is not None or sidecar_path(filled).exists():
        file = FilledFile.open(filled, known.gathers)
        band = read_band(file, sigma, key=item.key, traces=_keys_of(base, item.key, known))
    figure = plot_comparison(
        truth,
        item.filled,
        decimated=item.decimated,
        live=item.live,
        dt=item.dt,
        snr_db=None if truth is None or item.live.all() else snr_db(truth, item.filled, traces=~item.live),
        page=Page(title=f"{title_of(filled)}, gather {item.key}", t0=item.t0, band=band),
    )
    return figure, item.key


def _matched(
    path: Path, filled: Path, decimated: Path | None, gather: float | None, known: Known
) -> tuple[MatchedGather, Path]:
    """What is compared, and the file whose traces it goes by: *filled* where no truth is known."""
    if decimated is not None:
        return _first(_match(path, filled, decimated, known, gather), gather), path
    # The layout is that of *path*; a fill is laid out as its headers say.
    item = _first(_match(filled, filled, path, replace(known, layout=None), gather), gather)
    return (_by_marks(path, filled, known, gather), path) if item.live.all() else (item, filled)


def _match(
    base: Path, other: Path, decimated: Path | None, known: Known, only: float | None
) -> Iterable[MatchedGather]:
    return match_gathers(base, other, decimated=decimated, layout=known.layout, gathers=known.gathers, only=only)


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


def _by_marks(path: Path, filled: Path, known: Known, gather: float | None) -> MatchedGather:
    """The first file has every trace, so it is the truth; the sidecar of the second says what was missing."""
    file = FilledFile.open(filled, known.gathers, sidecar=True)
    for item in _match(path, filled, None, known, gather):
        number = file.number(item.key)
        live = item.live if number is None else ~file.new[file.reader.survey.rows(number)]
        if len(live) == len(item.live) and not live.all():
            return replace(item, live=live, decimated=item.filled * live[:, None])
    raise InvalidParameterError(
        f"Invalid pair {path} and {filled}: must differ in missing traces, and none is missing or marked. "
        "Give the decimated file with --decimated."
    )


def _keys_of(path: Path, key: float, known: Known) -> np.ndarray:
    """Keys of the traces of a gather, (n_traces,), as `match_gathers` takes them from the file that it goes by."""
    reader = SegyReader.open(path, layout=known.layout, gathers=known.gathers)
    item = reader.read(int(np.flatnonzero(reader.survey.gather_keys == key)[0]))
    return reader.survey.axis.keys(item.number, item.places[~item.dead])
