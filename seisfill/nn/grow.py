"""Weights of a network in a bigger one that answers the same, so that a training need not start anew. Torch only."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.nn.layers import GatedLayer, PartialLayer, PlainLayer
from seisfill.nn.unet import Block, UNet, UNetConfig


def grow(old: UNet, config: UNetConfig, *, levels: int | None = None) -> UNet:
    """
    A bigger network that computes what *old* does, as far as its levels are kept and no new limit is reached.

    New channels are drawn as in a new network, but nothing old listens to them yet; new blocks add nothing yet. All of
    them learn from the first steps on.

    Parameters
    ----------
    old : UNet
        The smaller network.
    config : UNetConfig
        Of the bigger one: no fewer channels or blocks, dilations that begin with the old ones, guides or not, and the
        same levels, fold, slopes and kind of convolution. A limit may be new.
    levels : int, optional
        Upper levels to keep, where those below are worthless: they are drawn anew, and nothing listens to them yet. All
        are kept where not given.

    Raises
    ------
    InvalidParameterError
        If the old network does not fit into the new one.

    Examples
    --------
    >>> old = UNet(UNetConfig(widths=(4,), dilations=(1,)))
    >>> new = grow(old, UNetConfig(widths=(6,), dilations=(1, 2), guides=True))
    >>> data, mask = torch.randn(1, 1, 5, 8), torch.ones(1, 1, 5, 8)
    >>> torch.allclose(new(data, mask)[0], old(data, mask)[0], atol=1e-4)
    True
    """
    _check(old.config, config)
    kept = len(config.widths) if levels is None else levels
    check_between("number of levels to keep", kept, 1, len(config.widths))
    new = UNet(config)
    state, source = new.state_dict(), old.state_dict()
    for name, module in new.named_modules():
        weight = f"{name}.conv.weight"
        if _depth(name, len(config.widths)) >= kept:
            continue
        if isinstance(module, Block) and f"{name}.second.conv.weight" not in source:
            _silence(module.second)
        elif isinstance(module, (GatedLayer, PartialLayer, PlainLayer)) and weight in source:
            halves = 2 if isinstance(module, GatedLayer) else 1
            rows = _places([len(source[weight]) // halves] * halves, [len(state[weight]) // halves] * halves)
            columns = _columns(name, old.config, config, source[weight].shape[1], state[weight].shape[1])
            _put(state[weight], source[weight], rows, columns)
            for bias in (f"{name}.conv.bias", f"{name}.bias"):
                if bias in source:
                    state[bias][rows] = source[bias]
    _put(
        state["head.weight"],
        source["head.weight"],
        torch.arange(len(source["head.weight"])),
        torch.arange(old.config.widths[0]),
    )
    state["head.bias"].copy_(source["head.bias"])
    if new.fan is not None and old.fan is not None:
        new.fan.load_state_dict(old.fan.state_dict())
    if kept < len(config.widths):
        state[f"fuse.{kept - 1}.conv.weight"][:, config.widths[kept - 1] :] = 0
    return new


def _depth(name: str, n_levels: int) -> int:
    """
    Level that a module works for; the one that shrinks to a level belongs to it.

    Examples
    --------
    >>> [_depth(name, 3) for name in ("stem", "down.1.0", "shrink.1", "bottom.2", "fuse.0", "head")]
    [0, 1, 2, 2, 0, 0]
    """
    part, _, rest = name.partition(".")
    if part == "bottom":
        return n_levels - 1
    if part not in ("down", "shrink", "fuse", "up") or not rest:
        return 0
    return int(rest.split(".")[0]) + (part == "shrink")


def _check(old: UNetConfig, new: UNetConfig) -> None:
    """Raise unless a network of *old* fits into one of *new*."""
    fits = {
        "convolution": new.convolution == old.convolution,
        "fold": new.fold == old.fold,
        "widths": len(new.widths) == len(old.widths)
        and all(n >= o for n, o in zip(new.widths, old.widths, strict=True)),
        "blocks": new.blocks >= old.blocks,
        "dilations": new.dilations[: len(old.dilations)] == old.dilations,
        "guides": new.guides == old.guides or not (old.guides or new.slopes),  # lines of a fan stand behind them
        "slopes": new.slopes == old.slopes,
        "limit": old.limit in (None, new.limit),
    }
    for key, fit in fits.items():
        if not fit:
            raise InvalidParameterError(
                f"Invalid {key} {getattr(new, key)!r}: must hold the {getattr(old, key)!r} of the network to start "
                "from (no less; same convolution, fold, levels, slopes and limit; dilations that begin with its own)."
            )


def _columns(name: str, old: UNetConfig, new: UNetConfig, n_old: int, n_new: int) -> Tensor:
    """Where the old input channels of a layer stand among the new ones; `fuse` sees two levels side by side."""
    if not name.startswith("fuse."):
        return _places([n_old], [n_new])
    level = int(name.split(".")[1])
    return _places(old.widths[level : level + 2], new.widths[level : level + 2])


def _places(old: Sequence[int], new: Sequence[int]) -> Tensor:
    """
    Numbers of the old channels among the new ones, group by group.

    Examples
    --------
    >>> _places([2, 1], [4, 3]).tolist()
    [0, 1, 4]
    """
    starts = itertools.accumulate(new[:-1], initial=0)
    return torch.cat([torch.arange(start, start + count) for start, count in zip(starts, old, strict=True)])


def _put(new: Tensor, old: Tensor, rows: Tensor, columns: Tensor) -> None:
    """Write *old* weights at their places, and zeros where an old channel would listen to a new one."""
    new[rows] = 0
    new[rows[:, None], columns] = old


def _silence(layer: torch.nn.Module) -> None:
    """Let a layer answer zero: of a gated one, the features and not the gate."""
    assert isinstance(layer, (GatedLayer, PartialLayer, PlainLayer))
    weight, bias = layer.conv.weight.data, layer.bias if isinstance(layer, PartialLayer) else layer.conv.bias
    assert bias is not None
    count = len(weight) // 2 if isinstance(layer, GatedLayer) else len(weight)
    weight[:count] = 0
    bias.data[:count] = 0
