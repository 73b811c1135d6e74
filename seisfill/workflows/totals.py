"""What a journal says of all ranges of a fill together."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from seisfill.segy.marks import HOLES, IN_PLACE, INSERTED, count_rows
from seisfill.workflows.check import SurveyCheck
from seisfill.workflows.fill_options import CheckSummary, FillSummary
from seisfill.workflows.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Totals:
    """
    What the ranges of a fill come to.

    Parameters
    ----------
    counts : dict of str to int
        Rows of the sidecar of each kind.
    refused : dict of str to int
        Traces that were left unfilled, by reason.
    flagged : int
        Filled traces that deserve less trust.
    changed : int64 array
        Recorded traces that were changed on purpose.
    notes : list of str
        What the filler says of how it had to work.
    """

    counts: dict[str, int]
    refused: dict[str, int]
    flagged: int
    changed: np.ndarray
    notes: list[str]

    @classmethod
    def of(cls, journal: Journal) -> "Totals":
        """All that a journal tells of."""
        counts, refused, flagged = Counter(count_rows([])), Counter[str](), 0
        changed, notes = [np.zeros(0, np.int64)], set[str]()
        for done in journal.in_order():
            counts.update(done.counts)
            refused.update(done.refused)
            flagged += done.flagged
            changed.append(np.array(done.changed, dtype=np.int64))
            notes.update(done.notes)
        return cls(
            counts=dict(counts),
            refused=dict(sorted(refused.items())),
            flagged=flagged,
            changed=np.concatenate(changed),
            notes=sorted(notes),
        )

    def summary(self, n_gathers: int, check: SurveyCheck | None) -> FillSummary:
        """What the user is told in the end."""
        found = None
        if check is not None:
            told = check.quality
            found = CheckSummary(
                n_traces=told.n_traces, n_gathers=told.n_gathers, snr_db=told.snr_db, coverage=check.coverage
            )
        return FillSummary(
            n_gathers=n_gathers,
            inserted=self.counts[INSERTED],
            in_place=self.counts[IN_PLACE],
            holes=self.counts[HOLES],
            refused=self.refused,
            flagged=self.flagged,
            check=found,
        )
