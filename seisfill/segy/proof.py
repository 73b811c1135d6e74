"""The proof of a fill, behind those who write it: output compared with input, input hashed, on threads of their own."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor

import numpy as np

from seisfill.segy.index import HeaderIndex
from seisfill.segy.untouched import differing_traces


class Proof:
    """
    Reads input and output from first to last trace, never beyond what is written, and compares them on the way.

    Parameters
    ----------
    recorded, filled : HeaderIndex
        The input and the output, which is as long as it will be.
    inserted : int64 array
        Trace numbers of the output that the input does not have, ascending.
    head : bytes
        File headers of the input.
    let_go : bool
        Whether the system need not remember the output once it was compared.
    """

    def __init__(
        self,
        recorded: HeaderIndex,
        filled: HeaderIndex,
        inserted: np.ndarray,
        *,
        head: bytes,
        let_go: bool = False,
    ) -> None:
        self._recorded, self._filled, self._inserted, self._let_go = recorded, filled, inserted, let_go
        self._sha256 = hashlib.sha256(head)
        self._moved = threading.Condition()
        self._n_written, self._n_compared, self._stopped = 0, 0, False
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="seisfill-prove")
        self._differing: Future[np.ndarray] = self._pool.submit(self._compare)

    def __enter__(self) -> "Proof":
        return self

    def __exit__(self, *_: object) -> None:
        with self._moved:
            self._stopped = True
            self._moved.notify_all()
        self._pool.shutdown()

    def add_written(self, n_traces: int) -> None:
        """So many traces of the output, from the first one on, are written and will not change."""
        with self._moved:
            self._n_written = n_traces
            self._moved.notify_all()

    def finish(self, progress: Callable[[int], None] = lambda _: None) -> tuple[np.ndarray, str]:
        """
        All is written: wait for the end.

        Parameters
        ----------
        progress : callable
            Told how many more traces of the output were looked at.

        Returns
        -------
        differing : int64 array
            Trace numbers of the input whose copies are not equal to them, ascending.
        sha256 : str
            Of the input.
        """
        self._differing.add_done_callback(lambda _: self._add_compared(0))
        self.add_written(self._filled.n_traces)
        told = 0
        while not self._differing.done():
            more = self._compared_since(told)
            progress(more)
            told += more
        progress(self._n_compared - told)
        return self._differing.result(), self._sha256.hexdigest()

    def _compared_since(self, told: int) -> int:
        """How many more traces were looked at; waits until there are some, or none will come."""
        with self._moved:
            self._moved.wait_for(lambda: self._n_compared > told or self._differing.done())
            return self._n_compared - told

    def _compare(self) -> np.ndarray:
        differing = differing_traces(
            self._recorded,
            self._filled,
            self._inserted,
            ready=self._wait,
            seen=lambda traces: self._sha256.update(traces.data),
            progress=self._add_compared,
            let_go=self._let_go,
        )
        for block in self._recorded.trailing():
            self._sha256.update(block)
        return differing

    def _wait(self, n_traces: int) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._stopped or self._n_written >= n_traces)
            if self._stopped:
                raise CancelledError

    def _add_compared(self, n_traces: int) -> None:
        with self._moved:
            self._n_compared += n_traces
            self._moved.notify_all()
