"""What a benchmark compares: data sets, patterns of missing traces, fillers; out of TOML, or the default. No work."""

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from seisfill._checks import did_you_mean
from seisfill.config import build
from seisfill.datasets import SURVEYS
from seisfill.errors import ConfigurationError, InvalidParameterError
from seisfill.interpolators.base import Limits
from seisfill.masks import parse_mask
from seisfill.workflows.benchmark_data import SYNTHETIC


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """
    A data set: a survey that seisfill knows, or gathers of a SEG-Y or SU file.

    Parameters
    ----------
    name : str
        Name in tables.
    survey : str, optional
        One of `seisfill.datasets.SURVEYS` or of the synthetic ones.
    file : Path, optional
        A file instead, with the crops below.
    gathers : tuple of int, optional
        Numbers of the gathers, from 0; all where not given.
    samples : (int, int), optional
        First sample, and the one behind the last.
    trace_rms : bool
        Whether each trace is divided by its RMS.
    """

    name: str
    survey: str | None = None
    file: Path | None = None
    gathers: tuple[int, ...] | None = None
    samples: tuple[int, int] | None = None
    trace_rms: bool = False

    def __post_init__(self) -> None:
        if (self.survey is None) == (self.file is None):
            raise InvalidParameterError(f"Invalid data {self.name!r}: must have either a survey or a file.")
        known = (*SURVEYS, *SYNTHETIC)
        if self.survey is not None and self.survey not in known:
            raise InvalidParameterError(
                f"Invalid survey {self.survey!r}: must be known; {did_you_mean(self.survey, known)}"
            )
        if self.survey is not None and (self.gathers or self.samples or self.trace_rms):
            raise InvalidParameterError(
                f"Invalid data {self.name!r}: must not crop a survey, which says itself what is scored. Name its file."
            )
        if self.samples is not None and not 0 <= self.samples[0] < self.samples[1]:
            raise InvalidParameterError(f"Invalid samples {self.samples}: must be two numbers from 0, the lower first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternConfig:
    """
    A pattern of missing traces.

    Parameters
    ----------
    name : str
        Name in tables.
    mask : str
        As on the command line: ``every:2``, ``random:0.3+gap:6``.
    draws : int
        How often it is drawn, with the seeds 0, 1, ...
    """

    name: str
    mask: str
    draws: int = 1

    def __post_init__(self) -> None:
        parse_mask(self.mask)
        if self.draws < 1:
            raise InvalidParameterError(f"Invalid draws {self.draws} of {self.name!r}: must be at least 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FillerConfig:
    """
    A filler.

    Parameters
    ----------
    name : str
        Name in tables.
    method : str
        Its method: one of ours, ``pylops-fk`` or ``pylops-radon``.
    candidate : bool
        Whether the oracle, which takes the best for each case, may take it.
    options : dict
        All other keys of its table: what the method itself takes.
    """

    name: str
    method: str
    candidate: bool = True
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkConfig:
    """
    Everything that is compared with everything.

    Parameters
    ----------
    data, patterns, fillers : tuple
        Each with names of their own.
    """

    data: tuple[DataConfig, ...]
    patterns: tuple[PatternConfig, ...]
    fillers: tuple[FillerConfig, ...]

    def __post_init__(self) -> None:
        for what, parts in self.parts().items():
            names = [part.name for part in parts]
            if not names:
                raise InvalidParameterError(f"Invalid benchmark: must hold at least one [[{what}]].")
            for name in names:
                if names.count(name) > 1:
                    raise InvalidParameterError(f"Invalid [[{what}]] name {name!r}: must not stand twice.")

    def parts(self) -> dict[str, tuple[Any, ...]]:
        """The three lists by the name of their tables."""
        return {"data": self.data, "pattern": self.patterns, "filler": self.fillers}

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the record."""
        return {what: [asdict(part) for part in parts] for what, parts in self.parts().items()}

    def choose(
        self, *, data: Iterable[str] = (), patterns: Iterable[str] = (), fillers: Iterable[str] = ()
    ) -> "BenchmarkConfig":
        """
        Only what is named; all of a list of which nothing is named.

        Examples
        --------
        >>> [filler.name for filler in default_benchmark().choose(fillers=["linear", "pocs"]).fillers]
        ['linear', 'pocs']
        """
        chosen = []
        for (what, parts), names in zip(self.parts().items(), map(set, (data, patterns, fillers)), strict=True):
            known = [part.name for part in parts]
            for name in sorted(names - set(known)):
                raise InvalidParameterError(f"Invalid {what} {name!r}: must be known; {did_you_mean(name, known)}")
            chosen.append(tuple(part for part in parts if not names or part.name in names))
        return replace(self, data=chosen[0], patterns=chosen[1], fillers=chosen[2])


FIELD = ("viking", "mississippi", "segc3", "npra", "penobscot", "gom_cdp", "daloro")
FILLED_RAW_AND_FLAT: dict[str, dict[str, Any]] = {
    "linear": {},
    "pocs": {},
    "prediction": {},
    "rank": {},
    "alft": {},
    "network": {"flips": False},
}
PATTERNS = (
    PatternConfig(name="every 2nd", mask="every:2"),
    PatternConfig(name="every 3rd", mask="every:3"),
    PatternConfig(name="random 50 %", mask="random:0.5", draws=5),
    PatternConfig(name="gap of 10", mask="gap:10", draws=10),
    PatternConfig(name="random 30 % + gap of 6", mask="random:0.3+gap:6", draws=5),
)


def default_benchmark() -> BenchmarkConfig:
    """The open surveys and two synthetic gathers, five patterns, every filler with and without flattening, peers."""
    fillers = []
    for method, options in FILLED_RAW_AND_FLAT.items():
        for name, moveout in ((method, False), (f"{method} flat", True)):
            fillers.append(FillerConfig(name=name, method=method, options={"moveout": moveout, **options}))
    fillers += [FillerConfig(name=name, method=name, candidate=False) for name in ("auto", "pylops-fk", "pylops-radon")]
    surveys = [DataConfig(name=SURVEYS[key].title, survey=key) for key in FIELD]
    surveys += [DataConfig(name=f"synthetic {key.partition('-')[2]}", survey=key) for key in SYNTHETIC]
    return BenchmarkConfig(data=tuple(surveys), patterns=PATTERNS, fillers=tuple(fillers))


def load_benchmark_config(path: Path) -> BenchmarkConfig:
    """
    Configuration of a benchmark: lists of tables ``[[data]]``, ``[[pattern]]`` and ``[[filler]]``.

    Keys of a filler besides ``name``, ``method`` and ``candidate`` go to the method.

    Parameters
    ----------
    path : Path
        A TOML file; names of data files in it are relative to its folder.

    Raises
    ------
    ConfigurationError
        If the file is absent or not TOML, or a key or value is wrong.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for key in table:
            if key not in ("data", "pattern", "filler"):
                raise ConfigurationError(
                    f"key {key!r} must be known; {did_you_mean(key, ['data', 'pattern', 'filler'])}"
                )
        return BenchmarkConfig(
            data=tuple(_placed(part, path.parent) for part in _parts(table, "data", DataConfig)),
            patterns=tuple(_parts(table, "pattern", PatternConfig)),
            fillers=tuple(_filler(told, where) for told, where in _tables(table, "filler")),
        )
    except OSError as error:
        raise ConfigurationError(
            f"Invalid configuration {path}: must be readable; {error.strerror or error}."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Invalid configuration {path}: must be TOML; {error}.") from error
    except (ConfigurationError, InvalidParameterError) as error:
        raise ConfigurationError(f"Invalid configuration {path}: {error}") from error


def _placed(data: DataConfig, folder: Path) -> DataConfig:
    return data if data.file is None else replace(data, file=folder / data.file)


def _tables(table: dict[str, Any], what: str) -> list[tuple[dict[str, Any], str]]:
    told = table.get(what, [])
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise ConfigurationError(f"{what} must be a list of tables, [[{what}]].")
    return [(one, f"{what}[{number}]") for number, one in enumerate(told)]


def _parts(table: dict[str, Any], what: str, kind: type) -> list[Any]:
    return [_built(kind, told, where) for told, where in _tables(table, what)]


def _built(kind: type, told: dict[str, Any], where: str, *, skip: tuple[str, ...] = ()) -> Any:
    for key in ("name", "mask", "method"):
        if key not in told and key in {f.name for f in fields(kind)}:
            raise ConfigurationError(f"key {key!r} in [{where}] must be given.")
    return build(kind, told, where, skip=skip)


def _filler(told: dict[str, Any], where: str) -> FillerConfig:
    """The filler's own keys, and its method's: lists become tuples, ``limits`` its dataclass."""
    own = {key: value for key, value in told.items() if key in ("name", "method", "candidate")}
    options = {key: tuple(v) if isinstance(v, list) else v for key, v in told.items() if key not in own}
    if "limits" in told:
        options["limits"] = build(Limits, told["limits"], f"{where}.limits")
    return replace(_built(FillerConfig, own, where, skip=("options",)), options=options)
