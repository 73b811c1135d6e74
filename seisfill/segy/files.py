"""Files as a whole: never overwrite, never leave half of one under its name; reading ahead and writing behind."""

import contextlib
import errno
import fcntl
import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, BinaryIO, Generic, TypeVar

import numpy as np

from seisfill.errors import FileAccessError

CHUNK_BYTES = 16 * 2**20
T = TypeVar("T")


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


def cure_if_unfinished(path: Path) -> str:
    """What to do about a file that is not there while its partial one is, for the end of a line; else nothing."""
    partial = partial_path(path)
    if path.exists() or not partial.exists():
        return ""
    return f" {partial.name} lies there, of a fill that was not finished: give its command again with --resume."


def write_all(file: int, offset: int, data: bytes | memoryview | np.ndarray) -> None:
    """Write all of *data* at *offset* of an open file, by its number; the system's error comes as it is."""
    raw = memoryview(np.ascontiguousarray(data).data if isinstance(data, np.ndarray) else data)
    view = raw.cast("B") if raw.nbytes else memoryview(b"")  # an empty array has no bytes to cast
    while len(view):
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written


def read_into(file: int, offset: int, block: np.ndarray) -> None:
    """
    Fill a contiguous array from an open file, by its number.

    Raises
    ------
    OSError
        If the file ends before the array is full.
    """
    view = memoryview(block.data).cast("B") if block.size else memoryview(b"")
    while len(view):
        n = os.preadv(file, [view], offset)
        if not n:
            raise OSError(f"it ends before byte {offset + len(view)}")
        view, offset = view[n:], offset + n


class PartialFile:
    """
    A file that gets its name only when it is whole: ``NAME.partial`` until `commit`, removed if left before.

    Parameters
    ----------
    target : Path
        Name that it gets.
    go_on : bool
        Go on in the ``NAME.partial`` that an earlier run kept, instead of beginning a new one.
    """

    def __init__(self, target: Path, *, go_on: bool = False) -> None:
        self.target = target
        self.path = partial_path(target)
        self._kept = go_on  # what an earlier run left goes only if it is told to
        try:
            if go_on:
                number = os.open(self.path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
                self.file: BinaryIO = os.fdopen(number, "r+b", buffering=0)
            else:
                with _cleared(self.path):
                    self.file = self.path.open("x+b", buffering=0)
            _hold(self.file, self.path)
        except OSError as error:
            raise FileAccessError(f"Invalid output {target}: must be writable; {error.strerror or error}.") from error

    def __enter__(self) -> "PartialFile":
        return self

    def __exit__(self, *_: object) -> None:
        if not self._kept:
            self.path.unlink(missing_ok=True)  # before it is let go: then another run may have the name
        self.file.close()

    def keep(self) -> None:
        """Leave what is written so far for a later run to go on with."""
        self._kept = True

    def drop(self) -> None:
        """Let nothing stay, what an earlier run left included."""
        self._kept = False

    def set_size(self, size: int) -> None:
        """Make the file as long as it will be; what is not written yet reads as zeros."""
        try:
            self.file.truncate(size)
        except OSError as error:
            raise self._unwritable(error) from error

    def write_at(self, offset: int, data: bytes | memoryview | np.ndarray) -> None:
        """Write all of *data* at *offset*."""
        try:
            write_all(self.file.fileno(), offset, data)
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
        try:
            self.path.replace(self.target)  # while it is held: nobody else's file can be under the name
        except OSError as error:
            raise self._unwritable(error) from error
        self._kept = True  # nothing is left to be removed
        self.file.close()

    def _unwritable(self, error: OSError) -> FileAccessError:
        return FileAccessError(
            f"Invalid output {self.target}: must be writable to its end; {error.strerror or error}. "
            "The input is untouched, and no output was left."
        )


def _hold(file: IO[bytes], path: Path) -> None:
    """Hold an open file until it is closed; BlockingIOError if another run does, or has put its own in its place."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    except OSError:
        file.close()
        raise


@contextlib.contextmanager
def _cleared(path: Path) -> Iterator[None]:
    """Without what a run that was killed left under a name; never written through, as it may be a link."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISREG(path.lstat().st_mode):
                with contextlib.suppress(PermissionError):
                    _hold(held.enter_context(path.open("r+b")), path)  # network file systems lock what may be written
            path.unlink()
        yield


def give_name(target: Path) -> None:
    """
    Give a file that was kept under its partial name, whole, the name that it is for; one that has it is left.

    Raises
    ------
    FileAccessError
        If the system does not let it.
    """
    try:
        with contextlib.suppress(FileNotFoundError):
            partial_path(target).replace(target)
    except OSError as error:
        raise FileAccessError(f"Invalid output {target}: must be writable; {error.strerror or error}.") from error


def clear_name(target: Path) -> None:
    """
    Remove what stands under a name that is to be given anew.

    Raises
    ------
    FileAccessError
        If the system does not let it.
    """
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        raise FileAccessError(f"Invalid output {target}: must be writable; {error.strerror or error}.") from error
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Bring new names in a folder to the disk, where the file system can."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


class ReadAhead(Generic[T]):
    """
    Reads numbered things on another thread before they are asked for.

    Parameters
    ----------
    read : callable
        Thing of a number.

    Examples
    --------
    >>> with ReadAhead(lambda number: number * number) as squares:
    ...     [squares.get(number, ahead=[number + 1]) for number in range(4)]
    [0, 1, 4, 9]
    """

    def __init__(self, read: Callable[[int], T]) -> None:
        self._read = read
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="seisfill-read")
        self._waiting: dict[int, Future[T]] = {}

    def get(self, number: int, *, ahead: Iterable[int] = ()) -> T:
        """Thing *number*; those *ahead* are read while the caller works, all others are forgotten."""
        wanted = [number, *ahead]
        self._waiting = {
            n: self._waiting[n] if n in self._waiting else self._pool.submit(self._read, n) for n in wanted
        }
        return self._waiting.pop(number).result()

    def __enter__(self) -> "ReadAhead[T]":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


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
