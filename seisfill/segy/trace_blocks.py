"""Blocks of a file's traces read into memory that is used again: no pages are mapped, and no new ones touched."""

import os

import numpy as np

from seisfill.errors import FileAccessError, LayoutError
from seisfill.segy.files import read_into
from seisfill.segy.index import HeaderIndex


class TraceBlocks:
    """
    Reads neighbouring traces into a few buffers in turn.

    Parameters
    ----------
    index : HeaderIndex
        The file.
    most : int
        Traces that are read together at most.
    let_go : bool
        What was read is dropped from the system's memory, where the system can be told so, and what of it was just
        written is sent to the disk: large files would take the memory of all others there.

    Raises
    ------
    FileAccessError
        If the file cannot be read.
    LayoutError
        If its size is not that of the layout.
    """

    def __init__(self, index: HeaderIndex, most: int, *, let_go: bool = False) -> None:
        self._path, self._layout, self._let_go = index.path, index.layout, let_go and hasattr(os, "posix_fadvise")
        self._buffer = np.empty((most, index.layout.trace_bytes), np.uint8)
        try:
            self._file = os.open(index.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise self._unreadable(error) from error
        size = os.fstat(self._file).st_size
        if size != self._layout.file_size:
            os.close(self._file)
            raise LayoutError(
                f"Invalid size {size} of {self._path}: must be {self._layout.file_size}, as its layout says."
            )

    def __enter__(self) -> "TraceBlocks":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def read(self, start: int, stop: int) -> np.ndarray:
        """The bytes of traces *start* to *stop* - 1, until the next call: uint8 array (stop - start, trace_bytes)."""
        block = self._buffer[: stop - start]
        place = self._layout.first_trace + start * self._layout.trace_bytes
        try:
            read_into(self._file, place, block)
            if self._let_go:
                os.posix_fadvise(self._file, 0, place, os.POSIX_FADV_DONTNEED)
        except OSError as error:
            raise self._unreadable(error) from error
        return block

    def _unreadable(self, error: OSError) -> FileAccessError:
        return FileAccessError(f"Invalid file {self._path}: must be readable; {error.strerror or error}.")
