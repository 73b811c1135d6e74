"""Which weights there are, whether their bytes are what the card says, and where their gates are open."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import WeightsError
from seisfill.gather import Gather
from seisfill.nn.weights import SHIPPED, find_weights, load_weights
from seisfill.plotting import check_picture, save_figure
from seisfill.synthetic.demo import make_demo_survey
from seisfill.workflows.plot_gates import draw_gates


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """
    Weights as they lie on the disk.

    Parameters
    ----------
    name : str
        Shipped name, or the file's.
    path : Path
        The safetensors file.
    n_bytes, n_parameters : int
        Size of the file; numbers in the network.
    card : dict
        What its makers say of it.
    """

    name: str
    path: Path
    n_bytes: int
    n_parameters: int
    card: dict[str, Any]


def check_weights(name: str | Path) -> Weights:
    """
    Weights whose sha256 and shapes agree with their card.

    Raises
    ------
    WeightsError
        If they are absent, corrupt, or do not fit their card.

    Examples
    --------
    >>> check_weights("small").card["licence"]
    'Apache-2.0'
    """
    path = find_weights(name)
    network, card = load_weights(path)
    count = sum(weight.numel() for weight in network.parameters())
    return Weights(name=path.stem, path=path, n_bytes=path.stat().st_size, n_parameters=count, card=card)


def list_weights() -> list[Weights | WeightsError]:
    """Shipped weights in order of their names; the error where they are not what their card says."""
    found: list[Weights | WeightsError] = []
    for path in sorted(SHIPPED.glob("*.safetensors")):
        try:
            found.append(check_weights(path))
        except WeightsError as error:
            found.append(error)
    return found


def plot_gates(name: str | Path, save: Path, *, every: int = 2, hide: tuple[int, int] = (40, 52)) -> Path:
    """
    Draw where a gated network lets signals pass: the mean gate of each layer over a gather with holes.

    The gather is one of the demonstration survey, with every second trace missing on its right half and a gap on its
    left.

    Parameters
    ----------
    name : str or Path
        Shipped weights, or a file.
    save : Path
        The picture.
    every : int
        Of the right half, one trace in so many is kept.
    hide : (int, int)
        First trace of the gap, and the first behind it.

    Raises
    ------
    InvalidParameterError
        If the network has no gates.

    References
    ----------
    Yu et al. (2019), Free-Form Image Inpainting with Gated Convolution, ICCV, figure 2, for photographs.
    """
    check_picture(save)
    network, _ = load_weights(name)
    survey = make_demo_survey()
    data = survey.data[survey.shot == 1]
    live = np.ones(len(data), dtype=bool)
    live[hide[0] : hide[1]] = False
    live[len(data) * 5 // 8 :: every] = False
    gather = Gather(data=data, live=live, dt=survey.dt)
    save_figure(draw_gates(network, gather, title=f"{Path(name).stem}: mean gate of each layer"), save)
    return save
