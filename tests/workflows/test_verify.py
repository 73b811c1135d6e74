import numpy as np
import pytest

from seisfill.errors import MarkError
from seisfill.segy.marks import sidecar_path
from seisfill.workflows.verify import verify_file
from tests.workflows.surveys import fill, sha256, write_shots

TRACE = 240 + 4 * 24


@pytest.fixture
def pair(tmp_path):
    """A file with two traces absent, one dead, one holed; and its fill: 3 and 9 are new, 12 was dead, 6 had holes."""
    source = write_shots(tmp_path / "in.sgy", hide=(3, 9), zero=(12,), format_code=5)
    raw = np.fromfile(source, np.uint8)
    raw[3600:].reshape(-1, TRACE)[5, 240:].view(">f4")[:2] = np.nan  # trace 6 of the fill
    raw.tofile(source)
    fill(source, tmp_path / "out.sgy")
    return source, tmp_path / "out.sgy"


def poke(path, place):
    raw = bytearray(path.read_bytes())
    raw[place] ^= 4
    path.write_bytes(raw)


def at(number, byte=0):
    return 3600 + number * TRACE + byte


def test_an_untouched_file_is_proved_untouched(pair):
    verdict = verify_file(*pair)
    assert verdict.untouched
    assert verdict.problem is None
    assert (verdict.recorded, verdict.inserted, verdict.in_place, verdict.holes) == (12, 2, 1, 1)


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (at(0, 300), "trace 1 of the input differs in the output"),  # a sample
        (at(4, 100), "trace 4 of the input differs in the output"),  # a header word
        (at(15, 239), "trace 14 of the input differs in the output"),  # the last byte of a header
        (3213, "the file headers differ by more than the sidecar names"),
        (3, "the file headers differ by more than the sidecar names"),
        (at(6, 20), "trace 6 of the input differs outside of its holes"),
        (at(6, 260), "trace 6 of the input differs outside of its holes"),
        (at(9, 232), "Invalid mark of trace 10"),
        (at(12, 232), "Invalid mark of trace 13"),
    ],
)
def test_a_bit_that_changed_is_found_and_named(pair, place, problem):
    poke(pair[1], place)
    verdict = verify_file(*pair)
    assert not verdict.untouched
    assert problem in verdict.problem


def test_a_bit_that_changed_in_the_input_is_found_too(pair):
    poke(pair[0], at(10, 250))  # the dead trace, whose bytes the sidecar keeps
    assert "does not hold the original bytes of trace 11" in verify_file(*pair).problem
    poke(pair[0], at(0))
    assert "trace 1 of the input differs" in verify_file(*pair).problem


def test_estimates_are_not_recorded_bytes(pair):
    for place in (at(3, 300), at(12, 300), at(6, 241)):
        poke(pair[1], place)
    assert verify_file(*pair).untouched


def test_another_input_is_refused_by_its_size(pair, tmp_path):
    other = write_shots(tmp_path / "other.sgy")
    with pytest.raises(MarkError, match=r"Invalid file .*other\.sgy: must be the input of the fill, 8304 bytes, found"):
        verify_file(other, pair[1])
    with pytest.raises(MarkError, match="found 0"):
        verify_file(tmp_path / "nowhere", pair[1])


def test_the_sidecar_of_another_fill_is_refused(pair, tmp_path):
    other = write_shots(tmp_path / "other.sgy", channels=9, hide=(3,))
    fill(other, tmp_path / "other_out.sgy")
    with pytest.raises(MarkError, match=r"must have .* bytes, as its sidecar"):
        verify_file(*pair, sidecar=sidecar_path(tmp_path / "other_out.sgy"))
    moved = sidecar_path(pair[1]).rename(tmp_path / "moved")
    with pytest.raises(MarkError, match="must lie beside"):
        verify_file(*pair)
    assert verify_file(*pair, sidecar=moved).untouched


def test_the_sidecar_of_a_fill_of_the_same_size_does_not_pass(pair, tmp_path):
    other = write_shots(tmp_path / "other.sgy", hide=(4, 10), zero=(12,), format_code=5)
    fill(other, tmp_path / "other_out.sgy")
    verdict = verify_file(*pair, sidecar=sidecar_path(tmp_path / "other_out.sgy"))
    assert not verdict.untouched


def test_nothing_is_written(pair, tmp_path):
    before = {path.name: sha256(path) for path in tmp_path.iterdir()}
    verify_file(*pair)
    assert {path.name: sha256(path) for path in tmp_path.iterdir()} == before
