import numpy as np
import pytest

from seisfill import Gather
from seisfill.moveout import Moveout, MoveoutFit, fit_moveout
from seisfill.moveout.flatten import PiecePlan
from seisfill.moveout.hyperbola import hyperbola
from seisfill.moveout.path import spline_basis


def ricker(times, *, frequency=0.08):
    a = (np.pi * frequency * times) ** 2
    return (1 - 2 * a) * np.exp(-a)


def gather_of(delays, *, live=None, n_samples=256, start=60, **more):
    """One event with the given delays [samples]."""
    data = ricker(np.arange(n_samples) - start - np.asarray(delays)[:, None])
    live = np.ones(len(data), dtype=bool) if live is None else live
    return Gather(data=data, live=live, dt=0.004, **more)


def total_delay(moveout: Moveout, *, at: int) -> np.ndarray:
    """Delay of each trace where the flattened record is at sample *at*: the curve and that of the nearest piece."""
    starts = np.array(moveout.plan.starts(10**6)[: len(moveout.residuals)])
    nearest = np.argmin(np.abs(starts + moveout.plan.length / 2 - at))
    return moveout.curve + moveout.residuals[nearest]


def test_a_straight_event_gets_its_slope():
    moveout = fit_moveout(gather_of(2.5 * np.arange(24), live=np.arange(24) % 2 == 0))
    np.testing.assert_allclose(np.diff(total_delay(moveout, at=60)), 2.5, atol=0.06)


def test_both_branches_of_a_split_spread_are_followed():
    delays = hyperbola(np.arange(60.0), slope=2.0, foot=20.0, apex=33.0)
    moveout = fit_moveout(gather_of(delays, live=np.arange(60) % 2 == 0))
    found = total_delay(moveout, at=60)
    assert np.abs((found - found.min()) - (delays - delays.min())).max() < 0.5


def test_a_known_offset_says_where_the_apex_is():
    offset = 25.0 * np.arange(-40.0, 20.0)
    delays = hyperbola(offset / 25, slope=2.0, foot=20.0, apex=0.0)
    known = fit_moveout(gather_of(delays, live=np.arange(60) % 3 == 0, offset=offset))
    found = total_delay(known, at=60)
    assert np.abs((found - found.min()) - (delays - delays.min())).max() < 0.5


def test_flat_events_and_noise_are_left_as_they_are():
    assert fit_moveout(gather_of(np.zeros(30))).is_flat
    noise = np.random.default_rng(0).normal(size=(40, 300))
    moveout = fit_moveout(Gather(data=noise, live=np.ones(40, dtype=bool), dt=0.004), fit=MoveoutFit(gain=0.2))
    assert moveout.is_flat


@pytest.mark.parametrize("n_live", [0, 1])
def test_one_live_trace_has_no_moveout(n_live):
    assert fit_moveout(gather_of(3.0 * np.arange(9), live=np.arange(9) < n_live)).is_flat


def test_three_live_traces_get_one_curve_and_no_free_ones():
    moveout = fit_moveout(gather_of(3.0 * np.arange(9), live=np.arange(9) % 4 == 0))
    assert moveout.curve.any()
    assert not moveout.residuals.any()


def test_flattening_and_back_changes_nothing_above_a_millionth():
    delays = hyperbola(np.arange(48.0), slope=3.0, foot=30.0, apex=5.0)
    deep = hyperbola(np.arange(48.0), slope=1.5, foot=90.0, apex=5.0)
    gather = gather_of(delays)
    data = gather.data.astype(np.float64) + ricker(np.arange(256) - 150 - deep[:, None])
    moveout = fit_moveout(Gather(data=data, live=gather.live, dt=0.004))
    assert moveout.residuals.any()
    back = moveout.restore(moveout.flatten(data))
    rms = np.sqrt(np.mean(data**2))
    assert np.abs(back - data).max() < 1e-6 * rms
    single = moveout.restore(moveout.flatten(data.astype(np.float32)))
    assert np.sqrt(np.mean((single - data) ** 2)) < 1e-6 * rms


def test_pieces_add_up_to_one_for_any_plan():
    for plan in (PiecePlan(), PiecePlan(samples=100, ramp=20, margin=10)):
        starts, total = plan.starts(700), np.zeros(700)
        for start in starts:
            low, high = max(start, 0), min(start + plan.length, 700)
            total[low:high] += plan.window[low - start : high - start]
        np.testing.assert_allclose(total, 1, atol=1e-12)


def test_places_that_do_not_increase_are_counted_instead():
    gather = gather_of(2.0 * np.arange(24), live=np.arange(24) % 2 == 0, position=np.zeros(24))
    np.testing.assert_allclose(np.diff(total_delay(fit_moveout(gather), at=60)), 2.0, atol=0.06)


def test_splines_add_up_to_one_at_every_trace():
    np.testing.assert_allclose(spline_basis(np.arange(50.0), spacing=16).sum(axis=1), 1)
