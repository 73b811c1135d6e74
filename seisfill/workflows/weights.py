"""Which weights there are, whether their bytes are what the card says, and where their gates are open."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from seisfill.errors import InvalidParameterError, WeightsError
from seisfill.neighbours import interpolate_linear
from seisfill.nn.gated import GatedConv2d
from seisfill.nn.unet import UNet
from seisfill.nn.weights import SHIPPED, find_weights, load_weights
from seisfill.patches.gain import Gain
from seisfill.plotting import clip_of, new_figure, plot_image, save_figure
from seisfill.synthetic.demo import make_demo_survey


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
    Draw where a gated network lets signals pass: the mean gate of each level over a gather with holes.

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
    network, _ = load_weights(name)
    if network.config.convolution != "gated":
        raise InvalidParameterError(
            f"Invalid weights {name!s} for a picture of gates: must be gated, and are {network.config.convolution}."
        )
    survey = make_demo_survey()
    data = survey.data[survey.shot == 1]
    live = np.ones(len(data), dtype=bool)
    live[hide[0] : hide[1]] = False
    live[len(data) * 5 // 8 :: every] = False
    known = np.broadcast_to(live[:, None], data.shape)
    gained = Gain.fit(data, known).apply(data) * known
    maps = gate_maps(network, gained, known)
    save_figure(_draw_gates(gained, live, maps, dt=survey.dt), save)
    return save


@torch.inference_mode()
def gate_maps(network: UNet, data: np.ndarray, known: np.ndarray) -> dict[str, np.ndarray]:
    """
    Mean gate of each level of a gated network over one gained patch.

    Parameters
    ----------
    network : UNet
        In evaluation mode.
    data, known : (n_traces, n_samples)
        Amplitudes, 0 where not known, and where they are.

    Returns
    -------
    dict of str to float array, shape (n_traces', n_samples')
        By level, in the order of computing: mean over layers and channels, from 0 (shut) to 1 (open).
    """
    levels: dict[str, list[torch.Tensor]] = {}

    def keep(path: str) -> Callable[..., None]:
        def note(_module: torch.nn.Module, _inputs: Any, output: torch.Tensor) -> None:
            levels.setdefault(_level(path), []).append(output.chunk(2, dim=1)[1].sigmoid().mean(dim=1)[0])

        return note

    gated = {path: module for path, module in network.named_modules() if isinstance(module, GatedConv2d)}
    hooks = [module.conv.register_forward_hook(keep(path)) for path, module in gated.items()]
    network(torch.from_numpy(data)[None, None], torch.from_numpy(known.astype(np.float32))[None, None])
    for hook in hooks:
        hook.remove()
    return {level: torch.stack(gates).mean(dim=0).numpy() for level, gates in levels.items()}


def _level(path: str) -> str:
    """
    Where in the network a layer stands; the layers that change the size stand apart.

    Examples
    --------
    >>> _level("down.1.0.first"), _level("bottom.2.second"), _level("fuse.0")
    ('down 1', 'bottom', 'fuse 0')
    """
    part, *rest = path.split(".")
    return f"{part} {rest[0]}" if part not in ("stem", "bottom") else part


def _draw_gates(data: np.ndarray, live: np.ndarray, maps: dict[str, np.ndarray], *, dt: float) -> Figure:
    """Input and linear fill at one clip, then a panel for each level."""
    n_columns = 4
    n_rows = -(-(len(maps) + 2) // n_columns)
    figure = new_figure(2.5 * n_columns, 2.3 * n_rows)
    panels = iter(figure.subplots(n_rows, n_columns, squeeze=False).flat)
    known = np.broadcast_to(live[:, None], data.shape)
    shown = {"input": np.where(known, data, np.nan), "linear fill": interpolate_linear(data, known)}
    for title, section in shown.items():
        plot_image(next(panels), section, dt=dt, live=live, clip=clip_of(data, live), title=title)
    for level, gates in maps.items():
        axes = next(panels)
        seconds = data.shape[1] * dt
        image = axes.imshow(gates.T, extent=(-0.5, len(data) - 0.5, seconds, 0), aspect="auto", cmap="viridis")
        axes.set_title(f"{level}: mean gate {gates.mean():.2f}", fontsize=9)
        axes.tick_params(labelsize=7)
        figure.colorbar(image, ax=axes, fraction=0.05, pad=0.02).ax.tick_params(labelsize=7)
    for axes in panels:
        axes.set_axis_off()
    return figure
