import numpy as np
from hypothesis import given, settings

from seisfill import Gather, snr_db
from seisfill.interpolators.auto import AutoInterpolator
from seisfill.interpolators.base import Limits, make_answer
from seisfill.interpolators.flattened import Flattened
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.moveout.hyperbola import hyperbola
from tests.interpolators.gathers import assert_promises, random_gathers
from tests.moveout.test_fit import gather_of


class Zeros:
    """A filler that fills with nothing, up to gaps of a width."""

    def __init__(self, max_gap=None):
        self.limits = Limits(max_gap=max_gap)

    def fill(self, gather, *, context=()):
        judged = self.limits.judge(gather.live)
        return make_answer(gather, np.zeros_like(gather.data), method="zeros", judged=judged)


LINEAR = LinearInterpolator()
CANDIDATES = {"linear": LINEAR, "linear along moveout": Flattened(inner=LINEAR), "zeros": Zeros()}
AUTO = AutoInterpolator(candidates=CANDIDATES, fallback="linear")
STEEP = gather_of(hyperbola(np.arange(80.0), slope=2.5, foot=25.0, apex=20.0), n_samples=320)
FLAT = gather_of(np.zeros(80))


def holes(gather, live, **more):
    return Gather(data=gather.data, live=live, dt=gather.dt, **more)


def test_steep_events_are_filled_along_the_moveout_and_the_answer_says_why():
    live = np.random.default_rng(0).random(80) < 0.6
    live[[0, -1]] = True
    filled = AUTO.fill(holes(STEEP, live))
    assert snr_db(STEEP.data, filled.data, traces=~live) > 15
    assert filled.method.startswith("auto: 100% linear along moveout (")
    assert "held-out traces" in filled.method


def test_a_filler_that_only_does_harm_gets_no_share():
    live = np.arange(80) % 2 == 0
    live[-1] = True
    filled = AUTO.fill(holes(FLAT, live))
    assert "zeros" not in filled.method
    assert snr_db(FLAT.data, filled.data, traces=~live) > 30


def test_with_few_live_traces_a_neighbour_is_tried_and_without_one_the_fallback_fills():
    live = np.zeros(80, dtype=bool)
    live[[0, 20, 21, 40, 60, 79]] = True
    lonely = holes(STEEP, live)
    auto = AutoInterpolator(candidates=CANDIDATES, fallback="linear", limits=Limits(max_gap=40))
    assert auto.fill(lonely).method == "auto: linear; no trial on held-out traces was possible"
    neighbour = holes(STEEP, np.arange(80) % 3 != 1)
    assert "linear along moveout" in auto.fill(lonely, context=[neighbour]).method
    assert "linear along moveout" in auto.fill(lonely, context=[STEEP]).method  # a complete one serves as well


def test_wide_gaps_are_refused_and_fillers_that_cannot_do_not_stand_in_the_way():
    live = np.ones(80, dtype=bool)
    live[20:24] = live[40:65] = False
    only_narrow = {"zeros": Zeros(max_gap=2), "linear": LINEAR}
    filled = AutoInterpolator(candidates=only_narrow, fallback="zeros").fill(holes(FLAT, live))
    assert filled.filled[20:24].all()
    assert sorted(filled.reasons) == list(range(40, 65))
    assert "gap of 25" in filled.reasons[40]


def test_the_same_gather_gets_the_same_answer():
    live = np.random.default_rng(3).random(80) < 0.5
    first, second = (AUTO.fill(holes(STEEP, live)) for _ in range(2))
    np.testing.assert_array_equal(first.data, second.data)
    assert first.method == second.method


def test_a_complete_gather_comes_back_as_it_is():
    filled = AUTO.fill(FLAT)
    np.testing.assert_array_equal(filled.data, FLAT.data)


@settings(max_examples=25)
@given(random_gathers())
def test_promises_hold_for_any_gather(gather):
    assert_promises(gather, AUTO.fill(gather))


@settings(max_examples=25)
@given(random_gathers())
def test_promises_hold_along_any_moveout(gather):
    assert_promises(gather, Flattened(inner=LINEAR).fill(gather))


def test_a_gap_that_is_refused_does_not_spoil_the_trial():
    live = np.ones(80, dtype=bool)
    live[[5, 9, 14, 70, 75]] = False
    narrow = AutoInterpolator(candidates={"linear": LINEAR, "zeros": Zeros(max_gap=2)}, fallback="zeros")
    live[20:60] = False
    auto = AutoInterpolator(candidates=CANDIDATES, fallback="zeros", limits=Limits(max_gap=4))
    filled = auto.fill(holes(STEEP, live))
    assert "linear along moveout" in filled.method
    assert narrow.fill(holes(FLAT, live)).filled[[5, 9, 14, 70, 75]].all()


def test_where_only_a_few_traces_hold_energy_nothing_breaks():
    for seed in range(8):
        rng = np.random.default_rng(seed)
        data = np.zeros((50, 96), dtype=np.float32)
        first = int(rng.integers(1, 20))
        data[first : first + 3] = STEEP.data[30:33, 60:156]
        live = np.ones(50, dtype=bool)
        live[30:38] = False
        assert AUTO.fill(Gather(data=data, live=live, dt=0.004)).filled[30:38].all()


def test_holes_of_hidden_traces_are_not_held_against_a_filler():
    live = np.random.default_rng(0).random(80) < 0.7
    valid = np.ones(STEEP.data.shape, dtype=bool)
    valid[:, 90:130] = False
    with_holes = AUTO.judge(holes(STEEP, live, valid=valid))
    assert with_holes.snr_db.max() > 8


def test_amplitudes_near_the_largest_float_are_filled():
    live = np.arange(80) % 2 == 0
    strong = Gather(data=STEEP.data * np.float32(1e35), live=live, dt=0.004)
    assert np.isfinite(AUTO.fill(strong).data).all()


def test_where_the_chosen_filler_refuses_the_next_one_fills():
    live = np.ones(80, dtype=bool)
    live[10:70:4] = False
    live[30:36] = False
    narrow = Flattened(inner=LinearInterpolator(limits=Limits(max_gap=1)))
    auto = AutoInterpolator(
        candidates={"narrow": narrow, "zeros": Zeros(max_gap=1), "linear": LINEAR}, fallback="narrow"
    )
    filled = auto.fill(holes(STEEP, live))
    assert filled.filled[~live].all()
    assert not filled.reasons
