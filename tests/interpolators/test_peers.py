import numpy as np
import pytest

pytest.importorskip("pylops", reason="the extra `peers` is not installed")

from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill import snr_db
from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.interpolators import peers
from seisfill.interpolators.base import Limits
from seisfill.interpolators.peers import PEERS, load_peer, radon_settings
from tests.interpolators.gathers import assert_promises, random_gathers


def flat_event(n_traces=40, n_samples=48):
    """A wavelet at the same time in each trace."""
    phase = (np.pi * 0.1 * (np.arange(n_samples) - 20)) ** 2
    return np.tile((1 - 2 * phase) * np.exp(-phase), (n_traces, 1)).astype(np.float32)


@pytest.mark.parametrize(("method", "least"), [("pylops-fk", 15), ("pylops-radon", 8)])
def test_a_flat_event_with_random_holes_comes_back(method, least):
    data = 1e5 * flat_event()
    live = np.random.default_rng(0).random(40) > 0.4
    live[[0, -1]] = True
    answer = load_peer(method).fill(Gather(data=data, live=live, dt=0.004))
    assert snr_db(data, answer.data, traces=~live) > least
    assert (answer.method, answer.filled.tolist()) == (method, (~live).tolist())


@pytest.mark.parametrize("n_traces", [1, 27, 28, 41, 42, 100])
def test_windows_cover_every_trace(n_traces):
    padded, arguments = radon_settings(n_traces, 8)
    last = (arguments["nwins"] - 1) * (arguments["nwin"] - arguments["nover"]) + arguments["nwin"]
    assert padded == last >= n_traces
    assert last - n_traces < max(27, 42 - n_traces)


def test_refused_traces_stay_dead():
    live = np.array([True, False, True, False, False, True])
    answer = load_peer("pylops-fk", limits=Limits(max_gap=1)).fill(Gather(data=flat_event(6), live=live, dt=0.004))
    assert answer.filled.tolist() == [False, True, False, False, False, False]
    assert not answer.data[3:5].any()


@settings(max_examples=8)
@given(random_gathers(st.floats(-1e3, 1e3, width=32)), st.sampled_from(sorted(PEERS)))
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, method):
    assert_promises(gather, load_peer(method).fill(gather))


def test_a_peer_that_is_not_known_or_not_installed_is_refused(monkeypatch):
    with pytest.raises(InvalidParameterError, match="did you mean 'pylops-fk'"):
        load_peer("pylops-kf")
    monkeypatch.setattr(peers, "find_spec", lambda _: None)
    with pytest.raises(InvalidParameterError, match=r"must be installed; PyLops is not installed; pip install"):
        load_peer("pylops-fk")
