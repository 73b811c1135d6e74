import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.gather import Gather
from seisfill.interpolators.base import Limits, make_answer
from seisfill.interpolators.block_plan import BlockPlan
from seisfill.interpolators.blocks import Blocks, cut_gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.interpolators.load import load_interpolator
from seisfill.metrics import snr_db
from tests.interpolators.gathers import assert_promises, random_gathers
from tests.interpolators.sections import crossing_events, scattered

SMALL = BlockPlan(samples=64, traces=8, shortest=1, overlap=(4, 2))
LINEAR = LinearInterpolator()


@dataclasses.dataclass(frozen=True)
class Level:
    """Fills with the number of gathers that it has seen before, and tells of what it saw."""

    limits: Limits = dataclasses.field(default_factory=Limits)
    seen: list = dataclasses.field(default_factory=list)
    contexts: list = dataclasses.field(default_factory=list)
    refuses: tuple = ()
    tells: bool = False

    def needs_neighbours(self, gather):
        return gather.live.sum() < 5

    def fill(self, gather, *, context=()):
        number = len(self.seen)
        self.seen.append(gather)
        self.contexts.append(list(context))
        wanted, reasons = self.limits.judge(gather.live)
        if number in self.refuses:
            wanted, reasons = np.zeros_like(wanted), dict.fromkeys(np.flatnonzero(~gather.live).tolist(), "no")
        level = np.full(gather.data.shape, number, np.float32)
        sigma = level + 1 if self.tells else None
        return make_answer(gather, level, method=f"level: {number}", judged=(wanted, reasons), sigma=sigma)


def cut(inner=LINEAR, plan=SMALL):
    return Blocks(inner=inner, plan=plan)


def plane(n_traces, n_samples, live, **more):
    data = np.arange(n_traces)[:, None] + np.linspace(1, 2, n_samples)
    return Gather(data=data, live=live, dt=0.004, **more)


def test_a_gather_of_one_block_goes_straight_through():
    inner = Level()
    gather = plane(8, 8, np.arange(8) % 2 == 0)
    neighbour = plane(8, 8, np.ones(8, dtype=bool))
    answer = cut(inner).fill(gather, context=[neighbour])
    assert inner.seen == [gather]
    assert inner.contexts == [[neighbour]]
    assert answer.method == "level: 0"


def test_answers_fade_into_each_other_where_blocks_overlap():
    live = np.array([letter == "|" for letter in "|.|.|.|.|.|.|"])
    answer = cut(Level(tells=True), BlockPlan(samples=64, traces=8, shortest=1, overlap=(8, 2))).fill(
        plane(13, 8, live)
    )
    # blocks of traces 0-6, 4-10 and 8-12: the overlaps hold trace 5 and trace 9, each in the middle
    np.testing.assert_allclose(answer.data[~live, 0], [0, 0, 0.5, 1, 1.5, 2], atol=1e-5)
    np.testing.assert_allclose(answer.sigma[:, 0], [0, 1, 0, 1, 0, 1.5, 0, 2, 0, 2.5, 0, 3, 0], atol=1e-5)
    assert answer.method == "level: chosen anew in each of 3 blocks"


def test_a_straight_line_in_blocks_is_the_straight_line():
    live = scattered(90, 3, missing=0.3)
    gather = plane(90, 300, live)
    plan = BlockPlan(samples=3000, traces=40, shortest=1, overlap=(8, 20))
    assert len(plan.along_time((40, 300))) > 1
    answer, whole = cut(plan=plan).fill(gather), LINEAR.fill(gather)
    assert answer.filled.tolist() == whole.filled.tolist()
    np.testing.assert_allclose(answer.data, whole.data, rtol=1e-6)  # weights in float32
    assert answer.method == "linear"


def test_gaps_are_judged_by_their_whole_width_and_edges_are_those_of_the_gather():
    live = np.ones(60, dtype=bool)
    live[[0, 10, 20, 21, 31, 32, 33, 59]] = False
    answer = cut(LinearInterpolator(limits=Limits(max_gap=2))).fill(plane(60, 16, live))
    assert np.flatnonzero(answer.filled).tolist() == [10, 20, 21]
    assert {place: reason.partition(";")[0] for place, reason in answer.reasons.items()} == {
        0: "beyond the last live trace",
        **dict.fromkeys([31, 32, 33], "gap of 3 traces"),
        59: "beyond the last live trace",
    }


def test_a_gap_that_is_wide_beside_a_block_is_refused_with_the_cure():
    live = np.ones(60, dtype=bool)
    live[20:25] = False
    answer = cut().fill(plane(60, 16, live))
    assert not answer.filled.any()
    assert answer.reasons[22] == (
        "gap of 5 traces; this method supports 2 in blocks of 8 traces, in which a gather of this size is filled; "
        "linear fills any gap"
    )


def test_edges_are_extrapolated_where_that_was_asked_for():
    live = np.ones(40, dtype=bool)
    live[[0, 1, 2, 38, 39]] = False
    answer = cut(LinearInterpolator(limits=Limits(extrapolate=True))).fill(plane(40, 16, live))
    assert np.flatnonzero(answer.filled).tolist() == [1, 2, 38, 39]
    assert answer.reasons[0].startswith("more than 2 traces beyond the last live one in blocks of 8 traces")


