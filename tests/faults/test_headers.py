"""Headers that disagree with the file, or with each other: sample counts, formats, byte orders, texts, intervals."""

import struct

import numpy as np
import pytest
import segyio

from seisfill.segy.reader import read_gathers
from tests.faults import fault, faults
from tests.faults.bad_files import TRACE_BYTES, good, poke, poke_traces, swap

SIXTEEN = np.arange(16)  # traces of a good file before some are hidden


def spoilt(user, make):
    """A bad file and the good one that it was made of."""
    good(user.folder / "good.sgy")
    return make(user.folder / "bad.sgy")


def variable(path):
    raw = good(path).read_bytes()[:3600]
    rng = np.random.default_rng(0)
    for trace in range(16):
        count = 60 + trace % 7
        header = bytearray(240)
        struct.pack_into(">ii", header, 8, trace // 8 + 1, trace % 8 + 1)
        struct.pack_into(">hH", header, 114, count, 4000)
        raw += bytes(header) + rng.normal(0, 1, count).astype(">f4").tobytes()
    path.write_bytes(raw)
    poke(path, 3225, ">h", 5)


def doubled(path):
    """20 traces that say they are 188 samples long, which ten traces would be."""
    good(path, shots=1, channels=21, hide=[3], headers={"ns": 188})
    poke(path, 3221, ">H", 188)


def extra_text(declared):
    def make(path):
        good(path, n_extended_text=2)
        poke(path, 3505, ">h", declared)

    return make


def both(byte_in_file, code, value, name):
    """Binary and trace headers say the same."""

    def make(path):
        good(path, headers={name: value % 65536})
        poke(path, byte_in_file, code, value)

    return make


def binary(byte, code, value, **options):
    def make(path):
        good(path, **options)
        poke(path, byte, code, value)

    return make


REFUSED = {
    "sample count zero": (
        both(3221, ">h", 0, "ns"),
        "bytes 3221-3222 and trace header bytes 115-116 must say how many samples, found 0",
        ["--n-samples", 64],
    ),
    "sample count negative": (
        both(3221, ">h", -64, "ns"),
        "0 whole traces of 262128 bytes and 6448 bytes left over (bytes 3221-3222 say 65472 samples",
        ["--n-samples", 64],
    ),
    "sample count wrong but dividing the size": (
        doubled,
        "traces of 188 samples must hold no trace headers, found one every 496 bytes. Give --n-samples 64.",
        ["--n-samples", 64],
    ),
    "true variable length": (
        variable,
        "found traces of 60 to 66 samples, each as long as its header says. Cut or pad them to one length first.",
        None,
    ),
    "pairwise-swapped bytes": (
        lambda path: swap(path, [1, 0, 3, 2], headers=True),
        "the two bytes of each pair were exchanged. Change them back first, as dd conv=swab does.",
        None,
    ),
    "sample interval zero": (
        both(3217, ">h", 0, "dt"),
        "Invalid sample interval 0 in bytes 3217-3218 and trace header bytes 117-118 of bad.sgy: must be positive",
        ["--dt", 0.004],
    ),
    "sample intervals that conflict": (
        lambda path: good(path, headers={"dt": np.where(SIXTEEN % 2, 2000, 4000)}),
        "must be one for all traces, found 4000 and 2000 us. Give it with --dt if one is wrong",
        ["--dt", 0.004],
    ),
    "differing delays": (
        lambda path: good(path, headers={"delrt": np.where(SIXTEEN % 2, 104, 100)}),
        "Invalid delays (trace header bytes 109-110) of traces 1 and 2 of bad.sgy, fldr 1: must be one within a "
        "gather, found 100 and 104 ms. Shift the traces to one first time, or, if the words are wrong, give --t0",
        ["--t0", 0.1],
    ),
}


@faults(
    {
        name: f"refused: *{sentence}*" + (f"; filled with `{options[0]}`" if options else "")
        for name, (_, sentence, options) in REFUSED.items()
    }
)
@pytest.mark.parametrize("kind", REFUSED)
def test_headers_that_cannot_be_are_refused_until_the_user_says_what_is_true(user, kind):
    make, sentence, options = REFUSED[kind]
    make(user.folder / "bad.sgy")
    user.refused("bad.sgy", sentence)
    if options:
        good(user.folder / "good.sgy", **({"shots": 1, "channels": 21, "hide": [3]} if make is doubled else {}))
        assert np.array_equal(user.filled("bad.sgy", *options)[0], user.filled("good.sgy")[0])


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ([1, 0, 3, 2], "the two bytes of each pair exchanged"),
        ([2, 3, 0, 1], "the two halves of each word exchanged"),
        ([3, 2, 1, 0], "the four bytes of each word reversed"),
    ],
)
@pytest.mark.parametrize("code", [1, 5])
def test_samples_of_another_byte_order_than_their_headers_are_refused(user, order, words, code):
    swap(user.folder / "bad.sgy", order, code=code)
    user.refused("bad.sgy", f"they make sense with {words}. Change them back first.")


