import os
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import FileAccessError, InvalidParameterError, LayoutError
from seisfill.segy.layout import LayoutOptions, detect_layout
from tests.field_data import field_file
from tests.segy.make_segy import write_segy


def noise(n=12, n_samples=50, scale=30.0, seed=0):
    return np.random.default_rng(seed).normal(0, scale, (n, n_samples))


def poke(path, byte, code, value):
    """Overwrite a word of the file; *byte* counts from 1."""
    data = bytearray(path.read_bytes())
    struct.pack_into(code, data, byte - 1, value)
    path.write_bytes(data)


def poke_traces(path, byte, code, value, *, trace_bytes=440):
    for start in range(3600, path.stat().st_size, trace_bytes):
        poke(path, start + byte, code, value)


FIELD_FILES = {
    "viking_small.segy": ("segy", 1, 600, 480, "ebcdic", 0.004, ["115-116 (samples) say 1500"]),
    "f3.sgy": ("segy", 3, 75, 414, "ebcdic", 0.004, ["115-116 (samples) say 462"]),
    "penobscot_xl1155.sgy": ("segy", 1, 1501, 601, "ascii", 0.004, []),
    "31_81_PR.sgy": ("segy", 1, 1501, 534, "ebcdic", 0.004, []),
    "daloro_land96.sgy": ("segy", 5, 1000, 96, "ebcdic", 0.00025, []),
    "gom_cdp_nmo.su": ("su", 5, 1751, 92, None, 0.004, []),
    "cdp601to610.su": ("su", 5, 750, 300, None, 0.008, []),
    "ozdata16.su": ("su", 5, 1325, 48, None, 0.004, []),
}


@pytest.mark.parametrize("name", FIELD_FILES)
def test_field_files_are_read_as_they_are(name):
    layout = detect_layout(field_file(name))
    dialect, code, n_samples, n_traces, encoding, dt, warned = FIELD_FILES[name]
    assert (layout.dialect, layout.format_code, layout.byte_order) == (dialect, code, ">")
    assert (layout.n_samples, layout.n_traces, layout.text_encoding) == (n_samples, n_traces, encoding)
    assert layout.dt == pytest.approx(dt, rel=1e-12)
    assert layout.file_size == field_file(name).stat().st_size
    assert len(layout.warnings) == len(warned)
    assert all(word in sentence for word, sentence in zip(warned, layout.warnings, strict=True))


@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize("code", [1, 2, 3, 5, 6, 8])
@pytest.mark.parametrize("revision", [0, 1, 2])
@pytest.mark.parametrize("n", [1, 12])
def test_every_format_order_and_revision_is_found_without_a_warning(tmp_path, byte_order, code, revision, n):
    path = write_segy(
        tmp_path / "a.sgy", noise(n), format_code=code, byte_order=byte_order, revision=revision, junk=5, dt_us=2000
    )
    layout = detect_layout(path)
    assert (layout.dialect, layout.byte_order, layout.format_code) == ("segy", byte_order, code)
    assert (layout.revision, layout.n_samples, layout.n_traces, layout.dt) == (revision, 50, n, 0.002)
    assert (layout.first_trace, layout.text_encoding, layout.warnings) == (3600, "ebcdic", ())


@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize("n_samples", [1, 2, 50, 257])
@pytest.mark.parametrize("n", [1, 2, 9])
@pytest.mark.parametrize("silent", [False, True])
def test_su_of_both_orders_is_found(tmp_path, byte_order, n_samples, n, silent):
    samples = noise(n, n_samples) * (not silent)
    path = write_segy(tmp_path / "a.su", samples, dialect="su", byte_order=byte_order, junk=3)
    layout = detect_layout(path)
    assert (layout.dialect, layout.byte_order, layout.format_code) == ("su", byte_order, 5)
    assert (layout.n_samples, layout.n_traces, layout.first_trace, layout.text_encoding) == (n_samples, n, 0, None)
    assert layout.warnings == ()


