import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.interpolators.base import Limits
from seisfill.interpolators.windowed import Windows, fill_by_windows
from tests.interpolators.gathers import assert_promises, random_gathers


def live_of(text):
    return np.array([letter == "|" for letter in text])


def gather_of(text, n_samples=16, **more):
    live = live_of(text)
    data = np.random.default_rng(0).normal(size=(len(live), n_samples))
    return Gather(data=data, live=live, dt=0.004, **more)


def mean_of_live(data, live):
    """Every missing trace is the mean of the live ones."""
    mean = data.sum(dim=1, keepdim=True) / live.sum(dim=1)[:, None, None]
    return mean.expand_as(data), torch.ones_like(live)


def answer_of(gather, solve=None, **windows):
    solve = solve or (lambda data, live, _: mean_of_live(data, live))
    choices = {"windows": Windows(**{"traces": 4, "samples": 8} | windows), "device": "cpu"}
    return fill_by_windows(gather, solve, limits=Limits(), method="mean", refusal="linear fills it", **choices)


def test_equal_traces_are_filled_with_themselves():
    gather = Gather(data=np.tile(np.arange(1.0, 14), (9, 1)), live=live_of("|.||..|.|"), dt=0.004)
    estimate, answered = Windows(traces=6, samples=8, steps=(3, 2)).fill(gather, mean_of_live, device="cpu")
    np.testing.assert_allclose(estimate, np.tile(np.arange(1.0, 14), (9, 1)), rtol=1e-6)  # float32 in the solver
    assert answered.all()


def test_the_solver_sees_tapered_windows_of_amplitude_one_half_to_one_and_zeros_in_missing_traces():
    seen = []

    def look(data, live):
        seen.append((data.numpy().copy(), live.numpy().copy()))
        return data, torch.ones_like(live)

    data = np.full((4, 8), 1e-3)
    Windows(traces=4, samples=8, taper=1.0).fill(Gather(data=data, live=live_of("|.||"), dt=1), look, device="cpu")
    data, live = seen[0]
    assert data.dtype == np.float32
    assert data.shape == (3, 4, 8)  # margins of four samples at both ends: windows begin at -4, 0 and 4
    assert live.tolist() == [[True, False, True, True]] * 3
    hann = np.sin(np.pi * (np.arange(8) + 0.5) / 8) ** 2
    np.testing.assert_allclose(data[1, 0], 1e-3 * 1024 / 2 * hann, rtol=1e-6)  # 1e-3 = 0.512 / 2^9
    assert not data[:, 1].any()
    assert not data[0, :, :4].any()


def test_windows_that_are_whole_or_without_energy_are_not_solved():
    def never(data, live):
        raise AssertionError

    whole = gather_of("|||||")
    estimate, answered = Windows(traces=4, samples=8).fill(whole, never, device="cpu")
    assert (estimate == whole.data).all()
    assert answered.all()
    quiet = Gather(data=np.zeros((5, 16)), live=live_of("|.|.|"), dt=0.004)
    estimate, answered = Windows(traces=4, samples=8).fill(quiet, never, device="cpu")
    assert not estimate.any()
    assert answered.all()


def test_batches_do_not_change_the_answer():
    gather = gather_of("|.||.|..||.|", n_samples=40)
    one, many = (Windows(traces=4, samples=8, batch=n).fill(gather, mean_of_live)[0] for n in (1, 1000))
    assert (one == many).all()


def test_the_solver_is_told_where_the_traces_of_a_window_are():
    seen = []

    def look(data, live, place):
        seen.append(place.numpy().copy())
        return data, torch.ones_like(live)

    gather = gather_of("|.||.|", position=1e6 + np.array([0.0, 1, 3, 6, 10, 15]))
    Windows(traces=4, samples=16, steps=(2, 1)).fill_placed(gather, look, device="cpu")
    assert seen[0][0].tolist() == [0, 1, 3, 6]
    assert seen[0][-1].tolist() == [0, 3, 7, 12]


