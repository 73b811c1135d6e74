import numpy as np
import pytest

from seisfill.trust.regression import Sample, fit_scale, scores_of_others

DEFAULTS = (0.0, 0.5)
FLAT = np.stack([np.ones(64), np.zeros(64)])


def drawn(rule, count, *, seed=0, n_samples=256):
    """Laplace errors whose scale is exp(rule x), one hole for each trace."""
    rng = np.random.default_rng(seed)
    samples = []
    for number in range(count):
        values = np.stack([np.ones(n_samples), np.repeat(rng.standard_normal(n_samples // 8), 8)])
        sizes = rng.exponential(1.0, n_samples) * np.exp(np.array(rule) @ values)
        samples.append(Sample(values=values, sizes=sizes, hole=(0, number)))
    return samples


def test_without_samples_the_defaults_stand():
    assert fit_scale([], DEFAULTS).tolist() == [0.0, 0.5]


def test_errors_as_the_defaults_expect_them_change_nothing():
    assert fit_scale([Sample(values=FLAT, sizes=np.ones(64))] * 3, DEFAULTS) == pytest.approx([0.0, 0.5], abs=1e-6)


def test_one_level_is_found_as_far_as_few_traces_can_say():
    sizes = np.full(64, np.e)
    found = [fit_scale([Sample(values=FLAT, sizes=sizes)] * count, DEFAULTS)[0] for count in (1, 5, 100)]
    assert found == sorted(found)
    assert 0.5 < found[0] < 1
    assert found[2] == pytest.approx(1.0, abs=0.01)


def test_many_errors_give_the_slope_that_they_were_drawn_with():
    rule = fit_scale(drawn((-1.0, 1.2), 100), DEFAULTS)
    # the mean root of a Laplace variable of scale 1 is 0.886, so that the level is 2 log 0.886 = -0.24 lower
    assert rule == pytest.approx([-1.24, 1.2], abs=0.05)


def test_one_burst_does_not_rule():
    clean = drawn((0.0, 0.5), 20)
    burst = [*clean[:-1], Sample(values=clean[-1].values, sizes=100 * clean[-1].sizes, hole=(0, 19))]
    # the mean of the errors grows sixfold, log 6 = 1.8
    assert abs(fit_scale(burst, DEFAULTS)[0] - fit_scale(clean, DEFAULTS)[0]) < 0.8


def test_no_trace_is_judged_by_a_fit_that_saw_its_hole():
    samples = drawn((0.0, 0.5), 6)
    loud = [Sample(values=part.values, sizes=part.sizes * (50 if number == 2 else 1), hole=part.hole)
            for number, part in enumerate(samples)]  # fmt: skip
    scores, ratios = scores_of_others(loud, DEFAULTS)
    plain, _ = scores_of_others(samples, DEFAULTS)
    assert scores[2] == pytest.approx(50 * plain[2])
    assert max(ratios) == ratios[2]
    together = [Sample(values=part.values, sizes=part.sizes, hole=(0, 0)) for part in loud]
    rule = fit_scale([], DEFAULTS)
    judged, _ = scores_of_others(together, DEFAULTS)  # one hole: nothing is left to learn from
    assert judged[0] == pytest.approx(loud[0].sizes / np.exp(rule @ loud[0].values))