@given(
    st.integers(1, 40),
    st.integers(1, 6),
    st.sampled_from([1, 2, 3, 5, 6, 8]),
    st.sampled_from([">", "<"]),
    st.sampled_from([0, 1, 2]),
    st.integers(0, 2),
    st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_any_small_file_is_found(tmp_path_factory, n_samples, n, code, order, revision, extended, silent):
    samples = noise(n, n_samples, seed=n_samples) * (not silent)
    path = write_segy(
        tmp_path_factory.mktemp("files") / "a.sgy",
        samples,
        format_code=code,
        byte_order=order,
        revision=revision,
        n_extended_text=extended if revision else 0,
        junk=n,
    )
    layout = detect_layout(path)
    assert (layout.n_samples, layout.n_traces, layout.format_code) == (n_samples, n, code)
    assert (layout.byte_order, layout.first_trace) == (order, 3600 + 3200 * (extended if revision else 0))
    assert layout.warnings == ()


@pytest.mark.parametrize("encoding", ["ebcdic", "ascii"])
def test_extended_texts_without_a_count_end_at_their_end_mark(tmp_path, encoding):
    path = write_segy(tmp_path / "a.sgy", noise(), n_extended_text=3, text_encoding=encoding)
    poke(path, 3505, ">h", -1)
    layout = detect_layout(path)
    assert (layout.n_extended_text, layout.first_trace, layout.warnings) == (3, 3600 + 9600, ())
    assert layout.text_encoding == encoding


def test_a_wrong_count_of_extended_texts_is_named(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise())
    poke(path, 3505, ">h", 2)
    layout = detect_layout(path)
    assert layout.first_trace == 3600
    assert "3505-3506" in layout.warnings[0]


def test_the_count_in_the_trace_headers_is_believed_where_the_binary_header_is_wrong(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise())
    poke(path, 3221, ">H", 77)
    layout = detect_layout(path)
    assert layout.n_samples == 50
    assert layout.warnings == ("bytes 3221-3222 (samples) say 77, the file fits 50",)


def test_long_traces_of_revision_2_are_counted_by_their_own_word(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(2, 70_000), revision=2, format_code=5)
    layout = detect_layout(path)
    assert (layout.n_samples, layout.n_traces, layout.warnings) == (70_000, 2, ())


@pytest.mark.parametrize(("true", "declared"), [(5, 1), (1, 5), (5, 2), (2, 5), (3, 1), (8, 3), (5, 0), (1, 77)])
def test_a_wrong_format_code_gives_way_to_the_samples(tmp_path, true, declared):
    path = write_segy(tmp_path / "a.sgy", noise(40, 100) * 20, format_code=true)
    poke(path, 3225, ">h", declared)
    layout = detect_layout(path)
    assert layout.format_code == true
    assert f"3225-3226 (sample format) say {declared}" in layout.warnings[0]


def test_a_few_huge_numbers_and_dead_traces_of_nan_do_not_disturb(tmp_path):
    samples = noise(40, 100).astype(np.float32)
    samples[:25] = np.nan
    samples[30, 5:8] = 3e38
    path = write_segy(tmp_path / "a.sgy", samples, format_code=5)
    assert detect_layout(path).warnings == ()


def test_the_sample_interval_comes_from_the_binary_header_then_from_the_traces_then_from_the_user(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise())
    poke_traces(path, 117, ">H", 2000)
    layout = detect_layout(path)
    assert layout.dt == 0.004
    assert "117-118 (sample interval) say 2000 us, 4000 us is used" in layout.warnings[0]
    assert detect_layout(path, LayoutOptions(dt=0.001)).dt == 0.001
    assert detect_layout(path, LayoutOptions(dt=0.001)).warnings == ()
    poke(path, 3217, ">H", 0)
    assert (detect_layout(path).dt, detect_layout(path).warnings) == (0.002, ())
    poke_traces(path, 117, ">H", 0)
    with pytest.raises(LayoutError, match=r"3217-3218.*--dt"):
        detect_layout(path)


def test_options_settle_what_the_headers_do_not_say(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(), headers={"ns": 0})
    poke(path, 3221, ">H", 0)
    with pytest.raises(LayoutError, match=r"3221-3222.*--n-samples"):
        detect_layout(path)
    assert detect_layout(path, LayoutOptions(n_samples=50)).n_traces == 12
    silent = write_segy(tmp_path / "b.sgy", noise() * 0)
    poke(silent, 3225, ">h", 0)
    with pytest.raises(LayoutError, match=r"3225-3226 say 0.*--format"):
        detect_layout(silent)
    assert detect_layout(silent, LayoutOptions(format="ieee")).format_code == 5
    assert detect_layout(silent, LayoutOptions(format=1, byte_order="big", text_encoding="ascii")).format_code == 1


@pytest.mark.parametrize("dialect", ["segy", "su"])
@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize("cut", [1, 4, 100, 220, 300])
def test_a_file_that_is_cut_off_says_after_how_many_traces(tmp_path, dialect, byte_order, cut):
    path = write_segy(tmp_path / "a", noise(), dialect=dialect, byte_order=byte_order)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(LayoutError, match=f"11 whole traces of 440 bytes and {440 - cut} bytes left over"):
        detect_layout(path)


def test_one_trace_cut_in_half_is_not_taken_for_a_narrower_format(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(1))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(LayoutError, match="0 whole traces of 440 bytes and 340 bytes left over"):
        detect_layout(path)


def test_absurd_samples_are_refused_with_the_options_that_help(tmp_path):
    samples = np.ldexp(noise(), 110)
    path = write_segy(tmp_path / "a.sgy", samples, format_code=6)
    with pytest.raises(LayoutError, match="--format or --byte-order"):
        detect_layout(path)
    assert detect_layout(path, LayoutOptions(format="ieee64")).n_traces == 12


@pytest.mark.parametrize("size", [1, 239, 240, 3200, 3600])
def test_short_files_are_refused(tmp_path, size):
    path = tmp_path / "a.sgy"
    path.write_bytes(bytes(size))
    with pytest.raises(LayoutError, match=str(size) if size != 3600 else "3600 bytes"):
        detect_layout(path)


def test_what_is_no_seismic_file_is_refused_in_one_line(tmp_path):
    text = tmp_path / "a.txt"
    text.write_text("To whom it may concern.\n" * 1000)
    garbage = tmp_path / "a.bin"
    garbage.write_bytes(np.random.default_rng(0).bytes(20_000))
    empty = tmp_path / "empty"
    empty.touch()
    for path, error, words in [
        (text, LayoutError, "plain text"),
        (garbage, LayoutError, "must be SEG-Y or SU"),
        (empty, FileAccessError, "0 bytes"),
        (tmp_path, FileAccessError, "directory"),
        (tmp_path / "missing", FileAccessError, "No such file"),
    ]:
        with pytest.raises(error, match=words) as caught:
            detect_layout(path)
        assert "\n" not in str(caught.value)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [{"n_samples": 0}, {"format": "imb"}, {"byte_order": ">"}, {"text_encoding": "utf-8"}, {"dt": 0.0}, {"dt": np.nan}],
)
def test_wrong_options_are_refused(wrong):
    with pytest.raises(InvalidParameterError):
        LayoutOptions(**wrong)


