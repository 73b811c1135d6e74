import numpy as np
import pytest
import segyio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seisfill.errors import InvalidParameterError
from seisfill.segy.samples import FORMATS, decode, encode, find_format, plausible_formats
from tests.field_data import field_file

ORDERS = st.sampled_from([">", "<"])


def ibm_bytes(words, order=">"):
    return np.atleast_2d(np.array(words, order + "u4")).view(np.uint8)


def exact_ibm(words):
    """The definition: sign, 16**(exponent - 64), 24-bit fraction; exact in float64."""
    sign = np.where(words >> 31, -1.0, 1.0)
    return sign * np.ldexp((words & 0xFFFFFF).astype(float), 4 * (((words >> 24) & 0x7F).astype(int) - 64) - 24)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        (0x41100000, 1.0),
        (0xC276A000, -118.625),
        (0x40800000, 0.5),
        (0x41001000, 1 / 256),  # unnormalised
        (0x00000000, 0.0),
        (0x41000000, 0.0),  # zero with an exponent
        (0xFF000000, 0.0),
        (0x7FFFFFFF, np.inf),
        (0xFFFFFFFF, -np.inf),
        (0x60FFFFFF, float(np.finfo(np.float32).max)),
        (0x21000001, 2.0**-148),
    ],
)
def test_ibm_words_one_can_check_by_hand(word, value):
    for order in "><":
        found = decode(ibm_bytes([word], order), "ibm", order)
        assert found.dtype == np.float32
        assert found[0, 0] == np.float32(value)


def test_ibm_zeros_are_positive_and_encode_to_nothing():
    assert not np.signbit(decode(ibm_bytes([0x80000000, 0xC1000000]), 1, ">")).any()
    assert not encode(np.array([[0.0, -0.0]]), 1, ">").any()


@pytest.mark.parametrize("order", [">", "<"])
def test_every_ibm_exponent_with_many_mantissas_is_correctly_rounded_both_ways(order):
    rng = np.random.default_rng(0)
    edges = np.concatenate([1 << np.arange(24), (1 << np.arange(25)) - 1, 0xFFFFFF - np.arange(64), np.arange(64)])
    mantissas = np.concatenate([edges, rng.integers(0, 1 << 24, 1500)]).astype(np.uint32)
    words = mantissas[np.newaxis] | (np.arange(256, dtype=np.uint32) << np.uint32(24))[:, np.newaxis]
    exact = exact_ibm(words)
    with np.errstate(over="ignore", under="ignore"):
        expected = exact.astype(np.float32)
    assert np.array_equal(decode(ibm_bytes(words, order), 1, order), expected)
    normalised = (words & 0xF00000) != 0
    again = encode(exact, 1, order).view(order + "u4")
    assert np.array_equal(again[normalised], words[normalised])


@given(st.data(), ORDERS)
def test_an_ibm_word_is_the_nearest_one(data, order):
    value = data.draw(st.floats(-1e70, 1e70, allow_subnormal=False))
    packed = encode(np.array([[value]]), 1, order)
    word = int(packed.view(order + "u4")[0, 0])
    found = exact_ibm(np.array([word]))[0]
    digit = 2.0 ** (4 * ((word >> 24 & 0x7F) - 64) - 24)  # one unit of the mantissa
    assert abs(found - value) <= digit / 2


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (1.0, 0x41100000),
        (-118.625, 0xC276A000),
        (0.0, 0),
        (-0.0, 0),
        (2.0**-149, 0x1B800000),  # 0.5 * 16**-37
        (-np.inf, 0xFFFFFFFF),
        (1 + 2.0**-23, 0x41100000),  # halves go to even: IBM has three bits fewer behind a 1
        (1 + 5 * 2.0**-23, 0x41100001),
        (1 + 3 * 2.0**-21, 0x41100002),
    ],
)
def test_ibm_words_of_float32_one_can_check_by_hand(value, word):
    assert encode(np.array([[value]], np.float32), 1, ">").view(">u4")[0, 0] == word


@pytest.mark.parametrize("order", [">", "<"])
def test_float32_and_float64_have_the_same_ibm_words_at_every_exponent(order):
    rng = np.random.default_rng(0)
    mantissas = np.concatenate([np.arange(40), (1 << 23) - 1 - np.arange(40), rng.integers(0, 1 << 23, 400)])
    words = mantissas.astype(np.uint32) | (np.arange(512, dtype=np.uint32) << np.uint32(23))[:, None]
    samples = words.view(np.float32)
    samples = samples[np.isfinite(samples).all(axis=1)]
    assert len(samples) == 510
    assert np.array_equal(encode(samples, 1, order), encode(samples.astype(np.float64), 1, order))


@given(arrays(np.float32, (2, 7), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)), ORDERS)
def test_ibm_keeps_what_fits_21_bits_and_a_second_round_trip_changes_nothing(samples, order):
    before = samples.copy()
    once = decode(encode(samples, "ibm", order), "ibm", order)
    assert np.array_equal(samples, before)
    assert np.all(np.abs(once.astype(float) - samples) <= np.abs(samples.astype(float)) * 2.0**-21)
    assert np.array_equal(decode(encode(once, "ibm", order), "ibm", order), once)


