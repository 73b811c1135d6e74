"""Who fills the ranges: this process, others on this machine, or a Dask cluster. All call the same function."""

import importlib
import itertools
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor
from multiprocessing.sharedctypes import Synchronized
from typing import Any, Protocol

from seisfill._threads import wait_briefly
from seisfill.errors import FileAccessError, InvalidParameterError
from seisfill.workflows.fill_job import FillJob, RangeDone, RangeFiller, fill_range


class Workers(Protocol):
    """Anything that fills ranges."""

    lost: tuple[type[BaseException], ...]  # what comes of a range whose worker was lost

    @property
    def room(self) -> int:
        """Ranges that it should be given at a time."""

    def submit(self, number: int) -> "Future[RangeDone]":
        """Have a range filled, by new workers if those that were there are lost."""

    def __enter__(self) -> "Any":
        """Make them ready."""

    def __exit__(self, *error: object) -> None:
        """Dismiss them; ranges in flight are dropped."""


class ThisProcess:
    """Fills a range at once, in the thread that asks."""

    room = 1
    lost: tuple[type[BaseException], ...] = ()

    def __init__(self, job: FillJob) -> None:
        self._filler = RangeFiller(job, read_on=True)

    def __enter__(self) -> "ThisProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self._filler.__exit__()

    def submit(self, number: int) -> "Future[RangeDone]":
        """Fill a range; its future is done, and errors come up here."""
        future: Future[RangeDone] = Future()
        future.set_result(self._filler.fill(number))
        return future


class Processes:
    """
    Processes of this machine, started afresh (``spawn``), each of which opens the job once.

    Parameters
    ----------
    job : FillJob
        What is to be done.
    count : int
        How many.
    devices : sequence of str
        What ``CUDA_VISIBLE_DEVICES`` may name: worker k sees only number k modulo their count.
    """

    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)

    def __init__(self, job: FillJob, count: int, *, devices: Sequence[str] = ()) -> None:
        self.room = count + 1  # one waits, so that nobody idles
        self._count, self._devices = count, tuple(devices)
        self._job = pickle.dumps(job)  # unpickled in the worker only once its device is chosen
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        arguments = (self._job, self._devices, context.Value("i", 0))
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=_begin, initargs=arguments)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is not None:
            self._stop()
        self._pool.shutdown(cancel_futures=True)

    def submit(self, number: int) -> "Future[RangeDone]":
        """Have a range filled by the next worker that is free; a pool that lost one is replaced."""
        try:
            return self._pool.submit(_fill_held, number)
        except BrokenExecutor:
            self._stop()
            self._pool.shutdown()
            self._pool = self._start()
            return self._pool.submit(_fill_held, number)

    def _stop(self) -> None:
        """End the workers in the midst of their ranges."""
        for process in list((self._pool._processes or {}).values()):
            process.kill()


_HELD: list[FillJob] = []


def _begin(job: bytes, devices: tuple[str, ...], counter: "Synchronized[int]") -> None:
    """The first thing that a worker does: one device of its own, no ear for Ctrl-C, no life without its parent."""
    with counter.get_lock():
        number = counter.value
        counter.value += 1
    if devices:
        os.environ["CUDA_VISIBLE_DEVICES"] = devices[number % len(devices)]
    wait_briefly()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _HELD.append(pickle.loads(job))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _fill_held(number: int) -> RangeDone:
    return fill_range(_HELD[0], number)


def visible_devices(count: int) -> tuple[str, ...]:
    """
    Names of the *count* GPUs that this process sees, for workers that are to see one each.

    Examples
    --------
    >>> import unittest.mock
    >>> with unittest.mock.patch.dict("os.environ", {"CUDA_VISIBLE_DEVICES": "3,5"}):
    ...     visible_devices(2)
    ('3', '5')
    """
    told = [word.strip() for word in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if word.strip()]
    return tuple(itertools.islice(told or map(str, range(count)), count))


class DaskCluster:
    """
    The workers of a Dask cluster, which reach input and output under the same names.

    Parameters
    ----------
    job : FillJob
        What is to be done.
    address : str
        Of its scheduler.

    Raises
    ------
    InvalidParameterError
        If Dask is not installed.
    FileAccessError
        If nobody answers at the address.
    """

    def __init__(self, job: FillJob, address: str) -> None:
        self._job = job
        try:
            distributed = importlib.import_module("distributed")
        except ImportError as error:
            raise InvalidParameterError(
                f"Invalid --dask {address}: must come with Dask, which is not installed: pip install 'seisfill[dask]'."
            ) from error
        try:
            self._client: Any = distributed.Client(address, timeout=10, set_as_default=False)
        except (OSError, ValueError) as error:
            raise FileAccessError(
                f"Invalid --dask {address}: must be the address of a scheduler, as tcp://HOST:8786; {error}."
            ) from error
        self.lost: tuple[type[BaseException], ...] = (CancelledError, distributed.KilledWorker)
        self.lost += (distributed.client.FutureCancelledError,)
        self._executor = self._client.get_executor(pure=False)
        self._held = self._scattered()

    def __enter__(self) -> "DaskCluster":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def room(self) -> int:
        """Ranges that keep every thread of every worker busy."""
        return 1 + max(1, sum(self._client.nthreads().values()))

    def submit(self, number: int) -> "Future[RangeDone]":
        """Have a range filled; Dask repeats it on another worker if one is lost."""
        if self._held.status != "finished":  # all workers that held the job are gone
            self._held = self._scattered()
        future: Future[RangeDone] = self._executor.submit(fill_range, self._held, number)
        return future

    def _scattered(self) -> Any:
        """The job, with all workers that are there now."""
        return self._client.scatter(self._job, broadcast=True, hash=False)


def make_workers(job: FillJob, *, count: int, dask: str | None, device: str) -> Workers:
    """
    The workers that the user asks for.

    Parameters
    ----------
    job : FillJob
        What is to be done.
    count : int
        Processes on this machine.
    dask : str, optional
        Address of a cluster instead.
    device : {'cpu', 'cuda'}
        Where the filler computes.
    """
    if dask is not None:
        return DaskCluster(job, dask)
    if count == 1:
        return ThisProcess(job)
    return Processes(job, count, devices=visible_devices(_n_gpus()) if device == "cuda" else ())


def _n_gpus() -> int:
    n: Callable[[], int] = importlib.import_module("torch").cuda.device_count
    return n()