def refused(path, words, error=LayoutError, **options):
    """Detection must refuse *path* in one line which names it and matches *words*."""
    with pytest.raises(error, match=words) as caught:
        detect_layout(path, LayoutOptions(**options))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


# What SEG-Y rev 2 allows and seisfill does not read -------------------------------------------------------------------


@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize(
    ("n", "n_samples"),
    [(12, 50), (1, 50), (4, 740)],  # four traces of 3200 bytes: one trailer looks like one more trace
)
def test_additional_headers_and_trailers_are_refused_by_their_byte(tmp_path, byte_order, n, n_samples):
    usual = {"format_code": 5, "byte_order": byte_order, "revision": 2}
    path = write_segy(tmp_path / "a.sgy", noise(n, n_samples), n_extra_headers=2, **usual)
    refused(path, r"3507-3510 .* must say 0, found 2, which is not supported")
    path = write_segy(tmp_path / "a.sgy", noise(n, n_samples), n_trailers=1, **usual)
    refused(path, r"3529-3532 .* must say 0, found 1, which is not supported")
    poke(path, 3529, byte_order + "i", -1)
    refused(path, r"3529-3532 .* found -1, which is not supported")
    assert detect_layout(write_segy(tmp_path / "a.sgy", noise(n, n_samples), **usual)).warnings == ()


