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
    buffers : int
        An array that `read` gave is overwritten when it has been called so many times again.

    Raises
    ------
    FileAccessError
        If the file cannot be read.
    LayoutError
        If its size is not that of the layout.
    """

    def __init__(self, index: HeaderIndex, most: int, *, buffers: int = 1) -> None:
        self._path, self._layout, self._turn = index.path, index.layout, 0
        self._buffers = [np.empty((most, index.layout.trace_bytes), np.uint8) for _ in range(buffers)]
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
        """The bytes of traces *start* to *stop* - 1: uint8 array, shape (stop - start, trace_bytes)."""
        if start < stop:  # for nothing, nothing is overwritten: it may still be worked on
            self._turn = (self._turn + 1) % len(self._buffers)
        block = self._buffers[self._turn][: stop - start]
        try:
            read_into(self._file, self._layout.first_trace + start * self._layout.trace_bytes, block)
        except OSError as error:
            raise self._unreadable(error) from error
        return block

    def _unreadable(self, error: OSError) -> FileAccessError:
        return FileAccessError(f"Invalid file {self._path}: must be readable; {error.strerror or error}.")
