"""A fill that breaks off is kept, goes on, and ends as if nothing had been; everything in one process."""

import json
import os
import warnings
from dataclasses import dataclass

import numpy as np
import pytest

from seisfill.errors import FileAccessError, InputChangedError, Interrupted, InvalidParameterError, SeisfillWarning
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.files import partial_path
from seisfill.segy.marks import sidecar_path
from seisfill.segy.survey import GatherOptions
from seisfill.workflows import fill as module
from seisfill.workflows import written
from seisfill.workflows.fill import FillOptions, RunOptions, fill_file
from seisfill.workflows.journal import Journal, journal_path
from seisfill.workflows.strip import strip_file
from tests.faults import fault
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import Constant, sha256, waves, write_shots

RESUME = RunOptions(resume=True, threads=1)
BREAK: dict = {}  # number of the gather that breaks, and what it raises


@dataclass(frozen=True)
class Breaks(Constant):
    """Fills with a constant until a gather that is to break."""

    def fill(self, gather, *, context=()):
        BREAK["left"] = BREAK.get("left", -1) - 1
        if not BREAK["left"]:
            raise BREAK["error"]
        return super().fill(gather)


@pytest.fixture(autouse=True)
def _unbroken():
    BREAK.clear()


def run(source, target, interpolator=None, *, how=RESUME, **options):
    filler = interpolator or Breaks()
    return fill_file(source, target, interpolator=filler, options=FillOptions(**options), run=how)


def break_at(number, error):
    BREAK.update(left=number, error=error)


@pytest.fixture
def source(tmp_path):
    """40 gathers, five ranges of eight."""
    return write_shots(tmp_path / "in.sgy", shots=40, hide=range(3, 320, 7), zero=[10, 200])


@pytest.fixture
def whole(tmp_path, source):
    """sha256 of output and sidecar of a fill that nothing disturbs."""
    (tmp_path / "whole").mkdir()
    target = tmp_path / "whole" / "out.sgy"
    run(source, target, how=RunOptions(threads=1))
    return sha256(target), sha256(sidecar_path(target))


def hashes(target):
    return sha256(target), sha256(sidecar_path(target))


def names(tmp_path):
    return {path.name for path in tmp_path.iterdir()} - {"in.sgy", "whole"}


def broken(source, target, number=20, error=None, **options):
    """A fill that was interrupted in the third range."""
    break_at(number, error or KeyboardInterrupt())
    with pytest.raises(Interrupted) as stop:
        run(source, target, how=RunOptions(threads=1), **options)
    return stop.value


def test_what_is_done_is_kept_and_the_rest_is_filled_later(tmp_path, source, whole):
    target = tmp_path / "out.sgy"
    stop = broken(source, target)
    assert (stop.kept, stop.code) == ("16 of 40 gathers are filled and kept in out.sgy.partial.", 130)
    assert names(tmp_path) == {"out.sgy.partial", "out.sgy.journal"}
    told = []
    fill_file(source, target, interpolator=Breaks(), run=RESUME, progress=lambda *words: told.append(words))
    assert [words for words in told if words[0] == "fill"] == [("fill", done, 40) for done in (24, 32, 40)]
    assert hashes(target) == whole
    assert names(tmp_path) == {"out.sgy", "out.sgy.fill.jsonl"}


def test_a_fill_may_break_off_again_and_again(tmp_path, source, whole):
    target = tmp_path / "out.sgy"
    broken(source, target)
    break_at(9, KeyboardInterrupt())
    with pytest.raises(Interrupted, match="24 of 40"):
        run(source, target)
    run(source, target)
    assert hashes(target) == whole


def test_before_anything_is_done_nothing_is_left(tmp_path, source):
    stop = broken(source, tmp_path / "out.sgy", 2)
    assert stop.kept == ""
    assert names(tmp_path) == set()


def test_what_is_learned_of_a_file_beforehand_is_kept_to_the_last_bit(tmp_path):
    hide = [n for n in range(3, 30 * 20, 5) if n % 30 not in (0, 29)]
    source = write_shots(tmp_path / "in.sgy", shots=20, channels=30, hide=hide)
    paths = [tmp_path / name / "out.sgy" for name in ("a", "b")]
    for number, target in enumerate(paths):
        target.parent.mkdir()
        options = {"check": 2, "sigma": str(target.parent / "sigma.sgy"), "error_byte": 201}
        os.chdir(target.parent)
        options["sigma"] = "sigma.sgy"
        if number:
            broken(source, target, 20, **options)
            assert {path.name for path in target.parent.iterdir()} == {
                "out.sgy.partial",
                "out.sgy.journal",
                "out.sgy.prepass.npz",
                "sigma.sgy.partial",
            }
        run(source, target, **options) if number else run(source, target, how=RunOptions(threads=1), **options)
        assert len(list(target.parent.iterdir())) == 4
    for name in ("out.sgy", "out.sgy.fill.jsonl", "sigma.sgy"):
        assert sha256(paths[0].with_name(name)) == sha256(paths[1].with_name(name)), name
    first, second = (path.with_name("out.sgy.check.npz") for path in paths)
    with np.load(first) as one, np.load(second) as two:
        assert sorted(one) == sorted(two)
        assert all(np.array_equal(one[name], two[name], equal_nan=one[name].dtype.kind == "f") for name in one)


