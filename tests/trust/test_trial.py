"""Trials: what is hidden, what comes back, and what a trial refuses to be."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from seisfill.errors import InvalidParameterError
from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.trust.trial import Trial, try_filler, widest_gap

LINEAR = LinearInterpolator()


def ramp(live, *, n_samples=6, **known):
    """Amplitude of a trace is its number, so that straight lines are exact."""
    live = np.asarray(live, dtype=bool)
    data = np.arange(1.0, len(live) + 1)[:, None] * np.ones(n_samples)
    return Gather(data=data, live=live, dt=0.004, **known)


class Curious:
    """Fills with zeros and remembers what it was shown."""

    def __init__(self):
        self.shown = []

    def fill(self, gather, *, context=()):
        self.shown.append(gather)
        return LINEAR.fill(gather)


def test_in_regular_data_every_second_live_trace_is_hidden_among_the_live_ones_alone():
    trial = try_filler(LINEAR, ramp(np.arange(17) % 2 == 0), number=3)
    assert trial.gather.data[:, 0].tolist() == [1, 3, 5, 7, 9, 11, 13, 15, 17]
    assert trial.places.tolist() == [1, 3, 5, 7]
    assert (trial.stretch, trial.number, trial.sigma) == (2.0, 3, None)
    assert trial.truth[:, 0].tolist() == [3, 7, 11, 15]
    assert_array_equal(trial.error, np.zeros((4, 6)))


def test_elsewhere_holes_of_the_own_width_are_made_and_the_filler_never_sees_what_they_hid():
    live = np.ones(40, dtype=bool)
    live[10:13] = False
    curious = Curious()
    trial = try_filler(curious, ramp(live))
    (shown,) = curious.shown
    assert_array_equal(shown.live, trial.gather.live & ~trial.hidden)
    assert_array_equal(trial.thinned.data, shown.data)
    assert not shown.data[trial.hidden].any()
    assert trial.gather.live[trial.hidden].all()
    assert 0 < trial.hidden.sum() <= 0.2 * live.sum()


def test_a_hidden_trace_that_the_filler_refuses_is_not_tried():
    gather = ramp(np.ones(12, dtype=bool))
    hidden = np.isin(np.arange(12), [0, 5])
    answer = LINEAR.fill(Gather(data=gather.data, live=~hidden, dt=0.004))
    trial = Trial(gather=gather, hidden=hidden, answer=answer)
    assert trial.places.tolist() == [5]  # trace 0 would be extrapolated


def test_where_the_truth_is_not_known_there_is_no_error():
    valid = np.ones((20, 6), dtype=bool)
    valid[:, 2] = False
    live = np.arange(20) != 7
    trial = try_filler(LINEAR, ramp(live, valid=valid))
    assert not trial.known[:, 2].any()
    assert not trial.error[:, 2].any()
    assert not trial.estimate[:, 2].any()
    assert trial.estimate[:, 3].all()


def test_the_choice_follows_seed_and_number_and_nothing_else():
    live = np.random.default_rng(0).random(60) < 0.7
    places = [try_filler(LINEAR, ramp(live), seed=s, number=n).places.tolist() for s, n in ((0, 0), (0, 0), (1, 0))]
    assert places[0] == places[1] != places[2]
    assert try_filler(LINEAR, ramp(live), number=1).places.tolist() != places[0]


def test_the_holes_of_another_gather_may_be_imitated():
    holed = np.ones(30, dtype=bool)
    holed[10:15] = False
    trial = try_filler(LINEAR, ramp(np.ones(60, dtype=bool)), like=holed)
    widths = np.diff(np.flatnonzero(~trial.hidden)) - 1
    assert widths.max() >= 5


def test_slopes_are_per_trace_of_the_trial():
    gather = ramp(np.arange(17) % 2 == 0, guides={"slope": np.ones((17, 6), np.float32)})
    curious = Curious()
    try_filler(curious, gather)
    assert_array_equal(curious.shown[0].guides["slope"], np.full((9, 6), 2.0))


def test_a_trial_that_would_say_nothing_is_none():
    few, whole = np.arange(20) % 3 == 0, np.ones(20, dtype=bool)
    assert try_filler(LINEAR, ramp(few)) is None  # 7 live traces
    assert try_filler(LINEAR, ramp(whole)) is None  # no holes to imitate
    silent = Gather(data=np.zeros((20, 6)), live=np.arange(20) % 2 == 0, dt=0.004)
    assert try_filler(LINEAR, silent) is None


def test_holes_wider_than_the_filler_supports_are_not_imitated():
    live = np.ones(60, dtype=bool)
    live[10:15] = live[30] = False
    trial = try_filler(LinearInterpolator(limits=Limits(max_gap=2)), ramp(live))
    assert np.diff(np.flatnonzero(trial.thinned.live[16:30])).max() <= 3
    assert widest_gap(Curious()) is None


def test_a_trial_that_contradicts_itself_is_refused():
    gather, hidden = ramp([1, 0, 1]), np.array([False, True, False])
    answer = LINEAR.fill(gather)
    with pytest.raises(InvalidParameterError, match=r"Invalid hidden trace: must be live"):
        Trial(gather=gather, hidden=hidden, answer=answer)
    with pytest.raises(InvalidParameterError, match=r"Invalid stretch 0.5: must be at least 1"):
        Trial(gather=gather, hidden=hidden & False, answer=answer, stretch=0.5)
    with pytest.raises(InvalidParameterError, match=r"Invalid shape .* of hidden"):
        Trial(gather=gather, hidden=hidden[:2], answer=answer)
    with pytest.raises(InvalidParameterError, match=r"Invalid shape .* of answer"):
        Trial(gather=gather, hidden=hidden & False, answer=Filled(data=gather.data[:2], filled=hidden, method="none"))
