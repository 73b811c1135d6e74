import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import GeometryError, InvalidParameterError
from seisfill.geometry import fit_axis

METRES = 350 / 3.2808  # what 350 feet are


def fit(keys, gather=None, **options):
    """Axis of keys; one gather where none are told."""
    keys = np.asarray(keys)
    return fit_axis(np.zeros(len(keys), int) if gather is None else np.asarray(gather), keys, **options)


def test_exact_steps_one_can_check_by_eye():
    axis = fit([1, 2, 3, 4])
    assert (axis.step, axis.origin.tolist(), axis.count.tolist()) == (1.0, [1.0], [4])
    assert axis.place.tolist() == [0, 1, 2, 3]
    assert axis.keys(0, np.array([0, 3])).tolist() == [1.0, 4.0]


@pytest.mark.parametrize(
    ("keys", "step", "places"),
    [
        ([1, 2, 5], 1, [0, 1, 4]),
        ([5, 1, 2], 1, [4, 0, 1]),
        ([-24, -12, 24], 12, [0, 1, 4]),
        ([100, 75, 25], 25, [3, 2, 0]),
        ([-1, 0, 1], 1, [0, 1, 2]),
        ([0.0, 0.5, 1.5], 0.5, [0, 1, 3]),
        ([1e9, 1e9 + 1, 1e9 + 7], 1, [0, 1, 7]),
    ],
)
def test_gaps_are_places_that_no_trace_has(keys, step, places):
    axis = fit(keys)
    assert axis.step == step
    assert axis.place.tolist() == places
    assert axis.count.tolist() == [max(places) + 1]


def test_steps_that_were_rounded_are_one_step():
    axis = fit([345, 451, 558, 665, 771, 985])  # 106.68 m, written 106 or 107 apart
    assert axis.step == pytest.approx(106.68, abs=0.2)  # least squares of rounded keys: half a unit over five places
    assert axis.place.tolist() == [0, 1, 2, 3, 4, 6]
    assert np.abs(axis.keys(0, axis.place) - [345, 451, 558, 665, 771, 985]).max() < 1


def test_gathers_share_the_step_but_neither_origin_nor_length():
    axis = fit([10, 12, 16, 3, 5, 7, 9, 104, 106], gather=[0, 0, 0, 1, 1, 1, 1, 2, 2])
    assert axis.step == 2
    assert axis.origin.tolist() == [10, 3, 104]
    assert axis.count.tolist() == [4, 4, 2]
    assert axis.place.tolist() == [0, 1, 3, 0, 1, 2, 3, 0, 1]


def test_a_gather_without_neighbours_takes_the_step_of_the_others():
    axis = fit([1, 3, 5, 7, 20], gather=[0, 0, 0, 0, 1])
    assert axis.step == 2
    assert (axis.origin.tolist(), axis.count.tolist()) == ([1, 20], [4, 1])


def test_gathers_of_single_traces_have_a_step_all_the_same():
    axis = fit([7, 9], gather=[0, 1])
    assert (axis.step, axis.count.tolist(), axis.place.tolist()) == (1.0, [1, 1], [0, 0])
    assert fit([7], step=2.5).step == 2.5
    assert fit([7], step=2.0, span=(3, 11)).keys(0, np.arange(5)).tolist() == [3, 5, 7, 9, 11]


def test_the_step_of_the_user_finds_every_second_channel_missing():
    axis = fit([1, 3, 5], step=1)
    assert axis.count.tolist() == [5]
    assert axis.place.tolist() == [0, 2, 4]
    rounded = fit([0, 213, 427, 640], step=106.7)
    assert rounded.place.tolist() == [0, 2, 4, 6]
    assert fit([0, 107, 213, 320], step=106).step == pytest.approx(106.6, abs=0.1)  # rounded by the user


def test_a_broken_step_below_eight_is_known_where_the_user_says_so():
    keys = np.round(np.arange(40) * 6.25).astype(int)  # 0, 6, 12, 19, 25: 6.25 m in whole metres
    with pytest.raises(GeometryError, match=r"--trace-step 1; if keys of 6\.2\d+ were rounded, --trace-step 6\.2\d+\."):
        fit(keys)
    axis = fit(np.delete(keys, [3, 4, 11]), step=6.25)
    assert axis.place.tolist() == np.delete(np.arange(40), [3, 4, 11]).tolist()


