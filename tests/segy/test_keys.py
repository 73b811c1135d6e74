import numpy as np
import pytest

from seisfill.errors import GeometryError, InvalidParameterError
from seisfill.segy.index import HeaderIndex
from seisfill.segy.keys import find_keys
from seisfill.segy.layout import detect_layout
from tests.field_data import field_file
from tests.segy.make_segy import write_segy

TWO_BY_THREE = {"fldr": [1, 1, 1, 2, 2, 2], "tracf": [1, 2, 3, 1, 2, 3]}


def index_of(path):
    return HeaderIndex(path, detect_layout(path))


def index_with(tmp_path, headers, **options):
    """A file of traces that only these header words tell apart: tracl is 1 everywhere."""
    n = len(next(iter(headers.values())))
    samples = np.random.default_rng(0).normal(0, 10, (n, 20))
    return index_of(write_segy(tmp_path / "a.sgy", samples, headers={"tracl": 1, **headers}, **options))


def words(keys):
    return keys.kind, keys.gather and keys.gather.name, keys.trace.name


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (TWO_BY_THREE, ("shot", "fldr", "tracf")),
        ({"fldr": [7, 7, 7], "tracf": [1, 2, 4]}, ("shot", "fldr", "tracf")),
        ({"cdp": [5, 5, 5, 6, 6, 6], "offset": [1, 2, 3, 1, 2, 3]}, ("cdp", "cdp", "offset")),
        (
            {"fldr": [1, 2, 1, 2], "tracf": [1, 2, 3, 4], "cdp": [5, 5, 6, 6], "offset": [1, 2, 1, 2]},
            ("cdp", "cdp", "offset"),
        ),
        ({"iline": [5, 5, 6, 6], "xline": [1, 2, 1, 2]}, ("inline", "iline", "xline")),
        ({"iline": [1, 2, 1, 2], "xline": [5, 5, 6, 6]}, ("crossline", "xline", "iline")),
        ({"cdp": [5, 6, 7, 9]}, ("line", None, "cdp")),
        ({"fldr": [1, 2, 3, 4], "tracf": [1, 1, 1, 1], "ep": [4, 3, 2, 1]}, ("line", None, "ep")),
        ({"cdp": [5, 5, 5, 5], "tracr": [1, 2, 3, 4]}, ("line", None, "tracr")),
        ({"tracl": [1, 2, 3, 4]}, ("line", None, "tracl")),
    ],
)
def test_the_first_pair_that_tells_the_traces_apart_is_taken(tmp_path, headers, found):
    assert words(find_keys(index_with(tmp_path, headers))) == found


def test_gathers_must_lie_together_in_the_file(tmp_path):
    scattered = {"fldr": [1, 2, 3, 1, 3, 2, 2, 1, 3], "tracf": [1, 1, 1, 2, 2, 2, 3, 3, 3], "cdp": range(9)}
    assert words(find_keys(index_with(tmp_path, scattered))) == ("line", None, "cdp")


def test_a_few_duplicates_do_not_change_what_a_file_is(tmp_path):
    headers = {"fldr": np.repeat([1, 2], 10), "tracf": np.tile(np.arange(10), 2), "cdp": np.tile(np.arange(10), 2)}
    headers["tracf"][3] = 2
    assert find_keys(index_with(tmp_path, headers)).kind == "shot"
    headers["tracf"][5:9] = 2
    headers["cdp"] = np.arange(20)
    assert find_keys(index_with(tmp_path, headers)).kind == "line"


