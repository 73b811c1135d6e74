"""
Predicted against true quality: ``python -m tests.trust_table [METHOD ...] [SURVEY ...] [--out FILE]``.

Each open survey is decimated as in the benchmark; what a check of the decimated gathers alone predicts stands beside
what the fill then reached on the traces that are truly missing. Methods are words of ``--method``, or with ``+`` behind
them along the moveout. ``land:0.6`` is a synthetic gather of a family of `seisfill.synthetic`, with noise of so much of
the RMS of its signal; ``synthetic:0.6`` one of each family. Rows are appended to FILE (default /tmp/trust_table.jsonl);
what stands there is not run again.
"""

import json
import sys
import time
import zlib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from seisfill.datasets import SURVEYS
from seisfill.gather import Gather
from seisfill.interpolators.load import load_interpolator
from seisfill.masks import parse_mask
from seisfill.synthetic.surveys import FAMILIES, SyntheticSurveys
from seisfill.trust.expected import snr_of_trials
from seisfill.trust.features import describe
from seisfill.workflows.benchmark_data import load_survey
from seisfill.workflows.check import check_gathers

PATTERNS = ("random:0.5", "every:2", "every:3", "gap:8")
SIZE = (96, 320)  # traces and samples of a synthetic gather
COVERAGES = (0.8, 0.95)


def gathers_of(survey):
    """Those of an open survey, or a synthetic one: ``FAMILY:NOISE``."""
    if survey in SURVEYS:
        return load_survey(survey)
    family, level = survey.split(":")
    surveys = SyntheticSurveys(weights={family: 1.0}, noise=(float(level), float(level)))
    seed = zlib.crc32(survey.replace(":", "").encode()) % 2**31
    data = surveys.draw(1, SIZE, rng=torch.Generator().manual_seed(seed)).truth[0].numpy()
    return [Gather(data=data, live=data.any(axis=1), dt=0.004)]


def inside(model, truths, given, answers):
    """Shares of the true errors inside the intervals of `COVERAGES`, mutes left out."""
    found = []
    for truth, gather, answer in zip(truths, given, answers, strict=True):
        rows = truth.live & answer.filled
        sigma, error = model.sigma(gather, answer)[rows], np.abs(truth.data - answer.data)[rows]
        told = describe(gather, answer)
        heard = truth.known[rows] & told.heard[np.isin(told.rows, np.flatnonzero(rows))]
        found.append(np.stack([error[heard] <= model.factor(level) * sigma[heard] for level in COVERAGES]))
    return np.concatenate(found, axis=1).mean(axis=1).tolist()


def row(method, survey, pattern):
    """Predicted and true, of one decimated survey."""
    filler = load_interpolator(method.rstrip("+"), device="cpu", moveout=True if method.endswith("+") else None)
    truths = gathers_of(survey)
    draws = [np.asarray(parse_mask(pattern).draw(g.n_traces, rng=np.random.default_rng(0))) for g in truths]
    given = [replace(g, live=live & g.live) for g, live in zip(truths, draws, strict=True)]
    sums, answers = np.zeros(2), []
    start = time.perf_counter()
    for truth, gather in zip(truths, given, strict=True):
        answer = filler.fill(gather)
        answers.append(answer)
        judged = truth.live & answer.filled
        d, e = (x[judged].astype(np.float64) for x in (truth.data, np.where(truth.known, answer.data, 0)))
        sums += np.sum(d**2), np.sum((d - e) ** 2)
    filled = time.perf_counter()
    check = check_gathers([(gather, None, n) for n, gather in enumerate(given)], filler, most=4)
    return {
        "method": method,
        "survey": survey,
        "pattern": pattern,
        "true": 10 * np.log10(sums[0] / sums[1]),
        "predicted": check.quality.snr_db,
        "trial": snr_of_trials(check.trials),
        "inside": inside(check.model, truths, given, answers),
        "n": check.quality.n_traces,
        "seconds": [filled - start, time.perf_counter() - filled],
    }


def each(word):
    """``synthetic:NOISE`` as one gather of each family."""
    return [word.replace("synthetic", family) for family in FAMILIES]


def main():
    """Run what is not there yet, then print a table for each method."""
    out = Path(sys.argv[sys.argv.index("--out") + 1] if "--out" in sys.argv else "/tmp/trust_table.jsonl")
    words = [word for word in sys.argv[1:] if not word.startswith(("-", "/"))]
    words = [w for word in words for w in (each(word) if word.startswith("synthetic:") else [word])]
    surveys = [word for word in words if word in SURVEYS or ":" in word] or list(SURVEYS)
    methods = [word for word in words if word not in surveys] or ["prediction", "auto"]
    torch.set_num_threads(1)
    rows = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    done = {(r["method"], r["survey"], r["pattern"]) for r in rows}
    for job in [(m, s, p) for m in methods for s in surveys for p in PATTERNS if (m, s, p) not in done]:
        rows.append(row(*job))
        with out.open("a") as file:
            file.write(json.dumps(rows[-1]) + "\n")
    for method in methods:
        cells = defaultdict(dict)
        for r in rows:
            if r["method"] == method:
                cells[r["survey"]][r["pattern"]] = r
        print(
            f"\n| {method}: predicted / true dB | " + " | ".join(PATTERNS) + " |\n| --- |" + " ---: |" * len(PATTERNS)
        )
        for survey, row_of in cells.items():
            shown = (row_of[p] for p in PATTERNS)
            print(
                f"| {SURVEYS[survey].title if survey in SURVEYS else survey} | "
                + " | ".join(f"{r['predicted']:.1f} / {r['true']:.1f}" for r in shown)
                + " |"
            )
        for what in ("predicted", "trial"):
            off = {p: np.array([c[p][what] - c[p]["true"] for c in cells.values()]) for p in PATTERNS}
            told = (
                f"{v.mean():+.1f}, {np.sqrt(np.mean(v**2)):.1f}, {np.sum(np.abs(v) <= 1.5)} of {len(v)}"
                for v in off.values()
            )
            print(f"| *{what} less true*: mean, rms, within 1.5 dB | " + " | ".join(told) + " |")
        means = {p: 100 * np.mean([c[p]["inside"] for c in cells.values()], axis=0) for p in PATTERNS}
        told = (f"{m[0]:.0f}, {m[1]:.0f}" for m in means.values())
        print("| *80 and 95 % intervals cover*, % | " + " | ".join(told) + " |")


if __name__ == "__main__":
    main()
