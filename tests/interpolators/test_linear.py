import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from seisfill.gather import Gather
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from tests.interpolators.gathers import assert_promises, random_gathers

limits = st.builds(Limits, max_gap=st.none() | st.integers(1, 4), extrapolate=st.booleans())


def column(values, **more):
    """A gather of one sample; None is a missing trace."""
    live = [value is not None for value in values]
    return Gather(data=[[value or 0.0] for value in values], live=live, dt=0.004, **more)


def test_a_gap_becomes_a_line():
    filled = LinearInterpolator().fill(column([1.0, None, None, 4.0]))
    assert filled.data[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert filled.filled.tolist() == [False, True, True, False]
    assert filled.method == "linear"


def test_the_line_goes_by_true_positions():
    filled = LinearInterpolator().fill(column([0.0, None, None, 8.0], position=[100.0, 101.0, 104.0, 108.0]))
    assert filled.data[:, 0].tolist() == [0.0, 1.0, 4.0, 8.0]


def test_map_coordinates_keep_their_decimals():
    place = 6_543_210.0 + np.array([0.0, 0.125, 0.5, 1.0])  # float32 has steps of 0.5 there
    assert LinearInterpolator().fill(column([0.0, None, None, 8.0], position=place)).data[:, 0].tolist() == [0, 1, 4, 8]


def test_holes_inside_a_trace_are_filled_from_the_nearest_known():
    gather = Gather(
        data=[[1.0, 1.0], [2.0, 0.0], [0.0, 3.0]],
        live=[True, True, True],
        valid=[[True, True], [True, False], [False, True]],
        dt=0.004,
    )
    answer = LinearInterpolator().fill(gather)
    assert answer.data.tolist() == [[1.0, 1.0], [2.0, 2.0], [2.0, 3.0]]
    assert not answer.filled.any()
    assert not answer.reasons


def test_refusals_stay_dead_and_say_why():
    answer = LinearInterpolator(limits=Limits(max_gap=1)).fill(column([None, 1.0, None, 3.0, None, None, 6.0]))
    assert answer.data[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 0.0, 0.0, 6.0]
    assert answer.reasons[0].startswith("beyond the last live trace")
    assert answer.reasons[4] == answer.reasons[5] == "gap of 2 traces; this method supports 1"


def test_an_edge_on_request_repeats_the_last_live_trace():
    answer = LinearInterpolator(limits=Limits(extrapolate=True)).fill(column([None, 1.0, 3.0, None]))
    assert answer.data[:, 0].tolist() == [1.0, 1.0, 3.0, 3.0]


@pytest.mark.parametrize("values", [[None, None], [None, 5.0, None], [5.0]])
def test_fewer_than_two_live_traces_change_nothing(values):
    answer = LinearInterpolator().fill(column(values))
    assert answer.data[:, 0].tolist() == [value or 0.0 for value in values]
    assert not answer.filled.any()


def test_the_largest_numbers_of_float32_do_not_overflow():
    answer = LinearInterpolator().fill(column([3e38, None, -3e38]))
    assert answer.data[1, 0] == 0


@given(random_gathers(st.floats(width=32, allow_nan=False, allow_infinity=False)), limits)
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, rule):
    assert_promises(gather, LinearInterpolator(limits=rule).fill(gather))


@given(random_gathers(st.floats(-1e3, 1e3, width=32)), st.floats(-5, 5), st.floats(-5, 5))
def test_a_plane_is_filled_with_itself(gather, level, slope):
    plane = np.repeat(level + slope * gather.axis[:, None] / 100, gather.n_samples, axis=1)
    answer = LinearInterpolator().fill(Gather(data=plane, live=gather.live, position=gather.position, dt=0.004))
    # values up to 5 + 5 * 600 / 100 = 35, rounded to float32 before and after
    assert_allclose(answer.data[answer.filled], plane[answer.filled], rtol=0, atol=35 * 2.0**-22)
