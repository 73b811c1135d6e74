"""
What a benchmark leaves behind as it goes: its configuration, each case's mask with a hash, each finished cell.

A cell is one filler on one case; a case is one gather with one draw of one pattern. A run that is taken up again skips
finished cells, and refuses to mix what was made from another configuration, other data or other weights.
"""

import json
import math
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from seisfill._files import replace_file
from seisfill._version import __version__
from seisfill.errors import ConfigurationError
from seisfill.gather import Bools, Gather
from seisfill.workflows.benchmark_config import BenchmarkConfig
from seisfill.workflows.benchmark_data import sha256_of

HEAD, CASES, CELLS = "benchmark.json", "cases.jsonl", "cells.jsonl"
CaseKey = tuple[str, int, str, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """
    A gather with one draw of a pattern.

    Parameters
    ----------
    data : str
        Name of the data set.
    gather : int
        Which of its gathers, from 0.
    pattern : str
        Name of the pattern.
    draw : int
        Seed of the draw.
    truth : Gather
        Complete amplitudes; traces that it lacks itself are not scored.
    live : bool array, shape (n_traces,)
        Traces that the fillers are given.
    """

    data: str
    gather: int
    pattern: str
    draw: int
    truth: Gather
    live: Bools

    @property
    def key(self) -> CaseKey:
        """What names it."""
        return self.data, self.gather, self.pattern, self.draw

    def row(self) -> dict[str, Any]:
        """The mask as a word of 0 and 1 with its hash, and the hash of the amplitudes."""
        return {
            "data": self.data,
            "gather": self.gather,
            "pattern": self.pattern,
            "draw": self.draw,
            "live": "".join("01"[int(flag)] for flag in self.live),
            "live_sha256": sha256_of(self.live),
            "data_sha256": sha256_of(self.truth.data),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    Scores of one filler on one case.

    Parameters
    ----------
    data, gather, pattern, draw
        Of the case.
    filler : str
        Name of the filler.
    snr_db : float
        Over all missing traces; those that the filler refused count as zeros.
    filled_snr_db : float
        Over the traces that it filled.
    section_snr_db, aliased_snr_db, amplitude_ratio : float
        As in `seisfill.metrics`; the last of filled traces only.
    n_missing, n_left : int
        Missing traces, and those that the filler refused.
    seconds : float
        Wall-clock time of the fill.
    reason : str
        Why traces were refused, for the first of them.
    weights : str
        sha256 of a network's weights.
    """

    data: str
    gather: int
    pattern: str
    draw: int
    filler: str
    snr_db: float
    filled_snr_db: float
    section_snr_db: float
    aliased_snr_db: float
    amplitude_ratio: float
    n_missing: int
    n_left: int
    seconds: float
    reason: str = ""
    weights: str = ""

    @property
    def case(self) -> CaseKey:
        """Key of its case."""
        return self.data, self.gather, self.pattern, self.draw


class BenchmarkFolder:
    """
    Folder of a benchmark.

    Parameters
    ----------
    path : Path
        Where it is; made if it is not there.
    config : BenchmarkConfig
        The whole configuration.
    resume : bool
        Take up what it holds.

    Raises
    ------
    ConfigurationError
        If it holds a benchmark and *resume* is not given, the other way round, or one of another configuration.
    """

    def __init__(self, path: Path, config: BenchmarkConfig, *, resume: bool) -> None:
        self.path = path
        self.cells: list[Cell] = []
        head = {"made_by": f"seisfill {__version__}", "config": json.loads(json.dumps(config.as_dict(), default=str))}
        if (path / HEAD).exists():
            if not resume:
                raise ConfigurationError(
                    f"Invalid folder {path}: must hold no benchmark yet. Add --resume, or another --out."
                )
            self._check_head(head)
            self.cells = [_cell(row) for row in _rows(path / CELLS)]
        elif resume:
            raise ConfigurationError(f"Invalid folder {path}: must hold {HEAD} to resume from. Drop --resume.")
        path.mkdir(parents=True, exist_ok=True)
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "threads": os.environ.get("OMP_NUM_THREADS")}
        write_json(path / HEAD, {**head, "last_run_on": machine})
        self._weights = {(cell.case, cell.filler): cell.weights for cell in self.cells}
        self._written = {_case_key(row): row for row in _rows(path / CASES)}
        _mend(path / CELLS, [asdict(cell) for cell in self.cells])
        _mend(path / CASES, list(self._written.values()))

    def _check_head(self, head: dict[str, Any]) -> None:
        found = json.loads((self.path / HEAD).read_text(encoding="utf-8"))
        changed = [what for what, told in head["config"].items() if found["config"].get(what) != told]
        if found["made_by"] != head["made_by"]:
            changed.append("version of seisfill")
        if changed:
            raise ConfigurationError(
                f"Invalid folder {self.path}: must hold a benchmark of this configuration to resume, and differs in "
                f"{', '.join(changed)}. Take another --out, or the configuration that it was begun with."
            )

    def add_case(self, case: Case) -> None:
        """Record a case, once; it must be what was recorded before."""
        row = case.row()
        if case.key not in self._written:
            self._written[case.key] = row
            _append(self.path / CASES, row)
        elif self._written[case.key] != row:
            raise ConfigurationError(
                f"Invalid case {case.key} in {self.path}: must have the data and mask it was begun with, "
                "and has others. Take another --out."
            )

    def has(self, case: Case, filler: str, *, weights: str) -> bool:
        """Whether a cell is finished; it must have been filled with the same weights."""
        found = self._weights.get((case.key, filler))
        if found not in (None, weights):
            raise ConfigurationError(
                f"Invalid folder {self.path}: must hold cells of {filler!r} by the weights {weights[:12]}... that are "
                f"loaded now, and holds some by {found[:12]}... . Take another --out."
            )
        return found is not None

    def add(self, cell: Cell) -> None:
        """Record a finished cell."""
        self.cells.append(cell)
        self._weights[cell.case, cell.filler] = cell.weights
        _append(self.path / CELLS, asdict(cell))


def _case_key(row: dict[str, Any]) -> CaseKey:
    """What names the case of a row."""
    return row["data"], row["gather"], row["pattern"], row["draw"]


def _cell(row: dict[str, Any]) -> Cell:
    floats = {f.name for f in fields(Cell) if f.type is float}
    numbers = {name: math.nan if row[name] is None else float(row[name]) for name in floats}
    return Cell(**{**row, **numbers})


def plain(value: Any) -> Any:
    """
    *value* for JSON that every parser takes: NaN becomes null, infinity a word.

    Examples
    --------
    >>> plain({"a": [float("nan"), float("-inf"), 1.0]})
    {'a': [None, '-inf', 1.0]}
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (float, np.floating)) and not math.isfinite(value):
        return None if math.isnan(value) else str(float(value))
    return value


def write_json(path: Path, value: Any) -> None:
    """Write JSON, whole or not at all."""
    replace_file(path, (json.dumps(plain(value), indent=1) + "\n").encode())


def _append(path: Path, row: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(plain(row)) + "\n")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a file of JSON lines; a last line that an interruption cut off is left out."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                yield json.loads(line)


def _mend(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the whole rows back, so that what follows begins on a line of its own."""
    replace_file(path, "".join(json.dumps(plain(row)) + "\n" for row in rows).encode())