def test_the_span_of_the_user_widens_every_axis_and_narrows_none():
    axis = fit([4, 6, 8, 6, 8], gather=[0, 0, 0, 1, 1], span=(2, 11))
    assert axis.origin.tolist() == [2, 2]
    assert axis.count.tolist() == [5, 5]
    assert axis.place.tolist() == [1, 2, 3, 2, 3]
    assert fit([4, 6, 8], span=(5, 6)).count.tolist() == [3]
    assert fit([4, 6, 8], span=(11, 2)).origin.tolist() == [2]
    assert fit([-162, -187, -212], span=(-262, -162)).count.tolist() == [5]


def test_a_span_may_be_off_by_the_rounding_of_the_keys():
    axis = fit([345, 451, 558, 665], span=(238, 771))  # 238.3 and 771.7
    assert axis.count.tolist() == [6]
    assert axis.place.tolist() == [1, 2, 3, 4]


def test_duplicates_are_refused_with_the_numbers_of_the_traces():
    with pytest.raises(GeometryError, match=r"Invalid offset of traces 2 and 4 \(both 7\): must differ .* found 1 dup"):
        fit([5, 7, 6, 7], what="offset")
    with pytest.raises(GeometryError, match=r"traces 1 and 2 .both 5., 3 and 4 .both 5., 5 and 6 .both 5.: .* found 4"):
        fit([5] * 8, gather=[0, 0, 1, 1, 2, 2, 3, 3])


@pytest.mark.parametrize(("keys", "step"), [([0, 2, 5], 1), ([0, 4, 10], 2), ([3, 6, 10], 1), ([0, 6, 10, 30], 2)])
def test_two_steps_that_explain_the_keys_are_an_error_that_names_the_option(keys, step):
    with pytest.raises(GeometryError, match=f"If the step is {step}, say so: --trace-step {step}"):
        fit(keys)
    assert fit(keys, step=step).place.tolist() == [(key - keys[0]) / step for key in keys]


@pytest.mark.parametrize("keys", [[0, 100, 250], [0, 20, 47, 61], [0, 1000, 2000, 3010, 4500]])
def test_keys_that_no_step_explains_are_refused_by_trace(keys):
    with pytest.raises(GeometryError, match=r"traces 1 \(0\), .* must lie within 1 of a multiple .* Give --trace-step"):
        fit(keys)


def test_a_step_of_the_user_that_the_keys_refute_is_refused():
    with pytest.raises(GeometryError, match="must lie within"):
        fit([1, 2, 4], step=2)
    with pytest.raises(GeometryError, match=r"Invalid step 200 .* must agree with the keys, which lie 106"):
        fit([0, 107, 213, 320], step=200)
    for step in (0, -1, math.nan, math.inf):
        with pytest.raises(InvalidParameterError, match=r"Invalid step .*: must be positive"):
            fit([1, 2], step=step)


@pytest.mark.parametrize("options", [{"step": 1e-9}, {"step": 1e-300}, {"span": (1, 1e300)}, {"span": (-1e9, 4)}])
def test_an_exploding_grid_is_refused_before_it_takes_memory(options):
    with pytest.raises(GeometryError, match="must leave fewer than 20 places for each of the 3 traces"):
        fit([1, 2, 4], **options)
    with pytest.raises(GeometryError, match="fewer than 20 places"):
        fit([1, 2, 100_000_000])


@pytest.mark.parametrize("span", [(math.nan, 5), (1, math.inf), (-math.inf, math.inf)])
def test_a_span_must_be_numbers(span):
    with pytest.raises(InvalidParameterError, match="must be two finite keys"):
        fit([1, 2], span=span)


def test_keys_that_are_not_numbers_are_refused():
    with pytest.raises(GeometryError, match="found nan"):
        fit([0.5, math.nan, 1.5])


@st.composite
def holed_axes(draw):
    """True step and places of several gathers; somewhere two neighbours are both recorded."""
    step = draw(st.sampled_from([1, 2, 3, 7, 8, 12.5, 25, METRES, 350, 0.5]))
    gathers = []
    for number in range(draw(st.integers(1, 4))):
        count = draw(st.integers(2, 40))
        live = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
        live[:2] |= number == 0
        live[draw(st.integers(0, count - 1))] = True
        gathers.append((draw(st.integers(-3000, 3000)), np.flatnonzero(live)))
    return step, gathers