WARNED = {
    "sample count zero": (binary(3221, ">h", 0), []),
    "sample count negative": (binary(3221, ">h", -64), ["bytes 3221-3222 (samples) say 65472, the file fits 64"]),
    "binary and trace counts that differ": (
        binary(3221, ">h", 99),
        ["bytes 3221-3222 (samples) say 99, the file fits 64"],
    ),
    "unknown format code": (
        binary(3225, ">h", 77),
        ["bytes 3225-3226 (sample format) say 77, the samples fit 1 (ibm)"],
    ),
    "IBM labelled IEEE": (
        binary(3225, ">h", 5),
        ["bytes 3225-3226 (sample format) say 5, the samples fit 1 (ibm)"],
    ),
    "garbage revision": (binary(3501, ">H", 0xBEEF), []),
    "wrong extended-text count": (binary(3505, ">h", 3), ["bytes 3505-3506 (extended texts) say 3, the file fits 0"]),
    "ASCII text": (lambda path: good(path, text_encoding="ascii"), []),
    "NUL text": (lambda path: good(path, text_encoding=None), []),
    "sample interval zero": (binary(3217, ">h", 0), []),
    "sample interval negative": (
        binary(3217, ">h", -4000),
        ["bytes 3217-3218 (sample interval) say 61536 us, or -4000 us if the word has a sign, 4000 us of the traces"],
    ),
    "sample intervals that conflict": (
        lambda path: good(path, headers={"dt": 2000}),
        ["trace header bytes 117-118 (sample interval) say 2000 us, 4000 us is used; --dt says otherwise"],
    ),
}


@faults(
    {
        name: "filled, with a warning: *" + warned[0] + "*"
        if warned
        else "filled: another header tells, or none is needed"
        for name, (_, warned) in WARNED.items()
    }
)
@pytest.mark.parametrize("kind", WARNED)
def test_headers_that_another_one_or_the_file_contradicts_give_way(user, kind):
    make, warned = WARNED[kind]
    spoilt(user, make)
    assert np.array_equal(user.filled("bad.sgy", warned=warned)[0], user.filled("good.sgy")[0])


def test_trace_headers_that_count_wrong_give_way_to_the_binary_header(user):
    spoilt(user, lambda path: good(path, headers={"ns": 99}))
    warned = ["trace header bytes 115-116 (samples) say 99, the file fits 64"]
    assert np.array_equal(user.filled("bad.sgy", warned=warned)[0], user.filled("good.sgy")[0])


@fault("sample interval negative", "filled, with a warning, if every header says so: 61536 us may be meant")
def test_an_interval_that_every_header_calls_negative_is_warned_of(user):
    spoilt(user, both(3217, ">h", -4000, "dt"))
    warned = ["the sample interval is 61536 us, or -4000 us if the word has a sign; --dt says otherwise"]
    user.filled("bad.sgy", warned=warned)
    user.filled("bad.sgy", "--dt", 0.004)


@fault(
    "sample count above 32,767", "filled: the count has no sign; beyond 65,535 give `--n-samples`, or write revision 2"
)
def test_counts_that_a_sign_would_make_negative_are_counts(user):
    good(user.folder / "long.sgy", n_samples=40_000, shots=1, channels=4, hide=[1])
    samples, _ = user.filled("long.sgy")
    assert samples.shape == (4, 160_000)
    with segyio.open("long.sgy", ignore_geometry=True) as file:
        theirs = file.trace[0]
    ours = next(iter(read_gathers("long.sgy"))).data[0]
    assert np.array_equal(ours, theirs)
    good(user.folder / "longer.sgy", n_samples=70_000, shots=1, channels=4, hide=[1])
    for name in ("out.sgy", "out.sgy.fill.jsonl"):
        (user.folder / name).unlink()
    user.refused("longer.sgy", "give --n-samples or --format")
    assert user.filled("longer.sgy", "--n-samples", 70_000)[0].shape == (4, 280_000)


