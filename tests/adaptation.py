"""
What adaptation gains on the open surveys: ``python -m tests.adaptation``.

Each survey is decimated in four ways; the network is adapted to the traces that are left, and both the weights that it
began with and those that come out fill the traces that were removed, along the moveout. Cells are kept in a folder and
taken up again; the table goes to docs/adaptation.md behind the line MEASURED.
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import torch

from seisfill.datasets import SURVEYS
from seisfill.interpolators.base import Limits
from seisfill.interpolators.flattened import Flattened, without_holes
from seisfill.interpolators.network import NetworkInterpolator
from seisfill.masks import parse_mask
from seisfill.metrics import snr_db
from seisfill.moveout import fit_moveout
from seisfill.nn.weights import load_weights
from seisfill.training.adapt import AdaptConfig
from seisfill.workflows.adapt import adapt_gathers
from seisfill.workflows.benchmark_data import load_survey

PATTERNS = {"random 50 %": "random:0.5", "every 2nd": "every:2", "every 3rd": "every:3", "gap of 8": "gap:8"}
MEASURED = "<!-- MEASURED: below this line python -m tests.adaptation writes -->"
DOCS = Path(__file__).parents[1] / "docs" / "adaptation.md"


def decimate(survey, pattern):
    """Gathers of a survey, complete and with traces removed, the moveout that is fitted on what is left."""
    rng = np.random.default_rng(0)
    for truth in load_survey(survey):
        live = truth.live & parse_mask(pattern).draw(truth.n_traces, rng=rng)
        gather = dataclasses.replace(truth, live=live)
        yield truth, gather, fit_moveout(without_holes(gather))


def score(network, cases, max_gap):
    """Mean SNR over the gathers on the traces that were removed [dB]."""
    filler = Flattened(inner=NetworkInterpolator(network=network, limits=Limits(max_gap=max_gap)))
    answers = [filler.fill_along(gather, moveout) for _, gather, moveout in cases]
    return float(
        np.mean(
            [
                snr_db(truth.data, answer.data, traces=truth.live & ~gather.live)
                for (truth, gather, _), answer in zip(cases, answers, strict=True)
            ]
        )
    )


def measure(survey, pattern, *, weights, config, minutes):
    """One cell of the table."""
    network, card = load_weights(weights)
    cases = list(decimate(survey, PATTERNS[pattern]))
    begun = time.process_time()
    done, lessons = adapt_gathers(network, [gather for _, gather, _ in cases], config=config, seconds=60 * minutes)
    spent = time.process_time() - begun
    before, best = (score(chosen, cases, card.get("max_gap")) for chosen in (network, done.network))
    return {
        "survey": SURVEYS[survey].title,
        "pattern": pattern,
        "before": before,
        "after": best if done.accepted else before,
        "best": best,
        "judged": [list(pair) for pair in done.scores],
        "accepted": done.accepted,
        "panels": len(lessons.panels),
        "minutes": done.seconds / 60,
        "processor_minutes": spent / 60,
        "sha256": card["sha256"],
        "config": dataclasses.asdict(config),
    }


def table(cells):
    """Markdown of the cells that there are."""
    lines = [
        "| survey | pattern | before | after | gain | kept apart: before | best | step | processor minutes |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for cell in cells:
        step, best = max(cell["judged"], key=lambda pair: pair[1])
        gain = f"{cell['after'] - cell['before']:+.2f}" if cell["accepted"] else "refused"
        lines.append(
            f"| {cell['survey']} | {cell['pattern']} | {cell['before']:.2f} | {cell['after']:.2f} | {gain} | "
            f"{cell['judged'][0][1]:.2f} | {best:.2f} | {step} | {cell['processor_minutes']:.1f} |"
        )
    return lines


def summary(cells):
    """Means by pattern, and over all."""
    lines = [
        "| pattern | cells | accepted | mean gain dB | worst | best |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in [*PATTERNS, "all"]:
        chosen = [cell for cell in cells if name in (cell["pattern"], "all")]
        if chosen:
            gains = [cell["after"] - cell["before"] for cell in chosen]
            lines.append(
                f"| {name} | {len(chosen)} | {sum(cell['accepted'] for cell in chosen)} | {np.mean(gains):+.2f} | "
                f"{min(gains):+.2f} | {max(gains):+.2f} |"
            )
    return lines


def write(cells, command, path):
    """Put the tables behind the mark; what stands before it is written by hand."""
    before = path.read_text().split(MEASURED)[0] if path.exists() else "# Adaptation\n\n"
    config = cells[0]["config"]
    told = (
        f"Weights {cells[0]['sha256'][:12]}; at most {config['steps']} steps of {config['size'][0]} x "
        f"{config['size'][1]} at rate {config['rate']:g}{', bfloat16' if config['bfloat16'] else ''}, seed "
        f"{config['seed']}, one thread. SNR in dB on the traces that were removed, mean over the gathers of a survey."
    )
    parts = ["", "", f"```\n{command}\n```", "", told, "", *summary(cells), "", *table(cells), ""]
    path.write_text(before + MEASURED + "\n".join(parts))


def main():
    """Measure the cells that are not there yet, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.adaptation", description=__doc__)
    parser.add_argument("--minutes", type=float, default=np.inf, help="limit of each adaptation")
    parser.add_argument("--steps", type=int, default=AdaptConfig().steps)
    parser.add_argument("--rate", type=float, default=AdaptConfig().rate)
    parser.add_argument("--every", type=int, default=AdaptConfig().every, help="steps between two judgements")
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--weights", default="small")
    parser.add_argument("--survey", action="append", choices=sorted(SURVEYS))
    parser.add_argument("--pattern", action="append", choices=list(PATTERNS))
    parser.add_argument("--cells", type=Path, default=Path("runs/adaptation.jsonl"), help="measured so far")
    parser.add_argument("--out", type=Path, default=DOCS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    config = AdaptConfig(steps=options.steps, rate=options.rate, every=options.every, bfloat16=options.bfloat16)
    options.cells.parent.mkdir(parents=True, exist_ok=True)
    cells = [json.loads(line) for line in options.cells.read_text().splitlines()] if options.cells.exists() else []
    there = {(cell["survey"], cell["pattern"]) for cell in cells}
    for survey in options.survey or SURVEYS:
        for pattern in options.pattern or PATTERNS:
            if (SURVEYS[survey].title, pattern) not in there:
                cells.append(measure(survey, pattern, weights=options.weights, config=config, minutes=options.minutes))
                with options.cells.open("a") as file:
                    file.write(json.dumps(cells[-1]) + "\n")
                print(*table(cells[-1:])[2:], flush=True)
    half = " --bfloat16" if options.bfloat16 else ""
    limit = f" --minutes {options.minutes:g}" if np.isfinite(options.minutes) else ""
    told = f"--steps {options.steps} --rate {options.rate:g} --every {options.every}{half}{limit}"
    write(cells, f"python -m tests.adaptation {told}", options.out)


if __name__ == "__main__":
    main()
