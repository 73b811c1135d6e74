"""Coordinates of trace headers: the scalar that belongs to them, and words that hold floats against the standard."""

from dataclasses import replace

import numpy as np

from seisfill.segy.fields import Field, find_field, read_field

_ON_EARTH = 1.05e7  # m; no map has larger coordinates, while floats read as whole numbers are a hundred times as large
_FLOATS = (1.0, 1.05e7)
_MOSTLY = 0.9
MAP_WORDS = ("sx", "sy", "gx", "gy")
SCALARS = (1, 10, 100, 1000, 10_000)


def coordinate_scale(scalar: np.ndarray) -> np.ndarray:
    """
    Factor of a SEG-Y scalar: multiply by a positive one, divide by a negative one; 0 stands for 1.

    Examples
    --------
    >>> coordinate_scale(np.array([-10, 0, 100])).tolist()
    [0.1, 1.0, 100.0]
    """
    size = np.maximum(np.abs(scalar), 1).astype(np.float64)
    return np.where(scalar < 0, 1 / size, size)


def find_coordinate(name: str, *, dialect: str, floats: bool) -> Field:
    """
    The word of a coordinate, in the type that the file uses.

    Examples
    --------
    >>> find_coordinate("sx", dialect="segy", floats=True)
    Field(name='sx', byte=73, kind='f4')
    """
    field = find_field(name, dialect=dialect)
    return replace(field, kind="f4") if floats else field


def hold_floats(headers: np.ndarray, byte_order: str) -> bool:
    """
    Whether source and receiver words hold IEEE floats: absurd as whole numbers in metres, but not as floats.

    Parameters
    ----------
    headers : uint8 array, shape (n, 240)
        Some headers.
    byte_order : {'>', '<'}
        Byte order of the file.
    """
    scale = coordinate_scale(read_field(headers, find_field("scalco", dialect="segy"), byte_order))
    words, floats = [], []
    for name in MAP_WORDS:
        whole = read_field(headers, find_field(name, dialect="segy"), byte_order)
        used = whole != 0
        words.append((whole * scale)[used])
        floats.append(read_field(headers, find_coordinate(name, dialect="segy", floats=True), byte_order)[used])
    metres, size = np.abs(np.concatenate(words)), np.abs(np.concatenate(floats))
    absurd = (metres > _ON_EARTH) & (size >= _FLOATS[0]) & (size <= _FLOATS[1])
    return bool(metres.size and absurd.mean() > _MOSTLY)
