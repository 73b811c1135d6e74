"""Training states on disk: everything that an exact resume needs, as safetensors and JSON, written atomically."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from seisfill.errors import WeightsError
from seisfill.training.recipe import TrainConfig

FREE = (
    "name",
    "checkpoint_every",
    "log_every",
    "compile",
    "start",
    "start_levels",
    "validation",
)  # no step after the first depends on them


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """
    A part of a training that ran under one configuration.

    Parameters
    ----------
    begin : int
        Its first step.
    config : dict
        The configuration, as JSON gives it back.
    """

    begin: int
    config: dict[str, Any]

    @classmethod
    def of(cls, config: TrainConfig, *, begin: int) -> "Leg":
        """Leg that begins at a step."""
        return cls(begin=begin, config=json.loads(json.dumps(asdict(config))))

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def check_leg(path: Path, head: dict[str, Any], config: TrainConfig, *, new_leg: bool) -> list[Leg]:
    """
    Legs of a training that goes on with *config*: the last one goes on too, or a new one begins.

    Raises
    ------
    WeightsError
        If the seed differs, or, without a new leg, whatever else a step depends on (``steps`` may grow).
    """
    if head["seed"] != config.seed:
        raise WeightsError(f"Invalid seed {config.seed}: must be {head['seed']}, with which {path} was begun.")
    legs = [Leg(**leg) for leg in head.get("legs", ())]
    here = Leg.of(config, begin=head["step"])
    if new_leg or not legs:
        return [*legs, here]
    begun, now = (dict(_leaves(leg.config)) for leg in (legs[-1], here))
    begun["steps"] = max(begun["steps"], now["steps"])
    for key in sorted(begun.keys() | now.keys()):
        if key.partition(".")[0] not in FREE and begun.get(key) != now.get(key):
            raise WeightsError(
                f"Invalid {key} {now.get(key)!r}: must be {begun.get(key)!r}, with which the last leg of {path} was "
                "begun. Put it back, or add --new-leg to go on with the change."
            )
    return [*legs[:-1], Leg(begin=legs[-1].begin, config=here.config)]


def _leaves(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """
    Values of nested tables by dotted key.

    Examples
    --------
    >>> list(_leaves({"a": 1, "b": {"c": [2]}}))
    [('a', 1), ('b.c', [2])]
    """
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


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
    partial.unlink(missing_ok=True)  # never written through, it may be a link
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
