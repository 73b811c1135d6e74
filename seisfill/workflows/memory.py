"""What the processes of a fill hold, beforehand: a limit that cannot be kept is refused before anything is done."""

import sys
from dataclasses import dataclass

from seisfill.errors import InvalidParameterError
from seisfill.interpolators.base import Interpolator
from seisfill.interpolators.memory import memory_need
from seisfill.workflows.run_options import RunOptions

MIB = 2**20
# Measured on CPython 3.11, see docs/long_runs.md: `python -m tests.bench.one_fill`.
LIBRARIES, TORCH = 110 * MIB, 230 * MIB  # Python and numpy; torch besides, where a filler uses it
PER_TRACE = 120  # of index and plan, while they are made
WINDOWS = 2 * 64 * MIB  # of the file, while headers are read and copies compared
PER_GATHER = 12  # gathers in decoded or encoded form that are read ahead, filled, put together or written behind


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryNeed:
    """
    Bytes that a fill needs.

    Parameters
    ----------
    libraries, index, gathers, filler : int
        Of each process.
    """

    libraries: int
    index: int
    gathers: int
    filler: int

    @property
    def of_worker(self) -> int:
        """A process that fills."""
        return self.libraries + self.index + self.gathers + self.filler

    @property
    def of_parent(self) -> int:
        """The process that was called, if others fill."""
        return self.libraries + self.index

    def total(self, run: RunOptions) -> int:
        """All processes on this machine."""
        if run.dask is not None:
            return self.of_parent
        return self.of_worker if run.workers == 1 else self.of_parent + run.workers * self.of_worker


def estimate_memory(
    filler: Interpolator, *, n_traces: int, shape: tuple[int, int], sample_width: int = 4
) -> MemoryNeed:
    """
    What a fill needs, from above.

    Parameters
    ----------
    filler : Interpolator
        What fills.
    n_traces : int
        Of the output.
    shape : (int, int)
        Traces and samples of the largest gather.
    sample_width : int
        Bytes of a sample in the file.
    """
    gather = shape[0] * (240 + shape[1] * max(sample_width, 4))
    return MemoryNeed(
        libraries=LIBRARIES + (TORCH if "torch" in sys.modules else 0),
        index=PER_TRACE * n_traces + min(WINDOWS, (240 + shape[1] * sample_width) * n_traces),
        gathers=PER_GATHER * gather,
        filler=memory_need(filler, shape),
    )


def check_memory(need: MemoryNeed, run: RunOptions) -> None:
    """
    Refuse a limit that cannot be kept.

    Raises
    ------
    InvalidParameterError
        With what is needed, and for what.
    """
    total = need.total(run)
    if total <= run.memory:
        return
    parts = {"libraries": need.libraries, "index": need.index, "gathers": need.gathers, "filler": need.filler}
    told = ", ".join(f"{name} {-(-size // MIB)}M" for name, size in parts.items())
    cure = f"Give --memory {-(-total // MIB)}M" + (f" or fewer than {run.workers} --workers" if run.workers > 1 else "")
    raise InvalidParameterError(
        f"Invalid --memory {run.memory // MIB}M: must be at least {-(-total // MIB)}M for this file and filler "
        f"({told} in each process). {cure}."
    )
