import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisfill.report.chart import Axis, Chart, decibel, number, sentence, span_of
from seisfill.report.paths import draw_area, draw_dots, draw_line, draw_posts

SIDE = Axis(label="", low=0.0, high=1.0)


def test_time_runs_downwards_where_its_axis_falls():
    time = Axis(label="time [s]", low=2.0, high=0.0, n_ticks=4)
    assert time.marks == [(100.0, "0"), (75.0, "0.5"), (50.0, "1"), (25.0, "1.5"), (0.0, "2")]


def test_gathers_are_named_at_whole_numbers_only():
    gathers = Axis(label="gather", low=0.5, high=2.5, whole=True, names=("1004", "1009"))
    assert gathers.marks == [(25.0, "1004"), (75.0, "1009")]
    assert [word for _, word in gathers.finer(20).marks] == ["1004", "1009"]
    assert [tick % 1 for tick in Axis(label="", low=0.0, high=12.0, whole=True).ticks] == [0.0] * 3


def test_an_axis_without_length_has_one_tick():
    flat = Axis(label="", low=3.0, high=3.0)
    assert flat.marks == [(0.0, "3")]


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e6), falls=st.booleans(), n_ticks=st.integers(2, 12))
def test_ticks_lie_inside_and_are_not_many_more_than_asked_for(low, width, falls, n_ticks):
    ends = (low + width, low) if falls else (low, low + width)
    ticks = Axis(label="", low=ends[0], high=ends[1], n_ticks=n_ticks).ticks
    assert all(low - 1e-6 * width <= tick <= low + 1.000001 * width for tick in ticks)
    assert len(ticks) <= n_ticks + 1


def test_the_grid_has_a_line_at_each_tick():
    sides = Axis(label="", low=0.0, high=1.0, n_ticks=1)
    chart = Chart(title="", alt="", x=sides, y=sides)
    assert chart.grid == "M0 5000H5000M0 0H5000M0 0V5000M5000 0V5000"
    assert chart.units == 5000


def test_dots_are_lines_of_no_length_and_leave_out_what_is_not_known():
    assert draw_dots(SIDE, SIDE, np.array([0.0, 0.5]), np.array([np.nan, 1.0]), style="live").d == "M2500 0h0"
    assert draw_dots(SIDE, SIDE, np.array([0.0]), np.array([0.0]), style="live").style == "dots live"


def test_far_values_stay_near_the_plot():
    assert draw_line(SIDE, SIDE, [0.0, 1.0], [-1e9, 1e9], style="").d == "M0 10000L5000 -5000"


def test_posts_and_areas_reach_from_side_to_side():
    assert draw_posts(SIDE, np.array([0.2]), style="alias").d == "M1000 0V5000"
    assert draw_posts(SIDE, np.array([0.2]), style="alias", bottom=0.1).d == "M1000 0V500"
    assert draw_area(SIDE, SIDE, [0.0, 1.0], [0.0, 0.0], [0.5, 0.5], style="band").style == "area band"


@pytest.mark.parametrize(
    ("values", "span"), [([[3.0]], (1.5, 4.5)), ([[0.0]], (-0.5, 0.5)), ([], (0.0, 1.0)), ([[np.inf]], (0.0, 1.0))]
)
def test_a_span_has_a_width_whatever_it_holds(values, span):
    assert span_of(values) == span


def test_numbers_are_written_with_a_minus_that_is_one():
    assert (number(-1.5), decibel(-1.26), decibel(3.0)) == ("−1.5", "−1.3 dB", "3.0 dB")
    assert (sentence("SNR in dB"), sentence("")) == ("SNR in dB.", "")
