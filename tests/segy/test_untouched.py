import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.segy import untouched
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.untouched import compare_recorded
from seisfill.segy.writer import output_layout
from tests.segy.make_segy import write_segy

NONE = np.zeros(0, dtype=np.int64)


def pair(tmp_path, n, inserted):
    """A file of *n* traces, and the same with further traces at the numbers *inserted* of the output."""
    samples = np.random.default_rng(0).normal(0, 10, (n, 20))
    path = write_segy(tmp_path / "in.sgy", samples)
    index = HeaderIndex(path, detect_layout(path))
    new = np.full((len(inserted), index.layout.trace_bytes), 99, np.uint8)
    traces = np.empty((n + len(inserted), index.layout.trace_bytes), np.uint8)
    traces[np.setdiff1d(np.arange(len(traces)), inserted)] = index.take(np.arange(n))
    traces[inserted] = new
    other = tmp_path / "out.sgy"
    other.write_bytes(path.read_bytes()[:3600] + traces.tobytes())
    return index, HeaderIndex(other, output_layout(index.layout, len(traces)))


def poke(index, trace, byte):
    data = bytearray(index.path.read_bytes())
    data[3600 + trace * index.layout.trace_bytes + byte] ^= 1
    index.path.write_bytes(data)


def test_equal_traces_are_counted(tmp_path):
    recorded, filled = pair(tmp_path, 5, [1, 2, 6])
    found = compare_recorded(recorded, filled, np.array([1, 2, 6]), changed=NONE)
    assert (found.compared, found.skipped, found.first_difference) == (5, 0, None)


@pytest.mark.parametrize("byte", [0, 239, 240, 319])
def test_a_single_bit_is_seen(tmp_path, byte):
    recorded, filled = pair(tmp_path, 5, [1, 2, 6])
    poke(filled, 5, byte)  # trace 5 of the output is trace 3 of the input
    assert compare_recorded(recorded, filled, np.array([1, 2, 6]), changed=NONE).first_difference == 3
    told = compare_recorded(recorded, filled, np.array([1, 2, 6]), changed=np.array([3]))
    assert (told.compared, told.skipped, told.first_difference) == (4, 1, None)


def test_inserted_traces_are_not_compared(tmp_path):
    recorded, filled = pair(tmp_path, 5, [1, 2, 6])
    poke(filled, 1, 250)
    assert compare_recorded(recorded, filled, np.array([1, 2, 6]), changed=NONE).first_difference is None


@settings(max_examples=40)
@given(
    st.integers(1, 9),
    st.sets(st.integers(0, 14)),
    st.sampled_from([1, 700, 2**24]),
    st.none() | st.integers(0, 8),
)
def test_the_first_difference_is_found_whatever_the_windows(tmp_path_factory, n, places, window, spoilt):
    inserted = np.array(sorted(place for number, place in enumerate(sorted(places)) if place <= n + number), dtype=int)
    recorded, filled = pair(tmp_path_factory.mktemp("u"), n, inserted)
    outputs = np.setdiff1d(np.arange(filled.n_traces), inserted)
    expected = None
    if spoilt is not None and spoilt < n:
        poke(filled, outputs[spoilt], 300)
        poke(filled, outputs[-1], 3)
        expected = spoilt
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(untouched, "BLOCK_BYTES", window)
        assert compare_recorded(recorded, filled, inserted, changed=NONE).first_difference == expected
