import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisfill import snr_db
from seisfill.interpolators.evidence import Evidence, compare

TRUTH = np.random.default_rng(0).normal(size=(12, 64)).astype(np.float32)


def noisy(size, seed):
    return TRUTH + size * np.random.default_rng(seed).normal(size=TRUTH.shape).astype(np.float32)


def test_errors_are_those_of_the_traces_themselves():
    evidence = compare(TRUTH, [noisy(0.1, 1), noisy(0.3, 2), np.zeros_like(TRUTH)])
    expected = [snr_db(TRUTH, noisy(0.1, 1)), snr_db(TRUTH, noisy(0.3, 2)), 0.0]
    np.testing.assert_allclose(evidence.snr_db, expected, atol=0.3)  # half-spectra count their ends once
    assert evidence.n_traces == 12


def test_independent_errors_of_one_size_are_averaged():
    weights = compare(TRUTH, [noisy(0.2, seed) for seed in range(4)]).best_blend()
    np.testing.assert_allclose(weights, 0.25, atol=0.06)
    evidence = compare(TRUTH, [noisy(0.2, seed) for seed in range(4)])
    assert evidence.snr_of(weights) > evidence.snr_db.max() + 4  # four independent errors: 6 dB


def test_a_filler_that_adds_nothing_is_not_run():
    weights = compare(TRUTH, [noisy(0.01, 1), noisy(2.0, 2)]).best_blend()
    np.testing.assert_array_equal(weights, [1, 0])


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_shares_are_shares_and_no_worse_than_the_best_alone(seed, count):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(count, 40))
    evidence = Evidence(errors=root @ root.T, energy=100.0, n_traces=3)
    weights = evidence.best_blend()
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert evidence.snr_of(weights) >= evidence.snr_db.max() - 0.5  # what TRUST may cost


def test_a_trial_twice_as_wide_is_judged_at_half_the_frequencies():
    """An error at 0.1 cycles per sample in a trial of twice the spacing speaks for 0.2 in the gather itself."""
    time = np.arange(200)
    low, high = (np.sin(2 * np.pi * f * time)[None].repeat(6, 0) for f in (0.1, 0.2))
    truth = (low + 10 * high).astype(np.float32)
    misses_low = (10 * high).astype(np.float32)
    plain = compare(truth, [misses_low])
    stretched = compare(truth, [misses_low], stretch=2.0)
    assert plain.snr_db[0] == pytest.approx(20, abs=0.5)
    assert stretched.snr_db[0] == pytest.approx(0, abs=1.0)


def test_perfect_fillers_do_not_divide_by_zero():
    evidence = compare(TRUTH, [TRUTH, TRUTH])
    assert evidence.snr_db.min() > 100
    assert evidence.best_blend().sum() == pytest.approx(1)
