"""Into which ranges a fill is cut: index arithmetic only, the same wherever and by whomever they are filled."""

from dataclasses import dataclass

import numpy as np

from seisfill.segy.plan import InfillPlan
from seisfill.segy.survey import SurveyMap

MOST_GATHERS = 8
MOST_BYTES = 32 * 2**20  # of decoded samples, unless a single gather has more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranges:
    """
    Runs of neighbouring gathers, each filled and written as one.

    Where the output is not one gather after another (crosslines of a file that is sorted by inlines), the recorded
    traces that no fill changes are copied in ranges of their own, which come before the others. No trace of the output
    is written by two ranges: one that is repeated late, by a worker thought lost, changes nothing.

    Parameters
    ----------
    copies : int64 array, shape (n_copies + 1,)
        Edges of the ranges that copy, in traces of the input.
    gathers : int64 array, shape (n + 1,)
        Edges of those that fill, in gathers.
    """

    copies: np.ndarray
    gathers: np.ndarray

    def __len__(self) -> int:
        return len(self.copies) + len(self.gathers) - 2

    @property
    def n_copies(self) -> int:
        """How many ranges copy; their numbers come first."""
        return len(self.copies) - 1

    def rows(self, number: int) -> slice:
        """Traces of the input that range *number* copies, if it is one that copies."""
        return slice(int(self.copies[number]), int(self.copies[number + 1]))

    def gathers_of(self, number: int) -> range:
        """Gathers that range *number* fills; of one that copies none."""
        if number < self.n_copies:
            return range(0)
        place = number - self.n_copies
        return range(int(self.gathers[place]), int(self.gathers[place + 1]))

    def count_gathers(self, numbers: set[int]) -> int:
        """How many gathers the ranges *numbers* fill."""
        return sum(len(self.gathers_of(number)) for number in numbers)


def plan_ranges(survey: SurveyMap, plan: InfillPlan, *, n_samples: int) -> Ranges:
    """
    Cut a survey into ranges: at most 8 gathers, at most about 32 MiB of samples, at least one gather.

    Parameters
    ----------
    survey : SurveyMap
        Its gathers.
    plan : InfillPlan
        Where every trace goes.
    n_samples : int
        Of a trace.
    """
    edges = cut(survey.axis.count * n_samples * 4, most=MOST_BYTES, longest=MOST_GATHERS)
    if plan.keeps_gathers_together(survey.group):
        return Ranges(copies=np.zeros(1, np.int64), gathers=edges)
    step = max(1, MOST_BYTES // (n_samples * 4))
    copies = np.append(np.arange(0, plan.n_recorded, step), plan.n_recorded)
    return Ranges(copies=copies, gathers=edges)


def cut(sizes: np.ndarray, *, most: int, longest: int) -> np.ndarray:
    """
    Edges of runs of things of some *sizes*: at most *longest* together, and of at most *most*, but at least one.

    Examples
    --------
    >>> cut(np.array([3, 3, 3, 9, 1, 1, 1]), most=6, longest=2).tolist()
    [0, 2, 3, 4, 6, 7]
    """
    edges, total = [0], 0
    for number, size in enumerate(sizes.tolist()):
        if number > edges[-1] and (total + size > most or number - edges[-1] == longest):
            edges.append(number)
            total = 0
        total += size
    return np.array([*edges, len(sizes)], dtype=np.int64)
