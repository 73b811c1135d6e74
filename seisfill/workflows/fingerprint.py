"""What a fill hangs on: settings, file, filler and version, so that an interrupted one goes on only as it began."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from seisfill._version import __version__
from seisfill.errors import FileAccessError
from seisfill.interpolators.base import Interpolator
from seisfill.workflows.fill_options import FillOptions

JOURNAL = 3  # goes up when ranges, or what is kept of them, change their meaning
SAMPLES, SAMPLE_BYTES = 16, 64 * 2**10  # parts of the input that are looked at, spread evenly


def fingerprint(
    source: Path, interpolator: Interpolator, options: FillOptions, *, guides: list[str], threads: int
) -> dict[str, Any]:
    """
    All that decides the bytes of an output, as JSON holds it.

    Parameters
    ----------
    source : Path
        The input.
    interpolator : Interpolator
        The filler.
    options : FillOptions
        What the user says.
    guides : list of str
        sha256 of each file of slopes.
    threads : int
        Of the computation.
    """
    told = {
        "version": __version__,
        "journal": JOURNAL,
        "input": identity(source) | {"sample_sha256": sampled_sha256(source)},
        "options": {name: value for name, value in describe(options).items() if name != "force"},
        "filler": describe(interpolator),
        "guides_sha256": guides,
        "threads": threads,
        "device": device_of(interpolator),
    }
    plain: dict[str, Any] = json.loads(json.dumps(told))
    return plain


def identity(path: Path) -> dict[str, int]:
    """Size [bytes] and time of the last change [ns] of a file: two readings tell whether it was changed between."""
    try:
        found = path.stat()
    except OSError as error:
        raise FileAccessError(f"Invalid file {path}: must be readable; {error.strerror or error}.") from error
    return {"size": found.st_size, "mtime_ns": found.st_mtime_ns}


def sampled_sha256(path: Path) -> str:
    """Hash of parts of a file, from its first bytes to its last."""
    digest, size = hashlib.sha256(), path.stat().st_size
    with path.open("rb") as file:
        for part in range(SAMPLES):
            file.seek(max(size - SAMPLE_BYTES, 0) * part // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()


def describe(value: Any) -> Any:
    """
    Settings of an object out of its fields; of what has none, the name of its kind.

    Examples
    --------
    >>> from seisfill.interpolators.linear import LinearInterpolator
    >>> describe(LinearInterpolator())["limits"]["extrapolate"]
    False
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): describe(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [describe(inner) for inner in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    told = {"kind": type(value).__name__}
    if is_dataclass(value):
        told |= {field.name: describe(getattr(value, field.name)) for field in fields(value)}
    return told


def device_of(filler: Any) -> str:
    """``cuda`` if any part of a filler computes there, else ``cpu``."""
    return "cuda" if any(str(word).startswith("cuda") for word in _devices(filler)) else "cpu"


def _devices(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _devices(inner)
    elif hasattr(value, "parameters"):
        yield from (parameter.device for parameter in value.parameters())
    elif is_dataclass(value):
        yield getattr(value, "device", "cpu")
        for field in fields(value):
            yield from _devices(getattr(value, field.name))


def differences(then: Any, now: Any, name: str = "") -> list[str]:
    """
    Which settings are not the same, with both values.

    Examples
    --------
    >>> differences({"options": {"seed": 0, "dead": "auto"}}, {"options": {"seed": 1, "dead": "auto"}})
    ['options.seed (it was 0, and is 1)']
    """
    if isinstance(then, dict) and isinstance(now, dict):
        names = list(dict.fromkeys([*then, *now]))
        return [
            line
            for inner in names
            for line in differences(then.get(inner), now.get(inner), f"{name}.{inner}".removeprefix("."))
        ]
    return [] if then == now else [f"{name} (it was {_short(then)}, and is {_short(now)})"]


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
