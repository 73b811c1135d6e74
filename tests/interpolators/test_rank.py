import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.interpolators.base import Limits
from seisfill.interpolators.rank import RankInterpolator, _follow
from seisfill.interpolators.windowed import Windows
from tests.interpolators.gathers import assert_promises, random_gathers
from tests.interpolators.sections import assert_scales_and_repeats, crossing_events, hidden, scattered, snr_of

SMALL = Windows(traces=8, samples=32)


def smooth_noise(count, n_samples=128):
    noise = np.random.default_rng(0).normal(size=(count, n_samples))
    return np.array([np.convolve(row, np.hanning(9), mode="same") for row in noise])


def growing():
    """Rank 1 at every frequency: each trace is 1.01 times its neighbour."""
    return np.outer(1.01 ** np.arange(64), smooth_noise(1)[0]).astype(np.float32)


def waving():
    """Rank 2 at every frequency: two wavenumbers, one for each direction."""
    wave, other = smooth_noise(2)
    turns = np.arange(64)
    return (np.outer(np.cos(turns), wave) + np.outer(np.sin(turns), other)).astype(np.float32)


def test_subspace_iteration_finds_the_singular_values_of_a_matrix_of_low_rank():
    generator = torch.Generator().manual_seed(0)
    left, _ = torch.linalg.qr(torch.randn(2, 9, 3, dtype=torch.complex64, generator=generator))
    right, _ = torch.linalg.qr(torch.randn(2, 8, 3, dtype=torch.complex64, generator=generator))
    hankel = left @ torch.diag(torch.tensor([8.0, 4.0, 2.0])).to(left.dtype) @ right.mH
    start = torch.randn(2, 9, 3, dtype=torch.complex64, generator=generator)
    vectors, values, turned = _follow(hankel, start)
    torch.testing.assert_close(values, torch.tensor([[8.0, 4, 2], [8, 4, 2]]), rtol=1e-3, atol=0)  # the ridge
    torch.testing.assert_close(vectors @ turned.mH, hankel, rtol=0, atol=1e-2)


@pytest.mark.parametrize("truth", [growing(), waving()], ids=["rank 1", "rank 2"])
def test_a_section_of_exact_rank_comes_back_from_half_of_its_traces(truth):
    scores = [snr_of(RankInterpolator(), truth, scattered(64, seed)) for seed in range(3)]
    assert np.mean(scores) > 40, scores


def test_three_crossing_events_come_back_from_half_of_the_traces():
    truth = crossing_events(n_traces=64, n_samples=192)
    scores = [snr_of(RankInterpolator(), truth, scattered(64, seed)) for seed in range(3)]
    assert np.mean(scores) > 20, scores


def test_a_window_without_holes_keeps_its_traces():
    truth, live = crossing_events(n_traces=16, n_samples=64), scattered(16, 0)
    answer = RankInterpolator(windows=SMALL).fill(hidden(truth, live))
    assert answer.method == "rank"
    assert (answer.data[live] == truth[live]).all()


def test_the_rank_is_counted_over_all_frequencies_of_a_window():
    filler = RankInterpolator(rank=2)
    # two slices of one window: energies 100 and 17 + 3 = 20 against 1; the second window holds one value only
    values = torch.tensor([[8.0, 17**0.5, 1.0], [6.0, 3**0.5, 0.0], [4.0, 0.2, 0.1]])
    window = torch.tensor([0, 0, 1])
    kept = filler._kept(values, 0.1, window, 2)
    torch.testing.assert_close(kept[0], torch.tensor([1 - 1 / 64, 1 - 1 / 17, 0]))
    torch.testing.assert_close(kept[1], torch.tensor([1.0, 1.0, 0.0]))
    torch.testing.assert_close(kept[2], torch.tensor([1 - (0.2 / 4) ** 2, 0, 0]))


@settings(max_examples=25, deadline=None)
@given(random_gathers(), st.builds(Limits, max_gap=st.none() | st.integers(1, 4), extrapolate=st.booleans()))
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, limits):
    filler = RankInterpolator(windows=Windows(traces=6, samples=16), iterations=2, limits=limits, device="cpu")
    assert_promises(gather, filler.fill(gather))


def test_the_same_gather_gives_the_same_bytes_and_scales():
    gather = hidden(crossing_events(n_traces=20, n_samples=64), scattered(20, 0))
    assert_scales_and_repeats(RankInterpolator(windows=SMALL, iterations=4, device="cpu"), gather)


def test_a_gap_longer_than_the_window_is_refused_and_another_method_named():
    live = np.ones(60, dtype=bool)
    live[10:50] = False
    answer = RankInterpolator(iterations=2).fill(hidden(crossing_events(n_traces=60, n_samples=64), live))
    assert set(answer.reasons) == set(range(10, 50))
    assert answer.reasons[20].startswith("gap of 40 traces: rank")
    assert answer.reasons[20].endswith("windows of 32 traces; linear fills any gap")


def test_one_live_trace_is_too_few():
    answer = RankInterpolator().fill(hidden(np.ones((3, 32)), np.array([False, True, False])))
    assert set(answer.reasons) == {0, 2}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rank": 0}, "Invalid rank 0: must be at least 1"),
        ({"iterations": 0}, "Invalid iterations 0: must be at least 1"),
        ({"share": 0.0}, "Invalid share 0.0: must lie above 0 and up to 1"),
        ({"damping": 0.0}, "Invalid damping 0.0: must be positive"),
        ({"relaxation": 2.0}, "Invalid relaxation 2.0: must lie between 0 and 2"),
    ],
)
def test_numbers_that_break_a_rule_are_refused(wrong, message):
    with pytest.raises(InvalidParameterError, match=message):
        RankInterpolator(**wrong)
