import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seisfill import metrics
from seisfill.errors import InvalidParameterError

KINDS = pytest.mark.parametrize("xp", [np, torch])
ROUNDING = 1e-9  # dB; float64 sums of a few hundred terms, added in another order
unhurried = settings(deadline=None)  # the first call of a torch function takes its time
DT = 0.004
EVERY_SECOND = np.arange(16) % 2 == 0
sections = hnp.arrays(np.float32, (9, 8), elements=st.floats(-100, 100, width=32))
flags = hnp.arrays(bool, 9)


def plane_wave(cycles_per_trace, hertz=25.0, n_traces=16, n_samples=40):
    """A wave that goes evenly into the window in time."""
    x, t = np.arange(n_traces)[:, None], DT * np.arange(n_samples)
    return np.cos(2 * np.pi * (hertz * t - cycles_per_trace * x))


def same(one, other):
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=ROUNDING) or (math.isnan(one) and math.isnan(other))


@KINDS
def test_an_error_of_a_tenth_is_20_db_and_zeros_are_0_db(xp):
    truth = xp.asarray([[1.0, 1.0], [10.0, -10.0]])
    estimate = xp.asarray([[1.0, 1.0], [9.0, -11.0]])
    missing = xp.asarray([False, True])
    assert metrics.snr_db(truth, estimate, traces=missing) == 20.0
    assert metrics.snr_db(truth, 0 * truth, traces=missing) == 0.0


@KINDS
def test_single_samples_can_be_scored(xp):
    truth, estimate = xp.asarray([[1.0, 10.0], [1.0, 1.0]]), xp.asarray([[5.0, 9.0], [5.0, 5.0]])
    assert metrics.snr_db(truth, estimate, traces=xp.asarray([[False, True], [False, False]])) == 20.0


@KINDS
def test_limits_of_the_signal_to_noise_ratio(xp):
    one, nought = xp.ones((2, 3)), xp.zeros((2, 3))
    assert metrics.snr_db(one, one) == math.inf
    assert metrics.snr_db(nought, nought) == math.inf
    assert metrics.snr_db(nought, one) == -math.inf
    assert math.isnan(metrics.snr_db(one, nought, traces=xp.asarray([False, False])))
    assert math.isnan(metrics.snr_db(one, one * math.nan))


def test_float32_spikes_do_not_overflow():
    truth = np.full((2, 3), 3e38, "f4")
    assert metrics.snr_db(truth, -truth) == pytest.approx(-20 * math.log10(2), abs=ROUNDING)
    assert metrics.correlation(truth, -truth) == -1.0


def test_the_whole_section_flatters_by_the_missing_fraction():
    truth = plane_wave(0.1)
    estimate = np.where(EVERY_SECOND[:, None], truth, 0.9 * truth)
    primary = metrics.snr_db(truth, estimate, traces=~EVERY_SECOND)
    assert metrics.section_snr_db(truth, estimate) - primary == pytest.approx(10 * math.log10(2), abs=ROUNDING)


def test_what_the_live_traces_alias_is_scored_apart_from_the_rest():
    steep, flat = plane_wave(0.4), plane_wave(0.0)
    truth = steep + flat
    wrong_steep, wrong_flat = 0.5 * steep + flat, steep + 0.5 * flat
    options = {"dt": DT, "every": 2, "traces": ~EVERY_SECOND}
    # The ends of 16 traces leak some of the wave below the limit of 0.25: hence not 6.02 dB exactly.
    assert metrics.aliased_snr_db(truth, wrong_steep, **options) == pytest.approx(6.02, abs=0.01)
    assert metrics.aliased_snr_db(truth, wrong_flat, **options) > 250
    assert math.isnan(metrics.aliased_snr_db(flat, 0.5 * flat, **options))


def test_zeros_on_every_second_trace_leave_half_of_their_error_beyond_the_limit():
    truth, live = plane_wave(0.375, n_traces=256), np.arange(256) % 2 == 0
    found = metrics.aliased_snr_db(truth, truth * live[:, None], dt=DT, every=2, traces=~live)
    assert found == pytest.approx(20 * math.log10(2), abs=0.01)  # the ends of 256 traces leak a little


