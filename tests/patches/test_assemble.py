import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from seisfill.errors import InvalidParameterError
from seisfill.patches import PatchAssembler, PatchGrid, assemble_patches, extract_patches, flat_window, hann_window
from tests.patches.test_grid import grids

unhurried = settings(deadline=None)  # the first call of a torch function takes its time
ROW = PatchGrid(shape=(1, 5), size=(1, 3), stride=(1, 3))
# Every float32 but NaN: zeros of both signs, subnormal and largest values, infinities.
SAMPLES = st.floats(width=32, allow_nan=False)
EXTREMES = np.array(
    [0.0, -0.0, np.inf, -np.inf, 3.4028235e38, -3.4028235e38, 1e-45, -1e-45, 1.1754944e-38, 1 / 3], "f4"
)


@st.composite
def windows(draw, shape):
    kind = draw(st.sampled_from(["none", "hann", "flat", "any"]))
    if kind == "any":
        return draw(hnp.arrays(np.float64, shape, elements=st.floats(1e-100, 1e100)))
    return {"none": None, "hann": hann_window(shape), "flat": flat_window(shape, taper=(2, 2))}[kind]


def bits(array):
    return np.asarray(array).view(np.uint32)


@pytest.mark.parametrize("xp", [np, torch])
def test_two_patches_of_10_and_30_assemble_to_10_10_20_30_30(xp):
    assembler = PatchAssembler(ROW, like=xp.zeros((1, 5), dtype=xp.float32))
    assembler.add(0, xp.full((1, 3), 10.0))
    assembler.add(1, xp.full((1, 3), 30.0))
    assert assembler.finish().tolist() == [[10, 10, 20, 30, 30]]


def test_the_heavier_weight_counts_more():
    patches = [np.full((1, 3), 10.0), np.full((1, 3), 30.0)]
    window = np.array([[1.0, 1.0, 3.0]])
    assert assemble_patches(patches, ROW, window=window).tolist() == [[10, 10, 15, 30, 30]]


@pytest.mark.parametrize("xp", [np, torch])
def test_patches_are_stacked_in_the_order_of_the_grid(xp):
    patches = extract_patches(xp.arange(5)[None, :], ROW)
    assert patches.tolist() == [[[0, 1, 2]], [[2, 3, 4]]]


@unhurried
@given(data=st.data(), grid=grids(largest=8))
def test_cutting_and_assembling_is_the_identity_to_the_bit(data, grid):
    array = data.draw(hnp.arrays(np.float32, grid.shape, elements=SAMPLES))
    window = data.draw(windows(grid.patch_shape))
    for given_array in (array, torch.from_numpy(array.copy())):
        again = assemble_patches(extract_patches(given_array, grid), grid, window=window, like=given_array)
        assert type(again) is type(given_array)
        assert again.dtype == given_array.dtype
        assert_array_equal(bits(again), bits(array))


@pytest.mark.parametrize("xp", [np, torch])
def test_extreme_values_survive_thousands_of_overlapping_patches(xp):
    array = xp.asarray(np.resize(EXTREMES, (70, 67)))
    grid = PatchGrid(shape=(70, 67), size=(48, 48), stride=(1, 1))
    window = np.random.default_rng(0).uniform(1e-3, 1, (48, 48)) ** 9
    again = assemble_patches(extract_patches(array, grid), grid, window=window, like=array)
    assert_array_equal(bits(again), bits(array))


@pytest.mark.parametrize("xp", [np, torch])
def test_nan_comes_back_as_nan_and_stays_where_it_was(xp):
    array = xp.asarray(np.array([[1, 2, np.nan, 4, 5]], "f4"))
    again = assemble_patches(extract_patches(array, ROW), ROW, like=array)
    assert_array_equal(np.asarray(again), np.asarray(array))


