import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from seisfill.errors import InvalidParameterError
from seisfill.gather import Filled, Gather

shapes = st.tuples(st.integers(0, 6), st.integers(0, 7))


def small(**changes):
    """Three traces of two samples, the middle one missing."""
    given_ = {"data": [[1.0, 2.0], [9.0, 9.0], [3.0, 4.0]], "live": [True, False, True], "dt": 0.004}
    return Gather(**{**given_, **changes})


def test_a_gather_one_can_check_by_eye():
    gather = small()
    assert gather.data.dtype == np.float32
    assert gather.data.tolist() == [[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]]
    assert (gather.n_traces, gather.n_samples) == (3, 2)
    assert gather.known.tolist() == [[True, True], [False, False], [True, True]]
    assert gather.axis.tolist() == [0.0, 1.0, 2.0]


def test_holes_inside_a_trace_hold_zeros_and_are_not_known():
    gather = small(
        data=[[1.0, np.nan], [np.inf, -np.inf], [3.0, 4.0]], valid=[[True, False], [True, True], [True, True]]
    )
    assert gather.data.tolist() == [[1.0, 0.0], [0.0, 0.0], [3.0, 4.0]]
    assert gather.known.tolist() == [[True, False], [False, False], [True, True]]


def test_positions_become_the_axis_in_float64():
    gather = small(position=[6_543_210.125, 6_543_222.5, 6_543_235.0], offset=[1, 2, 3])
    assert gather.axis.tolist() == [6_543_210.125, 6_543_222.5, 6_543_235.0]
    assert gather.offset.dtype == np.float64


def test_a_gather_is_frozen_and_has_no_place_for_other_things():
    gather = small()
    for name in ("data", "live", "dt", "valid"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(gather, name, None)
    with pytest.raises((AttributeError, TypeError)):
        gather.colour = "blue"
    with pytest.raises(dataclasses.FrozenInstanceError):
        Filled(data=gather.data, filled=~gather.live, method="linear").method = "other"


@given(shapes.flatmap(lambda s: st.tuples(hnp.arrays(np.float32, s), hnp.arrays(bool, s[:1]), hnp.arrays(bool, s))))
def test_what_was_recorded_is_kept_to_the_bit_and_the_rest_is_zero(case):
    data, live, finite = case[0], case[1], np.isfinite(case[0]) & case[2]
    before = data.tobytes()
    gather = Gather(data=data, live=live, dt=0.002, valid=finite)
    assert data.tobytes() == before, "the caller's array was changed"
    assert gather.data is not data
    known = live[:, None] & finite
    assert_array_equal(gather.known, known)
    assert_array_equal(gather.data[known].view(np.uint32), data[known].view(np.uint32))
    assert not gather.data[~known].any()


def test_arrays_of_the_caller_are_copied():
    live, valid, position = np.array([True, False, True]), np.ones((3, 2), dtype=bool), np.arange(3.0)
    gather = small(live=live, valid=valid, position=position)
    live[:], valid[:], position[:] = False, False, 99.0
    assert gather.live.tolist() == [True, False, True]
    assert gather.valid.all()
    assert gather.axis.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_a_live_sample_that_is_not_finite_in_float32_is_refused_with_its_trace(bad):
    data = np.zeros((4, 3))
    data[2, 1] = bad
    with pytest.raises(InvalidParameterError, match=r"Invalid sample in trace 2: must be finite.*valid="):
        Gather(data=data, live=[True] * 4, dt=0.004)
    missing = Gather(data=data, live=[True, True, False, True], dt=0.004)
    assert not missing.data.any()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data": [1.0, 2.0, 3.0]}, r"Invalid shape \(3,\) of data"),
        ({"live": [True, False]}, r"Invalid shape \(2,\) of live: must be \(3,\)"),
        ({"valid": [[True, True]]}, r"Invalid shape \(1, 2\) of valid: must be \(3, 2\)"),
        ({"offset": [1.0]}, "of offset"),
        ({"position": [1.0, 2.0]}, "of position"),
        ({"source": [1.0, 2.0, 3.0]}, r"of source: must be \(3, 2\)"),
        ({"receiver": [[1.0, 2.0, 3.0]] * 3}, "of receiver"),
        ({"guides": {"flat": np.zeros((2, 2))}}, "of guide flat"),
        ({"dt": 0.0}, "Invalid dt 0.0: must be a positive time"),
        ({"dt": -0.004}, "Invalid dt"),
        ({"dt": math.nan}, "Invalid dt"),
        ({"dt": math.inf}, "Invalid dt"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes, said):
    with pytest.raises(InvalidParameterError, match=said):
        small(**changes)


def test_positions_must_be_finite():
    with pytest.raises(InvalidParameterError, match="Invalid position"):
        Gather(data=np.zeros((2, 3)), live=np.ones(2, dtype=bool), dt=0.004, position=np.array([0.0, np.nan]))