def test_an_unfinished_output_is_neither_overwritten_nor_gone_on_with_unasked(tmp_path, source, whole):
    target = tmp_path / "out.sgy"
    broken(source, target)
    before = sha256(partial_path(target))
    with pytest.raises(FileAccessError, match=r"says that 16 of 40 gathers are\. Go on with --resume, or .* --force"):
        run(source, target, how=RunOptions(threads=1))
    assert sha256(partial_path(target)) == before
    run(source, target, how=RunOptions(threads=1), force=True)
    assert hashes(target) == whole


def test_where_nothing_is_left_a_resumed_fill_says_so_and_starts_anew(tmp_path, source, whole):
    with pytest.warns(SeisfillWarning, match="nothing was left to go on with; the fill starts anew"):
        run(source, tmp_path / "out.sgy")
    assert hashes(tmp_path / "out.sgy") == whole


@fault("resume with changed settings", "refused; the line names each setting, what it was and what it is")
@pytest.mark.parametrize(
    ("options", "filler", "threads", "named"),
    [
        ({"seed": 3}, Breaks(), 1, r"options\.seed \(it was 0, and is 3\)"),
        ({"mark_byte": None}, Breaks(), 1, r"options\.mark_byte \(it was 233, and is null\)"),
        ({}, Breaks(value=6.0), 1, r"filler\.value \(it was 7\.0, and is 6\.0\)"),
        ({}, LinearInterpolator(), 1, r'filler\.kind \(it was "Breaks", and is "LinearInterpolator"\)'),
        ({}, Breaks(), 3, r"threads \(it was 1, and is 3\)"),
    ],
)
def test_a_fill_goes_on_only_as_it_began(tmp_path, source, whole, options, filler, threads, named):
    target = tmp_path / "out.sgy"
    broken(source, target)
    with pytest.raises(InvalidParameterError, match=named):
        run(source, target, filler, how=RunOptions(resume=True, threads=threads), **options)
    run(source, target)
    assert hashes(target) == whole


def test_another_version_does_not_go_on(tmp_path, source, monkeypatch):
    broken(source, tmp_path / "out.sgy")
    monkeypatch.setattr("seisfill.workflows.fingerprint.__version__", "9.9")
    with pytest.raises(InvalidParameterError, match=r"version \(it was .*, and is \"9\.9\"\)"):
        run(source, tmp_path / "out.sgy")


def test_another_input_is_not_gone_on_with(tmp_path, source):
    broken(source, tmp_path / "out.sgy")
    raw, times = bytearray(source.read_bytes()), os.stat(source)
    raw[5000] ^= 1
    source.write_bytes(raw)
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(InvalidParameterError, match=r"input\.sample_sha256"):
        run(source, tmp_path / "out.sgy")


@fault("input changed during the run", "refused at the end; nothing is kept")
@pytest.mark.parametrize("how", ["touched", "cut off"])
def test_an_input_that_changes_while_it_is_filled_is_found(tmp_path, source, how):
    class Touches(Constant):
        def fill(self, gather, *, context=()):
            os.utime(source, ns=(1, 1)) if how == "touched" else os.truncate(source, 20_000)
            return super().fill(gather)

    with pytest.raises(InputChangedError, match=r"must not change while it is filled.* No output was left"):
        run(source, tmp_path / "out.sgy", Touches(), how=RunOptions(threads=1))
    assert names(tmp_path) == set()