@settings(max_examples=70)
@given(holed_axes(), st.randoms(use_true_random=False))
def test_any_axis_with_a_pair_of_neighbours_is_found_again(case, random):
    step, gathers = case
    group = np.repeat(np.arange(len(gathers)), [len(places) for _, places in gathers])
    keys = np.concatenate([origin + step * places for origin, places in gathers])
    keys = keys if step == 0.5 else np.round(keys)
    order = np.array(random.sample(range(len(keys)), len(keys)))
    axis = fit(keys[order], group[order])
    assert axis.step == pytest.approx(step, rel=0.05)  # half a unit of 8: all that a single rounded pair can tell
    truth = np.concatenate([places - places[0] for _, places in gathers])
    assert axis.place.tolist() == truth[order].tolist()
    assert axis.count.tolist() == [places[-1] - places[0] + 1 for _, places in gathers]
    for number in range(len(gathers)):
        mine = group == number
        assert np.abs(axis.keys(number, truth[mine]) - keys[mine]).max() <= 1


@settings(max_examples=50)
@given(holed_axes())
def test_the_true_step_told_finds_the_true_places(case):
    step, gathers = case
    keys = np.concatenate([origin + step * places for origin, places in gathers])
    keys = keys if step == 0.5 else np.round(keys)
    group = np.repeat(np.arange(len(gathers)), [len(places) for _, places in gathers])
    told = fit(keys, group, step=step)
    assert told.place.tolist() == np.concatenate([places - places[0] for _, places in gathers]).tolist()


def test_offsets_at_random_are_no_axis_of_one_metre():
    keys = np.unique(np.random.default_rng(0).integers(10, 2400, 96))
    with pytest.raises(GeometryError, match="regular axis"):
        fit_axis(np.zeros(len(keys), dtype=int), keys)


def test_one_odd_channel_does_not_halve_the_step_of_a_survey():
    keys = np.tile(2 * np.arange(60), 4)
    keys[70] += 1
    with pytest.raises(GeometryError, match="only 1 of 236"):
        fit_axis(np.repeat(np.arange(4), 60), keys)


def test_a_kept_last_trace_shows_the_step_of_a_decimation():
    keys = np.append(np.arange(0, 120, 2), 119)
    axis = fit_axis(np.zeros(len(keys), dtype=int), keys)
    assert (axis.step, axis.count[0]) == (1, 120)


def test_a_refined_axis_has_places_between_and_the_same_ends():
    axis = fit([2, 6, 10, 5], gather=[0, 0, 0, 1], step=4)
    fine = axis.refined(4)
    assert (fine.step, fine.parts, fine.count.tolist()) == (1.0, 4, [9, 1])
    assert fine.place.tolist() == [0, 4, 8, 0]
    assert fine.keys(0, np.arange(9)).tolist() == list(range(2, 11))
    assert fine.refined(2).parts == 8
    with pytest.raises(InvalidParameterError, match="parts 0: must be at least 1"):
        axis.refined(0)


@pytest.mark.parametrize(
    ("keys", "parts", "whole", "outgrows"),
    [
        ([1, 2, 3], 2, [1, 1, 2, 2, 3], True),  # the left neighbour's
        ([-2, -1], 4, [-2, -2, -2, -2, -1], True),
        ([3, 6], 3, [3, 4, 5, 6], False),
        ([10, 15], 2, [10, 12, 15], True),  # 12.5: a number of its own, but not where it is
        ([100, 200], 3, [100, 133, 167, 200], False),  # found again within a unit of rounding
    ],
)
def test_headers_of_whole_numbers_hold_the_nearest_key_or_the_left_one(keys, parts, whole, outgrows):
    fine = fit(keys).refined(parts)
    assert fine.whole_keys(0, np.arange(fine.count[0])).tolist() == whole
    assert fine.outgrows_whole_numbers == outgrows


@given(st.integers(1, 300), st.integers(2, 4), st.integers(2, 40), st.integers(-1000, 1000))
def test_whole_keys_of_a_refined_axis_never_fall_and_never_leave_their_neighbours(step, parts, n, first):
    keys = first + step * np.arange(n)
    fine = fit(keys).refined(parts)
    whole = fine.whole_keys(0, np.arange(fine.count[0]))
    assert (np.diff(whole) >= 0).all()
    assert whole[fine.place].tolist() == keys.tolist()
    assert np.abs(whole - fine.keys(0, np.arange(fine.count[0]))).max() < 1
