"""Picture sheets of the synthetic worlds: 8 x 8 random samples of a family, as a network sees them."""

from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from seisfill._checks import did_you_mean
from seisfill.errors import FileAccessError, InvalidParameterError
from seisfill.patches.gain import Gain
from seisfill.plotting import new_figure, save_figure
from seisfill.synthetic.surveys import FAMILIES, SyntheticSurveys
from seisfill.training.streams import generator

SIDE = 8  # samples along either side of a sheet
PATCH = (40, 120)  # traces and samples of each
WIDTH = 2  # pixels of a trace; a time sample has one
CLIP, GREYS = 2.5, 15  # local RMS at black and white; few greys keep the file small


def draw_worlds(out: Path, *, family: str | None = None, seed: int = 1) -> list[Path]:
    """
    Picture sheets of random samples.

    Parameters
    ----------
    out : Path
        A picture (.png, .pdf, .svg), which gets one sheet; or a folder, which gets one for each family,
        ``worlds_FAMILY.png``.
    family : str, optional
        Only this family. Where not given, a single picture shows the mixture.
    seed : int
        Of the samples.

    Returns
    -------
    list of Path
        The pictures; those that were there are replaced.

    Raises
    ------
    InvalidParameterError
        If the family is not known.
    FileAccessError
        If a folder cannot be made.
    """
    if family is not None and family not in FAMILIES:
        raise InvalidParameterError(f"Invalid family {family!r}: must be known; {did_you_mean(family, FAMILIES)}")
    if out.suffix:
        return [save_figure(sheet(family, seed=seed), out)]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileAccessError(f"Invalid folder {out}: must be one that can be made; {error.strerror}.") from error
    names = [family] if family else list(FAMILIES)
    return [save_figure(sheet(name, seed=seed), out / f"worlds_{name}.png") for name in names]


def sheet(family: str | None, *, seed: int) -> Figure:
    """
    One sheet: 8 x 8 samples of a family, or of the mixture of all, gained as at training.

    Parameters
    ----------
    family : str, optional
        The mixture where not given.
    seed : int
        Of the samples.
    """
    surveys = SyntheticSurveys(weights={family: 1.0}) if family else SyntheticSurveys()
    truth = surveys.draw(SIDE**2, PATCH, rng=generator(seed)).truth
    gained = Gain.fit(truth, torch.ones_like(truth, dtype=torch.bool)).apply(truth)
    figure = new_figure(6.4, 6.9)
    axes = figure.subplots()
    axes.imshow(tiled(gained.numpy()), cmap="gray", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
    axes.set_axis_off()
    axes.set_title(
        f"{family or 'mixture'}: {SIDE} x {SIDE} samples of {PATCH[0]} traces, {PATCH[1]} samples", fontsize=9
    )
    return figure


def tiled(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """
    Patches side by side, time downwards, between white lines; greys from 0 to 1.

    Parameters
    ----------
    patches : float32 array, shape (n * n, n_traces, n_samples)
        Amplitudes around 0.

    Examples
    --------
    >>> tiled(np.zeros((4, 3, 5), dtype=np.float32)).shape
    (12, 14)
    """
    side = round(len(patches) ** 0.5)
    grey = np.round(GREYS * (np.clip(patches / CLIP, -1, 1) + 1) / 2) / GREYS
    pixels = np.repeat(grey.transpose(0, 2, 1), WIDTH, axis=2)
    framed = np.pad(pixels, ((0, 0), (1, 0), (1, 0)), constant_values=1.0)
    rows = [np.concatenate(list(framed[row * side : (row + 1) * side]), axis=1) for row in range(side)]
    return np.concatenate(rows, axis=0)
