import numpy as np
import pytest
import segyio
from hypothesis import given
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.segy.fields import FIELDS, Field, find_field, header_dtype, read_field, write_field
from tests.field_data import field_file

ORDERS = st.sampled_from([">", "<"])


def test_the_cdp_is_the_four_bytes_from_byte_21_on():
    headers = np.zeros((2, 240), np.uint8)
    headers[0, 20:24] = [0, 0, 1, 2]
    headers[1, 20:24] = [255, 255, 255, 254]
    assert read_field(headers, find_field("cdp", dialect="segy"), ">").tolist() == [258, -2]


@pytest.mark.parametrize("word", ["tracf", "TraceNumber", "tracenumber", "channel", "13", 13, "byte13"])
def test_every_way_to_say_channel_means_byte_13(word):
    assert find_field(word, dialect="segy") == Field(name="tracf", byte=13, kind="i4")


@pytest.mark.parametrize(
    ("name", "byte", "kind"),
    [
        ("cdpx", 181, "i4"),
        ("iline", 189, "i4"),
        ("xline", 193, "i4"),
        ("sp", 197, "i4"),
        ("scalsp", 201, "i2"),
        ("scalel", 69, "i2"),
        ("sx", 73, "i4"),
        ("ns", 115, "u2"),
        ("dt", 117, "u2"),
        ("muts", 111, "i2"),
        ("mute", 113, "i2"),
        ("stas", 135, "i2"),
        ("otrav", 179, "i2"),
        ("uint2", 237, "i4"),
        ("sedm", 219, "i4"),
    ],
)
def test_words_lie_where_rev_1_puts_them(name, byte, kind):
    assert find_field(name, dialect="segy") == Field(name=name, byte=byte, kind=kind)


def test_su_has_its_own_words_from_byte_181_on():
    assert find_field("d1", dialect="su") == Field(name="d1", byte=181, kind="f4")
    assert find_field("unscale", dialect="su").byte == 201
    assert find_field("ntr", dialect="su") == Field(name="ntr", byte=205, kind="i4")
    assert find_field("shortpad", dialect="su") == Field(name="shortpad", byte=211, kind="i2")
    with pytest.raises(InvalidParameterError, match="iline"):
        find_field("iline", dialect="su")


@pytest.mark.parametrize("dialect", ["segy", "su"])
def test_words_of_a_dialect_neither_overlap_nor_leave_the_header(dialect):
    used = [byte for field in FIELDS[dialect].values() for byte in range(field.byte, field.byte + field.width)]
    assert len(used) == len(set(used))
    assert set(used) <= set(range(1, 241))
    assert set(range(1, 181)) <= set(used)


def test_a_byte_where_no_word_starts_is_a_four_byte_word_that_its_name_finds_again():
    field = find_field("22", dialect="segy")
    assert (field.byte, field.kind) == (22, "i4")
    assert find_field(field.name, dialect="segy") == field
    assert find_field(233, dialect="su").width == 4


def test_the_structured_type_reads_what_read_field_reads():
    rng = np.random.default_rng(1)
    headers = rng.integers(0, 256, (5, 240)).astype(np.uint8)
    fields = [find_field(word, dialect="su") for word in ("cdp", "dt", "ntr")]
    table = headers.view(header_dtype(fields, "<"))[:, 0]
    assert table.dtype.itemsize == 240
    for field in fields:
        assert table[field.name].tolist() == read_field(headers, field, "<").tolist()


@given(st.data(), ORDERS, st.sampled_from([f for table in FIELDS.values() for f in table.values()]))
def test_what_is_written_is_read_and_nothing_else_changes(data, order, field):
    if field.kind == "f4":
        values = data.draw(st.lists(st.floats(width=32, allow_nan=False), min_size=3, max_size=3))
    else:
        limits = np.iinfo(field.kind)
        values = data.draw(st.lists(st.integers(int(limits.min), int(limits.max)), min_size=3, max_size=3))
    rows = np.full((3, 300), 7, np.uint8)
    headers = rows[:, 10:250]  # a strided view, as of a mapped file
    write_field(headers, field, np.array(values), order)
    assert read_field(headers, field, order).tolist() == values
    headers[:, field.byte - 1 : field.byte - 1 + field.width] = 7
    assert (rows == 7).all()


@pytest.mark.parametrize("name", ["viking_small.segy", "f3.sgy", "31_81_PR.sgy"])
def test_segyio_reads_the_same_headers(name):
    path = field_file(name)
    with segyio.open(str(path), ignore_geometry=True) as file:
        size = file.trace.raw[0].size * (2 if name == "f3.sgy" else 4) + 240
        headers = np.fromfile(path, np.uint8)[3600:].reshape(-1, size)[:, :240]
        for field in FIELDS["segy"].values():
            expected = file.attributes(field.byte)[:]
            if field.kind == "u2":
                expected = expected & 0xFFFF
            assert read_field(headers, field, ">").tolist() == expected.tolist(), field


def test_an_unknown_word_is_refused_with_a_suggestion():
    with pytest.raises(InvalidParameterError, match="did you mean 'offset'"):
        find_field("ofset", dialect="segy")


@pytest.mark.parametrize("byte", [0, 241, "238", 240, 10**6])
def test_a_position_outside_of_the_header_is_refused(byte):
    with pytest.raises(InvalidParameterError, match="byte"):
        find_field(byte, dialect="segy")


@pytest.mark.parametrize(("name", "value"), [("trid", 40000), ("cdp", 2**31), ("ns", -1), ("ns", 65536), ("cdp", 1.5)])
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_written(name, value):
    headers = np.zeros((2, 240), np.uint8)
    with pytest.raises(InvalidParameterError, match=name):
        write_field(headers, find_field(name, dialect="segy"), np.array([1, value]), ">")
    assert not headers.any()


@pytest.mark.parametrize("value", [np.nan, np.inf, 10**30])
def test_a_value_that_is_no_integer_of_the_machine_is_refused(value):
    with pytest.raises(InvalidParameterError, match="cdp"):
        write_field(np.zeros((1, 240), np.uint8), find_field("cdp", dialect="segy"), value, ">")


def test_a_float_word_refuses_what_overflows_it():
    with pytest.raises(InvalidParameterError, match="d1"):
        write_field(np.zeros((1, 240), np.uint8), find_field("d1", dialect="su"), 1e39, ">")


def test_headers_of_another_shape_are_refused():
    with pytest.raises(InvalidParameterError, match="240"):
        read_field(np.zeros((2, 239), np.uint8), find_field("cdp", dialect="segy"), ">")