def test_a_stack_keeps_words_of_its_shots_and_is_a_line_all_the_same(tmp_path):
    n = np.arange(40)
    stale = {"fldr": n // 4, "tracf": np.tile([1, 2, 5, 7], 10), "cdp": 100 + n}
    assert words(find_keys(index_with(tmp_path, stale))) == ("line", None, "cdp")


def test_a_stacked_cube_is_inlines_whatever_its_field_records_say(tmp_path):
    inline, crossline = np.repeat([11, 12], 6), np.tile(np.arange(6), 2)
    headers = {"fldr": inline, "tracf": crossline, "iline": inline, "xline": crossline}
    assert words(find_keys(index_with(tmp_path, headers))) == ("inline", "iline", "xline")


def test_shots_without_channels_are_told_apart_by_offset(tmp_path):
    headers = {"fldr": np.repeat([1, 2], 6), "offset": np.tile(25 * np.arange(6), 2)}
    assert words(find_keys(index_with(tmp_path, headers))) == ("shot", "fldr", "offset")


def test_shots_whose_traces_nothing_tells_apart_are_no_line(tmp_path):
    headers = {"fldr": np.repeat([1, 2], 6), "tracf": np.tile([1, 2, 3], 4), "offset": np.tile([50, 75, 100], 4)}
    with pytest.raises(GeometryError, match="--gather and --trace"):
        find_keys(index_with(tmp_path, headers))


def test_su_has_no_inlines(tmp_path):
    index = index_with(tmp_path, {"cdp": [1, 2, 3]}, dialect="su")
    assert words(find_keys(index)) == ("line", None, "cdp")
    with pytest.raises(InvalidParameterError, match="iline"):
        find_keys(index, gather="inline")


def test_nothing_that_tells_traces_apart_is_an_error_with_its_cure(tmp_path):
    index = index_with(tmp_path, {"fldr": [1, 1, 1]})
    with pytest.raises(GeometryError, match=r"a\.sgy: must tell the traces apart, .* with --gather and --trace"):
        find_keys(index)
    with pytest.raises(GeometryError, match="must tell the traces apart"):
        find_keys(index, gather="line")


@pytest.mark.parametrize(
    ("gather", "trace", "found"),
    [
        ("shot", None, ("shot", "fldr", "tracf")),
        ("receiver", None, ("receiver", "gx", "fldr")),
        ("cdp", None, ("cdp", "cdp", "offset")),
        ("inline", None, ("inline", "iline", "xline")),
        ("crossline", None, ("crossline", "xline", "iline")),
        ("line", None, ("line", None, "tracl")),
        ("line", "offset", ("line", None, "offset")),
        ("shot", "offset", ("shot", "fldr", "offset")),
        ("fldr", None, ("chosen", "fldr", "tracf")),
        ("ffid", "channel", ("chosen", "fldr", "tracf")),
        ("FieldRecord", "TraceNumber", ("chosen", "fldr", "tracf")),
        ("9", "byte13", ("chosen", "fldr", "tracf")),
        ("xl", None, ("chosen", "xline", "iline")),
        ("cdp", "tracf", ("cdp", "cdp", "tracf")),
        ("sx", "gx", ("chosen", "sx", "gx")),
        ("byte186", "234", ("chosen", "byte186", "byte234")),
        (None, "offset", ("shot", "fldr", "offset")),
    ],
)
def test_the_words_of_the_user_prevail(tmp_path, gather, trace, found):
    index = index_with(tmp_path, {**TWO_BY_THREE, "tracl": range(6)})
    assert words(find_keys(index, gather=gather, trace=trace)) == found


def test_the_reason_says_whose_choice_it_was(tmp_path):
    index = index_with(tmp_path, TWO_BY_THREE)
    assert find_keys(index).reason == "fldr and tracf tell the traces apart"
    assert find_keys(index, trace="offset").reason == "fldr and tracf tell the traces apart; --trace offset"
    assert find_keys(index, gather="cdp").reason == "--gather cdp"


def test_a_gather_word_without_a_usual_partner_needs_the_other(tmp_path):
    with pytest.raises(InvalidParameterError, match=r"'offset' alone: must come with the key along it. Add --trace"):
        find_keys(index_with(tmp_path, TWO_BY_THREE), gather="offset")


@pytest.mark.parametrize(
    ("gather", "trace", "sentence"),
    [
        ("inlin", None, "did you mean 'inline'"),
        ("lin", None, "did you mean 'line'"),
        ("fldrr", None, "did you mean 'fldr'"),
        (None, "chanel", "did you mean 'channel'"),
        ("238", "tracf", "must lie between 1 and 237"),
        (None, "0", "must lie between 1 and 237"),
    ],
)
def test_unknown_words_are_refused_with_a_suggestion(tmp_path, gather, trace, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        find_keys(index_with(tmp_path, TWO_BY_THREE), gather=gather, trace=trace)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("viking_small.segy", ("shot", "fldr", "tracf")),
        ("31_81_PR.sgy", ("line", None, "cdp")),
        ("penobscot_xl1155.sgy", ("crossline", "xline", "iline")),
        ("daloro_land96.sgy", ("shot", "fldr", "tracf")),
        ("f3.sgy", ("inline", "iline", "xline")),
        ("gom_cdp_nmo.su", ("cdp", "cdp", "offset")),
        ("cdp601to610.su", ("cdp", "cdp", "offset")),
        ("ozdata16.su", ("shot", "fldr", "tracf")),
    ],
)
def test_field_files_are_what_they_are(name, found):
    assert words(find_keys(index_of(field_file(name)))) == found
