"""Memory that a process keeps for its next arrays: pages given back and taken anew cost more than the work on them."""

import ctypes

MIB = 2**20
# Numbers of mallopt(3): free memory that is kept, memory that is taken in advance, size from which arrays stand alone.
KEPT, IN_ADVANCE, ALONE = (-1, 64 * MIB), (-2, 8 * MIB), (-3, 32 * MIB)


def keep_memory() -> bool:
    """
    Tell the C library to keep what arrays leave, instead of giving it back to the system after each gather.

    The sizes are those that glibc comes to by itself once a process has freed an array of 32 MiB; it changes no result.

    Returns
    -------
    bool
        Whether the C library is one that can be told.

    Examples
    --------
    >>> keep_memory() in (True, False)
    True
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    return tell is not None and all(tell(number, size) == 1 for number, size in (KEPT, IN_ADVANCE, ALONE))
