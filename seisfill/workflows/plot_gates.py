"""Where a gated network lets signals pass: maps of its gates over one gather of a file."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from seisfill.gather import Gather
from seisfill.nn.gates import gate_maps
from seisfill.nn.unet import UNet
from seisfill.nn.weights import DEFAULT, load_weights
from seisfill.patches.gain import Gain
from seisfill.plotting import Frame, plot_gates, save_figure, title_of
from seisfill.workflows.plot import Known, check_pictures, read_gather

MOST = (192, 1024)  # traces and samples: what the network sees at once when it fills


def plot_gates_of_file(
    path: Path,
    save: Path,
    *,
    weights: str | Path = DEFAULT,
    gather: float | None = None,
    known: Known | None = None,
) -> float | int:
    """
    Draw the mean gate of every layer of a network over one gather with its holes, to a PNG, PDF or SVG file.

    Parameters
    ----------
    path : Path
        The file with holes.
    save : Path
        The picture.
    weights : str or Path
        Name of shipped weights, or a ``.safetensors`` file with its card.
    gather : float, optional
        Key of the gather; the first with missing traces where not given. Of a gather of more than 192 traces or 1,024
        samples, the part with most missing traces and most energy is shown. The key of the one that was drawn comes
        back.
    known : Known, optional
        What is known of the file.

    Raises
    ------
    InvalidParameterError
        If no gather has that key, the picture's suffix is no known one, or the network has no gates.
    WeightsError
        If the weights are absent or corrupt.

    References
    ----------
    Yu et al. (2019), Free-Form Image Inpainting with Gated Convolution, ICCV, figure 2, for photographs.
    """
    check_pictures(save, path)
    network, _ = load_weights(weights)
    item, key = read_gather(path, gather, known or Known())
    name = Path(weights).stem
    title = f"{name}: mean gate of each layer, by its path in the network; {title_of(path)}, gather {key}"
    save_figure(draw_gates(network, item.gather, title=title), save)
    return key


def draw_gates(network: UNet, gather: Gather, *, title: str) -> Figure:
    """
    The page of a network, in evaluation mode, and a gather with its holes.

    Raises
    ------
    InvalidParameterError
        If the network has no gates.
    """
    traces, samples = _part(gather)
    data, there = gather.data[traces, samples], gather.known[traces, samples]
    shown = Gain.fit(data, there).apply(data) * there if data.any() else data
    frame = Frame(
        dt=gather.dt,
        t0=gather.t0 + samples.start * gather.dt,
        live=gather.live[traces],
        axis=np.arange(traces.start, traces.stop),
    )
    return plot_gates(shown, frame, gate_maps(network, shown, there), title=title)


def _part(gather: Gather) -> tuple[slice, slice]:
    """The traces with most missing ones among them, and the samples with most energy, as many as are shown."""
    energy = np.square(gather.data, dtype=np.float64).sum(axis=0)
    return _fullest(~gather.live, MOST[0]), _fullest(energy, MOST[1])


def _fullest(values: np.ndarray, width: int) -> slice:
    """
    The first stretch of some width in which the sum is largest; all where there are not as many.

    Examples
    --------
    >>> _fullest(np.array([1.0, 0.0, 2.0, 3.0, 0.0]), 2), _fullest(np.ones(3), 9)
    (slice(2, 4, None), slice(0, 3, None))
    """
    width = min(width, len(values))
    total = np.concatenate([[0.0], np.cumsum(values)])
    start = int(np.argmax(total[width:] - total[:-width]))
    return slice(start, start + width)
