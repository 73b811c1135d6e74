"""Gathers that every filler must stand, from the list of faults: filled or refused with a reason, never worse."""

import numpy as np
import pytest

from seisfill.gather import Gather
from seisfill.interpolators.load import METHODS, load_interpolator
from tests.faults import fault
from tests.interpolators.gathers import assert_promises


@pytest.fixture(scope="module")
def fillers():
    return {name: load_interpolator(name, device="cpu") for name in METHODS}


def waves(n_traces, n_samples, live, **more):
    data = np.sin(0.4 * np.arange(n_samples) + 0.1 * np.arange(n_traces)[:, None])
    return Gather(data=data, live=live, dt=0.004, **more)


@fault("traces shorter than the network's stride", "filled, or left with a reason; never worse, by any method")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_samples", [1, 2, 3, 7])
def test_traces_shorter_than_the_strides_of_the_network(fillers, method, n_samples):
    live = np.arange(24) % 2 == 0
    answer = fillers[method].fill(waves(24, n_samples, live))
    assert_promises(waves(24, n_samples, live), answer)
    assert answer.filled.sum() >= 11 or answer.reasons


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_traces", [2, 3])
def test_fewer_traces_than_the_strides_of_the_network(fillers, method, n_traces):
    live = np.ones(n_traces, dtype=bool)
    live[1:-1] = False
    gather = waves(n_traces, 40, live)
    assert_promises(gather, fillers[method].fill(gather))


@fault(
    "a gap wider than the patch", "left, with the reason *gap of 210 traces*, exit code 3; `--method linear` fills it"
)
@pytest.mark.parametrize("method", METHODS)
def test_a_gap_wider_than_any_patch(fillers, method):
    live = np.ones(290, dtype=bool)
    live[40:250] = False
    gather = waves(290, 20, live)
    answer = fillers[method].fill(gather)
    assert_promises(gather, answer)
    if method == "linear":
        assert answer.filled[40:250].all()
    else:
        assert not answer.filled.any()
        assert all("gap of 210 traces" in reason for reason in answer.reasons.values())


@fault("a gap at the edge", "left, with a reason, exit code 3; `--trace-range` asks for it")
@pytest.mark.parametrize("method", METHODS)
def test_missing_traces_at_the_edges(fillers, method):
    live = np.ones(40, dtype=bool)
    live[[0, 1, 20, 37, 38, 39]] = False
    gather = waves(40, 40, live)
    answer = fillers[method].fill(gather)
    assert_promises(gather, answer)
    assert np.flatnonzero(answer.filled).tolist() == [20]
    assert all("extrapolation was not asked for" in answer.reasons[trace] for trace in (0, 1, 37, 38, 39))


@fault("95 % missing", "gaps that are too wide for the method are left, with a reason; `--method linear` fills all")
@pytest.mark.parametrize("method", METHODS)
def test_95_percent_missing(fillers, method):
    live = np.random.default_rng(0).random(100) < 0.05
    gather = waves(100, 40, live)
    answer = fillers[method].fill(gather)
    assert_promises(gather, answer)
    widths = np.diff(np.flatnonzero(live)) - 1
    assert widths.max() > 20  # too wide for all but straight lines
    if method == "linear":
        assert answer.filled.sum() == widths.sum()
