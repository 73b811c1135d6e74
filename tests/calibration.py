"""
How far the predicted errors of fills can be trusted: ``python -m tests.calibration [CACHE]``.

Every open survey is thinned by each pattern and filled; the error model learns from trials on the thinned gathers alone
and is held against the true errors on the missing traces. Writes ``docs/calibration.md`` and ``docs/calibration.png``.
Fills are kept in CACHE, so that a second run takes a minute.
"""

import pickle
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from seisfill.datasets import SURVEYS
from seisfill.gather import Filled, Gather, take_traces
from seisfill.interpolators.load import load_interpolator
from seisfill.masks import parse_mask
from seisfill.plotting.calibration import plot_calibration
from seisfill.trust.conformal import LEVELS, pooled_quantiles
from seisfill.trust.error_model import ErrorModel
from seisfill.trust.features import describe
from seisfill.trust.stretch import as_in_own_holes, to_own_scale
from seisfill.trust.trial import Trial
from seisfill.workflows.benchmark_data import load_survey
from seisfill.workflows.check import check_gathers

PATTERNS = {"random 50 %": "random:0.5", "every 2nd": "every:2", "every 3rd": "every:3", "gap of 8": "gap:8"}
# method, moveout, most gathers of a survey, most traces and samples of a gather, places of a gap
METHODS = {
    "prediction flat": ("prediction", True, 2, (200, 1024), 2),
    "auto": ("auto", None, 1, (96, 512), 1),
    "network flat": ("network", True, 1, (96, 512), 1),
}
TEST = [survey for survey in SURVEYS if survey != "mississippi"]
SCORED = (0.8, 0.95)
CHECKED = 4  # trials, as fill --check makes where nothing is said
BEGIN = "<!-- Below this line all is written by python -m tests.calibration -->"
BY_PATTERN = (
    "method | pattern | 80 % covers % | 95 % covers % | interval score / constant | rank correlation "
    "| RMS predicted / true | held-out traces"
)
BY_SURVEY = "survey | " + " | ".join(PATTERNS) + " | rank, all patterns"


@dataclass(frozen=True)
class Case:
    """A survey thinned by a pattern: each gather as recorded, thinned and filled, and what was tried on the thinned."""

    truths: list[Gather]
    thinned: list[Gather]
    answers: list[Filled]
    trials: list[Trial]
    wider: list[Trial]
    back: list[Trial]


def make_case(filler, survey, pattern, draw, *, most, size):
    """Fill a survey, try the filler on it, and keep nothing."""
    n_traces, n_samples = size
    case = Case([], [], [], [], [], [])
    for number, whole in enumerate(load_survey(survey)[:most]):
        part = take_traces(whole, np.arange(whole.n_traces) < n_traces)
        truth = replace(
            part, data=part.data[:, :n_samples], valid=None if part.valid is None else part.valid[:, :n_samples]
        )
        rule = parse_mask(PATTERNS[pattern])
        live = truth.live & rule.draw(truth.n_traces, rng=np.random.default_rng([draw, number]))
        thinned = replace(truth, live=live)
        case.truths.append(truth)
        case.thinned.append(thinned)
        case.answers.append(filler.fill(thinned))
    check = check_gathers([(part, None, n) for n, part in enumerate(case.thinned)], filler, most=CHECKED, seed=draw)
    case.trials.extend(check.trials)
    case.wider.extend(check.wider)
    case.back.extend(check.back)
    return case


def cases(method, cache, surveys=tuple(SURVEYS)):
    """Each case of a method with its survey and pattern, from the cache where it is there."""
    for survey in surveys:
        for pattern in PATTERNS:
            for draw in range(METHODS[method][4] if "gap" in pattern else 1):
                path = cache / f"{method}.{survey}.{pattern}.{draw}.pkl".replace(" ", "_").replace("_%", "")
                if not path.exists():
                    start = time.perf_counter()
                    name, moveout, most, size, _ = METHODS[method]
                    filler = load_interpolator(name, moveout=moveout, device="cpu")
                    made = make_case(filler, survey, pattern, draw, most=most, size=size)
                    path.with_suffix(".part").write_bytes(pickle.dumps(vars(made)))
                    path.with_suffix(".part").rename(path)
                    print(f"{path.stem}: {time.perf_counter() - start:.1f} s", flush=True)
                yield survey, pattern, Case(**pickle.loads(path.read_bytes()))


def held_out_errors(case):
    """Absolute errors of each held-out trace, as the model sees them, over the RMS of its gather's live traces."""
    scale = to_own_scale(case.trials, case.wider, case.back)
    for trial in case.trials:
        found = describe(trial.thinned, trial.answer)
        heard = found.heard[np.searchsorted(found.rows, trial.places)] & trial.known
        for error, there in zip(np.abs(as_in_own_holes(trial, scale)) / found.unit, heard, strict=True):
            if there.any():
                yield error[there]


def rms(values, **axis):
    return np.sqrt(np.mean(values.astype(np.float64) ** 2, **axis))


def constant_widths(case):
    """Half widths of one interval for all of a gather, in parts of its RMS: conformal, each trace counts as one."""
    traces = list(held_out_errors(case))
    return dict(zip(SCORED, pooled_quantiles(traces, SCORED), strict=True))


def interval_score(errors, halves, level):
    """Gneiting and Raftery 2007, J. Am. Stat. Assoc. 102, 359-378: mean width, and a fine for what lies outside."""
    return np.mean(2 * halves + 2 / (1 - level) * np.maximum(errors - halves, 0))


