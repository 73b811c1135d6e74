"""Headers of new traces: the left neighbour's, with positions interpolated along the key."""

import warnings

import numpy as np

from seisfill.errors import SeisfillWarning
from seisfill.segy.coordinates import MAP_WORDS, coordinate_scale, find_coordinate
from seisfill.segy.fields import Field, find_field, read_field, write_field
from seisfill.segy.layout import Layout

CDP_COORDINATES = ("cdpx", "cdpy")
ELEVATIONS = ("gelev", "selev", "sdepth", "gdel", "sdel", "swdep", "gwdep")
THREE_D = ("iline", "xline")
NUMBERS = ("cdp", "iline", "xline")
ROUNDING = 1.5  # metres that offset and distance of source and receiver may differ and still be said to agree


def new_headers(
    headers: np.ndarray,
    places: np.ndarray,
    new_places: np.ndarray,
    *,
    keys: tuple[Field, np.ndarray],
    gather_key: Field | None,
    layout: Layout,
) -> np.ndarray:
    """
    Headers of the new traces of one gather.

    Coordinates and elevations are interpolated linearly along the key, in metres, and written with the scalar of the
    left neighbour; so is offset (or taken from the coordinates, where the neighbours' own agree with theirs). CDP,
    inline and crossline numbers that are not whole become the whole one towards the left neighbour. All else repeats
    the left neighbour.

    Parameters
    ----------
    headers : uint8 array, shape (n_recorded, 240)
        Headers of the recorded traces, by place.
    places : int64 array, shape (n_recorded,)
        Their places.
    new_places : int64 array, shape (n_new,)
        Places to make headers for.
    keys : (Field, float64 array of shape (n_new,))
        Header word along the gather and its values: whole numbers, unless the word is a float.
    gather_key : Field or None
        Header word of the gather; it is kept.
    layout : Layout
        Dialect, revision and byte order.

    Returns
    -------
    uint8 array, shape (n_new, 240)
    """
    maker = _Maker(headers, places, new_places, layout)
    keep = {keys[0].byte} | ({gather_key.byte} if gather_key else set())
    is_3d = keys[0].name in THREE_D or (gather_key is not None and gather_key.name in THREE_D)
    has_rev1 = layout.dialect == "segy" and (layout.revision >= 1 or is_3d)
    for name in (*MAP_WORDS, *(CDP_COORDINATES if has_rev1 else ())):
        maker.interpolate(name, keep, scalar="scalco")
    for name in ELEVATIONS:
        maker.interpolate(name, keep, scalar="scalel")
    for name in NUMBERS if has_rev1 else NUMBERS[:1]:
        maker.count(name, keep)
    maker.set_offset(keep)
    maker.write(find_field("trid", dialect=layout.dialect), np.ones(len(new_places)))
    field, values = keys
    maker.write(field, values)
    return maker.new


class _Maker:
    """The new headers of one gather, and the weights between their neighbours."""

    def __init__(self, headers: np.ndarray, places: np.ndarray, new_places: np.ndarray, layout: Layout) -> None:
        self.headers, self.layout = headers, layout
        self._varying = set((np.flatnonzero((headers != headers[0]).any(axis=0)) + 1).tolist())  # bytes, from 1
        right = np.clip(np.searchsorted(places, new_places), 1, max(len(places) - 1, 1))
        self.left, self.right = right - 1, np.minimum(right, len(places) - 1)
        span = np.maximum(places[self.right] - places[self.left], 1)
        self.share = np.where(self.left == self.right, 0, (new_places - places[self.left]) / span)
        self.nearest = np.clip(np.searchsorted(places, new_places) - 1, 0, len(places) - 1)
        self.new = headers[self.nearest].copy()
        self._scalars: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def interpolate(self, name: str, keep: set[int], *, scalar: str) -> None:
        """Interpolate one word, in metres."""
        field = self.field(name)
        if field.byte in keep or (self.is_same(field) and self.is_same(self.field(scalar))):
            return
        values = self.read(name, self.headers).astype(np.float64)
        recorded, new = self.scalars(scalar)
        line = self.between(values * coordinate_scale(recorded)) / coordinate_scale(new)
        self.write(field, line if field.kind.startswith("f") else np.round(line))

    def count(self, name: str, keep: set[int]) -> None:
        """Interpolate a number; one that is not whole becomes the whole one towards the left neighbour's."""
        field = find_field(name, dialect=self.layout.dialect)
        if field.byte in keep or self.is_same(field):
            return
        values = self.read(name, self.headers).astype(np.float64)
        here, line = values[self.nearest], self.between(values)
        self.write(field, here + np.trunc((line - here) * (1 + 1e-9)))

    def set_offset(self, keep: set[int]) -> None:
        """Offset from the new coordinates where the neighbours' agrees with theirs, else interpolated."""
        field = find_field("offset", dialect=self.layout.dialect)
        if field.byte in keep:
            return
        offset, distance = self.read("offset", self.headers), self._distance(self.headers)
        agrees = np.abs(np.abs(offset) - distance) <= ROUNDING
        line = self.between(offset.astype(np.float64))
        both = agrees[self.left] & agrees[self.right] & (distance[self.left] + distance[self.right] > 0)
        sign = np.where(line < 0, -1, 1)
        self.write(field, np.round(np.where(both, sign * self._distance(self.new), line)))

    def is_same(self, field: Field) -> bool:
        """Whether a word is the same in all recorded headers: then new ones have it from their left neighbour."""
        return self._varying.isdisjoint(range(field.byte, field.byte + field.width))

    def between(self, values: np.ndarray) -> np.ndarray:
        """Linear between the neighbours' values."""
        return values[self.left] + self.share * (values[self.right] - values[self.left])

    def scalars(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A scalar of the recorded headers and of the new ones, in which it is never changed."""
        if name not in self._scalars:
            self._scalars[name] = self.read(name, self.headers), self.read(name, self.new)
        return self._scalars[name]

    def read(self, name: str, headers: np.ndarray) -> np.ndarray:
        """A word by its SU name."""
        return read_field(headers, self.field(name), self.layout.byte_order)

    def field(self, name: str) -> Field:
        """A word by its SU name, in the type that the file uses."""
        floats = self.layout.float_coordinates and name in (*MAP_WORDS, *CDP_COORDINATES)
        return find_coordinate(name, dialect=self.layout.dialect, floats=floats)

    def write(self, field: Field, values: np.ndarray) -> None:
        """Write a word; where a value does not fit, the left neighbour's stays, with a warning."""
        if field.kind.startswith("f"):
            write_field(self.new, field, values.astype(np.float32), self.layout.byte_order)
            return
        limits = np.iinfo(np.dtype(field.kind))
        fits = (values >= limits.min) & (values <= limits.max)
        old = read_field(self.new, field, self.layout.byte_order)
        if not np.all(fits):
            warnings.warn(
                f"{field.name} (byte {field.byte}) of new traces has values that do not fit {field.kind}, such as "
                f"{np.asarray(values)[~fits][0]:g}; these traces repeat their left neighbours'.",
                SeisfillWarning,
                stacklevel=2,
            )
        write_field(self.new, field, np.where(fits, values, old).astype(np.int64), self.layout.byte_order)

    def _distance(self, headers: np.ndarray) -> np.ndarray:
        scale = coordinate_scale(self.read("scalco", headers))
        x = (self.read("gx", headers) - self.read("sx", headers)) * scale
        y = (self.read("gy", headers) - self.read("sy", headers)) * scale
        return np.hypot(x, y)
