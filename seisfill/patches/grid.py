"""Where patches lie: pure index arithmetic, no samples and no torch."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import index as as_int

from seisfill.errors import InvalidParameterError

Box = tuple[slice, slice]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchGrid:
    """
    Plan of equal boxes that together cover every sample of an array.

    Boxes start every ``stride``; the last one of each axis is shifted back to end at the edge, so that patches overlap
    more there instead of leaving the array. Where the array is smaller than the patch, the box is the array: all boxes
    of one grid have the shape `patch_shape`.

    Parameters
    ----------
    shape : tuple of int
        Shape of the array (n_traces, n_samples).
    size : tuple of int
        Size of a patch (traces, samples).
    stride : tuple of int
        Step from one box to the next (traces, samples), at most ``size``.

    Raises
    ------
    InvalidParameterError
        If a number is not a positive integer, or ``stride`` is larger than ``size`` (samples would be skipped).

    Examples
    --------
    >>> grid = PatchGrid(shape=(1, 5), size=(1, 3), stride=(1, 3))
    >>> len(grid), grid.boxes
    (2, ((slice(0, 1, None), slice(0, 3, None)), (slice(0, 1, None), slice(2, 5, None))))

    A patch larger than the array:

    >>> PatchGrid(shape=(2, 5), size=(8, 4), stride=(4, 2)).patch_shape
    (2, 4)
    """

    shape: tuple[int, int]
    size: tuple[int, int]
    stride: tuple[int, int]

    def __post_init__(self) -> None:
        for name in ("shape", "size", "stride"):
            object.__setattr__(self, name, _positive_pair(name, getattr(self, name)))
        if any(step > width for step, width in zip(self.stride, self.size, strict=True)):
            raise InvalidParameterError(
                f"Invalid stride {self.stride}: must not exceed size {self.size}, or samples would be skipped."
            )

    @property
    def patch_shape(self) -> tuple[int, int]:
        """Shape of every box: ``size``, cut to the array where that is smaller."""
        return min(self.size[0], self.shape[0]), min(self.size[1], self.shape[1])

    @property
    def counts(self) -> tuple[int, int]:
        """Number of boxes along each axis."""
        rows, columns = (
            -(-(n - width) // step) + 1
            for n, width, step in zip(self.shape, self.patch_shape, self.stride, strict=True)
        )
        return rows, columns

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes, each a (traces, samples) pair of slices, row by row."""
        return tuple(self)

    def __len__(self) -> int:
        rows, columns = self.counts
        return rows * columns

    def __iter__(self) -> Iterator[Box]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Box:
        if not 0 <= index < len(self):
            raise IndexError(f"Invalid patch index {index}: must lie between 0 and {len(self) - 1}.")
        row, column = divmod(index, self.counts[1])
        return self._slice(0, row), self._slice(1, column)

    def _slice(self, axis: int, number: int) -> slice:
        width = self.patch_shape[axis]
        start = min(number * self.stride[axis], self.shape[axis] - width)
        return slice(start, start + width)


def _positive_pair(name: str, value: tuple[int, int]) -> tuple[int, int]:
    """Two plain positive integers, or the house's sentence."""
    try:
        traces, samples = (as_int(n) for n in value)
    except (TypeError, ValueError):
        raise InvalidParameterError(f"Invalid {name} {value!r}: must be two integers (traces, samples).") from None
    if traces < 1 or samples < 1:
        raise InvalidParameterError(f"Invalid {name} {value}: must be positive.")
    return traces, samples
