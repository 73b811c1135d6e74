"""Files as a whole: never overwrite, never leave half of one under its name, hash and copy in chunks."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import numpy as np

from seisfill.errors import FileAccessError

CHUNK_BYTES = 16 * 2**20


def check_target(source: Path, target: Path, *, force: bool = False) -> None:
    """
    Refuse to write where something would be lost.

    Raises
    ------
    FileAccessError
        If *target* is the input itself (links included), exists and *force* is not given, or has no folder.
    """
    if target.exists() and source.exists() and os.path.samefile(source, target):
        raise FileAccessError(f"Invalid output {target}: must not be the input, found the same file. Name another.")
    if target.is_dir():
        raise FileAccessError(f"Invalid output {target}: must be a file, found a directory.")
    if (target.exists() or target.is_symlink()) and not force:
        raise FileAccessError(f"Invalid output {target}: must not exist. Name another, or give --force to replace it.")
    if not target.parent.is_dir():
        raise FileAccessError(f"Invalid output {target}: must lie in a folder that exists; make {target.parent} first.")


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
        self.path = target.with_name(target.name + ".partial")
        try:
            self.file: BinaryIO = self.path.open("w+b", buffering=0)
        except OSError as error:
            raise FileAccessError(f"Invalid output {target}: must be writable; {error.strerror or error}.") from error

    def __enter__(self) -> "PartialFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)

    def write_at(self, offset: int, data: bytes | memoryview | np.ndarray) -> None:
        """Write all of *data* at *offset*."""
        view = memoryview(np.ascontiguousarray(data).data if isinstance(data, np.ndarray) else data).cast("B")
        try:
            while len(view):
                written = os.pwrite(self.file.fileno(), view, offset)
                view, offset = view[written:], offset + written
        except OSError as error:
            raise FileAccessError(
                f"Invalid output {self.target}: must be writable to its end; {error.strerror or error}. "
                "The input is untouched, and no output was left."
            ) from error

    def flush(self) -> None:
        """Bring the bytes to the disk."""
        os.fsync(self.file.fileno())

    def commit(self) -> None:
        """Give the file its name."""
        self.flush()
        self.file.close()
        self.path.replace(self.target)


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
