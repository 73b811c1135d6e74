from dataclasses import replace

import numpy as np
import pytest

from seisfill.gather import Filled, Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.trust.stretch import (
    BELIEVED,
    FACTOR,
    POWER,
    as_in_own_holes,
    gain_to_own_holes,
    is_regular,
    trust_in_way_back,
    try_wider,
)
from seisfill.trust.trial import Trial, try_filler

EVERY_SECOND = np.arange(65) % 2 == 0


def gather(live=EVERY_SECOND, *, seed=0):
    return Gather(data=np.random.default_rng(seed).standard_normal((len(live), 128)), live=live, dt=0.004)


def trial_with_error(size, stretch, *, seed=0):
    """A regular trial of noise whose errors are *size* times as large as the truth, at each frequency."""
    whole = gather(np.ones(33, dtype=bool), seed=seed)
    hidden = np.arange(33) % 2 == 1
    data = np.where(hidden[:, None], (1 - size) * whole.data, whole.data).astype(np.float32)
    return Trial(gather=whole, hidden=hidden, answer=Filled(data=data, filled=hidden, method="weak"), stretch=stretch)


def test_the_trial_of_a_trial_is_four_times_as_wide_and_a_quarter_as_large():
    trial = try_filler(LinearInterpolator(), gather())
    wider = try_wider(LinearInterpolator(), trial)
    assert (trial.gather.n_traces, trial.hidden.sum(), trial.stretch) == (33, 16, 2)
    assert (wider.gather.n_traces, wider.hidden.sum(), wider.stretch) == (17, 8, 4)
    assert (wider.truth == trial.gather.data[2:-2:4]).all()
    assert is_regular(wider)


def test_irregular_data_and_few_traces_have_none():
    random = try_filler(LinearInterpolator(), gather(np.random.default_rng(0).random(60) < 0.6))
    assert not is_regular(random)
    assert try_wider(LinearInterpolator(), random) is None
    short = try_filler(LinearInterpolator(), gather(np.arange(19) % 2 == 0))
    assert try_wider(LinearInterpolator(), short) is None
    assert gain_to_own_holes([random], []) is None
    assert (as_in_own_holes(random, None) == random.error).all()


def test_errors_that_no_scale_changes_stay_as_they_are():
    two, four = trial_with_error(0.5, 2.0), trial_with_error(0.5, 4.0)
    gain = gain_to_own_holes([two], [four])
    assert gain == pytest.approx(1.0)
    # float32 through a Fourier transform and back
    assert as_in_own_holes(two, gain) == pytest.approx(two.error, abs=1e-5)


def test_errors_that_grow_with_the_scale_shrink_by_part_of_the_same_step():
    two, four = trial_with_error(0.2, 2.0), trial_with_error(0.4, 4.0)
    assert gain_to_own_holes([two], [four]) == pytest.approx(0.5**POWER, rel=1e-5)
    assert gain_to_own_holes([four], [two]) == pytest.approx(1.0)  # what shrinks with the scale is luck


def test_the_level_of_a_gather_does_not_matter():
    two, four = trial_with_error(0.2, 2.0), trial_with_error(0.4, 4.0)
    loud = replace(four.gather, data=1000 * four.gather.data)
    louder = replace(four, gather=loud, answer=replace(four.answer, data=1000 * four.answer.data))
    assert gain_to_own_holes([two], [louder]) == pytest.approx(0.5**POWER, rel=1e-5)


def test_without_a_wider_trial_the_usual_factor_serves():
    two = trial_with_error(0.2, 2.0)
    gain = gain_to_own_holes([two], [])
    assert (gain == FACTOR).all()
    silent = replace(two, gather=replace(two.gather, data=np.zeros((33, 128))))
    assert (gain_to_own_holes([two], [replace(silent, stretch=4.0)]) == FACTOR).all()


def test_the_way_back_is_believed_where_trials_fail_and_where_aliasing_rules():
    failed, good, poor = trial_with_error(0.9, 2.0), trial_with_error(0.1, 2.0), trial_with_error(0.3, 4.0)
    same = trial_with_error(0.15, 4.0)
    assert trust_in_way_back([failed], [trial_with_error(1.0, 4.0)]) == BELIEVED  # 0.9 dB
    assert trust_in_way_back([good], [poor]) == BELIEVED  # 20 dB, and 10 dB at four times
    assert trust_in_way_back([good], [same]) == 0  # 20 dB, and 16 dB: noise may rule
    assert 0 < trust_in_way_back([good], [trial_with_error(0.195, 4.0)]) < BELIEVED  # 5.8 dB apart


def test_without_trials_at_both_scales_nobody_knows_which_rules():
    two = trial_with_error(0.9, 2.0)
    silent = replace(two, gather=replace(two.gather, data=np.zeros((33, 128))))
    assert trust_in_way_back([two], []) == 0
    assert trust_in_way_back([silent], [silent]) == 0