@pytest.mark.parametrize("byte_order", [">", "<"])
def test_an_offset_of_the_first_trace_that_disagrees_is_refused(tmp_path, byte_order):
    path = write_segy(tmp_path / "a.sgy", noise(), byte_order=byte_order, revision=2, n_extended_text=1)
    poke(path, 3521, byte_order + "Q", 6800)
    assert (detect_layout(path).first_trace, detect_layout(path).warnings) == (6800, ())
    poke(path, 3521, byte_order + "Q", 7200)
    refused(path, r"3521-3528 .* must say 0 or 6800, found 7200, which is not supported")
    data = path.read_bytes()
    path.write_bytes(data[:6800] + bytes(400) + data[6800:])
    refused(path, r"3521-3528 .* found 7200, which is not supported")


def test_the_offset_of_the_first_trace_settles_how_many_extended_texts_there_are(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(), revision=2)
    poke(path, 3505, ">h", 2)
    poke(path, 3521, ">Q", 3600)
    layout = detect_layout(path)
    assert layout.first_trace == 3600
    assert layout.warnings == ("bytes 3505-3506 (extended texts) say 2, the file fits 0",)


@pytest.mark.parametrize("byte_order", [">", "<"])
def test_revision_2_1_keeps_the_kind_of_survey_where_2_0_counts_headers(tmp_path, byte_order):
    path = write_segy(tmp_path / "a.sgy", noise(), revision=2, byte_order=byte_order)
    poke(path, 3502, "B", 1)
    poke(path, 3509, byte_order + "h", 2)
    assert detect_layout(path).warnings == ()
    poke(path, 3507, byte_order + "h", 1)
    refused(path, "3507-3510 .* found 1,")


@pytest.mark.parametrize("revision", [0, 1])
def test_what_revision_2_declares_means_nothing_before_it(tmp_path, revision):
    path = write_segy(tmp_path / "a.sgy", noise(), revision=revision)
    for byte in (3507, 3513, 3521, 3529):
        poke(path, byte, ">i", 7)
    layout = detect_layout(path)
    assert (layout.n_traces, layout.declared_traces, layout.warnings) == (12, None, ())


@pytest.mark.parametrize("byte_order", [">", "<"])
def test_the_trace_count_of_revision_2_is_known_where_it_is_in_use(tmp_path, byte_order):
    usual = {"revision": 2, "byte_order": byte_order}
    assert detect_layout(write_segy(tmp_path / "a.sgy", noise(), **usual)).declared_traces is None
    assert detect_layout(write_segy(tmp_path / "a.sgy", noise(), declared_traces=12, **usual)).declared_traces == 12
    layout = detect_layout(write_segy(tmp_path / "a.sgy", noise(), declared_traces=13, **usual))
    assert (layout.declared_traces, layout.n_traces) == (13, 12)
    assert layout.warnings == ("bytes 3513-3520 (traces) say 13, the file holds 12",)
    assert detect_layout(write_segy(tmp_path / "a.su", noise(), dialect="su")).declared_traces is None


UNSUPPORTED = {
    4: ("fixed point with gain", 4),
    7: ("int24", 3),
    9: ("int64", 8),
    10: ("uint32", 4),
    11: ("uint16", 2),
    12: ("uint64", 8),
    15: ("uint24", 3),
    16: ("uint8", 1),
}


