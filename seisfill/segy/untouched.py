"""The proof that recorded traces came through untouched: two files compared byte by byte."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seisfill.segy.files import CHUNK_BYTES
from seisfill.segy.index import HeaderIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    Recorded traces that were compared, and the first that differs.

    Parameters
    ----------
    compared : int
        Traces whose header and samples were compared.
    skipped : int
        Traces that were changed on purpose and are not compared here.
    first_difference : int or None
        Trace number in the input, or None where all are equal.
    """

    compared: int
    skipped: int
    first_difference: int | None


def compare_recorded(
    recorded: HeaderIndex,
    filled: HeaderIndex,
    inserted: np.ndarray,
    *,
    changed: np.ndarray,
    progress: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """
    Compare each trace of one file with its copy in another that has further traces between.

    Parameters
    ----------
    recorded, filled : HeaderIndex
        The input and the output.
    inserted : int64 array
        Trace numbers of the output that the input does not have, ascending.
    changed : int64 array
        Trace numbers of the input that differ on purpose.
    progress : callable
        Told how many traces of the output were looked at.
    """
    is_changed = np.zeros(recorded.n_traces, dtype=bool)
    is_changed[changed] = True
    for window, traces in filled.windows(CHUNK_BYTES):
        before = np.searchsorted(inserted, [window.start, window.stop])
        mine = np.ones(len(traces), dtype=bool)
        mine[inserted[before[0] : before[1]] - window.start] = False
        first = window.start - int(before[0])
        rows = np.arange(first, first + int(mine.sum()))
        if len(rows):
            original = recorded.block(int(rows[0]), int(rows[-1]) + 1)
            copy = traces if mine.all() else traces[mine]
            if not np.array_equal(copy, original):
                differs = (copy != original).any(axis=1) & ~is_changed[rows]
                if differs.any():
                    return Comparison(compared=int(rows[0]), skipped=0, first_difference=int(rows[np.argmax(differs)]))
        progress(len(traces))
    skipped = int(is_changed.sum())
    return Comparison(compared=recorded.n_traces - skipped, skipped=skipped, first_difference=None)
