import numpy as np

from seisfill import Gather, snr_db
from seisfill.interpolators.base import Limits
from seisfill.interpolators.flattened import Flattened
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.moveout.hyperbola import hyperbola
from tests.moveout.test_fit import gather_of, ricker

FLAT_LINEAR = Flattened(inner=LinearInterpolator())
DELAYS = hyperbola(np.arange(60.0), slope=2.5, foot=25.0, apex=20.0)


def decimated(gather, live, **more):
    return Gather(data=gather.data, live=live, dt=gather.dt, **more)


def test_an_aliased_hyperbola_is_filled_by_straight_lines_along_it():
    truth = gather_of(DELAYS)
    live = np.arange(60) % 2 == 0
    filled = FLAT_LINEAR.fill(decimated(truth, live))
    plain = LinearInterpolator().fill(decimated(truth, live))
    assert filled.method == "linear along moveout"
    assert snr_db(truth.data[:59], filled.data[:59], traces=~live[:59]) > 25
    assert snr_db(truth.data[:59], plain.data[:59], traces=~live[:59]) < 5


def test_recorded_samples_come_back_to_the_bit():
    gather = decimated(gather_of(DELAYS), np.random.default_rng(0).random(60) < 0.5)
    filled = FLAT_LINEAR.fill(gather)
    np.testing.assert_array_equal(filled.data[gather.live], gather.data[gather.live])


def test_reasons_of_the_inner_filler_are_kept_and_its_refusals_stay_empty():
    live = np.ones(60, dtype=bool)
    live[[10, 30, 31, 32, 59]] = False
    flattened = Flattened(inner=LinearInterpolator(limits=Limits(max_gap=2)))
    filled = flattened.fill(decimated(gather_of(DELAYS), live))
    assert np.flatnonzero(filled.filled).tolist() == [10]
    assert sorted(filled.reasons) == [30, 31, 32, 59]
    assert not filled.data[[30, 31, 32, 59]].any()


def test_holes_inside_live_traces_are_filled_and_the_rest_is_untouched():
    truth = gather_of(DELAYS)
    valid = np.ones(truth.data.shape, dtype=bool)
    valid[15, 60:90] = False
    gather = decimated(truth, np.arange(60) % 3 != 1, valid=valid)
    filled = FLAT_LINEAR.fill(gather)
    np.testing.assert_array_equal(filled.data[gather.known], gather.data[gather.known])
    hole = ~valid
    assert np.abs(filled.data - truth.data)[hole].max() < 0.3 * np.abs(truth.data[hole]).max()


def test_without_moveout_the_inner_filler_sees_the_gather_itself():
    flat = np.tile(ricker(np.arange(200) - 90.0), (20, 1))
    gather = Gather(data=flat, live=np.arange(20) % 2 == 0, dt=0.004)
    filled = FLAT_LINEAR.fill(gather)
    assert filled.method == "linear"
    np.testing.assert_array_equal(filled.data, LinearInterpolator().fill(gather).data)
