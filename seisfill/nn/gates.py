"""What the gates of a network let through: one map a layer, seen from outside by hooks. No drawing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.nn.gated import GatedConv2d


def gate_maps(network: nn.Module, data: NDArray, known: NDArray) -> dict[str, NDArray[np.float32]]:
    """
    Mean gate over the channels of every gated layer, spread to the gather that the network saw.

    Parameters
    ----------
    network : module
        Maps data and mask, (B, 1, X, T) each, in evaluation mode; it may pad behind the last trace and sample to its
        ``multiple``.
    data : array, shape (n_traces, n_samples)
        Amplitudes as the network is shown them: gained, and 0 where not known.
    known : bool array, shape (n_traces, n_samples)
        Where a sample is live and valid.

    Returns
    -------
    dict of str to float32 array, shape (n_traces, n_samples)
        By the layer's path in the network, in the order of computing: from 0 (shut) to 1 (open). A layer that runs
        more than once keeps the mean of its runs.

    Raises
    ------
    InvalidParameterError
        If the network has no gates, or the shapes differ.

    References
    ----------
    Yu et al. (2019), Free-Form Image Inpainting with Gated Convolution, ICCV, equation 3 and figure 2.

    Examples
    --------
    >>> from seisfill.nn.unet import UNet, UNetConfig
    >>> network = UNet(UNetConfig(widths=(4,), blocks=0, dilations=(), fold=2)).eval()
    >>> maps = gate_maps(network, np.zeros((6, 9)), np.ones((6, 9), dtype=bool))
    >>> {layer: gates.shape for layer, gates in maps.items()}
    {'stem': (6, 9)}
    """
    check_shape("known", np.shape(known), np.shape(data))
    inputs = [torch.from_numpy(np.array(part, dtype=np.float32))[None, None] for part in (data, known)]
    device = next(iter(network.parameters())).device
    seen: dict[str, list[Tensor]] = {}
    with _listening(network, seen), torch.inference_mode():
        network(*(part.to(device) for part in inputs))
    n_traces, n_samples = np.shape(data)
    down, along = getattr(network, "multiple", (1, 1))
    padded = n_traces + -n_traces % down, n_samples + -n_samples % along
    return {
        layer: _spread(torch.stack(runs).mean(dim=0).float().cpu().numpy(), padded)[:n_traces, :n_samples]
        for layer, runs in seen.items()
    }


@contextmanager
def _listening(network: nn.Module, seen: dict[str, list[Tensor]]) -> Iterator[None]:
    """While it lasts, the mean gate (X', T') of each run of each gated layer is put into *seen*."""
    gated = {path: module for path, module in network.named_modules() if isinstance(module, GatedConv2d)}
    if not gated:
        raise InvalidParameterError(
            "Invalid network for maps of gates: must hold gated layers, and holds none. Name weights of a gated one."
        )

    def keep(path: str) -> Callable[..., None]:
        def note(_layer: nn.Module, _inputs: Any, output: Tensor) -> None:
            seen.setdefault(path, []).append(output.chunk(2, dim=1)[1].sigmoid().mean(dim=1)[0])

        return note

    hooks = [module.conv.register_forward_hook(keep(path)) for path, module in gated.items()]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _spread(gates: NDArray, shape: tuple[int, int]) -> NDArray:
    """
    Repeat each value of a coarse map over the traces and samples that it stands for.

    Examples
    --------
    >>> _spread(np.array([[1.0, 2.0]]), (2, 4)).tolist()
    [[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]
    """
    rows, columns = (np.arange(wide) * narrow // wide for wide, narrow in zip(shape, gates.shape, strict=True))
    return gates[np.ix_(rows, columns)]
