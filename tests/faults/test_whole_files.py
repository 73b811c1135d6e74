"""Files that are none, or not whole."""

import errno
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.faults import fault, faults
from tests.faults.bad_files import TRACE_BYTES, good, poke
from tests.segy.make_segy import write_segy


def zipped(path):
    good(path)
    raw = path.read_bytes()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.sgy", raw)


NONE = {
    "empty file": (lambda path: path.touch(), "must hold traces, found 0 bytes"),
    "under 3,600 bytes": (
        lambda path: path.write_bytes(good(path).read_bytes()[:3000]),
        "must hold more than 3840 bytes, headers and one trace, found 3000 bytes",
    ),
    "headers only": (
        lambda path: path.write_bytes(good(path).read_bytes()[:3600]),
        "must hold more than 3840 bytes, headers and one trace, found 3600 bytes",
    ),
    "directory": (lambda path: path.mkdir(), "must be a regular file, found a directory"),
    "missing file": (lambda path: None, "must be readable; No such file or directory"),
    "FIFO": (os.mkfifo, "must be a regular file, found a device or pipe"),
    "zip archive": (zipped, "must be SEG-Y or SU, found a zip archive. Unpack it first."),
    "plain text": (lambda path: path.write_text("To whom it may concern.\n" * 400), "found plain text"),
    "random bytes": (
        lambda path: path.write_bytes(np.random.default_rng(0).bytes(20_000)),
        "must be SEG-Y or SU, found no header of either",
    ),
    "zeros": (lambda path: path.write_bytes(bytes(20_000)), "found 20000 bytes whose headers are zeros"),
}


@faults({name: f"refused: *{sentence}*" for name, (_, sentence) in NONE.items()})
@pytest.mark.parametrize("verb", ["fill", "info"])
@pytest.mark.parametrize("kind", NONE)
def test_a_file_that_is_none_is_refused(user, kind, verb):
    make, sentence = NONE[kind]
    make(user.folder / "bad.sgy")
    user.refused("bad.sgy", sentence, verb=verb)


def denied(*_, **__):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@fault("no permission", "refused: *must be readable; Permission denied*")
def test_a_file_that_may_not_be_read_is_refused(user, monkeypatch):
    good(user.folder / "bad.sgy").chmod(0)
    if os.geteuid() == 0:  # root may read everything
        monkeypatch.setattr(np, "memmap", denied)
    user.refused("bad.sgy", "must be readable; Permission denied")
    user.refused("bad.sgy", "must be readable; Permission denied", verb="info")


@fault("SU given as SEG-Y", "filled as what it is: the bytes tell the format, not the name")
@pytest.mark.parametrize("byte_order", [">", "<"])
def test_su_under_the_name_of_segy_is_filled_as_su(user, byte_order):
    good(user.folder / "bad.sgy", dialect="su", byte_order=byte_order)
    good(user.folder / "good.su", dialect="su", byte_order=byte_order)
    assert np.array_equal(user.filled("bad.sgy")[0], user.filled("good.su")[0])


@fault("SEG-Y given as SU", "filled as what it is: the bytes tell the format, not the name")
def test_segy_under_the_name_of_su_is_filled_as_segy(user):
    good(user.folder / "bad.su")
    good(user.folder / "good.sgy")
    assert np.array_equal(user.filled("bad.su")[0], user.filled("good.sgy")[0])


LEFT_OVER = (
    "refused: *must end with a whole trace, found 12 whole traces of 496 bytes and 396 bytes left over*; with "
    "`--salvage` the whole traces are filled and the rest is carried along behind the last trace, so that `strip` "
    "gives it back"
)


def cut(path):
    path.write_bytes(good(path).read_bytes()[:-100])


@fault("truncated last trace", LEFT_OVER)
@pytest.mark.parametrize("dialect", ["segy", "su"])
def test_a_last_trace_that_is_cut_off_is_refused_or_carried_along(user, dialect):
    whole = good(user.folder / "whole.sgy", dialect=dialect, hide=(2, 5, 11, 15))
    tail = good(user.folder / "bad.sgy", dialect=dialect).read_bytes()[:-100]
    (user.folder / "bad.sgy").write_bytes(tail)
    user.refused("bad.sgy", "found 12 whole traces of 496 bytes and 396 bytes left over")
    user.refused("bad.sgy", "give --salvage; if not, give --n-samples or --format", verb="info")
    saved, _ = user.filled("bad.sgy", "--salvage", warned=["396 bytes behind trace 12 belong to none"])
    assert (user.folder / "out.sgy").read_bytes()[-396:] == tail[-396:]
    assert np.array_equal(saved, user.filled(whole.name)[0])


