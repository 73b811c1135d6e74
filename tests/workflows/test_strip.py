import contextlib
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import FileAccessError, MarkError, SeisfillError
from seisfill.segy.marks import sidecar_path
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file
from tests.workflows.surveys import fill, listing, sha256, write_shots

TRACE = 240 + 4 * 24
HIDDEN, ZEROED = (3, 9), (12,)  # trace 12 of 16 is trace 10 of the file, and 12 of its fill


@pytest.fixture
def filled(tmp_path):
    """A fill with two traces inserted, at 3 and 9, and one filled in its place, 12."""
    source = write_shots(tmp_path / "in.sgy", hide=HIDDEN, zero=ZEROED)
    fill(source, tmp_path / "out.sgy")
    return tmp_path / "out.sgy"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The same, to be copied where a property needs it anew."""
    folder = tmp_path_factory.mktemp("whole")
    fill(write_shots(folder / "in.sgy", hide=HIDDEN, zero=ZEROED), folder / "out.sgy")
    return folder


def poke(path, offset):
    raw = bytearray(path.read_bytes())
    raw[offset] ^= 4
    path.write_bytes(raw)


def trace(number, byte=0):
    return 3600 + number * TRACE + byte


def refused(filled, sentence, **options):
    """Stripping is refused with this sentence, and changes nothing."""
    before = listing(filled.parent)
    with pytest.raises(MarkError, match=sentence):
        strip_file(filled, filled.parent / "back.sgy", **options)
    assert listing(filled.parent) == before


def test_the_input_comes_back(filled):
    notes = strip_file(filled, filled.parent / "back.sgy")
    assert sha256(filled.parent / "back.sgy") == sha256(filled.parent / "in.sgy") == notes.head["input"]["sha256"]


def test_the_sidecar_may_lie_elsewhere(filled):
    elsewhere = filled.parent / "notes.jsonl"
    sidecar_path(filled).rename(elsewhere)
    refused(filled, "must lie beside the filled file, and is not there")
    strip_file(filled, filled.parent / "back.sgy", sidecar=elsewhere)
    assert sha256(filled.parent / "back.sgy") == sha256(filled.parent / "in.sgy")


def test_a_sidecar_that_is_cut_off_is_refused(filled):
    text = sidecar_path(filled).read_bytes()
    sidecar_path(filled).write_bytes(text[:-20])
    refused(filled, "cut off or changed")


def test_the_sidecar_of_another_file_is_refused(filled):
    fill(write_shots(filled.parent / "other.sgy", hide=(2, 3, 4)), filled.parent / "other_out.sgy")
    refused(
        filled, "must belong to|mark of trace|must have .* bytes", sidecar=filled.parent / "other_out.sgy.fill.jsonl"
    )
    shorter = write_shots(filled.parent / "short.sgy", channels=7, hide=(2,))
    fill(shorter, filled.parent / "short_out.sgy")
    refused(filled, r"must have \d+ bytes", sidecar=filled.parent / "short_out.sgy.fill.jsonl")


@pytest.mark.parametrize("number", [3, 9, 12])
def test_a_mark_that_is_gone_is_refused(filled, number):
    poke(filled, trace(number, 232))
    refused(filled, rf"mark of trace {number + 1} of .* 1 traces lack it")


@pytest.mark.parametrize("place", [trace(0), trace(4, 100), trace(15, TRACE - 1), 3210, 5])
def test_a_recorded_byte_that_changed_is_refused(filled, place):
    poke(filled, place)
    refused(filled, r"must have the sha256 [0-9a-f]{12}\.\.\. of the file that was filled, found")


def test_a_file_that_was_cut_or_is_not_there_is_refused(filled):
    filled.write_bytes(filled.read_bytes()[:-TRACE])
    refused(filled, "must have 8976 bytes, as its sidecar out.sgy.fill.jsonl says, found 8640")
    filled.unlink()
    refused(filled, "found 0")


def test_what_is_not_a_fill_is_refused(filled):
    refused(filled.parent / "in.sgy", "must lie beside the filled file")


def test_the_estimates_may_change_for_they_are_thrown_away(filled):
    for number in (3, 9, 12):
        poke(filled, trace(number, 300))
    strip_file(filled, filled.parent / "back.sgy")
    assert sha256(filled.parent / "back.sgy") == sha256(filled.parent / "in.sgy")


@pytest.mark.parametrize("name", ["out.sgy", "out.sgy.fill.jsonl"])
def test_what_is_read_is_never_written(filled, name):
    with pytest.raises(FileAccessError, match="must not be the input"):
        strip_file(filled, filled.parent / name, force=True)


def test_an_output_that_exists_needs_force(filled):
    (filled.parent / "back.sgy").write_bytes(b"before")
    with pytest.raises(FileAccessError, match="must not exist"):
        strip_file(filled, filled.parent / "back.sgy")
    strip_file(filled, filled.parent / "back.sgy", force=True)
    assert sha256(filled.parent / "back.sgy") == sha256(filled.parent / "in.sgy")


@settings(max_examples=120)
@given(
    st.sampled_from(["out.sgy", "out.sgy.fill.jsonl"]),
    st.integers(0, 10**6),
    st.sampled_from(["flip", "cut", "delete", "double"]),
)
def test_whatever_is_changed_strip_gives_the_input_or_an_error_of_ours(whole, tmp_path_factory, name, place, how):
    folder = tmp_path_factory.mktemp("spoilt")
    for path in whole.iterdir():
        shutil.copy(path, folder)
    raw = bytearray((folder / name).read_bytes())
    place %= len(raw)
    if how == "flip":
        raw[place] ^= 1 << (place % 8)
    else:
        raw[place:] = {"cut": b"", "delete": raw[place + 3 :], "double": raw[place : place + 5] + raw[place:]}[how]
    (folder / name).write_bytes(raw)
    try:
        strip_file(folder / "out.sgy", folder / "back.sgy")
    except SeisfillError:
        assert sorted(path.name for path in folder.iterdir()) == ["in.sgy", "out.sgy", "out.sgy.fill.jsonl"]
    else:
        assert sha256(folder / "back.sgy") == sha256(folder / "in.sgy")
    with contextlib.suppress(SeisfillError):
        verify_file(folder / "in.sgy", folder / "out.sgy")
