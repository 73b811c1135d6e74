"""Gathers that every filler must stand, as a hypothesis strategy, and the promise that it must keep on them."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seisfill.gather import Gather

# large, small and zeros of both signs; not so large that a line between two overflows the network's float32
amplitudes = st.floats(-1e3, 1e3, width=32) | st.sampled_from([0.0, -0.0, 1e-30, -1e30, 1e30, 2.0**-149])


@st.composite
def random_gathers(draw, elements=amplitudes):
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 24)))
    steps = draw(hnp.arrays(np.float64, shape[:1], elements=st.floats(0.5, 50)))
    return Gather(
        data=draw(hnp.arrays(np.float32, shape, elements=elements)),
        live=draw(hnp.arrays(bool, shape[:1])),
        valid=draw(st.none() | hnp.arrays(bool, shape)),
        position=draw(st.none() | st.just(np.cumsum(steps))),
        dt=0.004,
    )


def assert_promises(gather, answer):
    """Recorded samples to the bit, finite estimates, zeros in refused traces, every missing trace accounted for."""
    known = gather.known
    bits = answer.data[known].view(np.uint32)
    assert (bits == gather.data[known].view(np.uint32)).all()
    assert answer.data.dtype == np.float32
    assert answer.data.shape == gather.data.shape
    assert np.isfinite(answer.data).all()
    refused = np.zeros(gather.n_traces, dtype=bool)
    refused[list(answer.reasons)] = True
    assert (answer.filled.astype(int) + refused == ~gather.live).all()
    assert not answer.data[refused].any()
