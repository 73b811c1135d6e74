import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.interpolators.alft import AlftInterpolator, plane_waves, typical_spacing
from seisfill.interpolators.base import Limits
from seisfill.interpolators.windowed import Windows
from tests.interpolators.gathers import assert_promises, random_gathers
from tests.interpolators.sections import assert_scales_and_repeats, crossing_events, hidden, scattered, snr_of

WINDOWS = Windows(traces=6, samples=16, steps=(3, 2))


def test_a_wave_turns_as_its_wavenumber_says():
    waves = plane_waves(torch.tensor([[0.0, 1.0, 3.0]], dtype=torch.float64), 4)  # wavenumbers -1/2, -1/4, 0, 1/4
    assert waves[0, 2].tolist() == [1, 1, 1]
    torch.testing.assert_close(waves[0, 3], torch.tensor([1, 1j, -1j], dtype=torch.complex64))
    torch.testing.assert_close(waves[0, 0], torch.tensor([1, -1, -1], dtype=torch.complex64))


def test_traces_at_one_place_do_not_make_the_spacing():
    assert typical_spacing(np.array([5.0, 5.0, 5.0])) == 1.0
    assert typical_spacing(np.array([30.0, 20, 20, 10])) == 10.0


def test_a_flat_event_at_uneven_positions_is_filled_with_itself():
    place = np.cumsum(np.random.default_rng(0).uniform(8, 17, 24))
    truth = np.tile(np.sin(2 * np.pi * np.arange(128) / 9), (24, 1)).astype(np.float32)
    answer = AlftInterpolator().fill(hidden(truth, scattered(24, 0), position=place))
    assert answer.method == "alft"
    np.testing.assert_allclose(answer.data, truth, atol=0.07)  # parts below the last threshold are left


def test_three_crossing_events_come_back_from_half_of_the_traces():
    truth = crossing_events()
    scores = [snr_of(AlftInterpolator(), truth, scattered(len(truth), seed)) for seed in range(3)]
    assert np.mean(scores) > 20, scores


def test_true_positions_are_worth_decibels_where_the_spacing_is_uneven():
    n_traces = 72
    place = np.arange(n_traces) + np.random.default_rng(3).uniform(-0.45, 0.45, n_traces)
    truth = crossing_events(n_traces=n_traces, n_samples=128, position=place)
    live = scattered(n_traces, 1)
    told = snr_of(AlftInterpolator(), truth, live, position=1e5 + 12.5 * place)
    not_told = snr_of(AlftInterpolator(), truth, live)
    assert told > not_told + 3, (told, not_told)


@settings(max_examples=25, deadline=None)
@given(random_gathers(), st.builds(Limits, max_gap=st.none() | st.integers(1, 4), extrapolate=st.booleans()))
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, limits):
    filler = AlftInterpolator(windows=WINDOWS, components=3, limits=limits, device="cpu")
    assert_promises(gather, filler.fill(gather))


def test_the_same_gather_gives_the_same_bytes_and_scales():
    truth = crossing_events(n_traces=20, n_samples=64)
    assert_scales_and_repeats(AlftInterpolator(windows=WINDOWS, device="cpu"), hidden(truth, scattered(20, 0)))


def test_a_gap_longer_than_the_window_is_refused_and_another_method_named():
    live = np.ones(60, dtype=bool)
    live[10:50] = False
    answer = AlftInterpolator(components=2).fill(hidden(crossing_events(n_traces=60, n_samples=64), live))
    assert set(answer.reasons) == set(range(10, 50))
    assert answer.reasons[20].startswith("gap of 40 traces: alft")
    assert answer.reasons[20].endswith("linear fills any gap")


def test_one_live_trace_in_all_windows_is_too_few():
    answer = AlftInterpolator().fill(hidden(np.ones((3, 32)), np.array([False, True, False])))
    assert set(answer.reasons) == {0, 2}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"components": 0}, "Invalid components 0: must be at least 1"),
        ({"oversampling": 0}, "Invalid oversampling 0: must be at least 1"),
        ({"last_threshold": 2.0}, "Invalid last_threshold 2.0: must lie above 0 and up to 1"),
    ],
)
def test_numbers_that_break_a_rule_are_refused(wrong, message):
    with pytest.raises(InvalidParameterError, match=message):
        AlftInterpolator(**wrong)