@pytest.mark.parametrize("code", UNSUPPORTED)
@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize(("n", "n_samples"), [(12, 50), (1, 50), (3, 257), (1, 1)])
def test_formats_that_are_not_read_are_named_beside_those_that_are(tmp_path, code, byte_order, n, n_samples):
    name, width = UNSUPPORTED[code]
    path = write_segy(tmp_path / "a.sgy", noise(n, n_samples), format_code=8, byte_order=byte_order, revision=2)
    poke(path, 3225, byte_order + "h", code)
    data = path.read_bytes()
    words = np.frombuffer(data[3600:], np.uint8).reshape(n, 240 + n_samples)
    samples = np.random.default_rng(code).integers(0, 256, (n, n_samples * width), dtype=np.uint8)
    path.write_bytes(data[:3600] + np.hstack([words[:, :240], samples]).tobytes())
    refused(path, rf"3225-3226 .* 1 \(ibm\), .* 8 \(int8\), found {name} \(code {code}\), which is not supported")


def test_a_format_that_is_not_read_gives_way_to_the_user(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise())
    poke(path, 3225, ">h", 4)
    refused(path, "code 4.*--format")
    assert detect_layout(path, LayoutOptions(format="ibm")).format_code == 1


# What else a user may have --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["segy", "su"])
@pytest.mark.parametrize("byte_order", [">", "<"])
def test_headers_and_samples_that_look_like_text_are_no_text_file(tmp_path, dialect, byte_order):
    words = {"tracl": 0x43303120, "tracr": 0x434C4945, "fldr": 0x4E542041, "tracf": 0x20202020}  # "C01 CLIENT A    "
    letters = np.full((12, 1500), 0x41424344, np.uint32).view(np.float32)  # "ABCD", and a number near 12
    path = write_segy(
        tmp_path / "a", letters, dialect=dialect, byte_order=byte_order, format_code=5, headers=words | {"trid": 1}
    )
    layout = detect_layout(path)
    assert (layout.dialect, layout.n_samples, layout.n_traces, layout.warnings) == (dialect, 1500, 12, ())


@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize("code", [1, 2, 3, 5, 6, 8])
@pytest.mark.parametrize(("n", "n_samples"), [(12, 50), (1, 50), (3, 257), (1, 1)])
def test_silent_files_are_what_they_say(tmp_path, byte_order, code, n, n_samples):
    path = write_segy(tmp_path / "a.sgy", np.zeros((n, n_samples)), format_code=code, byte_order=byte_order)
    layout = detect_layout(path)
    assert (layout.format_code, layout.byte_order, layout.warnings) == (code, byte_order, ())
    assert (layout.n_samples, layout.n_traces) == (n_samples, n)


@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize("encoding", ["ebcdic", "ascii", None])
@pytest.mark.parametrize("n", [1, 12])
def test_junk_in_the_optional_trace_words_of_revision_0_does_not_disturb(tmp_path, byte_order, encoding, n):
    for seed in range(5):
        path = write_segy(
            tmp_path / "a.sgy", noise(n), byte_order=byte_order, revision=0, text_encoding=encoding, junk=seed
        )
        layout = detect_layout(path)
        assert (layout.dialect, layout.byte_order, layout.n_traces, layout.warnings) == ("segy", byte_order, n, ())


@pytest.mark.parametrize("encoding", ["ebcdic", "ascii", None])
@pytest.mark.parametrize("extra", [0, 1, 239, 240, 241])
def test_file_headers_without_a_trace_are_refused_as_that(tmp_path, encoding, extra):
    path = write_segy(tmp_path / "a.sgy", noise(1), text_encoding=encoding)
    path.write_bytes(path.read_bytes()[: 3600 + extra])
    refused(path, f"found {3600 + extra} bytes|found 0 in a file|0 whole traces")
    if encoding and extra <= 240:
        refused(path, f"more than 3840 bytes.*found {3600 + extra} bytes")


