"""Cut an array into the boxes of a grid and blend the patches back: numpy or torch, no knowledge of what they hold."""

from collections.abc import Iterable

import array_api_compat
import numpy as np

from seisfill._arrays import Array
from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.patches.grid import PatchGrid

# Far from where w * v could leave the normal range of float64 for any float32 v: see PatchAssembler.
SMALLEST_WEIGHT, LARGEST_WEIGHT = 1e-100, 1e100


def extract_patches(array: Array, grid: PatchGrid) -> Array:
    """
    Cut *array* into the boxes of *grid*.

    Parameters
    ----------
    array : numpy or torch array, shape (n_traces, n_samples)
        Any values; they are copied.
    grid : PatchGrid
        Plan of the boxes, made for the shape of *array*.

    Returns
    -------
    array of the same kind, shape (len(grid), traces, samples)
        Patches of ``grid.patch_shape`` in the order of the grid.

    Raises
    ------
    InvalidParameterError
        If the grid was made for another shape.

    Examples
    --------
    >>> extract_patches(np.array([[1, 2, 3, 4, 5]]), PatchGrid(shape=(1, 5), size=(1, 3), stride=(1, 3)))
    array([[[1, 2, 3]],
    <BLANKLINE>
           [[3, 4, 5]]])
    """
    check_shape("array", array.shape, grid.shape)
    return array_api_compat.array_namespace(array).stack([array[box] for box in grid])


class PatchAssembler:
    """
    Weighted mean of patches where their boxes overlap.

    Cutting an array and assembling its patches gives back every float32 sample **to the bit**, for every grid and
    window. Values times weights and weights are summed in float64. Where the n patches over a sample hold the same v,
    their quotient differs from v by less than (2 n + 1) 2^-53 of v, and rounding to float32 returns v as long as that
    is below 2^-25, which holds for n up to 10^8. This covers zeros of both signs, subnormal and largest values (all
    normal in float64; the rule on weights keeps the products so) and infinities; NaN comes back as NaN. It also holds
    for half precision. float64 comes back within (2 n + 1) 2^-53. Excluded: torch told to flush subnormal numbers.

    Parameters
    ----------
    grid : PatchGrid
        Plan of the boxes.
    window : array, shape ``grid.patch_shape``, optional
        Weights within a patch, such as `hann_window`; equal weights where none is given.
    like : numpy or torch array of floats, optional
        The answer has its kind, device and dtype; numpy float32 where none is given.

    Raises
    ------
    InvalidParameterError
        If the window has another shape or weights outside 1e-100 to 1e100, or ``like`` does not hold floats.

    Examples
    --------
    >>> grid = PatchGrid(shape=(1, 5), size=(1, 3), stride=(1, 3))
    >>> assembler = PatchAssembler(grid)
    >>> assembler.add(0, np.full((1, 3), 10.0))
    >>> assembler.add(1, np.full((1, 3), 30.0))
    >>> assembler.finish()
    array([[10., 10., 20., 30., 30.]], dtype=float32)
    """

    def __init__(self, grid: PatchGrid, *, window: Array = None, like: Array = None) -> None:
        like = np.zeros(0, dtype=np.float32) if like is None else like
        self._xp = xp = array_api_compat.array_namespace(like)
        if not xp.isdtype(like.dtype, "real floating"):
            raise InvalidParameterError(f"Invalid dtype {like.dtype} of like: must be a floating type.")
        self.grid = grid
        self._dtype = like.dtype
        where = {"dtype": xp.float64, "device": array_api_compat.device(like)}
        self._window = xp.asarray(_checked(window, grid), **where)
        # Started at -0.0, the only number that leaves every addend as it is: with +0.0 a patch of -0.0 would turn +0.0.
        self._values = xp.full(grid.shape, -0.0, **where)
        self._weights = xp.zeros(grid.shape, **where)
        self._waiting = set(range(len(grid)))

    def add(self, index: int, patch: Array) -> None:
        """
        Add the patch of one box. Sums depend on the order in the last bit of float64: add in order of the grid.

        Parameters
        ----------
        index : int
            Number of the box in the grid.
        patch : array of the kind of ``like``, shape ``grid.patch_shape``
            Its values.

        Raises
        ------
        InvalidParameterError
            If the grid has no such box, the box was added before, or the patch has another shape.
        """
        if index not in self._waiting:
            raise InvalidParameterError(
                f"Invalid patch index {index}: must be a box of the {len(self.grid)} in the grid, added once."
            )
        check_shape(f"patch {index}", patch.shape, self.grid.patch_shape)
        box = self.grid[index]
        self._values[box] += self._xp.astype(patch, self._xp.float64) * self._window
        self._weights[box] += self._window
        self._waiting.remove(index)

    def finish(self) -> Array:
        """
        The weighted mean of all patches.

        Returns
        -------
        array like ``like``, shape ``grid.shape``
            A new array.

        Raises
        ------
        InvalidParameterError
            If a box was not added.
        """
        if self._waiting:
            added = len(self.grid) - len(self._waiting)
            raise InvalidParameterError(
                f"Invalid number of patches {added}: must be {len(self.grid)} before finish(). "
                f"The first box without a patch is {min(self._waiting)}."
            )
        return self._xp.astype(self._values / self._weights, self._dtype)


def assemble_patches(patches: Iterable[Array], grid: PatchGrid, *, window: Array = None, like: Array = None) -> Array:
    """
    Blend all patches of a grid at once: the inverse of `extract_patches`.

    Parameters
    ----------
    patches : iterable of arrays, each of shape ``grid.patch_shape``
        One for each box, in the order of the grid.
    grid, window, like
        As for `PatchAssembler`.

    Returns
    -------
    array like ``like``, shape ``grid.shape``
        The weighted mean.

    Raises
    ------
    InvalidParameterError
        As `PatchAssembler` does.

    Examples
    --------
    >>> row = np.array([[1, 2, 3, 4, 5]], dtype=np.float32)
    >>> grid = PatchGrid(shape=(1, 5), size=(1, 3), stride=(1, 1))
    >>> assemble_patches(extract_patches(row, grid), grid, like=row)
    array([[1., 2., 3., 4., 5.]], dtype=float32)
    """
    assembler = PatchAssembler(grid, window=window, like=like)
    for index, patch in enumerate(patches):
        assembler.add(index, patch)
    return assembler.finish()


def _checked(window: Array, grid: PatchGrid) -> Array:
    """The weights, or ones, or the house's sentence."""
    if window is None:
        return np.ones(grid.patch_shape)
    check_shape("window", window.shape, grid.patch_shape)
    low, high = float(window.min()), float(window.max())
    if not SMALLEST_WEIGHT <= low <= high <= LARGEST_WEIGHT:
        raise InvalidParameterError(
            f"Invalid window from {low} to {high}: must be positive, from {SMALLEST_WEIGHT} to {LARGEST_WEIGHT}."
        )
    return window