def test_a_gap_that_no_window_spans_is_refused_with_its_width_and_the_cure():
    answer = answer_of(gather_of("||......||.||"))
    assert np.flatnonzero(answer.filled).tolist() == [10]
    assert set(answer.reasons) == set(range(2, 8))
    assert answer.reasons[4] == "gap of 6 traces: linear fills it"
    assert_promises(gather_of("||......||.||"), answer)


def test_an_edge_is_filled_on_request_as_far_as_a_window_reaches():
    gather = gather_of("||.||........")
    windows = Windows(traces=4, samples=8)
    choices = {"windows": windows, "device": "cpu", "method": "mean", "refusal": "no"}
    answer = fill_by_windows(
        gather, lambda data, live, _: mean_of_live(data, live), limits=Limits(extrapolate=True), **choices
    )
    assert np.flatnonzero(answer.filled).tolist() == [2, 5, 6, 7]
    assert answer.reasons[8] == "beyond the last live trace: no"


def test_a_solver_may_decline_and_nan_is_declining():
    gather = gather_of("||.||.||")
    answer = answer_of(gather, lambda data, live, _: (torch.zeros_like(data), torch.zeros_like(live)))
    assert set(answer.reasons) == {2, 5}
    answer = answer_of(gather, lambda data, live, _: (torch.full_like(data, torch.nan), torch.ones_like(live)))
    assert set(answer.reasons) == {2, 5}
    assert_promises(gather, answer)


def test_between_live_traces_a_window_with_only_one_side_hardly_weighs():
    def one_sided_lies(data, live):
        between = (live.cumsum(1) > 0) & (live.flip(1).cumsum(1).flip(1) > 0)
        return torch.where(between[..., None], 0.0, 1e3).expand_as(data), torch.ones_like(live)

    estimate, _ = Windows(traces=4, samples=8, steps=(4, 2)).fill(gather_of("||..||"), one_sided_lies, device="cpu")
    assert np.abs(estimate[2:4]).max() < 0.1  # the lie of 1e3 times the trust of 1e-6, over small weights of the taper


def test_a_hole_that_no_window_can_answer_holds_the_line():
    valid = np.ones((3, 16), dtype=bool)
    valid[1, 5] = False
    data = np.tile([[1.0], [2.0], [3.0]], (1, 16))
    gather = Gather(data=data, live=[True] * 3, valid=valid, dt=0.004)
    answer = answer_of(gather, lambda data, live, _: (data, torch.zeros_like(live)))
    assert (answer.data == data).all()


@settings(max_examples=30, deadline=None)
@given(
    random_gathers(),
    st.builds(Windows, traces=st.integers(2, 8), samples=st.integers(2, 20), taper=st.floats(0, 1)),
)
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, windows):
    choices = {"limits": Limits(extrapolate=True), "device": "cpu", "method": "mean", "refusal": "no"}
    solve = lambda data, live, _: mean_of_live(data, live)  # noqa: E731
    assert_promises(gather, fill_by_windows(gather, solve, windows=windows, **choices))


@pytest.mark.parametrize("power", [-60, 60])
def test_a_power_of_two_changes_no_bit(power):
    gather = gather_of("|.||.|..||.|")
    scaled = dataclasses.replace(gather, data=gather.data * np.float32(2.0**power))
    assert (answer_of(scaled).data == answer_of(gather).data * np.float32(2.0**power)).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"traces": 1}, "Invalid traces 1: must be at least 2"),
        ({"samples": 0}, "Invalid samples 0: must be at least 2"),
        ({"batch": 0}, "Invalid batch 0: must be at least 1"),
        ({"steps": (0, 2)}, "Invalid steps"),
        ({"steps": (2, 9)}, "Invalid steps"),
        ({"taper": 1.5}, "Invalid taper 1.5: must lie between 0 and 1"),
    ],
)
def test_windows_that_break_a_rule_are_refused(wrong, message):
    with pytest.raises(InvalidParameterError, match=message):
        Windows(**{"traces": 4, "samples": 8} | wrong)


def test_nothing_to_do_is_done_at_once():
    def never(data, live, place):
        raise AssertionError

    for text in ("|||", ".|.", "...", "||."):
        answer = answer_of(gather_of(text), never)
        assert not answer.filled.any()
        assert set(answer.reasons) == set(np.flatnonzero(~live_of(text)))
