"""What trials lead one to expect: corrections for holes that were harder than the real ones."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from seisfill.gather import Filled, Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.trust.back import try_back
from seisfill.trust.expected import Expectation, expect, snr_of_trials, spans_of
from seisfill.trust.stretch import try_wider
from seisfill.trust.trial import Trial, try_filler

LINEAR = LinearInterpolator()


def dipping(n=97, slowness=2.0, *, noise=1e-3, n_samples=240):
    """One wave of 16 samples a period that comes *slowness* samples later from trace to trace."""
    time = np.arange(n_samples)[None, :] - slowness * np.arange(n)[:, None]
    return np.sin(2 * np.pi * time / 16) + noise * np.random.default_rng(0).normal(size=(n, n_samples))


def regular(data, every=2):
    """Trials of a regular gather, and the signal-to-noise ratio that the fill has in truth."""
    gather = Gather(data=data, live=np.arange(len(data)) % every == 0, dt=0.004)
    answer = LINEAR.fill(gather)
    trial = try_filler(LINEAR, gather)
    missing = answer.filled
    true = 10 * np.log10(np.sum(data[missing] ** 2) / np.sum((data - answer.data)[missing] ** 2))
    return trial, try_wider(LINEAR, trial), try_back(LINEAR, gather, answer), true


def with_errors(size, *, hidden, live=None, n=40):
    """A trial of ones whose errors are *size* at its hidden traces."""
    gather = Gather(data=np.ones((n, 4)), live=np.ones(n, dtype=bool) if live is None else live, dt=0.004)
    flags = np.isin(np.arange(n), hidden)
    data = np.where(flags[:, None], 1 - np.asarray(size).reshape(-1, 1) * np.ones((n, 4)), gather.data)
    return Trial(gather=gather, hidden=flags, answer=Filled(data=data.astype(np.float32), filled=flags, method="set"))


def test_spans_are_those_of_the_hole_times_the_spacing_around_it():
    every_third = np.arange(40) % 3 == 0
    assert_allclose(spans_of(every_third, np.array([1, 19, 20])), 9)
    gap = np.ones(40, dtype=bool)
    gap[18:22] = False
    assert_allclose(spans_of(gap, np.array([18, 21])), 5)
    assert np.isnan(spans_of(every_third[1:], np.array([0, 1]))).all()  # nothing on one side


def test_signal_and_error_are_summed_over_all_trials():
    assert snr_of_trials([with_errors(0.1, hidden=[5]), with_errors(0.1, hidden=[7, 9])]) == pytest.approx(20)
    assert np.isnan(snr_of_trials([]))
    assert np.isnan(Expectation(trials=(), lift_db=0.0).snr_db)


def test_where_the_trials_holes_are_the_gathers_own_nothing_is_corrected():
    live = np.ones(40, dtype=bool)
    live[20] = False
    found = expect([with_errors(0.1, hidden=[7, 30], live=live)])
    assert found.lift_db == pytest.approx(0, abs=0.05)


def test_narrower_real_holes_are_expected_to_be_filled_better():
    live = np.ones(40, dtype=bool)
    live[20] = False
    found = expect([with_errors(0.5, hidden=[7, 8, 9], live=live)])
    assert 3 < found.lift_db < 12
    assert found.snr_db == pytest.approx(6.02 + found.lift_db, abs=0.01)


def test_corrected_trials_have_the_expected_error():
    live = np.ones(40, dtype=bool)
    live[20] = False
    found = expect([with_errors(0.5, hidden=[7, 8, 9], live=live)])
    assert snr_of_trials(found.corrected()) == pytest.approx(found.snr_db, abs=1e-3)


def test_noise_that_no_scale_changes_is_continued_to_the_real_scale():
    trial, wider, back, true = regular(dipping(slowness=0.0, noise=0.15))
    assert snr_of_trials([back]) > true + 3  # it carries what it took from the traces that are sought
    assert expect([trial], wider=[wider], back=[back]).snr_db == pytest.approx(true, abs=1.5)


@pytest.mark.parametrize("slowness", [1.0, 2.0])
def test_aliasing_is_met_there_and_back(slowness):
    trial, wider, back, true = regular(dipping(slowness=slowness))
    assert snr_of_trials([trial]) < true - 5
    found = expect([trial], wider=[wider], back=[back])
    assert found.trials == (back,)
    assert abs(found.snr_db - true) < 6 < abs(snr_of_trials([trial]) - true) + 1


def test_without_a_way_back_the_trend_alone_speaks():
    trial, wider, _, _ = regular(dipping(slowness=0.5))
    found = expect([trial], wider=[wider])
    assert found.trials == (trial,)
    assert found.lift_db > 0


def test_trials_in_which_nothing_was_filled_say_nothing():
    trial = with_errors(0.1, hidden=[5])
    refused = replace(trial, answer=replace(trial.answer, filled=np.zeros(40, dtype=bool)))
    found = expect([refused])
    assert (found.trials, found.lift_db) == ((), 0.0)
