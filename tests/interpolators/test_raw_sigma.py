from dataclasses import dataclass, replace

import numpy as np
import pytest

from seisfill.gather import Filled, Gather
from seisfill.interpolators.auto import AutoInterpolator, _spread

LIVE = np.array([True, False, True, False, True])


@dataclass(frozen=True)
class Off:
    """Fills with the truth plus an error of its own at every second sample."""

    first: int
    size: float = 1.0

    def fill(self, gather, *, context=()):
        data = np.where(gather.live[:, None], gather.data, truth(gather.n_traces))
        data[:, self.first :: 2] += np.where(gather.live, 0, self.size)[:, None]
        return Filled(data=data.astype(np.float32), filled=~gather.live, method="off")


def truth(n_traces, n_samples=40):
    return np.tile(10 * np.sin(np.arange(n_samples)), (n_traces, 1))


def answer(value, filled):
    data = np.where(filled[:, None] | LIVE[:, None], np.full((5, 2), value), 0).astype(np.float32)
    return Filled(data=data, filled=filled, method="constant")


def test_two_answers_that_lie_two_apart_have_a_deviation_of_one():
    both = [answer(1.0, ~LIVE), answer(3.0, ~LIVE)]
    spread = _spread(both, np.array([0.5, 0.5]), np.full((5, 2), 2, np.float32), live=LIVE)
    assert spread[1].tolist() == pytest.approx([np.sqrt(0.5)] * 2)  # the Laplace scale of a deviation of 1
    assert _spread(both[:1], np.array([1.0]), both[0].data, live=LIVE) is None


def test_a_trace_that_one_filler_alone_has_answered_tells_nothing():
    partly = [answer(1.0, ~LIVE), answer(3.0, np.arange(5) == 1)]
    blend = np.array([2, 2, 2, 1, 2], np.float32)[:, None] * np.ones((5, 2), np.float32)
    spread = _spread(partly, np.array([0.5, 0.5]), blend, live=LIVE)
    assert spread[1].all()
    assert not spread[3].any()


def test_auto_tells_how_far_its_candidates_lie_apart_and_nothing_of_live_traces():
    live = np.random.default_rng(0).random(40) < 0.6
    gather = Gather(data=truth(40), live=live, dt=0.004)
    blend = AutoInterpolator(candidates={"even": Off(0), "odd": Off(1)}, fallback="even").fill(gather)
    assert blend.sigma[blend.filled] == pytest.approx(np.sqrt(1 / 8), rel=1e-4)  # half of one apart, on either side
    assert not blend.sigma[live].any()


def test_auto_that_takes_one_candidate_alone_tells_nothing():
    live = np.random.default_rng(0).random(40) < 0.6
    gather = Gather(data=truth(40), live=live, dt=0.004)
    auto = AutoInterpolator(candidates={"good": Off(0, 0.01), "bad": Off(0, 9.0)}, fallback="good")
    assert auto.fill(gather).sigma is None
    few = replace(gather, live=np.arange(40) % 8 == 0)
    assert auto.fill(few).sigma is None
