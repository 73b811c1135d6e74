"""The proof that recorded traces came through untouched: two files compared byte by byte."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seisfill.segy.index import HeaderIndex
from seisfill.segy.trace_blocks import TraceBlocks

BLOCK_BYTES = 4 * 2**20  # of either file at a time: they stay in the cache until they are compared


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
    recorded: HeaderIndex, filled: HeaderIndex, inserted: np.ndarray, *, changed: np.ndarray
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
    """
    wrong = np.setdiff1d(differing_traces(recorded, filled, inserted), changed)
    skipped = len(np.unique(changed))
    return Comparison(
        compared=recorded.n_traces - skipped,
        skipped=skipped,
        first_difference=int(wrong[0]) if len(wrong) else None,
    )


def differing_traces(
    recorded: HeaderIndex,
    filled: HeaderIndex,
    inserted: np.ndarray,
    *,
    ready: Callable[[int], None] = lambda _: None,
    seen: Callable[[np.ndarray], None] = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
    let_go: bool = False,
) -> np.ndarray:
    """
    Traces of one file whose copies in another, that has further traces between, are not equal to them.

    Parameters
    ----------
    recorded, filled : HeaderIndex
        The input and the output.
    inserted : int64 array
        Trace numbers of the output that the input does not have, ascending.
    ready : callable
        Comes back when all traces of the output before the one that it is given may be read.
    seen : callable
        Given the traces of the input in their order, as they pass; the array is used again afterwards.
    progress : callable
        Told how many traces of the output were looked at.
    let_go : bool
        Whether the system need not remember the output once it was compared.

    Returns
    -------
    int64 array
        Trace numbers of the input, ascending.
    """
    differing = [np.zeros(0, dtype=np.int64)]
    step = max(1, BLOCK_BYTES // filled.layout.trace_bytes)
    with TraceBlocks(recorded, step) as originals, TraceBlocks(filled, step, let_go=let_go) as copies:
        packed = np.empty((step, filled.layout.trace_bytes), np.uint8)
        for start in range(0, filled.n_traces, step):
            stop = min(start + step, filled.n_traces)
            ready(stop)
            traces = copies.read(start, stop)
            before, behind = np.searchsorted(inserted, [start, stop])
            first, last = start - int(before), stop - int(behind)
            original = originals.read(first, last)
            seen(original)
            copy = traces if before == behind else _without(traces, inserted[before:behind] - start, packed)
            if not _equal(copy, original):
                differing.append(first + np.flatnonzero((copy != original).any(axis=1)))
            progress(stop - start)
    return np.concatenate(differing)


def _without(traces: np.ndarray, left_out: np.ndarray, room: np.ndarray) -> np.ndarray:
    """All traces but those *left_out*, copied into *room*: new memory for each window would cost more than the copy."""
    kept = np.ones(len(traces), dtype=bool)
    kept[left_out] = False
    into = room[: int(kept.sum())]
    np.compress(kept, traces, axis=0, out=into)
    return into


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two blocks hold the same bytes, looked at in words as wide as they allow."""
    one, other = one.reshape(-1), other.reshape(-1)
    width = next(width for width in (8, 4, 2, 1) if not one.size % width)
    return bool(np.array_equal(one.view(f"u{width}"), other.view(f"u{width}")))
