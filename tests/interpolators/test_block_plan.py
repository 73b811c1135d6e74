import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from seisfill.errors import InvalidParameterError
from seisfill.interpolators.block_plan import BlockPlan, ramps

SMALL = BlockPlan(samples=64, traces=8, shortest=1, overlap=(4, 2))


def drawn(text):
    return np.array([letter == "|" for letter in text])


def blocks_of(text, *, n_samples=8, widest=None):
    """Each block as the traces that it holds."""
    live = drawn(text)
    return [text[block] for block in SMALL.along_traces(live, n_samples=n_samples, widest=widest)]


def test_blocks_share_traces_and_begin_and_end_at_live_ones():
    assert blocks_of("|.|.|.|.|.|.|") == ["|.|.|.|", "|.|.|.|", "|.|.|"]


def test_a_gap_is_never_cut_in_two():
    assert blocks_of("||||||..||||||") == ["||||||", "||..||||", "||||"]


def test_wide_gaps_lie_between_blocks():
    assert SMALL.widest(8) == 2
    assert blocks_of("||||...||||") == ["||||", "||||"]
    assert blocks_of("||||..||||", widest=1) == ["||||", "||||"]


def test_traces_beyond_the_last_live_one_go_with_it_as_far_as_gaps_may_be_wide():
    assert blocks_of(".....||||.") == ["..||||."]


def test_a_gather_without_live_traces_has_no_block():
    assert blocks_of("........") == []


def test_common_gathers_are_one_block():
    plan = BlockPlan()
    assert plan.takes_whole((601, 1501))
    assert plan.takes_whole((2, 100_000))
    assert not plan.takes_whole((1000, 2000))


def test_time_is_cut_only_where_the_fewest_traces_are_too_many_samples():
    plan = BlockPlan()
    live = np.ones(400, dtype=bool)
    for n_samples in (2000, 6000, 8192):
        for block in plan.along_traces(live, n_samples=n_samples):
            assert len(plan.along_time((block.stop - block.start, n_samples))) == 1
    assert [block.stop - block.start for block in plan.along_time((128, 100_000))] == [8128] * 13 + [7648]


@settings(max_examples=300)
@given(live=st.lists(st.booleans(), min_size=1, max_size=120), n_samples=st.integers(1, 30), widest=st.integers(1, 9))
def test_blocks_hold_every_live_trace_and_each_narrow_gap_whole(live, n_samples, widest):
    live = np.array(live)
    blocks = SMALL.along_traces(live, n_samples=n_samples, widest=widest)
    width, limit = SMALL.width(n_samples), min(widest, SMALL.widest(n_samples))
    covered = np.zeros(len(live), dtype=bool)
    for block in blocks:
        covered[block] = True
        assert block.stop - block.start <= width + 2 * limit
        assert live[block.start] or not live[: block.start].any()
        assert live[block.stop - 1] or not live[block.stop :].any()
    places = np.flatnonzero(live)
    assert covered[live].all()
    for left, right in itertools.pairwise(places):
        whole = any(block.start <= left and right < block.stop for block in blocks)
        assert whole == (right - left - 1 <= limit)
    starts = [block.start for block in blocks]
    assert starts == sorted(starts)


@settings(max_examples=200)
@given(n_traces=st.integers(1, 8), n_samples=st.integers(1, 300))
def test_blocks_in_time_cover_every_sample_and_fit(n_traces, n_samples):
    parts = SMALL.along_time((n_traces, n_samples))
    assert (parts[0].start, parts[-1].stop) == (0, n_samples)
    assert all(n_traces * (part.stop - part.start) <= SMALL.samples for part in parts)
    for one, next_one in itertools.pairwise(parts):
        assert one.stop - next_one.start == 2


def test_weights_fade_from_one_block_to_the_next():
    one, other = ramps([slice(0, 6), slice(2, 8)])
    assert_allclose(one, [1, 1, 1, 0.5 + 0.5**1.5, 0.5 - 0.5**1.5, 0], atol=2e-6)
    assert_allclose(one[2:] + other[:4], 1, atol=2e-6)
    assert min(one) > 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"traces": 7}, "Invalid traces 7 of a block"),
        ({"shortest": 0}, "Invalid shortest 0"),
        ({"overlap": (0, 4)}, r"Invalid overlap \(0, 4\)"),
        ({"samples": 1000}, "Invalid samples 1000 of a block: must be at least 393216"),
    ],
)
def test_numbers_that_leave_no_blocks_are_refused(wrong, said):
    with pytest.raises(InvalidParameterError, match=said):
        BlockPlan(**wrong)
