"""Network weights on disk: safetensors with a JSON card beside them. Nothing is ever unpickled."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from seisfill._checks import did_you_mean
from seisfill._files import replace_file, sha256_of
from seisfill.errors import WeightsError
from seisfill.nn.unet import UNet, UNetConfig

SHIPPED = Path(__file__).parent / "shipped"
DEFAULT = "small"
FLOATS = ("F16", "BF16", "F32", "F64")  # as safetensors calls them


def save_weights(path: Path, network: UNet, *, card: dict[str, Any], dtype: torch.dtype = torch.float32) -> None:
    """
    Write weights and their card, ``NAME.safetensors`` and ``NAME.json``.

    Parameters
    ----------
    path : Path
        Of the safetensors file.
    network : UNet
        Its weights and configuration are written.
    card : dict
        What else a reader should know: data, steps, hours, machine, scores, licence, seed.
    dtype : torch.dtype
        Of the numbers on disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {name: value.detach().to("cpu", dtype).contiguous() for name, value in network.state_dict().items()}
    replace_file(path, safetensors.torch.save(state))
    whole = {**card, "network": asdict(network.config), "sha256": sha256_of(path)}
    replace_file(path.with_suffix(".json"), (json.dumps(whole, indent=2) + "\n").encode())


def load_weights(name: str | Path = DEFAULT, *, device: str = "cpu") -> tuple[UNet, dict[str, Any]]:
    """
    Network with its weights, ready to fill, and its card.

    Parameters
    ----------
    name : str or Path
        Name of shipped weights, or path of a safetensors file that has its card beside it.
    device : str
        Where the network goes.

    Raises
    ------
    WeightsError
        If the file or its card is absent or corrupt, or the two do not belong together.
    """
    path = find_weights(name)
    try:
        card = json.loads(path.with_suffix(".json").read_text())
        size: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in card["network"].items()}
        config = UNetConfig(**size)
        card.get("config", {}).get("stream", {}).get("gain")  # asked for later: the tables must be tables
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsError(
            f"Invalid weights {path}: must have a readable card {path.with_suffix('.json').name} beside them "
            f"({type(error).__name__}: {error}). Copy both files of the training's output."
        ) from error
    gap = card.get("max_gap")
    if not (gap is None or (isinstance(gap, int) and gap >= 1)):
        raise WeightsError(f"Invalid max_gap {gap!r} in the card of {path}: must be a number of traces, or null.")
    if sha256_of(path) != card.get("sha256"):
        raise WeightsError(
            f"Invalid weights {path}: must have the sha256 {str(card.get('sha256'))[:12]}... of their card, found "
            f"{sha256_of(path)[:12]}.... The file is corrupt or belongs to another card; copy both again."
        )
    try:
        _check_shapes(path, config)
        network = UNet(config)
        network.load_state_dict({k: v.float() for k, v in safetensors.torch.load_file(path).items()})
    except (SafetensorError, RuntimeError, TypeError, ValueError, ArithmeticError) as error:
        first = str(error).strip().splitlines()[0]
        raise WeightsError(f"Invalid weights {path}: must fit the network of their card. {first}") from error
    return network.to(device).eval(), card


def _check_shapes(path: Path, config: UNetConfig) -> None:
    """Raise unless the file holds the floats of that network; no memory is taken for either before it is known."""
    with torch.device("meta"):
        wanted = {name: list(value.shape) for name, value in UNet(config).state_dict().items()}
    with safetensors.safe_open(path, "pt") as file:
        held = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        for name in sorted(wanted.keys() | held.keys()):
            shape = held[name].get_shape() if name in held else None
            if shape != wanted.get(name):
                raise ValueError(f"{name[:80]} must be {wanted.get(name, 'absent')}, is {shape or 'absent'}.")
            if held[name].get_dtype() not in FLOATS:
                raise ValueError(f"{name[:80]} must hold floats, holds {held[name].get_dtype()}.")


def find_weights(name: str | Path) -> Path:
    """Path of shipped weights by name, or of a file."""
    path = Path(name)
    if path.suffix == ".safetensors" or path.is_file():
        if not path.is_file():
            raise WeightsError(f"Invalid weights {path}: must exist. Give a .safetensors file or a shipped name.")
        return path
    shipped = {file.stem: file for file in sorted(SHIPPED.glob("*.safetensors"))}
    if str(name) not in shipped:
        raise WeightsError(f"Invalid weights {name!s}: must be a file or shipped; {did_you_mean(str(name), shipped)}")
    return shipped[str(name)]