@pytest.mark.parametrize("harm", [b"\0" * 500, b"\1"])
def test_ranges_whose_bytes_did_not_come_to_the_disk_are_filled_again(tmp_path, source, whole, harm):
    target, told = tmp_path / "out.sgy", []
    broken(source, target)
    lines = [line for line in journal_path(target).read_bytes().splitlines(keepends=True) if b'"synced"' not in line]
    journal_path(target).write_bytes(b"".join(lines))  # as if the machine had died before the mark
    with partial_path(target).open("r+b") as file:
        file.seek(partial_path(target).stat().st_size // 4)
        file.write(harm)
    fill_file(source, target, interpolator=Breaks(), run=RESUME, progress=lambda *words: told.append(words))
    assert [words for words in told if words[0] == "fill"] == [("fill", done, 40) for done in (16, 24, 32, 40)]
    assert hashes(target) == whole


@pytest.mark.parametrize("left", [1, 20, 40, 59])
def test_a_torn_journal_is_believed_up_to_its_last_whole_line(tmp_path, source, whole, left):
    target = tmp_path / "out.sgy"
    broken(source, target)
    raw = journal_path(target).read_bytes()
    journal_path(target).write_bytes(raw[: len(raw) * left // 60])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeisfillWarning)  # where not even the head is whole it starts anew
        run(source, target)
    assert hashes(target) == whole


def test_a_journal_that_is_none_is_not_touched(tmp_path, source):
    journal_path(tmp_path / "out.sgy").write_text("my notes\n")
    for how in (RESUME, RunOptions(threads=1)):
        with pytest.raises(FileAccessError, match=r"out\.sgy\.journal: must be one of seisfill fill, and is none"):
            run(source, tmp_path / "out.sgy", how=how, force=True)
    assert journal_path(tmp_path / "out.sgy").read_text() == "my notes\n"


@pytest.mark.parametrize("harm", ["gone", "short"])
def test_a_partial_output_that_is_gone_is_said(tmp_path, source, whole, harm):
    target = tmp_path / "out.sgy"
    broken(source, target)
    partial_path(target).unlink() if harm == "gone" else os.truncate(partial_path(target), 9000)
    with pytest.warns(SeisfillWarning, match=r"out\.sgy\.partial is gone or of another size; the fill starts anew"):
        run(source, target)
    assert hashes(target) == whole


@fault("two writers on one output", "the second is refused; the first goes on")
def test_two_fills_do_not_write_one_output(tmp_path, source, whole):
    class Disturbed(Constant):
        def fill(self, gather, *, context=()):
            with pytest.raises(FileAccessError, match=r"must not be written by two fills at once"):
                run(source, tmp_path / "out.sgy", how=RunOptions(threads=1), force=True)
            return super().fill(gather)

    run(source, tmp_path / "out.sgy", Disturbed(), how=RunOptions(threads=1))
    assert sha256(tmp_path / "out.sgy") == whole[0]


def test_a_journal_that_vanished_while_it_was_waited_for_is_made_anew(tmp_path, monkeypatch):
    target, stat, calls = tmp_path / "out.sgy", os.stat, []

    def vanish(path, **options):
        if not calls:
            calls.append(os.unlink(path))
        return stat(path, **options)

    monkeypatch.setattr(os, "stat", vanish)
    with Journal(target) as journal:
        assert journal_path(target).exists()
        assert journal.head is None
    assert not journal_path(target).exists()


@fault("killed half-way", "what is done is kept; --resume ends with the bytes of an undisturbed run")
@pytest.mark.parametrize("step", ["verify", "sidecar", "sigma", "data"])
def test_a_fill_that_ends_among_the_last_steps_goes_on_there(tmp_path, source, whole, monkeypatch, step):
    target = tmp_path / "out.sgy"

    class Killed(BaseException):
        """Nothing cleans up behind it: as SIGKILL."""

    def kill(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        if step == "verify":
            patch.setattr(module.InfillWriter, "verify", kill)
        else:
            before, seen = module.give_name, []
            last = {"sidecar": 0, "sigma": 1, "data": 1}[step]

            def give_name(path):
                if len(seen) == last:
                    raise Killed
                seen.append(before(path))

            patch.setattr(module, "give_name", give_name)
        with pytest.raises(Killed):
            run(source, target, how=RunOptions(threads=1))
    assert journal_path(target).exists()
    break_at(1, AssertionError("nothing is filled again"))
    done = run(source, target)
    assert (done.n_gathers, done.in_place, hashes(target)) == (40, 1, whole)
    assert names(tmp_path) == {"out.sgy", "out.sgy.fill.jsonl"}


class Full:
    """A disk on which so many writes find room."""

    def __init__(self, room):
        self.room, self._write = room, written.write_all

    def __call__(self, *arguments):
        self.room -= 1
        if self.room < 0:
            raise OSError(28, "No space left on device")
        self._write(*arguments)


@fault("disk full", "what is done is kept, and the line says how to go on; nothing is left if nothing was done")
@pytest.mark.parametrize(("room", "left"), [(20, "16 of 40 gathers are filled and kept"), (2, "no output was left")])
def test_a_full_disk_keeps_what_was_written(tmp_path, source, whole, monkeypatch, room, left):
    target, input_before = tmp_path / "out.sgy", sha256(source)
    with monkeypatch.context() as patch:
        patch.setattr(written, "write_all", Full(room))
        with pytest.raises(FileAccessError, match=rf"must be writable to its end; No space left on device\. .*{left}"):
            run(source, target, how=RunOptions(threads=1))
    assert sha256(source) == input_before
    assert names(tmp_path) == ({"out.sgy.partial", "out.sgy.journal"} if room == 20 else set())
    if room == 20:
        run(source, target)
        assert hashes(target) == whole


def test_a_journal_that_finds_no_room_is_not_torn(tmp_path, source, whole, monkeypatch):
    target, module_name = tmp_path / "out.sgy", "seisfill.workflows.journal.write_all"
    full = Full(3)  # head and two ranges

    def write_half(file, offset, data):
        if full.room == 0:
            full._write(file, offset, data[: len(data) // 2])
        full(file, offset, data)

    with monkeypatch.context() as patch:
        patch.setattr(module_name, write_half)
        with pytest.raises(FileAccessError, match="16 of 40 gathers are filled and kept"):
            run(source, target, how=RunOptions(threads=1))
    assert all(json.loads(line) for line in journal_path(target).read_bytes().splitlines())
    run(source, target)
    assert hashes(target) == whole


@fault("read-only folder", "refused before anything is filled")
@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="no folder here that is read-only to everybody")
def test_a_folder_that_cannot_be_written_is_said(source):
    break_at(1, AssertionError("nothing is filled"))
    with pytest.raises(
        FileAccessError, match=r"must be writable; out\.sgy\.journal: (Permission denied|Operation not)"
    ):
        run(source, "/sys/kernel/out.sgy", how=RunOptions(threads=1))


@fault("input = output by hard link", "refused, whichever of its files has the link")
@fault("input = output by symlink", "refused, whichever of its files is the link")
@pytest.mark.parametrize("name", ["out.sgy", "out.sgy.partial", "out.sgy.journal", "out.sgy.prepass.npz"])
@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_no_file_of_a_fill_is_the_input(tmp_path, source, name, link):
    before = sha256(source)
    link(source, tmp_path / name)
    with pytest.raises(FileAccessError, match="must not be the input"):
        run(source, tmp_path / "out.sgy", force=True)
    assert sha256(source) == before


@fault("output exists", "refused without --force")
def test_an_output_that_exists_is_refused_with_resume_too(tmp_path, source):
    (tmp_path / "out.sgy").write_bytes(b"before")
    with pytest.raises(FileAccessError, match="must not exist"):
        run(source, tmp_path / "out.sgy")
    assert (tmp_path / "out.sgy").read_bytes() == b"before"


def test_a_link_in_the_place_of_a_partial_or_a_journal_is_never_written_through(tmp_path, source):
    mine = tmp_path / "mine"
    mine.write_bytes(b"precious")
    target = tmp_path / "out.sgy"
    journal_path(target).symlink_to(mine)
    with pytest.raises(FileAccessError, match=r"must be writable; out\.sgy\.journal"):
        run(source, target, how=RunOptions(threads=1))
    journal_path(target).unlink()
    broken(source, target)
    partial_path(target).unlink()
    mine.write_bytes(b"p" * 44_400)
    partial_path(target).symlink_to(mine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeisfillWarning)
        try:
            run(source, target)
        except FileAccessError:
            partial_path(target).unlink()
    assert mine.read_bytes() == b"p" * 44_400


def test_crosslines_of_a_file_that_is_sorted_by_inlines_go_on_too(tmp_path):
    line, cross = (grid.ravel() for grid in np.indices((30, 12)))
    keep = [n for n in range(360) if n % 7 != 3 or n < 24]
    headers = {"byte189": line + 1, "byte193": cross + 1}
    headers = {name: values[keep] for name, values in headers.items()}
    source = write_segy(tmp_path / "in.sgy", waves(360)[keep], headers=headers)
    gathers = GatherOptions(gather="crossline")
    targets = [tmp_path / name / "out.sgy" for name in ("a", "b")]
    for target in targets:
        target.parent.mkdir()
    run(source, targets[0], how=RunOptions(threads=1), gathers=gathers)
    break_at(10, KeyboardInterrupt())
    with pytest.raises(Interrupted, match="8 of 12 gathers"):
        run(source, targets[1], how=RunOptions(threads=1), gathers=gathers)
    run(source, targets[1], gathers=gathers)
    assert hashes(targets[0]) == hashes(targets[1])
    strip_file(targets[1], tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)
