import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.patches import PatchGrid


@st.composite
def grids(draw, largest=14):
    def pair(bound=(largest, largest)):
        return tuple(draw(st.integers(1, b)) for b in bound)

    size = pair()
    return PatchGrid(shape=pair(), size=size, stride=pair(size))


def test_the_last_box_is_shifted_back_to_end_at_the_edge():
    grid = PatchGrid(shape=(1, 5), size=(1, 3), stride=(1, 3))
    assert [(columns.start, columns.stop) for _, columns in grid] == [(0, 3), (2, 5)]


def test_boxes_follow_each_other_row_by_row():
    grid = PatchGrid(shape=(4, 6), size=(2, 3), stride=(2, 3))
    assert [(rows.start, columns.start) for rows, columns in grid] == [(0, 0), (0, 3), (2, 0), (2, 3)]


def test_an_array_smaller_than_the_patch_is_one_box():
    assert PatchGrid(shape=(2, 5), size=(8, 9), stride=(4, 4)).boxes == ((slice(0, 2), slice(0, 5)),)


def test_a_grid_is_a_value():
    one, same = (PatchGrid(shape=(np.int64(4), 6), size=[2, 3], stride=(2, 3)) for _ in range(2))
    assert one == same
    assert len({one, same}) == 1
    assert one.size == (2, 3)


@given(grid=grids())
def test_every_sample_is_covered_by_boxes_of_one_shape_inside_the_array(grid):
    cover = np.zeros(grid.shape, dtype=int)
    for box in grid:
        cover[box] += 1
        assert tuple(part.stop - part.start for part in box) == grid.patch_shape
        assert all(part.start >= 0 and part.stop <= n for part, n in zip(box, grid.shape, strict=True))
    assert cover.min() >= 1


@given(grid=grids())
def test_boxes_are_distinct_and_counted(grid):
    starts = [tuple(part.start for part in box) for box in grid]
    assert starts == sorted(set(starts))
    assert len(grid) == len(starts) == len(grid.boxes)
    assert [grid[i] for i in range(len(grid))] == list(grid.boxes)


@pytest.mark.parametrize("index", [-1, 2])
def test_a_box_outside_of_the_grid_is_an_index_error(index):
    with pytest.raises(IndexError, match="between 0 and 1"):
        PatchGrid(shape=(1, 5), size=(1, 3), stride=(1, 3))[index]


def test_a_stride_that_would_skip_samples_is_refused():
    with pytest.raises(InvalidParameterError, match="must not exceed size"):
        PatchGrid(shape=(4, 9), size=(2, 3), stride=(2, 4))


@pytest.mark.parametrize("wrong", [(0, 3), (-1, 3), (2.5, 3), (2,), 2, (1, 2, 3), None])
@pytest.mark.parametrize("name", ["shape", "size", "stride"])
def test_anything_but_two_positive_integers_is_refused(name, wrong):
    good = {"shape": (9, 9), "size": (4, 4), "stride": (2, 2)}
    with pytest.raises(InvalidParameterError, match=f"Invalid {name}"):
        PatchGrid(**(good | {name: wrong}))
