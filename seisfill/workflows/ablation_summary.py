"""Results of an ablation to what is compared: means and spread over seeds, beside the base, as tables of words."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.workflows.ablation_config import AblationConfig, Variant
from seisfill.workflows.ablation_folder import Result
from seisfill.workflows.benchmark_folder import write_json
from seisfill.workflows.benchmark_summary import Block, mean_finite
from seisfill.workflows.benchmark_tables import block_word, markdown

Scores = dict[str, float]  # by pattern, means over sets of data [dB]
SYNTHETIC, SURVEYS = "Synthetic sheet", "Open field surveys"
LINEAR = "straight lines"
DEFINITION = (
    "SNR = 10 log10( sum d^2 / sum (d - e)^2 ) [dB] on missing traces: of synthetic patches against their signal "
    "without noise, all patches of a family together, in gained amplitudes; of field gathers in physical ones. Means "
    "over families or surveys, then over seeds; ± is the standard deviation over seeds"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One variant on one kind of data.

    Parameters
    ----------
    name, about : str
        Of the variant.
    patterns : dict of str to Block
        Mean over the sets of data and spread over seeds, by pattern.
    seeds : dict of str to tuple of float
        The values behind it, one for each seed [dB].
    mean : Block
        Over patterns.
    beside : Block
        Mean over patterns less that of the base trained with the same seed, nan where that is not there; of what is not
        trained, less the mean of the base.
    """

    name: str
    about: str
    patterns: dict[str, Block]
    seeds: dict[str, tuple[float, ...]]
    mean: Block
    beside: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a variant is and costs: parameters, operations to fill a patch [FLOP], median time of its trainings [s]."""

    name: str
    about: str
    parameters: int
    flops: float
    seconds: float
    n_seeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationSummary:
    """
    All variants side by side.

    Parameters
    ----------
    patterns : tuple of str
        Of missing traces.
    lines : dict of str to tuple of Line
        By kind of data; in each the variants in their order, then the base before it is trained, and the linear fill.
    costs : tuple of Cost
        Likewise.
    failed : tuple of str
        Trainings that broke, with the reason.
    """

    patterns: tuple[str, ...]
    lines: dict[str, tuple[Line, ...]]
    costs: tuple[Cost, ...]
    failed: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values with the definition of the scores, for JSON."""
        return {"definition": DEFINITION, **asdict(self)}


def summarise(config: AblationConfig, results: Sequence[Result], *, failed: tuple[str, ...] = ()) -> AblationSummary:
    """
    Compare what was finished.

    Parameters
    ----------
    config : AblationConfig
        What is compared, in which order; other results are left out.
    results : sequence of Result
        Of trainings.
    failed : tuple of str
        Trainings that broke.
    """
    kinds = {SURVEYS: [r for r in results if _rows(r, SURVEYS, config)], SYNTHETIC: list(results)}
    return AblationSummary(
        patterns=config.base.config.validation.patterns,
        lines={kind: tuple(_lines(kind, config, kinds[kind])) for kind in (SYNTHETIC, SURVEYS) if kinds[kind]},
        costs=tuple(_cost(variant, own) for variant in config.variants if (own := _of(variant, results))),
        failed=failed,
    )


def _of(variant: Variant, results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.variant == variant.name]


def _rows(result: Result, kind: str, config: AblationConfig) -> list[dict[str, Any]]:
    """Rows of a result that are of one kind of data."""
    return [row for row in result.rows if (row["set"] in config.surveys) == (kind == SURVEYS)]


def _lines(kind: str, config: AblationConfig, results: Sequence[Result]) -> Iterator[Line]:
    """A line for each variant, with the slope told for those that take it, and for the linear fill."""
    patterns = config.base.config.validation.patterns

    def scores(result: Result, column: str) -> Scores:
        rows = _rows(result, kind, config)
        return {p: mean_finite([_number(row.get(column)) for row in rows if row["pattern"] == p]) for p in patterns}

    base = {result.seed: scores(result, "snr_db") for result in _of(config.base, results)}
    for variant in (*config.variants, config.untrained):
        own = _of(variant, results)
        if own:
            yield _line(variant.name, variant.about, {r.seed: scores(r, "snr_db") for r in own}, base)
        if any("guided_db" in row for result in own for row in _rows(result, kind, config)):
            told = {r.seed: scores(r, "guided_db") for r in own}
            yield _line(
                f"{variant.name}, slope told", "the same weights, shown the slope that is asked for", told, base
            )
    yield _line(LINEAR, "between the neighbours", {0: scores(results[0], "linear_db")}, base)


def _line(name: str, about: str, scores: dict[int, Scores], base: dict[int, Scores]) -> Line:
    """Means and spreads of the scores of some seeds."""
    patterns = list(next(iter(scores.values())))
    means = {seed: mean_finite(list(one.values())) for seed, one in scores.items()}
    bases = {seed: mean_finite(list(one.values())) for seed, one in base.items()}
    typical = mean_finite(list(bases.values()))  # for what has no seed
    beside = [mean - (bases.get(seed, math.nan) if seed else typical) for seed, mean in means.items()]
    return Line(
        name=name,
        about=about,
        patterns={pattern: block_of([one[pattern] for one in scores.values()]) for pattern in patterns},
        seeds={pattern: tuple(one[pattern] for one in scores.values()) for pattern in patterns},
        mean=block_of(list(means.values())),
        beside=block_of(beside),
    )


def block_of(values: Sequence[float]) -> Block:
    """
    Mean and standard deviation of what is finite.

    Examples
    --------
    >>> block_of([1.0, 3.0, float("nan")])
    Block(mean_db=2.0, spread_db=1.4142135623730951)
    """
    finite = [value for value in values if math.isfinite(value)]
    spread = float(np.std(finite, ddof=1)) if len(finite) > 1 else math.nan
    return Block(mean_db=mean_finite(finite), spread_db=spread)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _cost(variant: Variant, results: Sequence[Result]) -> Cost:
    return Cost(
        name=variant.name,
        about=variant.about,
        parameters=results[0].parameters,
        flops=results[0].flops,
        seconds=float(np.median([result.seconds for result in results])),
        n_seeds=len(results),
    )


def tables(summary: AblationSummary) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Columns and rows of words by title: each kind of data, and what the variants cost."""
    found = {}
    for kind, lines in summary.lines.items():
        columns = ["variant", *summary.patterns, "mean", "beside the base"]
        rows = [
            [
                line.name,
                *(block_word(line.patterns[p], 2) for p in summary.patterns),
                block_word(line.mean, 2),
                block_word(line.beside, 2),
            ]
            for line in lines
        ]
        found[f"{kind}: SNR on missing traces in dB"] = (columns, rows)
    found["What they are and cost"] = (
        ["variant", "parameters", "MFLOP a patch", "seconds", "seeds", "what it is"],
        [
            [c.name, f"{c.parameters:,}", f"{c.flops / 1e6:.0f}", f"{c.seconds:.0f}", str(c.n_seeds), c.about]
            for c in summary.costs
        ],
    )
    return found


def write_summary(summary: AblationSummary, out: Path) -> None:
    """Write ``summary.json`` and ``summary.md`` to a folder."""
    write_json(out / "summary.json", summary.as_dict())
    parts = [f"{DEFINITION}."]
    for title, (columns, rows) in tables(summary).items():
        parts.append(f"## {title}\n\n" + markdown(columns, rows))
    if summary.failed:
        parts.append("## Failed\n\n" + "\n".join(f"- {line}" for line in summary.failed))
    (out / "summary.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
