"""How a fill is run: memory, workers, threads, going on. None of it but the threads can change a byte of the result."""

import re
from dataclasses import dataclass

from seisfill.errors import InvalidParameterError

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """
    How a fill is run.

    Parameters
    ----------
    memory : int
        Bytes that the processes of a fill on this machine may hold together.
    workers : int
        Processes that fill; with 1 it is the one that was called.
    dask : str, optional
        Address of the scheduler of a Dask cluster that fills instead, on the same file system.
    threads : int
        Of each process that computes. The last bits of a network's answer hang on it, so it is the same everywhere.
    resume : bool
        Go on with what an interrupted fill left, if there is any.

    Raises
    ------
    InvalidParameterError
        If a number breaks its rule, or both workers and a cluster are asked for.
    """

    memory: int = 2 * 2**30
    workers: int = 1
    dask: str | None = None
    threads: int = 2
    resume: bool = False

    def __post_init__(self) -> None:
        if self.memory < 2**20:
            raise InvalidParameterError(
                f"Invalid memory {self.memory}: must be at least 1M; give a size as 512M or 2G."
            )
        for name, count in (("workers", self.workers), ("threads", self.threads)):
            if not 1 <= count <= 1024:
                raise InvalidParameterError(f"Invalid {name} {count}: must be from 1 to 1024.")
        if self.dask is not None and self.workers != 1:
            raise InvalidParameterError(
                f"Invalid --workers {self.workers} with --dask: must not be given; a cluster has workers of its own."
            )


def parse_size(text: str) -> int:
    """
    Bytes out of words like ``512M`` or ``2G``.

    Raises
    ------
    InvalidParameterError
        If it is no such word.

    Examples
    --------
    >>> parse_size("512M"), parse_size("1.5g")
    (536870912, 1610612736)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE | re.ASCII)
    if not found or len(found[1]) > 15:
        raise InvalidParameterError(f"Invalid memory {text!r}: must be a size, as 512M or 2G.")
    return int(float(found[1]) * UNITS[found[2].upper()])
