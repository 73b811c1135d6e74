import time

import numpy as np
import pytest
import segyio
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import FileAccessError, InvalidParameterError, LayoutError
from seisfill.segy.fields import find_field
from seisfill.segy.index import HeaderIndex, scan_samples
from seisfill.segy.layout import LayoutOptions, detect_layout
from seisfill.segy.samples import FORMATS, decode
from tests.field_data import field_file
from tests.segy.make_segy import write_segy


def open_index(path, **options):
    return HeaderIndex(path, detect_layout(path, LayoutOptions(**options)))


def noise(n, n_samples):
    return np.random.default_rng(1).normal(0, 10, (n, n_samples))


def test_columns_are_what_was_written(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(3, 20), headers={"cdp": [7, -8, 9], "offset": [100, 200, 300]})
    index = open_index(path)
    assert index.column("cdp").tolist() == [7, -8, 9]
    assert index.column(37).tolist() == [100, 200, 300]
    assert index.column(find_field("tracl", dialect="segy")).dtype == np.int64
    assert [column.tolist() for column in index.columns("cdp", "ns")] == [[7, -8, 9], [20, 20, 20]]
    assert len(index) == index.n_traces == 3


def test_usual_columns_come_together_and_are_read_once(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(3, 20), headers={"cdp": [7, -8, 9], "offset": [100, 200, 300]})
    index = open_index(path)
    index.column("cdp")
    path.unlink()
    first = index.column("offset")
    assert first.tolist() == [100, 200, 300]
    first[:] = 0
    assert index.column("offset").tolist() == [100, 200, 300]
    with pytest.raises(FileAccessError, match="must be readable"):
        index.column("gelev")


def test_a_float_word_of_su_is_a_float(tmp_path):
    path = write_segy(tmp_path / "a.su", noise(2, 20), dialect="su", byte_order="<", headers={"d2": [12.5, 25.0]})
    column = open_index(path).column("d2")
    assert column.dtype == np.float64
    assert column.tolist() == [12.5, 25.0]


def test_views_cannot_be_written_and_share_the_mapping(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(3, 20), format_code=5)
    index = open_index(path)
    assert index.headers.shape == (3, 240)
    assert index.samples_raw.shape == (3, 80)
    assert index.headers.base is not None
    assert np.array_equal(decode(index.samples_raw, 5, ">"), noise(3, 20).astype(np.float32))
    with pytest.raises(ValueError, match="read-only"):
        index.headers[0, 0] = 1


def test_constant_and_bad_traces_are_found(tmp_path):
    samples = noise(6, 20)
    samples[1] = 0
    samples[2] = 4.5
    samples[3, 7] = np.nan
    samples[3, 9] = np.inf
    samples[4, 1:] = 0
    samples[5] = np.nan
    scan = scan_samples(open_index(write_segy(tmp_path / "a.sgy", samples, format_code=5)))
    assert scan.constant.tolist() == [False, True, True, False, False, True]
    assert scan.bad.tolist() == [0, 0, 0, 2, 0, 20]


def test_dirty_and_unnormalised_ibm_words_are_compared_by_value(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(4, 6))
    words = np.memmap(path, np.uint8, mode="r+", offset=3600).reshape(4, 264)[:, 240:].view(">u4")
    words[0] = [0x41000000, 0, 0x80000000, 0xC1000000, 0, 0x7F000000]
    words[1] = [0x41100000, 0x42010000, 0x41100000, 0x43001000, 0x41100000, 0x41100000]
    words[2, 3] = 0x7FFFFFFF
    words[3, 3] = 0x60FFFFFF
    scan = scan_samples(open_index(path, format="ibm"))
    assert scan.constant.tolist() == [True, True, False, False]
    assert scan.bad.tolist() == [0, 0, 1, 0]


