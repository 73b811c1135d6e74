import os

import numpy as np
import pytest
import xxhash

from seisfill.segy.layout import Layout
from seisfill.workflows.written import OF_NOTHING, TraceFile, Written

LAYOUT = Layout(
    dialect="segy",
    byte_order=">",
    format_code=8,
    n_samples=4,
    dt=0.004,
    revision=1,
    text_encoding="ebcdic",
    n_extended_text=0,
    first_trace=3600,
    n_traces=6,
)


@pytest.fixture
def file(tmp_path):
    """A file as long as its layout says."""
    number = os.open(tmp_path / "out.sgy", os.O_RDWR | os.O_CREAT)
    os.ftruncate(number, LAYOUT.file_size)
    yield number
    os.close(number)


def traces(n, value):
    return np.full((n, LAYOUT.trace_bytes), value, np.uint8)


def test_what_was_written_is_told_by_its_runs_and_the_hash_of_its_bytes(file):
    out = TraceFile(file, LAYOUT)
    for first, n, value in ((4, 1, 7), (0, 2, 8), (2, 1, 9)):
        out.put(first, traces(n, value))
    written = out.finish()
    assert written.runs == [[4, 1], [0, 3]]
    assert written.xxh3 == xxhash.xxh3_64_intdigest(bytes([7] * 244 + [8] * 488 + [9] * 244))
    assert out.holds(written)
    assert out.finish() == Written(runs=[], xxh3=OF_NOTHING)


def test_a_byte_that_changed_and_a_file_of_another_size_are_found(file):
    out = TraceFile(file, LAYOUT)
    out.put(1, traces(2, 5))
    written = out.finish()
    os.pwrite(file, b"\6", 3600 + 3 * 244 - 1)
    assert not out.holds(written)
    os.pwrite(file, b"\5", 3600 + 3 * 244 - 1)
    assert out.holds(written)
    os.ftruncate(file, LAYOUT.file_size - 1)
    assert not out.holds(written)


def test_headers_of_others_are_neither_written_nor_hashed(file):
    out = TraceFile(file, LAYOUT, skip=240)
    out.put(0, traces(2, 3)[:, 240:])
    written = out.finish()
    os.pwrite(file, b"header", 3600)
    assert os.pread(file, 244, 3600 + 244) == bytes(240) + b"\3\3\3\3"
    assert out.holds(written)
