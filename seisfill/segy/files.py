"""Files as a whole: never overwrite, never leave half of one under its name, copy in chunks."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from seisfill.errors import FileAccessError

CHUNK_BYTES = 16 * 2**20


def check_target(source: Path, target: Path, *, force: bool = False) -> None:
    """
    Refuse to write where something would be lost.

    Raises
    ------
    FileAccessError
        If *target*, or the name that it has while it is written, is the input itself (links included), or if *target*
        exists and *force* is not given, has no folder, or cannot be a name.
    """
    try:
        _check_names(source, target, force=force)
    except OSError as error:  # too long a name, a folder that may not be entered
        raise FileAccessError(f"Invalid output {target}: must be a usable name; {error.strerror or error}.") from error


def _check_names(source: Path, target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise FileAccessError(f"Invalid output {target}: must be a file, found a directory.")
    for name in (target, partial_path(target)):
        if name.exists() and source.exists() and os.path.samefile(source, name):
            found = "the same file" if name == target else f"it as {name.name}, where the output is written first"
            raise FileAccessError(f"Invalid output {target}: must not be the input, found {found}. Name another.")
    if (target.exists() or target.is_symlink()) and not force:
        raise FileAccessError(f"Invalid output {target}: must not exist. Name another, or give --force to replace it.")
    if not target.parent.is_dir():
        raise FileAccessError(f"Invalid output {target}: must lie in a folder that exists; make {target.parent} first.")


def partial_path(target: Path) -> Path:
    """Name of a file until it is whole: ``NAME.partial``."""
    return target.with_name(target.name + ".partial")


class PartialFile:
    """
    A file that gets its name only when it is whole: ``NAME.partial`` until `commit`, removed if left before.

    Parameters
    ----------
    target : Path
        Name that it gets.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = partial_path(target)
        try:
            self.path.unlink(missing_ok=True)  # of a run that was killed; never written through, it may be a link
            self.file: BinaryIO = self.path.open("x+b", buffering=0)
        except OSError as error:
            raise FileAccessError(f"Invalid output {target}: must be writable; {error.strerror or error}.") from error

    def __enter__(self) -> "PartialFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)

    def write_at(self, offset: int, data: bytes | memoryview | np.ndarray) -> None:
        """Write all of *data* at *offset*."""
        raw = memoryview(np.ascontiguousarray(data).data if isinstance(data, np.ndarray) else data)
        view = raw.cast("B") if raw.nbytes else memoryview(b"")  # an empty array has no bytes to cast
        try:
            while len(view):
                written = os.pwrite(self.file.fileno(), view, offset)
                view, offset = view[written:], offset + written
        except OSError as error:
            raise self._unwritable(error) from error

    def flush(self) -> None:
        """Bring the bytes to the disk."""
        try:
            os.fsync(self.file.fileno())
        except OSError as error:
            raise self._unwritable(error) from error

    def commit(self) -> None:
        """Give the file its name."""
        self.flush()
        self.file.close()
        try:
            self.path.replace(self.target)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> FileAccessError:
        return FileAccessError(
            f"Invalid output {self.target}: must be writable to its end; {error.strerror or error}. "
            "The input is untouched, and no output was left."
        )


class WriteBehind:
    """
    Runs jobs in their order on one thread, so that the disk works while the next gather is computed.

    Parameters
    ----------
    depth : int
        Jobs that may wait; memory stays bounded by what they hold.
    """

    def __init__(self, depth: int = 4) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="seisfill-write")
        self._waiting: deque[Future[None]] = deque()
        self._depth = depth

    def submit(self, job: Callable[..., None], *arguments: Any) -> None:
        """Queue a job; an error of an earlier one comes up here or in `drain`."""
        while len(self._waiting) >= self._depth:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(job, *arguments))

    def drain(self) -> None:
        """Wait until all jobs are done."""
        while self._waiting:
            self._waiting.popleft().result()

    def __enter__(self) -> "WriteBehind":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
