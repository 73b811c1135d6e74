from dataclasses import replace

import numpy as np
import pytest

from seisfill.gather import Filled, Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.trust.stretch import FACTOR, LEAST, as_in_own_holes, is_regular, to_own_scale, try_wider
from seisfill.trust.trial import Trial, try_filler

EVERY_SECOND = np.arange(65) % 2 == 0


def gather(live=EVERY_SECOND, *, seed=0):
    return Gather(data=np.random.default_rng(seed).standard_normal((len(live), 128)), live=live, dt=0.004)


def trial_with_error(size, stretch, *, seed=0):
    """
    A regular trial of noise whose errors are *size* times as large as the truth.

    At each frequency alike, or *size* is a function of the frequency, 1 at Nyquist.
    """
    whole = gather(np.ones(33, dtype=bool), seed=seed)
    hidden = np.arange(33) % 2 == 1
    share = size(np.linspace(0, 1, 65)) if callable(size) else size
    wrong = np.fft.irfft(share * np.fft.rfft(whole.data, axis=1), 128, axis=1)
    data = np.where(hidden[:, None], whole.data - wrong, whole.data).astype(np.float32)
    return Trial(gather=whole, hidden=hidden, answer=Filled(data=data, filled=hidden, method="weak"), stretch=stretch)


def aliased_from(frequency, *, noise=0.1):
    """Nothing but noise below a frequency, everything lost above it."""
    return lambda f: np.where(f < frequency, noise, 1.0)


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
    assert to_own_scale([random]) is None
    assert (as_in_own_holes(random, None) == random.error).all()


def test_errors_that_no_scale_changes_stay_as_they_are():
    two, four = trial_with_error(0.5, 2.0), trial_with_error(0.5, 4.0)
    scale = to_own_scale([two], [four])
    assert scale.gain == pytest.approx(1.0)
    assert scale.snr_db == pytest.approx(6.02, abs=0.01)
    # float32 through a Fourier transform and back
    assert as_in_own_holes(two, scale) == pytest.approx(two.error, abs=1e-5)


def test_aliasing_moves_up_as_holes_get_narrower_and_noise_stays():
    two, four = trial_with_error(aliased_from(0.5), 2.0), trial_with_error(aliased_from(0.25), 4.0)
    scale = to_own_scale([two], [four])
    frequency = np.linspace(0, 1, len(scale.tried))
    inside = np.abs((frequency + 0.25) % 0.5 - 0.25) > 0.05  # away from the steps, which are smoothed
    # half of the frequencies were lost in holes twice too wide, none would be in the own ones, but for the noise
    assert scale.tried[inside & (frequency > 0.5)] == pytest.approx(1.0, rel=0.05)
    assert scale.expected[inside & (frequency < 0.5)] == pytest.approx(0.01, rel=0.05)
    assert scale.expected[inside & (frequency > 0.5)] == pytest.approx(0.01, abs=1e-6)
    assert as_in_own_holes(two, scale).std() < 0.5 * two.error.std()


def test_the_way_back_counts_where_it_is_worse_than_what_the_scales_say():
    two, four = trial_with_error(aliased_from(0.5), 2.0), trial_with_error(aliased_from(0.25), 4.0)
    for size, expected in ((0.5, 0.25), (0.05, 0.01), (3.0, 1.0)):  # none is worse than at twice the scale
        found = to_own_scale([two], [four], [trial_with_error(size, 1.0)]).expected
        assert np.median(found[len(found) * 6 // 10 :]) == pytest.approx(expected, rel=0.05)
    alone = to_own_scale([two], (), [trial_with_error(0.5, 1.0)])
    assert np.median(alone.expected[len(alone.expected) * 6 // 10 :]) == pytest.approx(0.25, rel=0.01)


def test_a_filler_that_breaks_down_at_wider_holes_is_judged_by_the_way_back():
    two, four = trial_with_error(0.98, 2.0), trial_with_error(0.99, 4.0)
    broken = to_own_scale([two], [four], [trial_with_error(0.1, 1.0)])
    assert broken.snr_db == pytest.approx(20, abs=0.1)
    noisy = to_own_scale([two], [four], [trial_with_error(0.5, 1.0)])  # noise may make as much of a difference
    assert noisy.snr_db < 0.5


def test_what_shrinks_with_the_scale_is_luck():
    assert to_own_scale([trial_with_error(0.4, 2.0)], [trial_with_error(0.2, 4.0)]).gain == pytest.approx(1.0)


def test_no_error_is_expected_to_vanish():
    two, four = trial_with_error(0.5, 2.0), trial_with_error(0.9, 4.0)
    assert to_own_scale([two], [four]).gain == pytest.approx(LEAST)


def test_the_level_of_a_gather_does_not_matter():
    two, four = trial_with_error(0.8, 2.0), trial_with_error(0.9, 4.0)
    loud = replace(four.gather, data=1000 * four.gather.data)
    louder = replace(four, gather=loud, answer=replace(four.answer, data=1000 * four.answer.data))
    # float32
    assert to_own_scale([two], [louder]).gain == pytest.approx(to_own_scale([two], [four]).gain, rel=1e-5)


def test_without_a_wider_trial_the_usual_factor_serves():
    two = trial_with_error(0.2, 2.0)
    assert to_own_scale([two]).gain == pytest.approx(FACTOR)
    silent = replace(two, gather=replace(two.gather, data=np.zeros((33, 128))))
    assert to_own_scale([two], [replace(silent, stretch=4.0)]).gain == pytest.approx(FACTOR)
    assert to_own_scale([silent], [two]) is None
