import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from seisfill.neighbours import interpolate_linear, known_neighbours

KINDS = pytest.mark.parametrize("xp", [np, torch])
shapes = st.tuples(st.integers(1, 9), st.integers(1, 5))


@st.composite
def rows_with_holes(draw):
    shape = draw(shapes)
    data = draw(hnp.arrays(np.float32, shape, elements=st.floats(-1e3, 1e3, width=32)))
    steps = draw(hnp.arrays(np.float64, shape[:1], elements=st.floats(0.5, 50)))
    return data, draw(hnp.arrays(bool, shape)), np.cumsum(steps)


def column(xp, values, dtype="float64"):
    return xp.asarray(values, dtype=getattr(xp, dtype))[:, None]


@KINDS
def test_neighbours_one_can_check_by_eye(xp):
    left, right = known_neighbours(column(xp, [0, 1, 0, 0, 1, 0], "bool"))
    assert left[:, 0].tolist() == [-1, 1, 1, 1, 4, 4]
    assert right[:, 0].tolist() == [1, 1, 4, 4, 4, 6]


@KINDS
def test_a_line_one_can_check_by_eye(xp):
    known = column(xp, [0, 1, 0, 0, 1, 0], "bool")
    data = column(xp, [9.0, 1.0, 9.0, 9.0, 4.0, 9.0])
    assert interpolate_linear(data, known)[:, 0].tolist() == [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]
    place = xp.asarray([0.0, 10.0, 12.5, 20.0, 20.0 + 10.0, 99.0])
    assert interpolate_linear(data, known, position=place)[:, 0].tolist() == [1.0, 1.0, 1.375, 2.5, 4.0, 4.0]


@KINDS
def test_each_sample_has_its_own_neighbours(xp):
    known = xp.asarray([[True, True], [False, True], [True, False]])
    data = xp.asarray([[1.0, 1.0], [0.0, 5.0], [3.0, 0.0]])
    assert interpolate_linear(data, known).tolist() == [[1.0, 1.0], [2.0, 5.0], [3.0, 5.0]]


@KINDS
def test_nothing_known_makes_zeros_whatever_stands_there(xp):
    data = column(xp, [np.nan, np.inf, 1e38], "float32")
    assert interpolate_linear(data, column(xp, [0, 0, 0], "bool"))[:, 0].tolist() == [0.0, 0.0, 0.0]


@KINDS
def test_what_stands_in_the_holes_is_not_looked_at(xp):
    known = column(xp, [1, 0, 0, 1], "bool")
    for dirt in (np.nan, np.inf, 3e38):
        filled = interpolate_linear(column(xp, [1.0, dirt, dirt, 4.0], "float32"), known)
        assert filled[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]


@KINDS
def test_two_traces_at_one_place_make_no_division_by_zero(xp):
    filled = interpolate_linear(
        column(xp, [1.0, 0.0, 3.0]), column(xp, [1, 0, 1], "bool"), position=xp.asarray([5.0, 5.0, 5.0])
    )
    assert filled[:, 0].tolist() == [1.0, 1.0, 3.0]


@KINDS
def test_map_coordinates_keep_their_places_in_float32(xp):
    place = 6_543_210.0 + column(xp, [0.0, 0.125, 0.25, 0.5])[:, 0]  # float32 has steps of 0.5 there
    data, known = column(xp, [0.0, 9.0, 9.0, 8.0], "float32"), column(xp, [1, 0, 0, 1], "bool")
    assert interpolate_linear(data, known, position=place)[:, 0].tolist() == [0.0, 2.0, 4.0, 8.0]


@given(rows_with_holes())
def test_neighbours_are_the_nearest_known(case):
    _, known, _ = case
    left, right = known_neighbours(known)
    for (trace, sample), _ in np.ndenumerate(known):
        places = np.flatnonzero(known[:, sample])
        assert left[trace, sample] == max(places[places <= trace], default=-1)
        assert right[trace, sample] == min(places[places >= trace], default=len(known))


@given(rows_with_holes(), st.booleans())
def test_numpy_and_torch_agree_to_the_bit(case, by_place):
    data, known, place = case
    one = interpolate_linear(data, known, position=place if by_place else None)
    other = interpolate_linear(
        torch.from_numpy(data), torch.from_numpy(known), position=torch.from_numpy(place) if by_place else None
    )
    assert one.dtype == np.float32
    assert other.dtype == torch.float32
    assert_array_equal(one, other.numpy())


@given(rows_with_holes())
def test_known_samples_are_unchanged_and_others_are_as_numpy_interpolates(case):
    data, known, place = case
    filled = interpolate_linear(data.astype(np.float64), known, position=place)
    assert_array_equal(filled[known], data[known])
    for sample in range(data.shape[1]):
        places = known[:, sample]
        expected = np.interp(place, place[places], data[places, sample]) if places.any() else np.zeros(len(place))
        assert_allclose(filled[:, sample], expected, rtol=0, atol=1e-11)  # values to 1e3 in float64


@given(rows_with_holes())
def test_a_batch_is_filled_patch_by_patch(case):
    data, known, _ = case
    batch = interpolate_linear(np.stack([data, -data]), np.stack([known, ~known]))
    assert_array_equal(batch[0], interpolate_linear(data, known))
    assert_array_equal(batch[1], interpolate_linear(-data, ~known))
