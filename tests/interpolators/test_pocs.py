import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.interpolators.base import Limits
from seisfill.interpolators.pocs import PocsInterpolator
from seisfill.interpolators.windowed import Windows
from seisfill.metrics import snr_db
from tests.interpolators.gathers import assert_promises, random_gathers
from tests.interpolators.sections import assert_scales_and_repeats, crossing_events, hidden, scattered, snr_of

SMALL = PocsInterpolator(windows=Windows(traces=6, samples=16, steps=(3, 2)), iterations=4, device="cpu")


def test_one_projection_keeps_the_strongest_wavenumber():
    # four flat traces, one missing: wavenumber 0 holds 3/4 of the wave, each of the other three 1/4
    wave = torch.sin(2 * torch.pi * torch.arange(64) / 8)
    live = torch.tensor([[True, True, False, True]])
    data = torch.where(live[..., None], wave, 0)
    filler = PocsInterpolator(iterations=1, last_threshold=0.5, padding=(1, 1))
    estimate, answered = filler._solve(data, live)
    torch.testing.assert_close(estimate[0, 2], 0.75 * wave, atol=1e-5, rtol=0)  # float32 transforms
    torch.testing.assert_close(estimate[0, 0], wave, atol=1e-5, rtol=0)
    assert answered.all()


def test_recorded_traces_are_untouched_and_the_method_is_named():
    truth, live = crossing_events(n_traces=12, n_samples=64), scattered(12, 0)
    answer = PocsInterpolator().fill(hidden(truth, live))
    assert answer.method == "pocs"
    assert (answer.data[live] == truth[live]).all()


def test_three_crossing_events_come_back_from_half_of_the_traces():
    truth = crossing_events()
    # these events are straight all the way: larger windows than those for field data, which give 18 dB here
    wide = PocsInterpolator(windows=Windows(traces=48, samples=128, steps=(4, 2), batch=16), padding=(3, 2))
    for filler, least in ((wide, 20), (PocsInterpolator(), 17)):
        scores = [snr_of(filler, truth, scattered(len(truth), seed)) for seed in range(5)]
        assert np.mean(scores) > least, scores


def test_a_falling_threshold_does_better_than_one_projection():
    truth, live = crossing_events(n_traces=48, n_samples=128), scattered(48, 1)
    few, many = (snr_of(PocsInterpolator(iterations=n), truth, live) for n in (2, 30))
    assert many > few + 5


def test_less_weight_on_noisy_traces_gives_less_noise_in_the_missing_ones():
    rng = np.random.default_rng(0)
    truth, live = crossing_events(), scattered(96, 1, missing=0.3)
    noisy = (truth + 0.15 * rng.normal(size=truth.shape)).astype(np.float32)
    scores = [
        snr_db(
            truth,
            PocsInterpolator(weight=weight, last_threshold=0.1).fill(hidden(noisy, live)).data,
            traces=~live,
        )
        for weight in (1.0, 0.4)
    ]
    assert scores[1] > scores[0] + 0.5, scores


@settings(max_examples=25, deadline=None)
@given(random_gathers(), st.builds(Limits, max_gap=st.none() | st.integers(1, 4), extrapolate=st.booleans()))
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, limits):
    filler = PocsInterpolator(windows=SMALL.windows, iterations=3, limits=limits, weight=0.5, device="cpu")
    assert_promises(gather, filler.fill(gather))


def test_the_same_gather_gives_the_same_bytes_and_scales():
    truth = crossing_events(n_traces=20, n_samples=64)
    assert_scales_and_repeats(SMALL, hidden(truth, scattered(20, 0)))


def test_a_gap_longer_than_the_window_is_refused_and_another_method_named():
    truth = crossing_events(n_traces=60, n_samples=64)
    live = np.ones(60, dtype=bool)
    live[10:50] = False
    live[5] = False
    answer = PocsInterpolator(iterations=2).fill(hidden(truth, live))
    assert np.flatnonzero(answer.filled).tolist() == [5]
    assert set(answer.reasons) == set(range(10, 50))
    assert answer.reasons[20].startswith("gap of 40 traces: pocs")
    assert answer.reasons[20].endswith("windows of 24 traces; linear fills any gap")


def test_one_live_trace_is_too_few():
    answer = PocsInterpolator().fill(hidden(np.ones((3, 32)), np.array([False, True, False])))
    assert set(answer.reasons) == {0, 2}
    assert "at least 2 are needed" in answer.reasons[0]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"iterations": 0}, "Invalid iterations 0: must be at least 1"),
        ({"padding": (0, 2)}, "Invalid padding"),
        ({"last_threshold": 0.0}, "Invalid last_threshold 0.0: must lie above 0 and up to 1"),
        ({"weight": 1.5}, "Invalid weight 1.5: must lie between 0 and 1"),
    ],
)
def test_numbers_that_break_a_rule_are_refused(wrong, message):
    with pytest.raises(InvalidParameterError, match=message):
        PocsInterpolator(**wrong)


def test_an_absent_device_is_refused():
    with pytest.raises(InvalidParameterError, match="Invalid device 'gpu'"):
        PocsInterpolator(device="gpu").fill(hidden(np.ones((3, 32)), np.array([True, False, True])))