@fault("trailing bytes", "refused likewise; `--salvage` carries them along")
@pytest.mark.parametrize("junk", [b"\0", b"junk" * 500, bytes(TRACE_BYTES - 1), bytes(3 * TRACE_BYTES + 4)])
def test_bytes_behind_the_last_trace_are_refused_or_carried_along(user, junk):
    good(user.folder / "good.sgy")
    (user.folder / "bad.sgy").write_bytes((user.folder / "good.sgy").read_bytes() + junk)
    user.refused("bad.sgy", "--salvage")
    saved, _ = user.filled("bad.sgy", "--salvage", warned=[f"{len(junk)} bytes behind trace 13 belong to none"])
    assert (user.folder / "out.sgy").read_bytes().endswith(junk)
    assert np.array_equal(saved, user.filled("good.sgy")[0])


@fault(
    "trailing zero traces",
    "refused: *traces must have headers, found none in the last 3 of 16*; `--salvage` carries them along",
)
def test_padding_with_whole_traces_of_zeros_is_refused_or_carried_along(user):
    good(user.folder / "good.sgy")
    (user.folder / "bad.sgy").write_bytes((user.folder / "good.sgy").read_bytes() + bytes(3 * TRACE_BYTES))
    user.refused("bad.sgy", "found none in the last 3 of 16 traces, which hold zeros or other bytes. --salvage")
    saved, _ = user.filled("bad.sgy", "--salvage", warned=["1488 bytes behind trace 13 belong to none"])
    assert np.array_equal(saved, user.filled("good.sgy")[0])


@fault(
    "extra trace headers of revision 2", "refused: *bytes 3507-3510 ... must say 0, found 1, which is not supported*"
)
def test_a_second_header_of_each_trace_is_refused(user):
    good(user.folder / "bad.sgy", revision=2, n_extra_headers=1)
    user.refused("bad.sgy", "bytes 3507-3510 (additional trace headers) must say 0, found 1, which is not supported")
    user.refused("bad.sgy", "Rewrite the file with one header a trace.", "--salvage")


def test_counted_trailers_of_revision_2_are_carried_along_too(user):
    good(user.folder / "bad.sgy", revision=2, n_trailers=2)
    user.refused("bad.sgy", "--salvage carries trailers that are counted along")
    saved, _ = user.filled("bad.sgy", "--salvage", warned=["6400 bytes behind trace 13 belong to none"])
    good(user.folder / "good.sgy", revision=2)
    assert np.array_equal(saved, user.filled("good.sgy")[0])


def test_salvage_changes_nothing_in_a_whole_file(user):
    good(user.folder / "good.sgy")
    plain = user.filled("good.sgy")[0]
    assert np.array_equal(plain, user.filled("good.sgy", "--salvage")[0])


def test_salvage_saves_no_file_whose_sample_count_is_wrong(user):
    good(user.folder / "bad.sgy", headers={"ns": 0})
    poke(user.folder / "bad.sgy", 3221, ">H", 61)
    user.refused("bad.sgy", "must repeat from trace to trace. Give --n-samples", "--salvage")


@fault("Unicode and spaces in paths", "filled; a terminal that lacks a letter shows its number")
def test_names_may_hold_any_letter(user):
    name = "Нефть 地震 (copy) [1] 'é' \N{PILE OF POO}.sgy"
    good(user.folder / name)
    user.filled(name)
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}
    words = [Path(sys.executable).with_name("seisfill"), "info", name]
    done = subprocess.run(words, cwd=user.folder, env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_one_trace_with_a_header_of_zeros_is_told_by_its_keys(user):
    write_segy(user.folder / "bad.sgy", np.zeros((3, 20)), headers=dict.fromkeys(("tracl", "trid", "ns", "dt"), 0))
    user.refused("bad.sgy", "must tell the traces apart")