def judge(case):
    """Shares of samples inside at each level, ratio of interval scores, predicted and true RMS of each trace."""
    model = ErrorModel.fit(case.trials, wider=case.wider, back=case.back)
    constant = constant_widths(case)
    inside, scores, predicted, true = [], [], [], []
    for truth, thinned, answer in zip(case.truths, case.thinned, case.answers, strict=True):
        rows = answer.filled & truth.live
        sigma = model.sigma(thinned, answer)[rows]
        found = describe(thinned, answer)
        heard = truth.known[rows] & found.heard[np.isin(found.rows, np.flatnonzero(rows))]
        error = np.abs(truth.data - answer.data)[rows]
        predicted.append(model.trace_error(thinned, answer)[rows])
        true.append(rms(error, axis=1))
        inside.append(np.stack([error[heard] <= model.factor(level) * sigma[heard] for level in LEVELS]))
        for level in SCORED:
            ours = interval_score(error[heard], model.factor(level) * sigma[heard], level)
            scores.append(np.log(ours / interval_score(error[heard], constant[level] * found.unit, level)))
    return Judged(
        n_traces=model.n_traces,
        coverage=np.concatenate(inside, axis=1).mean(axis=1),
        score=float(np.mean(scores)),
        predicted=np.concatenate(predicted),
        true=np.concatenate(true),
    )


@dataclass(frozen=True)
class Judged:
    """What `judge` found."""

    n_traces: int
    coverage: np.ndarray
    score: float
    predicted: np.ndarray
    true: np.ndarray


def rank(parts):
    """Rank correlation of predicted and true RMS errors of all traces of some cases of a survey."""
    found = spearmanr(np.concatenate([p.predicted for p in parts]), np.concatenate([p.true for p in parts]))[0]
    return float(found)


def coverage_at(parts, level):
    return 100 * float(np.mean([part.coverage[LEVELS.index(level)] for part in parts]))


def pattern_rows(judged):
    """A line of the table for each method and pattern: means over the surveys that nothing was tuned on."""
    for method in METHODS:
        for pattern in (*PATTERNS, "all"):
            cells = [
                [
                    part
                    for name in (PATTERNS if pattern == "all" else [pattern])
                    for part in judged[method, survey, name]
                ]
                for survey in TEST
            ]
            cells = [cell for cell in cells if cell]
            if not cells:
                continue
            parts = [part for cell in cells for part in cell]
            ratio = np.median(np.concatenate([part.predicted / part.true for part in parts]))
            held_out = f"{min(p.n_traces for p in parts)} to {max(p.n_traces for p in parts)}"
            yield (
                f"| {method} | {pattern} | {np.mean([coverage_at(cell, 0.8) for cell in cells]):.0f} "
                f"| {np.mean([coverage_at(cell, 0.95) for cell in cells]):.0f} "
                f"| {np.exp(np.mean([np.mean([p.score for p in cell]) for cell in cells])):.2f} "
                f"| {np.mean([rank(cell) for cell in cells]):.2f} | {ratio:.2f} | {held_out} |"
            )


def survey_rows(judged, method):
    """A line for each survey: coverage of the two intervals and rank correlation by pattern."""
    for survey in SURVEYS:
        cells = [judged[method, survey, pattern] for pattern in PATTERNS]
        if not all(cells):
            continue
        told = [f"{coverage_at(c, 0.8):.0f} / {coverage_at(c, 0.95):.0f} / {rank(c):.2f}" for c in cells]
        title = SURVEYS[survey].title + ("" if survey in TEST else " (tuned on)")
        whole = rank([part for cell in cells for part in cell])
        yield f"| {title} | {' | '.join(told)} | {whole:.2f} |"


def table(head, rows):
    names = [name.strip() for name in head.split("|")]
    rule = " | ".join("---" if number < 1 else "---:" for number in range(len(names)))
    return "\n".join([f"| {' | '.join(names)} |", f"| {rule} |", *rows])


def draw(judged, path):
    """Nominal against empirical coverage: a panel for each method, a line for each pattern."""
    methods = [method for method in METHODS if any(judged[method, survey, "every 2nd"] for survey in TEST)]
    figure = Figure(figsize=(4.2 * len(methods), 4.4), layout="constrained")
    for ax, method in zip(np.atleast_1d(figure.subplots(1, len(methods))), methods, strict=True):
        lines = {}
        for pattern in PATTERNS:
            cells = [judged[method, survey, pattern] for survey in TEST if judged[method, survey, pattern]]
            lines[pattern] = np.mean([np.mean([part.coverage for part in cell], axis=0) for cell in cells], axis=0)
        plot_calibration(LEVELS, lines, title=method, ax=ax)
    figure.savefig(path, dpi=110)


def write(judged, docs):
    """The picture, and the tables below the line in the text."""
    draw(judged, docs / "calibration.png")
    text = (docs / "calibration.md").read_text(encoding="utf-8")
    parts = [text.split(BEGIN)[0] + BEGIN, "## Means over the test surveys", table(BY_PATTERN, pattern_rows(judged))]
    parts.append("## By survey: 80 % covers / 95 % covers / rank correlation")
    for method in METHODS:
        if rows := list(survey_rows(judged, method)):
            parts.append(f"### {method}\n\n" + table(BY_SURVEY, rows))
    (docs / "calibration.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def main():
    """Fill what is not in the cache, judge all, and write the tables and the picture."""
    torch.set_num_threads(1)
    cache = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    cache.mkdir(parents=True, exist_ok=True)
    judged = defaultdict(list)
    for method in METHODS:
        for survey, pattern, case in cases(method, cache):
            judged[method, survey, pattern].append(judge(case))
    write(judged, Path(__file__).parents[1] / "docs")


if __name__ == "__main__":
    main()
