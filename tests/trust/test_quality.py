"""Tables of the expected quality, on trials whose errors one can count by hand."""

import json

import numpy as np
import pytest

from seisfill.gather import Filled, Gather
from seisfill.trust.expected import Expectation
from seisfill.trust.quality import judge
from seisfill.trust.trial import Trial

N, T = 24, 64


def trial_of(data, estimate, hidden, *, number=0, **known):
    gather = Gather(data=data, live=np.ones(len(data), dtype=bool), dt=0.004, **known)
    flags = np.isin(np.arange(len(data)), hidden)
    answer = Filled(data=np.where(flags[:, None], estimate, data).astype(np.float32), filled=flags, method="set")
    return Trial(gather=gather, hidden=flags, answer=answer, number=number)


def judged(*trials, lift_db=0.0):
    return judge(Expectation(trials=trials, lift_db=lift_db))


def test_a_tenth_of_error_everywhere_is_20_db_in_every_row():
    data = np.random.default_rng(0).normal(size=(N, T))
    quality = judged(trial_of(data, 0.9 * data, [3, 4, 9, 17], offset=np.arange(N) * 25.0, number=5))
    assert (quality.n_traces, quality.n_gathers) == (4, 1)
    for table in (quality.by_gather, quality.by_offset, quality.by_width, quality.by_time, quality.by_octave):
        assert [part.snr_db for part in table] == pytest.approx([20.0] * len(table), abs=0.01)
    assert quality.snr_db == pytest.approx(20, abs=0.01)
    assert [part.low for part in quality.by_gather] == [5]
    assert [(part.low, part.high, part.n_traces) for part in quality.by_width] == [(1, 1, 2), (2, 3, 2)]


def test_errors_are_told_where_they_are():
    time = np.arange(T) * 0.004
    data = np.ones((N, 1)) * (np.sin(2 * np.pi * 20 * time) + np.sin(2 * np.pi * 80 * time))
    without_high = np.ones((N, 1)) * np.sin(2 * np.pi * 20 * time)
    estimate = without_high.copy()
    octaves = {part.high: part for part in judged(trial_of(data, estimate, [5, 11])).by_octave}
    assert octaves[125.0].snr_db == pytest.approx(0, abs=0.3)
    assert octaves[31.25].snr_db > 15
    assert octaves[125.0].ratio < 0.3  # the spectrum that is missing
    assert octaves[31.25].ratio == pytest.approx(1, abs=0.05)
    late = np.where(np.arange(T) < T // 2, data, 0)
    assert [part.snr_db > 100 for part in judged(trial_of(data, late, [5, 11])).by_time] == [True, True, False, False]


def test_offsets_share_the_traces_equally():
    data = np.random.default_rng(1).normal(size=(N, T))
    far = np.where((np.arange(N) > 11)[:, None], 0.0, data)
    quality = judged(trial_of(data, far, range(1, N - 1), offset=np.arange(N) * -10.0))
    assert [part.n_traces for part in quality.by_offset] == [6, 5, 5, 6]
    assert [part.snr_db > 100 for part in quality.by_offset] == [True, True, False, False]
    assert quality.by_offset[0].low == 10
    assert judged(trial_of(data, far, [3])).by_offset == ()  # not known


def test_levels_are_compared_with_the_live_neighbours():
    data = np.random.default_rng(2).normal(size=(1, T)) * np.ones((N, 1))
    assert judged(trial_of(data, 0.5 * data, [4, 5, 12])).amplitude_ratio == pytest.approx(0.5, abs=1e-6)
    silent = data * np.isin(np.arange(N), [4])[:, None]
    assert judged(trial_of(silent, 0.5 * silent, [4])).amplitude_ratio is None


def test_a_correction_lifts_every_row_alike():
    data = np.random.default_rng(3).normal(size=(N, T))
    quality = judged(trial_of(data, 0.9 * data, [4, 5]), lift_db=3.0)
    assert quality.snr_db == pytest.approx(23, abs=0.01)
    assert quality.by_time[0].snr_db == pytest.approx(23, abs=0.01)
    assert quality.lift_db == 3


def test_rows_without_energy_are_not_judged():
    data = np.random.default_rng(4).normal(size=(N, T)) * (np.arange(T) < T // 2)
    assert [part.snr_db is None for part in judged(trial_of(data, 0.9 * data, [4])).by_time] == [
        False,
        False,
        True,
        True,
    ]


def test_gathers_are_told_apart_and_all_of_it_is_json():
    data = np.random.default_rng(5).normal(size=(N, T))
    trials = [trial_of(data, scale * data, [3, 8], number=n) for n, scale in ((7, 0.9), (2, 0.0), (7, 0.9))]
    quality = judged(*trials)
    assert [(part.low, part.n_traces) for part in quality.by_gather] == [(2, 2), (7, 4)]
    assert [part.snr_db for part in quality.by_gather] == pytest.approx([0, 20], abs=0.01)
    told = json.loads(json.dumps(quality.as_dict(), allow_nan=False))
    assert told["by_gather"][1]["snr_db"] == pytest.approx(20, abs=0.01)


def test_where_nothing_was_tried_nothing_is_said():
    quality = judged()
    assert (quality.snr_db, quality.n_traces, quality.by_time) == (None, 0, ())
    assert quality.as_dict()["snr_db"] is None
