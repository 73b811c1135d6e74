"""The proof that recorded traces came through untouched: two files compared byte by byte."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from seisfill.segy.files import CHUNK_BYTES, WriteBehind
from seisfill.segy.index import HeaderIndex
from seisfill.segy.trace_blocks import TraceBlocks


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
    seen: Callable[[np.ndarray], None] = lambda _: None,
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
    seen : callable
        Given the traces of the input in their order, as they pass; an array is used again after the call after next.
    progress : callable
        Told how many traces of the output were looked at.
    """
    is_changed = np.zeros(recorded.n_traces, dtype=bool)
    is_changed[changed] = True
    step = max(1, CHUNK_BYTES // filled.layout.trace_bytes)
    with TraceBlocks(recorded, step, buffers=3) as originals, TraceBlocks(filled, step) as copies:
        packed = np.empty((step, filled.layout.trace_bytes), np.uint8)
        for start in range(0, filled.n_traces, step):
            stop = min(start + step, filled.n_traces)
            traces = copies.read(start, stop)
            before, behind = np.searchsorted(inserted, [start, stop])
            first, last = start - int(before), stop - int(behind)
            original = originals.read(first, last)
            seen(original)
            copy = traces if before == behind else _without(traces, inserted[before:behind] - start, packed)
            if not _equal(copy, original):
                differs = (copy != original).any(axis=1) & ~is_changed[first:last]
                if differs.any():
                    return Comparison(compared=first, skipped=0, first_difference=first + int(np.argmax(differs)))
            progress(stop - start)
    skipped = int(is_changed.sum())
    return Comparison(compared=recorded.n_traces - skipped, skipped=skipped, first_difference=None)


class _Digest:
    """A sha256 that is computed on another thread."""

    def __init__(self, head: bytes, behind: WriteBehind) -> None:
        self._sha256, self._behind = hashlib.sha256(head), behind

    def update(self, data: np.ndarray | bytes) -> None:
        """Take what comes next; at most one piece waits while another is worked on."""
        if len(data):
            self._behind.submit(self._sha256.update, data.reshape(-1) if isinstance(data, np.ndarray) else data)

    def hexdigest(self) -> str:
        """The hash of all that was taken."""
        self._behind.drain()
        return self._sha256.hexdigest()


@contextlib.contextmanager
def hashing(head: bytes) -> Iterator[_Digest]:
    """A sha256 that begins with *head* and is computed on another thread."""
    with WriteBehind(depth=2) as behind:
        yield _Digest(head, behind)


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