@given(
    st.sampled_from([1, 2, 3, 5, 6, 8]),
    st.sampled_from([">", "<"]),
    st.integers(1, 20),
    st.integers(0, 2**32 - 1),
    st.integers(1, 4000),
)
@settings(deadline=None, max_examples=60)
def test_the_scan_agrees_with_the_decoded_samples(tmp_path_factory, code, order, n_samples, seed, chunk_bytes):
    rng = np.random.default_rng(seed)
    values = [0.0, -0.0, 1.0] + ([1e30, np.inf, -np.inf, 3e38] if code in {1, 5, 6} else [])
    values += [np.nan, 1e-45] if code in {5, 6} else []
    samples = rng.choice(values, (9, n_samples))
    samples[::2] = samples[::2, :1]
    path = write_segy(tmp_path_factory.mktemp("files") / "a.sgy", samples, format_code=code, byte_order=order)
    index = open_index(path, format=code)
    decoded = decode(index.samples_raw, code, order)
    scan = scan_samples(index, chunk_bytes=chunk_bytes)
    same_bits = (index.samples_raw.reshape(9, n_samples, -1) == index.samples_raw.reshape(9, n_samples, -1)[:, :1]).all(
        (1, 2)
    )
    assert np.array_equal(scan.constant, (decoded == decoded[:, :1]).all(axis=1) | same_bits)
    assert np.array_equal(scan.bad, (~np.isfinite(decoded)).sum(axis=1))
    rows = rng.integers(0, 9, 5)
    part = scan_samples(index, rows, chunk_bytes)
    assert np.array_equal(part.constant, scan.constant[rows])
    assert np.array_equal(part.bad, scan.bad[rows])
    assert np.array_equal(index.constant_traces(), scan.constant)


@pytest.mark.parametrize("name", ["viking_small.segy", "31_81_PR.sgy", "penobscot_xl1155.sgy", "f3.sgy"])
def test_segyio_reads_the_same_columns_and_dead_traces(name):
    path = field_file(name)
    index = open_index(path)
    with segyio.open(str(path), ignore_geometry=True) as file:
        for byte in (1, 9, 13, 21, 37, 71, 73, 81, 181, 189):
            assert np.array_equal(index.column(byte), file.attributes(byte)[:])
        dead = (file.trace.raw[:] == 0).all(axis=1)
    assert np.array_equal(index.constant_traces(), dead)


def test_windows_cover_every_trace_once(tmp_path):
    index = open_index(write_segy(tmp_path / "a.sgy", noise(10, 20)))
    parts = list(index.windows(chunk_bytes=1000))
    assert [(part.start, part.stop) for part, _ in parts] == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert np.array_equal(np.concatenate([traces[:, :240] for _, traces in parts]), index.headers)


@pytest.mark.slow
def test_a_million_traces_take_less_than_two_seconds(tmp_path):
    path = write_segy(tmp_path / "a.sgy", np.zeros((1, 10)), format_code=5)
    head = path.read_bytes()
    with path.open("wb") as file:
        file.write(head[:3600])
        for _ in range(100):
            file.write(head[3600:] * 10_000)
    start = time.perf_counter()
    index = open_index(path)
    columns = [*index.columns("fldr", "tracf", "cdp", "offset"), index.column("sx"), index.column("gx")]
    took = time.perf_counter() - start
    assert all(len(column) == 1_000_000 for column in columns)
    assert took < 2  # about 0.3 s on two cores


def test_a_file_that_changed_or_went_away_is_refused(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(3, 20))
    layout = detect_layout(path)
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(LayoutError, match="size"):
        HeaderIndex(path, layout).column("cdp")
    path.unlink()
    with pytest.raises(FileAccessError, match="No such file"):
        HeaderIndex(path, layout).column("cdp")


def test_an_unknown_word_is_refused(tmp_path):
    with pytest.raises(InvalidParameterError, match="cpd"):
        open_index(write_segy(tmp_path / "a.sgy", noise(3, 20))).column("cpd")


def test_every_format_has_a_width_that_the_scan_can_view():
    assert {FORMATS[code].width for code in FORMATS} == {1, 2, 4, 8}
