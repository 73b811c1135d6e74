"""What an ablation compares: one small recipe, and variants of it that must keep its budget."""

from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from seisfill._checks import did_you_mean
from seisfill.config import build, build_train_config, reading
from seisfill.datasets import SURVEYS
from seisfill.errors import ConfigurationError, InvalidParameterError
from seisfill.training.recipe import TrainConfig

UNTRAINED = "untrained"
# How many steps there are, what each sees, and how all are judged: the same for every variant.
BUDGET = ("seed", "steps", "stream.patch", "stream.batch", "stream.chunk", "validation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """
    One thing that is tried.

    Parameters
    ----------
    name : str
        In tables, and of its folder.
    about : str
        What it is, in words.
    told : dict
        Its whole configuration as plain values: the base's with what the variant changes.
    config : TrainConfig
        The same, checked. An ablation trains it with seeds of its own.
    """

    name: str
    about: str
    told: dict[str, Any]
    config: TrainConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationConfig:
    """
    Everything that is trained and how it is judged.

    Parameters
    ----------
    variants : tuple of Variant
        The base first.
    seeds : tuple of int
        Of data and first weights; every variant is trained with each.
    surveys : tuple of str
        Open field surveys that all are judged on beside the synthetic sheet, by their names in `seisfill.datasets`.

    Raises
    ------
    InvalidParameterError
        If a seed, a survey or a name stands twice or is not known, or a variant does not keep the budget of the base.
    """

    variants: tuple[Variant, ...]
    seeds: tuple[int, ...] = (1, 2)
    surveys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise InvalidParameterError(f"Invalid seeds {self.seeds}: must be at least one, and none of them twice.")
        for seed in self.seeds:
            replace(self.base.config, seed=seed)  # refuses that of the validation
        for name in self.surveys:
            if name not in SURVEYS:
                raise InvalidParameterError(f"Invalid survey {name!r}: must be known; {did_you_mean(name, SURVEYS)}")
        names = [UNTRAINED, *(variant.name for variant in self.variants)]
        for variant in self.variants:
            if names.count(variant.name) > 1:
                raise InvalidParameterError(f"Invalid variant {variant.name!r}: must not stand twice. Rename one.")
            for key in BUDGET:
                if attrgetter(key)(variant.config) != attrgetter(key)(self.base.config):
                    raise InvalidParameterError(
                        f"Invalid variant {variant.name!r}: must keep the budget of the base, and changes {key}."
                    )

    @property
    def base(self) -> Variant:
        """What the others are variants of."""
        return self.variants[0]

    @property
    def untrained(self) -> Variant:
        """The base before its first step, which is judged beside them: what is built in and not learned."""
        return replace(self.base, name=UNTRAINED, about="the base before its first step")

    def choose(self, names: tuple[str, ...]) -> "AblationConfig":
        """Only the base and what is named; all variants where nothing is."""
        known = [variant.name for variant in self.variants]
        for name in names:
            if name not in known:
                raise InvalidParameterError(f"Invalid variant {name!r}: must be known; {did_you_mean(name, known)}")
        chosen = tuple(variant for variant in self.variants if not names or variant.name in (self.base.name, *names))
        return replace(self, variants=chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """An ablation as it stands in TOML."""

    base: dict[str, Any] = field(default_factory=dict)
    variant: list[dict[str, Any]] = field(default_factory=list)
    seeds: tuple[int, ...] = (1, 2)
    surveys: tuple[str, ...] = ()


def load_ablation_config(path: Path) -> AblationConfig:
    """
    Configuration of an ablation.

    A table ``[base]``, the configuration of a training; a list of tables ``[[variant]]``, each with a ``name`` and
    whatever it changes, where it stands in the base; ``seeds`` and ``surveys``. The base and every variant may say in
    words what they are, ``about``.

    Parameters
    ----------
    path : Path
        A TOML file.

    Raises
    ------
    ConfigurationError
        If the file is absent or not TOML, a key or value is wrong, or a variant does not keep the budget.
    """
    with reading(path) as table:
        told: _File = build(_File, table, "")
        variants = [_variant({"name": "base", **told.base}, where="base")]
        for number, change in enumerate(told.variant):
            if "name" not in change:
                raise ConfigurationError(f"key 'name' in [variant[{number}]] must be given.")
            whole = merged({**told.base, "about": ""}, change)
            variants.append(_variant(whole, where=f"variant {change['name']!r}"))
        return AblationConfig(variants=tuple(variants), seeds=told.seeds, surveys=told.surveys)


def _variant(told: dict[str, Any], *, where: str) -> Variant:
    about = str(told.pop("about", ""))
    try:
        config = build_train_config(told)
    except (ConfigurationError, InvalidParameterError) as error:
        raise ConfigurationError(f"{where}: {error}") from error
    return Variant(name=config.name, about=about, told=told, config=config)


def merged(table: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """
    A table with what another changes: tables key by key, anything else as a whole.

    Examples
    --------
    >>> merged({"steps": 9, "network": {"fold": 4, "widths": [4, 6]}}, {"network": {"widths": [8]}})
    {'steps': 9, 'network': {'fold': 4, 'widths': [8]}}
    """
    common = [key for key in change if isinstance(change[key], dict) and isinstance(table.get(key), dict)]
    both = {key: merged(table[key], change[key]) for key in common}
    return {**table, **change, **both}
