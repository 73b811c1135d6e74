"""Where every trace of the output stands, before the first sample is filled. Index arithmetic only."""

from dataclasses import dataclass

import numpy as np

from seisfill.segy.index import HeaderIndex
from seisfill.segy.survey import SurveyMap


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InfillPlan:
    """
    Recorded traces in their own order, with new ones between them.

    Parameters
    ----------
    n_recorded : int
        Traces of the input.
    group, place : int64 arrays, shape (n_new,)
        Gather and place of each new trace, in the order of the output.
    output : int64 array, shape (n_new,)
        Trace number of each new trace in the output, ascending.
    """

    n_recorded: int
    group: np.ndarray
    place: np.ndarray
    output: np.ndarray

    @property
    def n_output(self) -> int:
        """Traces of the output."""
        return self.n_recorded + len(self.output)

    def keeps_gathers_together(self, group: np.ndarray) -> bool:
        """Whether the output is one gather after another, given the gather of each recorded trace."""
        if (np.diff(group) < 0).any():
            return False
        merged = np.empty(self.n_output, dtype=np.int64)
        is_new = np.zeros(self.n_output, dtype=bool)
        is_new[self.output] = True
        merged[is_new], merged[~is_new] = self.group, group
        return bool((np.diff(merged) >= 0).all())

    def output_of(self, rows: np.ndarray) -> np.ndarray:
        """Trace numbers in the output of recorded traces."""
        before = np.searchsorted(self.output - np.arange(len(self.output)), rows, side="right")
        return rows + before


def plan_infill(index: HeaderIndex, survey: SurveyMap) -> InfillPlan:
    """
    Give each absent trace its place in the file.

    That is where the file's two-key order puts it (gather, then key, or key, then gather, each up or down); where the
    file has no such order, behind its neighbour in the gather that comes first in the file.

    Parameters
    ----------
    index : HeaderIndex
        The file.
    survey : SurveyMap
        Its gathers.
    """
    group, place = survey.absent()
    if not len(group):
        return InfillPlan(n_recorded=len(survey.group), group=group, place=place, output=group)
    ranked = _ranks_in_two_key_order(survey, group, place)
    anchor, tie = _behind_neighbour(survey, group, place) if ranked is None else ranked
    order = np.lexsort((tie, anchor))
    return InfillPlan(
        n_recorded=len(survey.group),
        group=group[order],
        place=place[order],
        output=anchor[order] + 1 + np.arange(len(order)),
    )


def _ranks_in_two_key_order(
    survey: SurveyMap, group: np.ndarray, place: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Recorded trace that each new one follows (-1: none), and the order among those; None without two-key order."""
    axis, number = survey.axis, survey.gather_keys if survey.n_gathers > 1 else np.zeros(1)
    origin = np.round((axis.origin - axis.origin[0]) / (axis.step * axis.parts) * 4)  # of rounded keys: must tie

    def words(group: np.ndarray, place: np.ndarray, order: tuple[str, int, int]) -> np.ndarray:
        """Both keys of some traces as complex numbers, which numpy compares as pairs; in quarters of a step."""
        first, sign, turn = order
        pairs = np.empty(len(group), dtype=np.complex128)
        along, across = (pairs.imag, pairs.real) if first == "gather" else (pairs.real, pairs.imag)
        along[:] = sign * (origin[group] * axis.parts + 4 * place)
        across[:] = group if first == "gather" else turn * number[group]
        return pairs

    for order in (
        *(("gather", sign, 1) for sign in (1, -1)),
        *(("key", sign, turn) for sign in (1, -1) for turn in (1, -1)),
    ):
        recorded = words(survey.group, axis.place, order)
        if (recorded[1:] >= recorded[:-1]).all():
            new = words(group, place, order)
            rank = np.empty(len(new), dtype=np.int64)
            rank[np.argsort(new, kind="stable")] = np.arange(len(new))
            return np.searchsorted(recorded, new, side="right") - 1, rank
    return None


def _behind_neighbour(survey: SurveyMap, group: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Earlier of the two neighbours in the gather, and the order of the traces of one gap behind it."""
    begin = np.cumsum(survey.axis.count) - survey.axis.count
    recorded = begin[survey.group[survey.order]] + survey.axis.place[survey.order]
    right = np.searchsorted(recorded, begin[group] + place)
    left_row = survey.order[np.maximum(right - 1, survey.starts[group])]
    right_row = survey.order[np.minimum(right, survey.starts[group + 1] - 1)]
    anchor = np.minimum(left_row, right_row)
    tie = np.where(left_row <= right_row, place, -place)
    return anchor, tie
