"""
Cells to the numbers that are compared: means, spread, and what is lost against the best candidate of each case.

Draws and gathers of one data set and pattern are averaged first; then data sets and patterns count alike. Cells whose
SNR is not a finite number (a gap in a muted zone, say) judge nothing and are left out.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from seisfill.workflows.benchmark_config import BenchmarkConfig
from seisfill.workflows.benchmark_data import SYNTHETIC
from seisfill.workflows.benchmark_folder import CaseKey, Cell

ORACLE = "oracle"
NEAR_DB = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Mean and spread over draws (standard deviation; nan for one draw) of one filler, SNR on missing traces [dB]."""

    mean_db: float
    spread_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FillerSummary:
    """
    What one filler did.

    Parameters
    ----------
    name : str
        Of the filler, or `ORACLE`.
    blocks : dict of (str, str) to Block
        By data set and pattern.
    patterns : dict of str to Block
        By pattern, over data sets.
    mean_db : float
        SNR on missing traces over all blocks.
    loss_db : float
        What the oracle has more on the same cells.
    near_share : float
        Share of cells within 1 dB of the oracle.
    filled_db, section_db, aliased_db, amplitude_ratio : float
        Means of the other scores over all blocks.
    seconds : float
        Median time of a fill.
    n_cells, n_left, n_missing : int
        Cells, and traces left of all missing ones.
    """

    name: str
    blocks: dict[tuple[str, str], Block]
    patterns: dict[str, Block]
    mean_db: float
    loss_db: float
    near_share: float
    filled_db: float
    section_db: float
    aliased_db: float
    amplitude_ratio: float
    seconds: float
    n_cells: int
    n_left: int
    n_missing: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        blocks = [{"data": data, "pattern": p, **asdict(block)} for (data, p), block in self.blocks.items()]
        return {**asdict(self), "blocks": blocks}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """
    All fillers beside the oracle.

    Parameters
    ----------
    surveys, synthetic : tuple of str
        Data sets, in the order of the configuration.
    patterns : tuple of str
        Likewise.
    fillers : tuple of FillerSummary
        In the order of the configuration, the oracle last if there is a candidate.
    n_not_finite : int
        Cells that judge nothing.
    """

    surveys: tuple[str, ...]
    synthetic: tuple[str, ...]
    patterns: tuple[str, ...]
    fillers: tuple[FillerSummary, ...]
    n_not_finite: int

    @property
    def data(self) -> tuple[str, ...]:
        """All data sets."""
        return self.surveys + self.synthetic

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "n_not_finite": self.n_not_finite,
            "fillers": [filler.as_dict() for filler in self.fillers],
        }


def summarise(cells: Sequence[Cell], config: BenchmarkConfig) -> Summary:
    """
    Compare fillers over finished cells.

    Parameters
    ----------
    cells : sequence of Cell
        Of any part of a benchmark.
    config : BenchmarkConfig
        What is compared, in which order, and who is a candidate; other cells are left out.
    """
    cells = [cell for cell in cells if _is_in(config, cell)]
    judged = [cell for cell in cells if math.isfinite(cell.snr_db)]
    candidates = {filler.name for filler in config.fillers if filler.candidate}
    best: dict[CaseKey, Cell] = {}
    for cell in judged:
        if cell.filler in candidates and (cell.case not in best or cell.snr_db > best[cell.case].snr_db):
            best[cell.case] = cell
    groups = {filler.name: [cell for cell in judged if cell.filler == filler.name] for filler in config.fillers}
    groups[ORACLE] = list(best.values())
    data = [part for part in config.data if any(cell.data == part.name for cell in judged)]
    return Summary(
        surveys=tuple(part.name for part in data if part.survey not in SYNTHETIC),
        synthetic=tuple(part.name for part in data if part.survey in SYNTHETIC),
        patterns=tuple(p.name for p in config.patterns if any(cell.pattern == p.name for cell in judged)),
        fillers=tuple(_summary_of(name, group, best) for name, group in groups.items() if group),
        n_not_finite=len(cells) - len(judged),
    )


def _is_in(config: BenchmarkConfig, cell: Cell) -> bool:
    chosen = (
        any(part.name == name for part in parts)
        for name, parts in zip((cell.data, cell.pattern, cell.filler), config.parts().values(), strict=True)
    )
    return all(chosen)


def _summary_of(name: str, cells: list[Cell], best: dict[CaseKey, Cell]) -> FillerSummary:
    blocks = {key: _block(group) for key, group in _by_block(cells).items()}
    names = dict.fromkeys(pattern for _, pattern in blocks)
    compared = [cell for cell in cells if cell.case in best]
    losses = [mean_finite([best[c.case].snr_db - c.snr_db for c in group]) for group in _by_block(compared).values()]
    near = [best[cell.case].snr_db - cell.snr_db <= NEAR_DB for cell in compared]
    return FillerSummary(
        name=name,
        blocks=blocks,
        patterns={p: mean_block([block for (_, q), block in blocks.items() if q == p]) for p in names},
        mean_db=mean_finite([block.mean_db for block in blocks.values()]),
        loss_db=mean_finite(losses),
        near_share=mean_finite(near),
        filled_db=_nested(cells, lambda cell: cell.filled_snr_db),
        section_db=_nested(cells, lambda cell: cell.section_snr_db),
        aliased_db=_nested(cells, lambda cell: cell.aliased_snr_db),
        amplitude_ratio=_nested(cells, lambda cell: cell.amplitude_ratio),
        seconds=float(np.median([cell.seconds for cell in cells])),
        n_cells=len(cells),
        n_left=sum(cell.n_left for cell in cells),
        n_missing=sum(cell.n_missing for cell in cells),
    )


def _by_block(cells: Sequence[Cell]) -> dict[tuple[str, str], list[Cell]]:
    groups: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[cell.data, cell.pattern].append(cell)
    return groups


def _block(cells: list[Cell]) -> Block:
    """Mean over gathers and draws; spread over the draws of each gather, then averaged."""
    gathers: dict[int, list[float]] = defaultdict(list)
    for cell in cells:
        gathers[cell.gather].append(cell.snr_db)
    spreads = [float(np.std(values, ddof=1)) for values in gathers.values() if len(values) > 1]
    return Block(mean_db=mean_finite([cell.snr_db for cell in cells]), spread_db=mean_finite(spreads))


def mean_block(blocks: list[Block]) -> Block:
    """Mean of means and mean of spreads."""
    return Block(mean_db=mean_finite([b.mean_db for b in blocks]), spread_db=mean_finite([b.spread_db for b in blocks]))


def _nested(cells: list[Cell], value: Callable[[Cell], float]) -> float:
    return mean_finite([mean_finite([value(cell) for cell in group]) for group in _by_block(cells).values()])


def mean_finite(values: Sequence[float]) -> float:
    """Mean of the finite values; nan where there is none."""
    finite = [float(value) for value in values if math.isfinite(value)]
    return float(np.mean(finite)) if finite else math.nan