def test_a_trace_that_one_block_refuses_is_that_of_the_other():
    live = np.array([letter == "|" for letter in "|.|.|.|.|.|.|"])
    plan = BlockPlan(samples=64, traces=8, shortest=1, overlap=(8, 2))
    answer = cut(Level(refuses=(0,)), plan).fill(plane(13, 8, live))
    assert np.flatnonzero(answer.filled).tolist() == [5, 7, 9, 11]
    assert answer.data[5, 0] == 1
    assert answer.reasons == {1: "no", 3: "no"}


def test_a_trace_that_is_refused_at_some_time_is_left():
    inner = Level(refuses=(1,))
    answer = cut(inner).fill(plane(8, 16, np.arange(8) % 2 == 0))
    assert len(inner.seen) > 1
    assert not answer.filled.any()
    assert answer.reasons[1] == "no"
    assert not answer.data[1::2].any()


def test_neighbouring_blocks_stand_in_for_one_that_tells_too_little():
    live = np.ones(40, dtype=bool)
    live[1::2] = False
    inner = Level()
    cut(inner).fill(plane(40, 8, live), context=[plane(4, 8, np.ones(4, dtype=bool))])
    assert [len(context) for context in inner.contexts[:2]] == [2, 3]  # one or two blocks, and the neighbour that came
    assert inner.contexts[1][0].data[0, 0] == inner.seen[0].data[0, 0]


def test_everything_that_is_known_of_a_gather_is_cut_with_it():
    place = np.arange(4.0)
    gather = Gather(
        data=np.arange(12.0).reshape(4, 3),
        live=[True, True, False, True],
        valid=np.eye(4, 3) == 0,
        offset=place * 10,
        position=place * 20,
        source=np.stack([place, place], axis=1),
        receiver=np.stack([place, -place], axis=1),
        t0=1.0,
        dt=0.5,
        guides={"slope": np.arange(12.0).reshape(4, 3)},
    )
    part = cut_gather(gather, slice(1, 3), slice(1, 3))
    assert (part.data.tolist(), part.live.tolist()) == ([[0.0, 5.0], [0.0, 0.0]], [True, False])
    assert part.valid.tolist() == [[False, True], [True, False]]
    assert (part.offset.tolist(), part.position.tolist(), part.t0) == ([10, 20], [20, 40], 1.5)
    assert (part.receiver.tolist(), part.source[0].tolist()) == ([[1, -1], [2, -2]], [1, 1])
    assert part.guides["slope"].tolist() == [[4, 5], [7, 8]]


def test_several_gathers_go_together_and_large_ones_alone():
    small, large = plane(8, 8, np.arange(8) % 2 == 0), plane(40, 8, np.arange(40) % 2 == 0)

    class Together(Level):
        def fill_many(self, gathers):
            together.append(len(gathers))
            return [self.fill(gather) for gather in gathers]

    together = []
    answers = cut(Together()).fill_many([small, large, small])
    assert together == [2]
    assert [len(answer.data) for answer in answers] == [8, 40, 8]
    assert [len(answer.data) for answer in cut(Level()).fill_many([large, small])] == [40, 8]


@settings(max_examples=40)
@given(random_gathers(), st.builds(Limits, max_gap=st.none() | st.integers(1, 4), extrapolate=st.booleans()))
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, limits):
    filler = cut(LinearInterpolator(limits=limits), BlockPlan(samples=27, traces=8, shortest=1, overlap=(2, 1)))
    answer = filler.fill(gather)
    assert_promises(gather, answer)
    between, _ = Limits(max_gap=min(limits.max_gap or 9, 2)).judge(gather.live)
    assert answer.filled[between].all()


@pytest.mark.parametrize("method", ["prediction", "pocs"])
def test_a_gather_in_blocks_is_as_good_as_in_one(method):
    truth = crossing_events(n_traces=120, n_samples=96)
    live = scattered(120, 1, missing=0.4)
    gather = Gather(data=truth, live=live, dt=0.004)
    whole = load_interpolator(method, device="cpu")
    blocks = dataclasses.replace(whole, plan=BlockPlan(samples=80 * 96, traces=16, shortest=1, overlap=(40, 64)))
    assert len(blocks.plan.along_traces(live, n_samples=96)) > 1
    one, other = whole.fill(gather), blocks.fill(gather)
    # a few tenths of a dB: windows lie elsewhere against the traces
    assert snr_db(truth, other.data, traces=~live) > snr_db(truth, one.data, traces=~live) - 0.5
    assert (other.data == blocks.fill(gather).data).all()


def test_what_others_ask_of_a_filler_is_answered_for_the_inner_one():
    blocks = load_interpolator("network", device="cpu", limits=Limits(max_gap=7))
    assert (blocks.limits.max_gap, blocks.trained_gap, blocks.takes_guides) == (7, 20, True)
    assert blocks.weights_sha256 == blocks.inner.inner.weights_sha256
    assert not blocks.needs_neighbours(plane(4, 8, np.ones(4, dtype=bool)))
    assert load_interpolator("auto", device="cpu").needs_neighbours(plane(4, 8, np.ones(4, dtype=bool)))
