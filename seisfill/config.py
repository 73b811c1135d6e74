"""TOML files to frozen dataclasses: the keys are the fields, unknown ones are refused with a suggestion."""

import dataclasses
import tomllib
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from seisfill._checks import did_you_mean
from seisfill.errors import ConfigurationError, InvalidParameterError
from seisfill.masks import RULES, FreeFormMask, MaskRule, MixedMask, MixtureMask
from seisfill.nn.losses import FillLoss
from seisfill.nn.unet import UNetConfig
from seisfill.synthetic.surveys import SyntheticSurveys
from seisfill.training.loop import OptimizerConfig, TrainConfig, ValidationConfig
from seisfill.training.sources import SourceConfig
from seisfill.training.streams import SyntheticStream

STREAM_TABLES = {
    "surveys": SyntheticSurveys,
    "free_form": FreeFormMask,
    "field": SourceConfig,
    "modelled": SourceConfig,
}


def load_train_config(path: Path) -> TrainConfig:
    """
    Configuration of a training.

    Tables: ``[network]``, ``[optimizer]``, ``[loss]``, ``[validation]``, ``[stream]`` with ``[stream.surveys]``,
    ``[stream.free_form]``, ``[stream.field]``, ``[stream.modelled]`` and a list ``[[stream.masks]]`` of rules, each
    with its ``rule`` and ``weight``.

    Parameters
    ----------
    path : Path
        A TOML file.

    Raises
    ------
    ConfigurationError
        If the file is absent or not TOML, or a key or value is wrong.
    """
    with reading(path) as table:
        return build_train_config(table)


@contextmanager
def reading(path: Path) -> Iterator[dict[str, Any]]:
    """Table of a TOML file; what is wrong with it, here or in the body, becomes an error that names the file."""
    try:
        yield tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"Invalid configuration {path}: must be readable; {error.strerror or error}."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Invalid configuration {path}: must be TOML; {error}.") from error
    except (ConfigurationError, InvalidParameterError) as error:
        raise ConfigurationError(f"Invalid configuration {path}: {error}") from error


def build_train_config(table: dict[str, Any]) -> TrainConfig:
    """Configuration of a training from the table of `load_train_config`, which is left as it is."""
    table = dict(table)
    stream = _table(table.pop("stream", {}), "stream")
    parts: dict[str, Any] = {}
    if "masks" in stream:
        parts["masks"] = _mixture(stream.pop("masks"))
    for key in [name for name in STREAM_TABLES if name in stream]:
        parts[key] = build(STREAM_TABLES[key], stream.pop(key), f"stream.{key}")
    whole = {
        "network": build(UNetConfig, table.pop("network", {}), "network"),
        "optimizer": build(OptimizerConfig, table.pop("optimizer", {}), "optimizer"),
        "loss": build(FillLoss, table.pop("loss", {}), "loss"),
        "validation": build(ValidationConfig, table.pop("validation", {}), "validation"),
        "stream": dataclasses.replace(
            build(SyntheticStream, stream, "stream", skip=("masks", *STREAM_TABLES)), **parts
        ),
    }
    return dataclasses.replace(build(TrainConfig, table, "", skip=tuple(whole)), **whole)


def _mixture(rules: Any) -> MixtureMask:
    """``[[stream.masks]]``: each table names its rule and weight; ``also`` is a list of rules that hide besides."""
    built, weights = [], []
    for number, told in enumerate(_list(rules, "stream.masks")):
        where = f"stream.masks[{number}]"
        rule = _table(told, where)
        weights.append(_value(float, rule.pop("weight", 1.0), f"{where}.weight"))
        also = [_rule(other, f"{where}.also") for other in _list(rule.pop("also", []), f"{where}.also")]
        one = _rule(rule, where)
        built.append(MixedMask(rules=(one, *also)) if also else one)
    return MixtureMask(rules=tuple(built), weights=tuple(weights))


def _rule(told: Any, where: str) -> MaskRule:
    table = _table(told, where)
    word = str(table.pop("rule", None))
    if word not in RULES:
        raise ConfigurationError(f"rule {word!r} in [{where}] must be known; {did_you_mean(word, RULES)}")
    return build(RULES[word], table, where)


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigurationError(f"{where} = {value!r} must be a table, [{where}].")
    return dict(value)


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ConfigurationError(f"{where} = {value!r} must be a list of tables, [[{where}]].")
    return value


def _value(kind: Any, value: Any, where: str) -> Any:
    """*value* as the type *kind*."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise ConfigurationError(f"{where} = {value!r} must be valid: {error.errors()[0]['msg'].lower()}.") from error


def build(kind: type, table: dict[str, Any], where: str, *, skip: tuple[str, ...] = ()) -> Any:
    """
    A frozen dataclass from a table, its values checked against the field types.

    Parameters
    ----------
    kind : type
        The dataclass.
    table : dict
        Its fields.
    where : str
        Name of the table, for errors.
    skip : tuple of str
        Fields that no plain value can fill.

    Raises
    ------
    ConfigurationError
        If a key is not a field, or a value is not of its type.

    Examples
    --------
    >>> build(UNetConfig, {"widths": [4, 6]}, "network").widths
    (4, 6)
    """
    known = {f.name: f for f in dataclasses.fields(kind) if f.name not in skip}
    for key in _table(table, where):
        if key not in known:
            place = f" in [{where}]" if where else ""
            raise ConfigurationError(f"key {key!r}{place} must be known; {did_you_mean(key, known)}")
    types = typing.get_type_hints(kind)
    return kind(**{key: _value(types[key], value, f"{where}.{key}".strip(".")) for key, value in table.items()})