@given(arrays(np.float32, (2, 5), elements=st.floats(width=32)), ORDERS, st.sampled_from([5, 6]))
def test_ieee_formats_keep_every_float32(samples, order, code):
    again = decode(encode(samples, code, order), code, order)
    assert np.array_equal(again, samples, equal_nan=True)
    assert again.flags.c_contiguous


@given(arrays(np.float64, (2, 5), elements=st.floats(-1e12, 1e12)), ORDERS, st.sampled_from([2, 3, 8]))
def test_integers_are_the_nearest_within_their_range(samples, order, code):
    limits = np.iinfo(FORMATS[code].kind)
    words = encode(samples, code, order).view(np.dtype(FORMATS[code].kind).newbyteorder(order))
    assert np.array_equal(words, np.clip(np.rint(samples), limits.min, limits.max))
    assert np.array_equal(decode(encode(samples, code, order), code, order), words.astype(np.float32))


def test_halves_round_to_even_and_extremes_are_clipped():
    found = decode(encode(np.array([[0.5, 1.5, 2.5, -0.5, 1e9, -np.inf]]), "int8", ">"), "int8", ">")
    assert found.tolist() == [[0, 2, 2, 0, 127, -128]]
    words = encode(np.array([[1e300, -1e300]]), "int32", "<").view("<i4")
    assert words.tolist() == [[2**31 - 1, -(2**31)]]


def test_float64_beyond_float32_is_infinite_without_a_warning():
    packed = encode(np.array([[1e300, -1e300, 1e-300]]), 6, ">")
    assert decode(packed, 6, ">").tolist() == [[np.inf, -np.inf, 0.0]]
    assert decode(encode(np.array([[1e300]]), 5, ">"), 5, ">").tolist() == [[np.inf]]
    assert encode(np.array([[np.inf, -1e300]]), 1, ">").view(">u4").tolist() == [[0x7FFFFFFF, 0xFFFFFFFF]]


@pytest.mark.parametrize("code", FORMATS)
@pytest.mark.parametrize("order", [">", "<"])
def test_a_strided_read_only_view_decodes_like_its_copy_and_stays_as_it_is(code, order):
    width = FORMATS[code].width
    packed = encode(np.linspace(-100, 100, 60).reshape(6, 10), code, order)
    file = np.zeros((6, 241 + 10 * width), np.uint8)
    file[:, 241:] = packed
    file.flags.writeable = False
    for rows in (slice(None), slice(1, None, 2), slice(0, 0)):
        found = decode(file[rows, 241:], code, order)
        assert np.array_equal(found, decode(packed[rows], code, order))
    assert np.array_equal(file[:, 241:], packed)


def test_blocks_do_not_show():
    words = np.random.default_rng(2).integers(0, 2**32, (3, 200_001), dtype=np.uint32)
    with np.errstate(over="ignore", under="ignore"):
        assert np.array_equal(decode(ibm_bytes(words), 1, ">"), exact_ibm(words).astype(np.float32))


@pytest.mark.parametrize("name", ["viking_small.segy", "31_81_PR.sgy", "daloro_land96.sgy", "f3.sgy"])
def test_segyio_reads_the_same_samples(name):
    path = field_file(name)
    with segyio.open(str(path), ignore_geometry=True) as file:
        theirs, code = file.trace.raw[:], int(file.bin[3225])
    raw = np.fromfile(path, np.uint8)[3600:].reshape(len(theirs), -1)[:, 240:]
    ours = decode(raw, code, ">")
    dirty = np.zeros(ours.shape, bool)
    if code == 1:  # segyio is wrong for unnormalised words, zeros with an exponent among them
        dirty = (raw.view(">u4") & 0xF00000) == 0
    assert np.array_equal(ours[~dirty], theirs[~dirty])
    again = encode(ours, code, ">")
    if not dirty.any():
        assert np.array_equal(again, raw)


def test_ibm_and_ieee_words_are_told_apart_and_so_are_integers():
    samples = np.random.default_rng(3).normal(0, 50, (20, 200))
    for order in "><":
        assert plausible_formats(encode(samples, 1, order), 4, order) == {1}
        assert plausible_formats(encode(samples, 5, order), 4, order) == {5}
        assert plausible_formats(encode(samples * 100, 2, order), 4, order) == {2}
        assert plausible_formats(encode(samples, 6, order), 8, order) == {6}
    assert plausible_formats(np.zeros((3, 40), np.uint8), 4, ">") == {1, 2, 5}


def test_wrong_arguments_are_refused():
    with pytest.raises(InvalidParameterError, match="did you mean 'ieee32'"):
        find_format("iee32")
    with pytest.raises(InvalidParameterError, match="Codes are 1, 2"):
        find_format(4)
    with pytest.raises(InvalidParameterError, match="4-byte"):
        decode(np.zeros((1, 6), np.uint8), 1, ">")
    with pytest.raises(InvalidParameterError, match="nan"):
        encode(np.array([[np.nan]]), 1, ">")
    with pytest.raises(InvalidParameterError, match="two axes"):
        encode(np.zeros(3), 1, ">")