@pytest.mark.parametrize("encoding", ["ebcdic", "ascii"])
def test_extended_texts_without_a_trace_are_not_taken_for_traces(tmp_path, encoding):
    path = write_segy(tmp_path / "a.sgy", noise(1, 340), text_encoding=encoding, n_extended_text=2)
    path.write_bytes(path.read_bytes()[: 3600 + 6400])  # exactly four traces of 340 samples
    refused(path, "3601-3840 must be a trace header, found text")


@pytest.mark.parametrize("dialect", ["segy", "su"])
@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize("n", [1, 12])
@pytest.mark.parametrize("dt_us", [1, 32767, 32768, 65535])
def test_long_intervals_are_not_negative(tmp_path, dialect, byte_order, n, dt_us):
    path = write_segy(tmp_path / "a", noise(n), dialect=dialect, byte_order=byte_order, dt_us=dt_us)
    layout = detect_layout(path)
    assert (layout.dt, layout.byte_order) == (dt_us / 1e6, byte_order)
    with_sign = f"the sample interval is {dt_us} us, or {dt_us - 65536} us if the word has a sign; --dt says otherwise"
    assert layout.warnings == ((with_sign,) if dt_us > 32767 else ())


@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize("n", [1, 12])
def test_one_of_two_places_is_enough_for_count_and_interval(tmp_path, byte_order, n):
    path = write_segy(tmp_path / "a.sgy", noise(n), byte_order=byte_order)
    poke(path, 3217, byte_order + "H", 0)
    poke(path, 3221, byte_order + "H", 0)
    layout = detect_layout(path)
    assert (layout.n_samples, layout.n_traces, layout.dt, layout.warnings) == (50, n, 0.004, ())
    path = write_segy(tmp_path / "a.sgy", noise(n), byte_order=byte_order, headers={"ns": 0, "dt": 0})
    layout = detect_layout(path)
    assert (layout.n_samples, layout.n_traces, layout.dt, layout.warnings) == (50, n, 0.004, ())


@pytest.mark.parametrize("dialect", ["segy", "su"])
def test_a_count_from_the_user_that_does_not_fit_is_named_as_the_users(tmp_path, dialect):
    path = write_segy(tmp_path / "a", noise(), dialect=dialect)
    refused(path, "--n-samples says 51 samples.*give another --n-samples", n_samples=51)
    refused(path, "0 whole traces.*--n-samples says 1000000000000 samples", n_samples=10**12)


@pytest.mark.parametrize("encoding", ["ascii", "cp037", "latin-1", "utf-8", "utf-16"])
@pytest.mark.parametrize("size", [440, 4 * 440, 3600 + 440, 3600 + 440 * 12])
@pytest.mark.parametrize("n_samples", [None, 50])
def test_a_text_of_a_fitting_size_is_refused(tmp_path, encoding, size, n_samples):
    text = "To whom it may concern at Nîmes: 12 traces of 50 samples. " * 200
    path = tmp_path / "letter"
    path.write_bytes(text.encode(encoding, "replace")[:size])
    refused(path, "found plain text", n_samples=n_samples)


def test_pipes_and_devices_are_refused_before_they_are_opened(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link = tmp_path / "link.sgy"
    link.symlink_to("/dev/zero")
    for path in (pipe, link, "/dev/zero", "/dev/null"):
        refused(path, "regular file, found a device or pipe", FileAccessError)
    folder = tmp_path / "folder.sgy"
    folder.mkdir()
    refused(folder, "regular file, found a directory", FileAccessError)


def test_a_file_that_may_not_be_read_is_refused_in_one_line(tmp_path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = write_segy(tmp_path / "a.sgy", noise())
    monkeypatch.setattr(np, "memmap", denied)
    refused(path, "must be readable; Permission denied", FileAccessError)


def test_detection_reads_a_sample_of_the_file_only(tmp_path):
    path = write_segy(tmp_path / "a.sgy", np.zeros((20_000, 200)))
    tracemalloc.start()
    detect_layout(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4e6  # the file has 21 MB
