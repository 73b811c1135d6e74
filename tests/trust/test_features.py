from dataclasses import replace

import numpy as np
import pytest

from seisfill.gather import Filled, Gather
from seisfill.trust.features import FAINT, NAMES, describe, dominant_period

MIDDLE = 100  # a sample far from the edges of time
VALUE = {name: number for number, name in enumerate(NAMES)}


def wave(n_traces, period=10, n_samples=200):
    return np.tile(np.sin(2 * np.pi * np.arange(n_samples) / period), (n_traces, 1)).astype(np.float32)


def described(live, *, loud=None, sigma=None, estimate=1.0, spacing=1.0):
    """Of a flat event, louder by trace, whose fill is *estimate* times as loud."""
    live = np.array(live, dtype=bool)
    data = wave(len(live)) * (np.ones(len(live)) if loud is None else np.array(loud))[:, None].astype(np.float32)
    gather = Gather(data=data, live=live, dt=0.004)
    filled = np.where(live[:, None], data, estimate * data).astype(np.float32)
    answer = Filled(data=filled, filled=~live, method="copy", sigma=sigma)
    return describe(gather, answer, spacing=spacing)


def test_a_flat_event_of_one_loudness_is_zero_in_every_logarithm_of_loudness():
    found = described([1, 1, 0, 1, 1])
    assert found.rows.tolist() == [2]
    assert found.unit == pytest.approx(np.sqrt(0.5))
    values = found.values[:, 0, MIDDLE]
    assert values[VALUE["base"]] == 1
    # the energy over two periods is that of the whole
    assert values[[VALUE["estimate"], VALUE["neighbours"], VALUE["middle"], VALUE["span"]]] == pytest.approx(
        0, abs=1e-3
    )
    assert values[VALUE["roughness"]] == pytest.approx(np.log(FAINT), abs=1e-2)
    assert np.isnan(values[VALUE["raw"]])


def test_holes_are_told_by_their_width_and_the_place_in_them():
    found = described([1, 0, 0, 0, 1, 0, 1])
    assert found.rows.tolist() == [1, 2, 3, 5]
    assert found.values[VALUE["span"], :, 0] == pytest.approx(np.log([2, 2, 2, 1]))
    assert found.values[VALUE["middle"], :, 0] == pytest.approx(np.log([0.75, 1, 0.75, 1]))
    assert found.values[VALUE["around"], :, 0] == pytest.approx(np.log(3 / 2))  # three traces are six apart
    wide = described([1, 0, 0, 0, 1, 0, 1], spacing=2.0)
    assert wide.values[VALUE["span"], :, 0] == pytest.approx(np.log([1, 1, 1, 0.5]))


def test_beyond_the_last_live_trace_the_hole_is_twice_as_wide_as_the_way_there():
    found = described([0, 0, 1, 1])
    assert found.values[VALUE["span"], :, 0] == pytest.approx(np.log([2, 1]))
    assert not found.values[VALUE["middle"]].any()


def test_neighbours_count_by_how_near_they_are_and_the_estimate_by_itself():
    found = described([1, 0, 0, 1], loud=[1, 1, 1, 3], estimate=0.5)
    power = np.exp(2 * found.values[:, :, MIDDLE])
    ratio = power[VALUE["neighbours"]]
    assert ratio[1] / ratio[0] == pytest.approx((1 / 3 + 9 * 2 / 3) / (2 / 3 + 9 / 3), rel=1e-3)
    assert power[VALUE["estimate"], 0] == pytest.approx(0.25 * 2 / 10, rel=1e-2)  # half of 1, over the RMS of 1 and 3


def test_the_fillers_own_scale_is_told_over_the_loudness_and_zero_tells_nothing():
    sigma = np.zeros((5, 200), np.float32)
    sigma[1] = np.sqrt(0.5) / 10
    found = described([1, 0, 1, 0, 1], sigma=sigma)
    assert found.values[VALUE["raw"], 0, MIDDLE] == pytest.approx(np.log(0.1), abs=1e-2)
    assert np.isnan(found.values[VALUE["raw"], 1]).all()


def test_a_dip_that_is_the_same_everywhere_is_not_rough():
    rows = [np.roll(wave(1, n_samples=400)[0], 3 * trace)[100:300] for trace in range(41)]
    live = np.arange(41) % 2 == 0
    gather = Gather(data=np.stack(rows), live=live, dt=0.004)
    found = describe(gather, Filled(data=np.stack(rows), filled=~live, method="truth"))
    assert (found.values[VALUE["roughness"], :, MIDDLE] < np.log(0.01)).all()


def test_noise_in_live_traces_is_rough():
    rng = np.random.default_rng(0)
    live = np.arange(41) % 2 == 0
    gather = Gather(data=wave(41) + rng.normal(0, 0.5, (41, 200)), live=live, dt=0.004)
    data = np.where(live[:, None], gather.data, wave(41)).astype(np.float32)
    found = describe(gather, Filled(data=data, filled=~live, method="truth"))
    level = np.exp(found.values[VALUE["roughness"]] + found.values[VALUE["neighbours"]]) * found.unit
    # the best of thirteen dips leaves a little less than the noise
    assert np.median(level) == pytest.approx(0.5, rel=0.15)


@pytest.mark.parametrize("period", [4, 10, 40])
def test_the_period_is_found(period):
    gather = Gather(data=wave(3, period), live=np.ones(3, dtype=bool), dt=0.004)
    assert dominant_period(gather) == pytest.approx(period, rel=0.12, abs=0.5)  # differences underrate short periods


def test_silence_and_single_traces_are_described_without_complaint():
    silent = Gather(data=np.zeros((3, 8)), live=[True, False, True], dt=0.004)
    answer = Filled(data=np.zeros((3, 8), np.float32), filled=~silent.live, method="zeros")
    assert describe(silent, answer).rows.tolist() == []
    assert dominant_period(silent) == 3
    valid = np.ones((1, 200), dtype=bool)
    valid[0, 90:95] = False
    holed = Gather(data=wave(1), live=[True], dt=0.004, valid=valid)
    found = describe(holed, Filled(data=wave(1), filled=np.array([False]), method="truth"))
    assert np.isfinite(found.values[: VALUE["raw"]]).all()
    nothing = replace(silent, live=np.zeros(3, dtype=bool))
    assert describe(nothing, replace(answer, filled=np.zeros(3, dtype=bool))).unit == 0
