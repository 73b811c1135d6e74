"""What a range wrote into a file that others write into too: where, and a checksum that is told again by reading."""

import os
from dataclasses import dataclass, field

import numpy as np
import xxhash

from seisfill.segy.files import CHUNK_BYTES, read_into, write_all
from seisfill.segy.layout import Layout
from seisfill.segy.writer import trace_offset

Runs = list[list[int]]
OF_NOTHING = xxhash.xxh3_64_intdigest(b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """
    Traces that were written, in the order in which they were.

    Parameters
    ----------
    runs : list of [int, int]
        First trace of the output and number of traces of each run.
    xxh3 : int
        XXH3 of their bytes, 64 bits: told at the speed of memory, and it finds what a failing disk does.
    """

    runs: Runs = field(default_factory=list)
    xxh3: int = OF_NOTHING


class TraceFile:
    """
    Writes traces at their places of a file that is as long as it will be.

    Parameters
    ----------
    file : int
        Number of the open file.
    layout : Layout
        Of the file.
    skip : int
        Bytes at the head of each trace that are somebody else's: 240 where only samples are written.
    """

    def __init__(self, file: int, layout: Layout, *, skip: int = 0) -> None:
        self._file, self._layout, self._skip = file, layout, skip
        self._runs: Runs = []
        self._digest = xxhash.xxh3_64()

    def put(self, first: int, block: np.ndarray) -> None:
        """Write neighbouring traces, bytes of shape (n, trace_bytes less those that are skipped)."""
        block = np.ascontiguousarray(block)
        if self._skip:
            for number, row in enumerate(block, first):
                write_all(self._file, trace_offset(self._layout, number) + self._skip, row)
        else:
            write_all(self._file, trace_offset(self._layout, first), block)
        self._digest.update(block.data)
        if self._runs and sum(self._runs[-1]) == first:
            self._runs[-1][1] += len(block)
        else:
            self._runs.append([first, len(block)])

    def finish(self) -> Written:
        """What was written since the last time."""
        written = Written(runs=self._runs, xxh3=self._digest.intdigest())
        self._runs, self._digest = [], xxhash.xxh3_64()
        return written

    def holds(self, written: Written) -> bool:
        """Whether the file still has what was written."""
        digest, step = xxhash.xxh3_64(), max(1, CHUNK_BYTES // self._layout.trace_bytes)
        if os.fstat(self._file).st_size != self._layout.file_size:
            return False
        for first, count in written.runs:
            for start in range(first, first + count, step):
                block = np.empty((min(step, first + count - start), self._layout.trace_bytes), np.uint8)
                read_into(self._file, trace_offset(self._layout, start), block)
                digest.update(np.ascontiguousarray(block[:, self._skip :]).data)
        return digest.intdigest() == written.xxh3
