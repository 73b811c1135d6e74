"""There and back: recorded traces filled in from filled ones, at the scale of the real holes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from seisfill.gather import Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.trust.back import try_back

LINEAR = LinearInterpolator()


def filled(live, data):
    gather = Gather(data=data, live=np.asarray(live, dtype=bool), dt=0.004)
    return gather, LINEAR.fill(gather)


@pytest.mark.parametrize("every", [2, 3, 4])
def test_filled_traces_as_far_apart_as_the_live_ones_stand_in_for_them(every):
    live = np.arange(12 * every + 1) % every == 0
    gather, answer = filled(live, np.random.default_rng(0).normal(size=(len(live), 5)))
    trial = try_back(LINEAR, gather, answer, number=6)
    kept = np.flatnonzero(trial.thinned.live)
    assert_array_equal(np.diff(kept), every)
    assert not live[kept].any()
    assert_array_equal(trial.truth, gather.data[trial.places])
    assert (trial.stretch, trial.number) == (1.0, 6)


def test_the_filler_never_sees_what_it_has_to_fill():
    live = np.arange(25) % 2 == 0
    gather, answer = filled(live, np.ones((25, 3)))
    trial = try_back(LINEAR, gather, answer)
    assert not trial.thinned.data[live].any()
    assert_allclose(trial.error, 0, atol=1e-6)


def test_what_was_not_recorded_is_not_judged():
    live = np.arange(25) % 2 == 0
    valid = np.ones((25, 3), dtype=bool)
    valid[::2, 1] = False
    gather = Gather(data=np.ones((25, 3)), live=live, dt=0.004, valid=valid)
    trial = try_back(LINEAR, gather, LINEAR.fill(gather))
    assert not trial.known[:, 1].any()
    assert trial.known[:, 0].all()


def test_irregular_and_small_gathers_have_no_way_back():
    for live in (np.random.default_rng(0).random(60) < 0.5, np.arange(13) % 2 == 0):
        assert try_back(LINEAR, *filled(live, np.ones((len(live), 3)))) is None
    assert try_back(LINEAR, *filled(np.arange(25) % 2 == 0, np.zeros((25, 3)))) is None