@unhurried
@given(grid=grids(largest=8), seed=st.integers(0, 99))
def test_float64_comes_back_within_its_rounding(grid, seed):
    array = np.random.default_rng(seed).standard_normal(grid.shape)
    window = hann_window(grid.patch_shape)
    again = assemble_patches(extract_patches(array, grid), grid, window=window, like=array)
    bound = (2 * len(grid) + 1) * 2.0**-53  # n additions and a product for both sums, and the quotient
    assert again.dtype == np.float64
    assert (np.abs(again - array) <= bound * np.abs(array)).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_comes_back_to_the_bit(dtype):
    grid = PatchGrid(shape=(9, 9), size=(4, 5), stride=(1, 2))
    array = torch.randn((9, 9), generator=torch.Generator().manual_seed(0)).to(dtype)
    again = assemble_patches(extract_patches(array, grid), grid, window=hann_window((4, 5)), like=array)
    assert again.dtype == dtype
    assert torch.equal(again, array)


@unhurried
@given(data=st.data(), grid=grids(largest=8))
def test_the_blend_stays_between_the_patches_and_is_the_same_for_numpy_and_torch(data, grid):
    patches = data.draw(hnp.arrays(np.float32, (len(grid), *grid.patch_shape), elements=st.floats(-1, 1, width=32)))
    window = hann_window(grid.patch_shape)
    blend = assemble_patches(patches, grid, window=window)
    low, high = np.full(grid.shape, np.inf, "f4"), np.full(grid.shape, -np.inf, "f4")
    for box, patch in zip(grid, patches, strict=True):
        low[box], high[box] = np.minimum(low[box], patch), np.maximum(high[box], patch)
    assert ((low <= blend) & (blend <= high)).all()
    twin = assemble_patches(torch.from_numpy(patches), grid, window=window, like=torch.zeros(0))
    assert_array_equal(bits(twin), bits(blend))


def test_patches_and_answers_are_copies():
    array = np.ones((1, 5), "f4")
    extract_patches(array, ROW)[:] = 7
    assembler = PatchAssembler(ROW)
    for index in range(2):
        assembler.add(index, np.ones((1, 3)))
    assembler.finish()[:] = 7
    assert array.max() == assembler.finish().max() == 1


def test_finishing_before_every_box_was_added_is_refused():
    assembler = PatchAssembler(ROW)
    assembler.add(0, np.ones((1, 3)))
    with pytest.raises(InvalidParameterError, match=r"number of patches 1: must be 2 .* without a patch is 1"):
        assembler.finish()


@pytest.mark.parametrize("index", [0, 2, -1])
def test_a_box_that_was_added_before_or_does_not_exist_is_refused(index):
    assembler = PatchAssembler(ROW)
    assembler.add(0, np.ones((1, 3)))
    with pytest.raises(InvalidParameterError, match=f"Invalid patch index {index}"):
        assembler.add(index, np.ones((1, 3)))


def test_wrong_shapes_are_refused():
    with pytest.raises(InvalidParameterError, match=r"shape .* of array"):
        extract_patches(np.ones((2, 5)), ROW)
    with pytest.raises(InvalidParameterError, match=r"shape .* of patch 0"):
        PatchAssembler(ROW).add(0, np.ones(3))
    with pytest.raises(InvalidParameterError, match=r"shape .* of window"):
        PatchAssembler(ROW, window=np.ones((1, 4)))


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf, 1e-101])
def test_weights_that_are_not_positive_numbers_of_a_sane_size_are_refused(weight):
    with pytest.raises(InvalidParameterError, match="Invalid window"):
        PatchAssembler(ROW, window=np.array([[1.0, weight, 1.0]]))


def test_an_answer_in_integers_is_refused():
    with pytest.raises(InvalidParameterError, match="must be a floating type"):
        PatchAssembler(ROW, like=np.zeros(1, dtype=int))


def test_patches_and_scores_of_numpy_arrays_do_not_load_torch():
    script = (
        "import sys, numpy as np; from seisfill.metrics import score; from seisfill.patches import *\n"
        "grid = PatchGrid(shape=(9, 9), size=(4, 4), stride=(2, 2)); array = np.eye(9, dtype='f4')\n"
        "score(array, assemble_patches(extract_patches(array, grid), grid), live=np.arange(9) > 2, dt=1.0)\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