def test_frequencies_below_the_limit_are_left_out():
    low, high = plane_wave(0.4, hertz=25.0), plane_wave(0.4, hertz=75.0)
    estimate = 0.1 * low + 0.9 * high
    assert metrics.aliased_snr_db(low + high, estimate, dt=DT, every=2, above_hz=50.0) == pytest.approx(20, abs=1e-6)
    assert metrics.aliased_snr_db(low + high, estimate, dt=DT, every=2) < 6


def test_without_a_region_there_is_nothing_to_judge():
    truth = plane_wave(0.4)
    assert math.isnan(metrics.aliased_snr_db(truth, 0 * truth, dt=DT, every=1))
    assert math.isnan(metrics.aliased_snr_db(truth, 0 * truth, dt=DT, every=2, above_hz=126.0))


@unhurried
@given(truth=sections, estimate=sections, traces=flags)
def test_a_limit_of_no_wavenumber_but_zero_scores_like_snr_db_without_the_mean(truth, estimate, traces):
    noise = (truth - estimate.astype(float)) - np.mean(truth - estimate.astype(float), axis=0)
    signal = truth - np.mean(truth.astype(float), axis=0)
    below, above = (float((x[traces] ** 2).sum()) for x in (noise, signal))
    if min(below, above) > 1e-6:
        found = metrics.aliased_snr_db(truth, estimate, dt=DT, every=1e9, traces=traces)
        assert found == pytest.approx(10 * math.log10(above / below), abs=1e-5)


@KINDS
def test_the_amplitude_ratio_is_a_median_over_filled_traces_beside_live_ones(xp):
    rows = xp.asarray([[1.0], [9.0], [3.0], [3.0], [6.0]]) * xp.asarray([[1.0, -1.0]])
    # Trace 1 lies between 1 and 3: 9 / sqrt(5). Trace 4 is an edge beside 3: 2.
    filled = xp.asarray([False, True, False, False, True])
    assert metrics.amplitude_ratio(rows, traces=filled) == pytest.approx((9 / math.sqrt(5) + 2) / 2, abs=1e-6)


@KINDS
def test_the_amplitude_ratio_leaves_out_what_has_no_neighbour(xp):
    rows = xp.asarray([[0.0], [5.0], [0.0], [2.0], [1.0]])
    assert metrics.amplitude_ratio(rows, traces=xp.asarray([False, True, False, False, True])) == 0.5
    for everywhere in (True, False):
        assert math.isnan(metrics.amplitude_ratio(rows, traces=xp.asarray([everywhere] * 5)))


@KINDS
def test_correlation_sees_the_shape_and_not_the_level(xp):
    truth = xp.asarray([[1.0, -2.0], [3.0, 4.0]])
    assert metrics.correlation(truth, 7 * truth) == pytest.approx(1.0, abs=1e-15)
    assert metrics.correlation(truth, xp.asarray([[2.0, 1.0], [0.0, 0.0]])) == 0.0
    assert math.isnan(metrics.correlation(truth, 0 * truth))


@KINDS
def test_ssim_of_a_constant_shift_is_its_level_term(xp):
    truth = xp.ones((8, 9))
    # Variances are zero: (2 * 1 * 2 + c) / (1 + 4 + c) with c = 0.01^2, for a range of 1.
    assert metrics.ssim(truth, 2 * truth, data_range=1.0) == pytest.approx(4.0001 / 5.0001, abs=1e-7)


def test_ssim_matches_its_formula_written_window_by_window():
    rng = np.random.default_rng(0)
    truth, estimate, span = rng.normal(size=(9, 11)), rng.normal(size=(9, 11)), 3.0
    values = []
    for i in range(3):
        for j in range(5):
            d, e = (x[i : i + 7, j : j + 7].ravel() for x in (truth, estimate))
            (vd, c), (_, ve) = np.cov(d, e)
            md, me, c1, c2 = d.mean(), e.mean(), (0.01 * span) ** 2, (0.03 * span) ** 2
            values.append((2 * md * me + c1) * (2 * c + c2) / ((md**2 + me**2 + c1) * (vd + ve + c2)))
    assert metrics.ssim(truth, estimate, data_range=span) == pytest.approx(np.mean(values), abs=1e-12)
    assert math.isnan(metrics.ssim(truth[:6], estimate[:6], data_range=span))


