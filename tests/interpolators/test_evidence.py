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
    np.testing.assert_allclose(evidence.snr_db, expected, atol=1e-5)
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


def test_perfect_fillers_do_not_divide_by_zero():
    evidence = compare(TRUTH, [TRUTH, TRUTH])
    assert evidence.snr_db.min() > 100
    assert evidence.best_blend().sum() == pytest.approx(1)