@fault(
    "IEEE labelled IBM", "filled, with a warning: *bytes 3225-3226 (sample format) say 1, the samples fit 5 (ieee32)*"
)
def test_ieee_words_under_the_code_of_ibm_are_read_as_ieee(user):
    good(user.folder / "good.sgy", format_code=5)
    good(user.folder / "bad.sgy", format_code=5)
    poke(user.folder / "bad.sgy", 3225, ">h", 1)
    warned = ["bytes 3225-3226 (sample format) say 1, the samples fit 5 (ieee32)"]
    assert np.array_equal(user.filled("bad.sgy", warned=warned)[0], user.filled("good.sgy")[0])


@fault("unlabelled little-endian", "filled: the byte order in which the headers make sense is found")
def test_little_endian_without_a_label_is_found(user):
    good(user.folder / "bad.sgy", byte_order="<")
    good(user.folder / "good.sgy")
    little = user.filled("bad.sgy")[0].reshape(16, 64, 4)[..., ::-1]
    assert np.array_equal(little.reshape(16, 256), user.filled("good.sgy")[0])
    user.filled("bad.sgy")
    with segyio.open("out.sgy", ignore_geometry=True, endian="little") as file:
        theirs = file.trace.raw[:]
    ours = np.concatenate([gather.data for gather in read_gathers("out.sgy")])
    assert np.array_equal(ours, theirs)


@fault("garbage revision", "filled, with a warning, where the constant of bytes 3297-3300 shows that it is none")
def test_a_revision_2_that_its_constant_denies_is_not_believed(user):
    good(user.folder / "good.sgy", junk=3)
    good(user.folder / "bad.sgy", junk=3)
    poke(user.folder / "bad.sgy", 3501, ">H", 0x0200)
    mark = "Bytes 233-236 of recorded trace headers are in use"
    warned = ["bytes 3297-3300 (byte order) say 4187717880, 16909060 was expected, so revision 2 is not believed", mark]
    assert np.array_equal(user.filled("bad.sgy", warned=warned)[0], user.filled("good.sgy", warned=[mark])[0])


@fault("wrong extended-text count", "filled, with a warning: the texts that are there are counted")
@pytest.mark.parametrize("declared", [0, 1])
def test_extended_texts_that_are_not_declared_are_counted(user, declared):
    spoilt(user, extra_text(declared))
    warned = [f"bytes 3505-3506 (extended texts) say {declared}, the file fits 2"]
    assert np.array_equal(user.filled("bad.sgy", warned=warned)[0], user.filled("good.sgy")[0])


@fault("non-Latin text", "filled: text is carried as bytes")
def test_a_text_that_is_neither_ascii_nor_ebcdic_is_carried_as_bytes(user):
    raw = good(user.folder / "good.sgy").read_bytes()
    text = ("Сейсмика 地震 ".encode() * 200)[:3200]
    (user.folder / "bad.sgy").write_bytes(text + raw[3200:])
    assert np.array_equal(user.filled("bad.sgy")[0], user.filled("good.sgy")[0])


@fault("differing delays", "filled if they differ between gathers only; new traces repeat their neighbours'")
def test_every_gather_may_have_its_own_delay(user):
    spoilt(user, lambda path: good(path, headers={"delrt": np.where(SIXTEEN < 8, 100, 104)}))
    assert np.array_equal(user.filled("good.sgy")[0], user.filled("bad.sgy")[0])
    headers = np.frombuffer((user.folder / "out.sgy").read_bytes()[3600:], np.uint8).reshape(-1, TRACE_BYTES)
    assert headers[:, 108:110].copy().view(">i2")[:, 0].tolist() == [100] * 8 + [104] * 8


@fault("delay scalar", "applied (bytes 215-216, revision 1): 1000 with -10 and 100 with 1 are one delay")
def test_delays_are_compared_with_their_scalar(user):
    good(user.folder / "bad.sgy", headers={"delrt": np.where(SIXTEEN % 2, 1000, 100)})
    user.refused("bad.sgy", "found 100 and 1000 ms")
    kept = np.setdiff1d(SIXTEEN, [2, 5, 11])
    poke_traces(user.folder / "bad.sgy", 215, ">h", np.where(kept % 2, -10, 1))
    good(user.folder / "good.sgy")
    assert np.array_equal(user.filled("bad.sgy")[0], user.filled("good.sgy")[0])