@unhurried
@given(truth=sections, estimate=sections, live=flags)
def test_numpy_and_torch_give_the_same_scores(truth, estimate, live):
    one = metrics.score(truth, estimate, live=live, dt=DT).as_dict()
    other = metrics.score(
        torch.from_numpy(truth.copy()), torch.from_numpy(estimate.copy()), live=torch.from_numpy(live.copy()), dt=DT
    ).as_dict()
    noiseless = "aliased_snr_db"  # a region without energy holds the rounding of two different transforms
    assert all(same(one[name], other[name]) for name in one if name != noiseless)


@unhurried
@given(truth=sections, estimate=sections, live=flags)
def test_what_is_not_scored_is_not_looked_at(truth, estimate, live):
    other = np.where(live[:, None], np.nan, estimate)
    for scored in (metrics.snr_db, metrics.correlation):
        assert same(scored(truth, estimate, traces=~live), scored(truth, other, traces=~live))


@unhurried
@given(truth=sections, estimate=sections, factor=st.sampled_from([2.0**-20, 2.0**20, -1.0]))
def test_scores_do_not_depend_on_the_unit(truth, estimate, factor):
    live = np.arange(9) % 2 == 0
    truth, estimate = truth.astype(float), estimate.astype(float)  # in float32 the smallest would become zero
    for scored in (metrics.snr_db, metrics.correlation):
        assert same(scored(truth, estimate, traces=~live), scored(truth * factor, estimate * factor, traces=~live))


@unhurried
@given(truth=sections)
def test_a_perfect_section_has_perfect_scores(truth):
    live = np.arange(9) % 3 == 0
    scores = metrics.score(truth, truth, live=live, dt=DT)
    assert scores.snr_db == scores.section_snr_db == math.inf
    assert scores.aliased_snr_db == math.inf or math.isnan(scores.aliased_snr_db)  # nan: nothing beyond the limit
    assert scores.ssim == 1.0 or not np.ptp(truth)
    assert scores.n_traces == 9
    assert scores.n_missing == 6


def test_scores_know_their_range_and_are_plain_numbers():
    truth = plane_wave(0.1)
    scores = metrics.score(truth, truth * 0.5, live=EVERY_SECOND, dt=DT, data_range=5.0)
    assert scores.as_dict()["data_range"] == 5.0
    assert json.loads(json.dumps(scores.as_dict())) == scores.as_dict()
    assert metrics.score(truth, truth, live=EVERY_SECOND, dt=DT).data_range == pytest.approx(2.0, abs=0.05)


def test_wrong_arguments_are_refused():
    one = np.ones((4, 3))
    refused = [
        ("shape .* of estimate", lambda: metrics.snr_db(one, one[:3])),
        ("shape .* of truth", lambda: metrics.snr_db(one[0], one[0])),
        ("shape .* of trace flags", lambda: metrics.snr_db(one, one, traces=np.ones(3, bool))),
        ("must be bool", lambda: metrics.correlation(one, one, traces=np.array([0, 1, 2, 3]))),
        ("must be bool", lambda: metrics.amplitude_ratio(one, traces=np.ones(4))),
        ("shape .* of trace flags", lambda: metrics.score(one, one, live=np.ones((4, 3), bool), dt=DT)),
        ("Invalid data_range", lambda: metrics.ssim(one, one, data_range=0.0)),
        ("Invalid data_range", lambda: metrics.score(one, one, live=np.ones(4, bool), dt=DT, data_range=-1.0)),
        ("every 0.5", lambda: metrics.aliased_snr_db(one, one, dt=DT, every=0.5)),
        ("dt 0", lambda: metrics.aliased_snr_db(one, one, dt=0, every=2)),
        ("above_hz -1", lambda: metrics.aliased_snr_db(one, one, dt=DT, every=2, above_hz=-1)),
    ]
    for message, call in refused:
        with pytest.raises(InvalidParameterError, match=message):
            call()
