import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seisfill.interpolators.held_out import hold_out, own_widths, regular_width


def trial_of(live, **options):
    return hold_out(np.asarray(live, dtype=bool), rng=np.random.default_rng(0), **options)


def test_every_second_trace_hides_every_second_live_one():
    trial = trial_of(np.arange(17) % 2 == 0)
    assert np.flatnonzero(trial.hidden).tolist() == [2, 6, 10, 14]
    assert trial.taking_part.tolist() == (np.arange(17) % 2 == 0).tolist()
    assert trial.stretch == 2


def test_a_gap_is_tried_as_gaps_of_its_width_elsewhere():
    live = np.ones(100, dtype=bool)
    live[40:48] = False
    trial = trial_of(live)
    edges = np.diff(np.concatenate([[0], trial.hidden.astype(int), [0]]))
    widths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    assert sorted(widths.tolist()) == [1, 8, 8]  # the last trace of the budget widens the gap to 9
    assert trial.stretch == pytest.approx(1, abs=0.05)
    assert not (trial.hidden & ~live).any()


def test_random_holes_are_tried_as_holes_of_their_widths():
    rng = np.random.default_rng(1)
    live = rng.random(400) < 0.5
    trial = trial_of(live)
    hidden = np.flatnonzero(trial.hidden)
    around = live & ~trial.hidden
    places = np.flatnonzero(around)
    width = [places[np.searchsorted(places, i)] - places[np.searchsorted(places, i) - 1] - 1 for i in hidden]
    assert 0.1 < len(hidden) / live.sum() <= 0.2
    assert abs(np.mean(width) - own_widths(live).mean()) < 0.8  # a few traces' luck in 400
    assert trial.stretch < 1.15


def test_without_holes_or_with_two_live_traces_nothing_is_hidden():
    assert not trial_of(np.ones(20)).hidden.any()
    assert not trial_of([1, 0, 0, 1]).hidden.any()


@given(hnp.arrays(bool, st.integers(0, 60)), st.integers(0, 99))
def test_only_inner_live_traces_are_hidden_and_most_are_kept(live, seed):
    trial = hold_out(live, rng=np.random.default_rng(seed))
    hidden = np.flatnonzero(trial.hidden)
    assert live[hidden].all()
    assert (live & ~trial.hidden).sum() >= min(live.sum(), 2)
    assert trial.taking_part[hidden].all()
    assert trial.stretch >= 1
    if len(hidden):
        places = np.flatnonzero(live)
        assert not trial.hidden[[places[0], places[-1]]].any()


def test_regular_means_nearly_all_holes_alike():
    every_third = np.arange(40) % 3 == 0
    assert regular_width(every_third) == 2
    every_third[13] = True
    assert regular_width(every_third) == 2
    assert regular_width(np.random.default_rng(0).random(100) < 0.5) is None
    assert regular_width(np.array([True, False, True])) is None
