import numpy as np
import pytest

from seisfill.trust.conformal import LEVELS, USUAL, conformal_factors, interpolate_factor

AT_80 = LEVELS.index(0.8)


def test_without_traces_the_factors_are_the_usual_ones():
    assert conformal_factors([]) == USUAL
    assert conformal_factors([np.zeros(0)]) == USUAL


def test_of_many_traces_the_factor_is_the_quantile():
    scores = [np.arange(1, 101) / 100] * 500
    assert conformal_factors(scores)[AT_80] == pytest.approx(0.8, rel=2e-3)  # 500 traces against the weight of one


def test_one_trace_stands_half_way_between_the_usual_and_what_it_says():
    found = conformal_factors([np.arange(1, 101) / 100])[AT_80]
    assert found == pytest.approx(np.sqrt(0.8 * USUAL[AT_80]))


def test_a_trace_of_many_samples_counts_as_one():
    few, many = np.full(10, 1.0), np.full(10_000, 5.0)
    factors = conformal_factors([few] * 60 + [many] * 40)
    assert factors[LEVELS.index(0.5)] == pytest.approx(1.0, rel=0.01)
    assert factors[AT_80] == pytest.approx(5.0, rel=0.02)


def test_a_fresh_trace_is_covered_as_promised():
    rng = np.random.default_rng(0)
    scores = [np.abs(rng.standard_t(3, 200)) * rng.lognormal(0, 0.3) for _ in range(400)]
    factors = conformal_factors(scores[:200])
    for level, factor in zip(LEVELS, factors, strict=True):
        # two hundred traces that differ by a third: a standard error of one point
        assert np.mean(np.concatenate(scores[200:]) <= factor) == pytest.approx(level, abs=0.03), level


def test_factors_never_fall_and_between_two_levels_they_go_straight():
    factors = conformal_factors([np.zeros(5)] * 3)
    assert list(factors) == sorted(factors)
    assert all(factor > 0 for factor in factors)
    assert interpolate_factor(USUAL, 0.0) == 0
    assert interpolate_factor(USUAL, 0.85) == pytest.approx(-np.log(0.15) / np.sqrt(2))  # the usual ones are straight
