"""Training states on disk: everything that an exact resume needs, as safetensors and JSON, written atomically."""

import json
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from seisfill.errors import WeightsError


def save_checkpoint(
    path: Path,
    *,
    network: torch.nn.Module,
    average: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    head: dict[str, Any],
) -> None:
    """
    Write network, moving average and optimizer state to one file, replacing it in one step.

    The random state needs no place: a batch is a function of (seed, step), and both stand in *head*.
    """
    tensors = {f"network/{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"average/{k}": v for k, v in average.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{k}": v for k, v in state.items()}
    tensors = {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}
    partial = path.with_suffix(".partial")
    safetensors.torch.save_file(tensors, partial, metadata={"head": json.dumps(head)})
    partial.replace(path)


def load_checkpoint(
    path: Path, *, network: torch.nn.Module, average: dict[str, Tensor], optimizer: torch.optim.Optimizer
) -> dict[str, Any]:
    """
    Put a state back in place and return its head.

    Raises
    ------
    WeightsError
        If the file is absent, corrupt or of another network.
    """
    try:
        with safetensors.safe_open(path, "pt") as file:
            head = json.loads(file.metadata()["head"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        network.load_state_dict(_under(tensors, "network/"))
        for name, value in average.items():
            value.copy_(tensors[f"average/{name}"])
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(
            f"Invalid checkpoint {path}: must be a training state of this network ({error}). "
            "Take --resume away to start anew."
        ) from error
    states: dict[int, dict[str, Tensor]] = {}
    for name, value in _under(tensors, "optimizer/").items():
        index, _, key = name.partition("/")
        states.setdefault(int(index), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})
    return head


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
