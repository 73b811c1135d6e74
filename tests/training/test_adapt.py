import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seisfill.errors import InvalidParameterError
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.training import adapt
from seisfill.training.adapt import AdaptConfig, adapt_network
from seisfill.training.panels import Panel, squeeze_time

CONFIG = AdaptConfig(steps=6, rate=1e-2, warm_up=1, size=(12, 32), every=2, average=0.5, seed=3)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def tiny():
    """A network that fills with straight lines and something beside them."""
    torch.manual_seed(0)
    network = UNet(UNetConfig(widths=(4, 6), dilations=()))
    torch.nn.init.normal_(network.head.weight, 0, 0.05)
    return network.eval()


def dipping(n_traces=16, n_samples=64):
    """Waves that dip two samples per trace: straight lines between every second trace miss them."""
    time = np.arange(n_samples) - 2 * np.arange(n_traces)[:, None]
    return np.sin(0.5 * time).astype(np.float32)


def panel_of(data, *, missing=(), apart=(), ways=None):
    numbers = np.arange(len(data))
    known = np.repeat(~np.isin(numbers, missing)[:, None], data.shape[1], axis=1)
    every_second = np.stack([numbers % 2 == 1, numbers % 2 == 0])
    return Panel(data=data, known=known, ways=every_second if ways is None else ways, apart=np.isin(numbers, apart))


