"""
Whether the spread over other looks at a gather tells how wrong a fill is: ``python -m tests.turns``.

Four surveys, thinned in four ways, are filled by the network along the moveout, with no turns and with all five
(`seisfill.interpolators.turns`), and judged as in `tests.calibration`. Prints a table for docs/calibration.md.
"""

import numpy as np
import torch

from seisfill.datasets import SURVEYS
from seisfill.interpolators.load import load_interpolator
from seisfill.trust.conformal import LEVELS
from tests.calibration import judge, make_case, rank

CELLS = (("viking", "random 50 %"), ("npra", "every 2nd"), ("gom_cdp", "every 3rd"), ("mississippi", "gap of 8"))
SIZE = (64, 256)  # traces and samples of a gather: five turns cost five more fills
TURNS = (0, 5)


def row(survey, pattern):
    """Coverage at 80 %, interval score over that of a constant sigma, and rank correlation, each without and with."""
    told = []
    for turns in TURNS:
        filler = load_interpolator("network", device="cpu", turns=turns)
        found = judge(make_case(filler, survey, pattern, 0, most=1, size=SIZE))
        told.append(
            (f"{100 * found.coverage[LEVELS.index(0.8)]:.0f}", f"{np.exp(found.score):.3f}", f"{rank([found]):.2f}")
        )
    cells = " | ".join(f"{plain} / {turned}" for plain, turned in zip(*told, strict=True))
    return f"| {SURVEYS[survey].title} | {pattern} | {cells} |"


def main():
    """Print the table."""
    torch.set_num_threads(1)
    print("| without / with turns | pattern | 80 % covers % | interval score / constant | rank correlation |")
    print("| --- | --- | ---: | ---: | ---: |")
    for survey, pattern in CELLS:
        print(row(survey, pattern), flush=True)


if __name__ == "__main__":
    main()