def states(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def same(one, two):
    return all(torch.equal(value, two[name]) for name, value in one.items())


def script(*scores):
    """A judge that says these numbers in turn, and remembers whom it saw."""
    said, seen = itertools.chain(scores, itertools.repeat(scores[-1])), []

    def judge(network):
        seen.append(states(network))
        return next(said)

    return judge, seen


def test_a_window_asks_for_hidden_traces_and_never_for_missing_ones_or_those_kept_apart():
    data = np.arange(1.0, 7.0)[:, None] * np.ones(4)
    panel = panel_of(data, missing=[1], apart=[5], ways=np.array([[0, 1, 0, 1, 0, 1]], dtype=bool))
    window = panel.draw((6, 4), rng=np.random.default_rng(0))
    traces = np.abs(window.data[:, 0]).astype(int)
    if traces[-1] == 1:  # it may come the other way round
        traces, window = traces[::-1], dataclasses.replace(window, asked=window.asked[::-1], shown=window.shown[::-1])
    assert traces.tolist() == [1, 0, 3, 4, 5, 0]
    assert window.asked[:, 0].tolist() == [False, False, False, True, False, False]
    assert window.shown[:, 0].tolist() == [True, False, True, False, True, False]


@given(
    known=hnp.arrays(bool, (9, 11)),
    ways=hnp.arrays(bool, (3, 9)),
    apart=hnp.arrays(bool, (9,)),
    seed=st.integers(0, 9),
)
def test_what_is_shown_and_what_is_asked_for_are_recorded_and_apart(known, ways, apart, seed):
    data = np.arange(1.0, 100.0).reshape(9, 11).astype(np.float32)
    if not (ways & (known & ~apart[:, None]).any(axis=1)).any():
        with pytest.raises(InvalidParameterError, match=r"must hide a live trace"):
            Panel(data=data, known=known, ways=ways, apart=apart)
        return
    panel = Panel(data=data, known=known, ways=ways, apart=apart)
    window = panel.draw((5, 7), rng=np.random.default_rng(seed))
    assert window.data.shape == (5, 7)
    assert not (window.shown & window.asked).any()
    used = np.abs(window.data[window.shown | window.asked])
    assert np.isin(used, data[panel.taught]).all()
    assert not window.data[~(window.shown | window.asked)].any()


def test_a_coarser_time_axis_halves_slopes_and_keeps_the_spectrum_on_its_own_scale():
    time = np.arange(512)
    lag = (time - 120 - 16.0 * np.arange(8)[:, None]) / 10
    data = ((1 - lag**2) * np.exp(-(lag**2) / 2)).astype(np.float32)
    coarse = squeeze_time(data, 2)
    assert coarse.shape == (8, 256)
    assert (np.abs(np.diff(coarse.argmax(axis=1)) - 8) <= 1).all()
    centres = []
    for x in (data, coarse):
        power = (np.abs(np.fft.rfft(x)) ** 2).sum(axis=0)
        centres.append((power * np.linspace(0, 1, len(power))).sum() / power.sum())
    assert centres[1] == pytest.approx(centres[0], rel=0.15)  # without a remedy it would be twice as high
    assert np.sqrt((coarse**2).mean()) == pytest.approx(np.sqrt((data**2).mean()), rel=1e-5)  # float32


def test_silence_stays_silence_on_a_coarser_axis():
    assert not squeeze_time(np.zeros((3, 64), np.float32), 2).any()


def test_it_learns_what_straight_lines_miss():
    data = dipping(24, 128)
    panel = panel_of(data, apart=[7, 9, 11])

    def judge(network):
        shown = torch.from_numpy((np.arange(24) % 2 == 0)[:, None] * np.ones(128)).float()[None, None]
        truth = torch.from_numpy(data)[None, None]
        with torch.no_grad():
            error = (network(truth * shown, shown)[0] - truth)[0, 0, [7, 9, 11]]
        return -10 * math.log10(float(error.square().mean() / truth.square().mean()))

    config = dataclasses.replace(CONFIG, steps=30, size=(24, 48), every=15, average=0.8)
    done = adapt_network(tiny(), [panel], judge=judge, config=config)
    assert done.accepted
    assert done.best[1] > done.before + 1
    assert judge(done.network) == pytest.approx(done.best[1], abs=1e-6)


def test_missing_traces_and_those_kept_apart_change_nothing():
    data = dipping()
    results = []
    for poison in (0.0, 1e6):
        poisoned = data.copy()
        poisoned[[4, 9]] += poison
        panel = panel_of(poisoned, missing=[4], apart=[9])
        results.append(adapt_network(tiny(), [panel], judge=script(0, 1)[0], config=CONFIG))
    assert same(*(states(done.network) for done in results))


def test_a_seed_makes_the_same_weights_and_the_start_is_left_as_it_was():
    network, panels = tiny(), [panel_of(dipping()), panel_of(dipping(20, 40))]
    before = states(network)
    one, again, other = (
        adapt_network(network, panels, judge=script(0, 1)[0], config=dataclasses.replace(CONFIG, seed=seed))
        for seed in (3, 3, 4)
    )
    assert same(states(network), before)
    assert same(states(one.network), states(again.network))
    assert not same(states(one.network), states(other.network))


def test_the_best_judged_weights_come_back_and_it_stops_when_nothing_gets_better():
    judge, seen = script(5.0, 6.0, 5.5, 5.9, 7.0)
    config = dataclasses.replace(CONFIG, steps=100, patience=2)
    done = adapt_network(tiny(), [panel_of(dipping())], judge=judge, config=config)
    assert done.scores == ((0, 5.0), (2, 6.0), (4, 5.5), (6, 5.9))
    assert (done.steps, done.best, done.before, done.accepted) == (6, (2, 6.0), 5.0, True)
    assert same(states(done.network), seen[1])


@pytest.mark.parametrize(("after", "accepted"), [(5.19, False), (4.0, False), (5.21, True)])
def test_weights_are_accepted_only_if_they_are_clearly_better(after, accepted):
    judge, seen = script(5.0, after)
    done = adapt_network(tiny(), [panel_of(dipping())], judge=judge, config=CONFIG)
    assert done.accepted is accepted
    assert same(states(done.network), seen[1] if after > 5 else seen[0])


def test_time_stops_it_between_steps(monkeypatch):
    clock = itertools.count(100.0)
    monkeypatch.setattr(adapt.time, "monotonic", lambda: next(clock))
    done = adapt_network(tiny(), [panel_of(dipping())], judge=script(1.0)[0], config=CONFIG, seconds=3)
    assert (done.steps, done.scores) == (2, ((0, 1.0), (2, 1.0)))
    assert not done.accepted


def test_steps_are_told():
    told = []
    adapt_network(
        tiny(), [panel_of(dipping())], judge=script(1.0, 2.0)[0], config=CONFIG, report=lambda *row: told.append(row)
    )
    assert told == [(0, 6, 1.0), (1, 6, 1.0), (2, 6, 2.0), (3, 6, 2.0), (4, 6, 2.0), (5, 6, 2.0), (6, 6, 2.0)]


def test_bfloat16_and_silent_panels_leave_finite_weights():
    config = dataclasses.replace(CONFIG, bfloat16=True)
    for data in (dipping(), np.zeros((16, 64), np.float32)):
        done = adapt_network(tiny(), [panel_of(data)], judge=script(0, 1)[0], config=config)
        assert all(value.isfinite().all() for value in done.network.state_dict().values())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"steps": 0}, "Invalid steps 0"),
        ({"rate": -1.0}, "Invalid rate -1.0"),
        ({"average": 2.0}, "Invalid average 2.0"),
        ({"size": (1, 8)}, "Invalid traces of a window 1"),
        ({"seed": -1}, "Invalid seed -1: must not be negative"),
    ],
)
def test_what_makes_no_sense_is_refused(change, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        AdaptConfig(**change)


def test_without_panels_there_is_nothing_to_learn():
    with pytest.raises(InvalidParameterError, match=r"Invalid panels \(\): must hold at least one"):
        adapt_network(tiny(), [], judge=script(0.0)[0])


def test_shapes_that_do_not_agree_are_refused():
    data = dipping()
    with pytest.raises(InvalidParameterError, match=r"of apart: must be \(16,\)"):
        Panel(data=data, known=data > -9, ways=np.ones((1, 16), dtype=bool), apart=np.zeros(3, dtype=bool))
