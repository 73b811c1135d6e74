"""Moments at which a fill could lose or harm something: each was once a fault that a review found."""

import os
import shutil

import pytest

from seisfill.errors import (
    FileAccessError,
    InputChangedError,
    Interrupted,
    InvalidParameterError,
    NotUntouchedError,
    SeisfillError,
)
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.files import PartialFile
from seisfill.workflows import along, fill, fill_run, journal, written
from seisfill.workflows.along import fill_both_ways
from seisfill.workflows.fill import FillOptions, RunOptions, fill_file
from seisfill.workflows.report import write_report
from seisfill.workflows.score import score_files
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file
from tests.faults import fault
from tests.workflows.surveys import Constant, write_shots
from tests.workflows.test_along import write_cube
from tests.workflows.test_resume import BREAK, Breaks, broken, hashes, names, run, source, whole

__all__ = ["source", "whole"]  # fixtures
AFRESH = RunOptions(threads=1)


class Killed(BaseException):
    """SIGKILL, for one process."""


@pytest.fixture(autouse=True)
def _unbroken():
    BREAK.clear()


def test_a_resumed_fill_that_cannot_begin_leaves_what_was_done(tmp_path, source, whole):
    target = tmp_path / "out.sgy"
    broken(source, target)
    in_the_way = tmp_path / "out.sgy.fill.jsonl.partial"
    in_the_way.mkdir()
    with pytest.raises(FileAccessError):
        run(source, target)
    in_the_way.rmdir()
    assert names(tmp_path) == {"out.sgy.partial", "out.sgy.journal"}
    run(source, target)
    assert hashes(target) == whole


def test_a_recorded_trace_that_is_written_wrongly_is_found(tmp_path, source, monkeypatch):
    def write_all(file, offset, data):
        block = data.copy()
        block[0, 250] ^= 1  # of the first trace of each gather, which is recorded in the first one
        written.os.pwrite(file, block, offset)

    monkeypatch.setattr(written, "write_all", write_all)
    with pytest.raises(NotUntouchedError, match="trace 1 of the input differs"):
        run(source, tmp_path / "out.sgy", how=AFRESH)
    assert names(tmp_path) == set()


def test_a_resumed_fill_proves_what_was_filled_before_it_broke_off_too(tmp_path, source, whole):
    target = tmp_path / "out.sgy"
    broken(source, target)  # all that was done is on the disk by now, and marked so
    with (tmp_path / "out.sgy.partial").open("r+b") as file:
        file.seek(3600 + 250)
        file.write(b"\x55")
    with pytest.raises(NotUntouchedError, match="trace 1 of the input differs"):
        run(source, target)
    assert names(tmp_path) == set()


def test_headers_of_the_file_that_a_power_cut_took_are_written_again(tmp_path, source, whole):
    target = tmp_path / "out.sgy"
    broken(source, target)
    path = journal.journal_path(target)
    path.write_bytes(b"".join(line for line in path.read_bytes().splitlines(True) if b'"synced"' not in line))
    with (tmp_path / "out.sgy.partial").open("r+b") as file:
        file.write(bytes(3600))
    run(source, target)
    assert hashes(target) == whole


def test_an_output_that_another_fill_finished_meanwhile_is_not_replaced(tmp_path, source, monkeypatch):
    target, opened = tmp_path / "out.sgy", fill.PlannedFill.open

    def and_another_one(*words):
        monkeypatch.setattr(fill.PlannedFill, "open", opened)
        fill_file(source, target, interpolator=Constant(), run=AFRESH)
        return opened(*words)

    monkeypatch.setattr(fill.PlannedFill, "open", and_another_one)
    with pytest.raises(FileAccessError, match="must not exist"):
        run(source, target, how=AFRESH)
    assert verify_file(source, target).untouched


def test_two_runs_do_not_write_one_file_of_predicted_errors(tmp_path):
    with PartialFile(tmp_path / "sigma.sgy") as first:
        with pytest.raises(FileAccessError, match="must be writable"):
            PartialFile(tmp_path / "sigma.sgy")
        assert first.path.exists()


def test_a_proved_output_that_is_gone_before_it_got_its_name_is_filled_again(tmp_path, source, whole, monkeypatch):
    target, give_name = tmp_path / "out.sgy", fill.give_name

    def until_the_data(path):
        if path == target:
            raise Killed
        give_name(path)

    monkeypatch.setattr(fill, "give_name", until_the_data)
    with pytest.raises(Killed):
        run(source, target, how=AFRESH)
    monkeypatch.setattr(fill, "give_name", give_name)
    (tmp_path / "out.sgy.partial").unlink()
    with pytest.warns(UserWarning, match="the fill starts anew"):
        run(source, target)
    assert hashes(target) == whole


def test_a_kill_behind_the_last_name_leaves_nothing_to_be_done(tmp_path, source, monkeypatch):
    target, leave = tmp_path / "out.sgy", journal.Journal.__exit__

    def killed(self, *_):
        os.close(self._file)
        raise Killed

    monkeypatch.setattr(journal.Journal, "__exit__", killed)
    with pytest.raises(Killed):
        run(source, target, how=AFRESH, check=2)
    monkeypatch.setattr(journal.Journal, "__exit__", leave)
    before = hashes(target)
    run(source, target, check=2)
    assert hashes(target) == before
    assert "out.sgy.journal" not in names(tmp_path)


@pytest.mark.parametrize("word", [b'"naming"', b'"head"'])
def test_a_disk_that_is_full_when_the_journal_is_written_is_told_in_one_line(tmp_path, source, monkeypatch, word):
    write = journal.write_all

    def full(file, offset, data):
        if word in bytes(data):
            raise OSError(28, "No space left on device")
        write(file, offset, data)

    monkeypatch.setattr(journal, "write_all", full)
    with pytest.raises(FileAccessError, match="No space left on device"):
        run(source, tmp_path / "out.sgy", how=AFRESH)


def test_one_who_asks_twice_is_told_what_is_kept(tmp_path, source, whole, monkeypatch):
    target = tmp_path / "out.sgy"

    def again(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fill_run, "_to_disk", again)
    assert "16 of 40 gathers" in broken(source, target).kept
    monkeypatch.undo()
    monkeypatch.setattr(fill.PlannedFill, "open", lambda *_: again(_))
    with pytest.raises(Interrupted) as stop:
        run(source, target)
    assert "kept in out.sgy.partial" in stop.value.kept
    monkeypatch.undo()
    run(source, target)
    assert hashes(target) == whole


def test_a_sync_that_failed_in_the_background_is_not_forgotten(tmp_path, source, monkeypatch):
    asked = []

    def failing(_):
        asked.append(1)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(fill_run, "SYNC_EVERY", -1)
    monkeypatch.setattr(fill_run, "_to_disk", failing)
    with pytest.raises(FileAccessError, match="Input/output error"):
        run(source, tmp_path / "out.sgy", how=AFRESH)


def test_a_journal_of_zeros_is_none(tmp_path, source, whole):
    target = tmp_path / "out.sgy"
    journal.journal_path(target).write_bytes(bytes(500))
    with pytest.warns(UserWarning, match="nothing was left to go on with"):
        run(source, target)
    assert hashes(target) == whole


def test_a_second_fill_along_both_axes_waits_for_the_first(tmp_path, monkeypatch):
    cube, target = write_cube(tmp_path / "in.sgy", hide=[(2, 3), (4, 4)]), tmp_path / "out.sgy"
    with journal.Journal(target), pytest.raises(FileAccessError, match="two fills at once"):
        fill_both_ways(cube, target, interpolator=LinearInterpolator())


def test_an_input_that_changes_during_the_first_way_is_refused(tmp_path, monkeypatch):
    cube, target = write_cube(tmp_path / "in.sgy", hide=[(2, 3), (4, 4)]), tmp_path / "out.sgy"
    first = along._Volume.fill_first

    def and_change(*words):
        first(*words)
        os.utime(cube, ns=(1, 1))

    monkeypatch.setattr(along._Volume, "fill_first", and_change)
    with pytest.raises(InputChangedError, match="must not change while it is filled"):
        fill_both_ways(cube, target, interpolator=LinearInterpolator())
    assert {path.name for path in tmp_path.iterdir()} == {"in.sgy"}


def test_an_unfinished_output_is_refused_before_the_first_way(tmp_path, source, monkeypatch):
    target = tmp_path / "out.sgy"
    broken(source, target)
    shutil.move(write_cube(tmp_path / "cube.sgy", hide=[(2, 3), (4, 4)]), source)
    with pytest.raises(FileAccessError, match="must not be half done by an earlier fill"):
        fill_both_ways(source, target, interpolator=LinearInterpolator())


def killed_at(target, source, monkeypatch, step, **options):
    """A fill that is killed before the file of that number gets its name: sidecar, data."""
    give_name, seen = fill.give_name, []

    def until_then(path):
        if len(seen) == step:
            raise Killed
        seen.append(give_name(path))

    with monkeypatch.context() as patch:
        patch.setattr(fill, "give_name", until_then)
        with pytest.raises(Killed):
            run(source, target, how=AFRESH, force=True, **options)


@fault(
    "killed between two names",
    "`--force` has removed the old data by then; until `--resume`: *OUT.partial lies there ... give its command again*",
)
@pytest.mark.parametrize("step", [0, 1])
def test_old_data_never_lie_beside_a_new_sidecar(tmp_path, source, whole, monkeypatch, step):
    target = tmp_path / "out.sgy"
    run(source, target, Constant(3.0), how=AFRESH)  # of the same size
    killed_at(target, source, monkeypatch, step)
    assert not target.exists()
    cure = r"out\.sgy\.partial lies there, of a fill that was not finished: give its command again with --resume"
    for look in (
        lambda: verify_file(source, target),
        lambda: strip_file(target, tmp_path / "back.sgy"),
        lambda: score_files(source, target, decimated=source),
        lambda: write_report(source, target),
    ):
        with pytest.raises(SeisfillError, match=cure):
            look()
    run(source, target)
    assert hashes(target) == whole


def test_an_old_output_is_not_taken_for_a_new_one_that_is_gone(tmp_path, source, whole, monkeypatch):
    target = tmp_path / "out.sgy"
    run(source, target, Constant(3.0), how=AFRESH)

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(fill, "_give_names", killed)
        with pytest.raises(Killed):
            run(source, target, how=AFRESH, force=True)
    assert verify_file(source, target).untouched  # the old pair still is one
    (tmp_path / "out.sgy.partial").unlink()
    with pytest.warns(UserWarning, match="the fill starts anew"):
        run(source, target, force=True)
    assert hashes(target) == whole


def test_what_a_fill_left_before_its_first_range_is_kept_by_a_refusal(tmp_path, monkeypatch):
    hide = [n for n in range(3, 30 * 20, 5) if n % 30 not in (0, 29)]
    source, target = write_shots(tmp_path / "in.sgy", shots=20, channels=30, hide=hide), tmp_path / "out.sgy"
    (tmp_path / "whole").mkdir()
    run(source, tmp_path / "whole" / "out.sgy", how=AFRESH, check=2)
    words = {"check": 2}
    planned = fill.PlannedFill.open(source, Breaks(), FillOptions(**words))
    with journal.Journal(target) as kept:  # as a kill leaves it that comes as the first range is filled
        kept.begin(planned.fingerprint(1))
        fill._check(planned, kept, target, fill.silent)
        kept.kept = True
    (tmp_path / "out.sgy.partial").write_bytes(b"as far as it came")
    left = names(tmp_path)
    assert left == {"out.sgy.partial", "out.sgy.journal", "out.sgy.prepass.npz"}
    with pytest.raises(InvalidParameterError, match=r"options\.seed .* Say the same again, or start over with --force"):
        run(source, target, seed=3, **words)
    assert names(tmp_path) == left
    monkeypatch.setattr(fill, "check_survey", None)  # what was learned is not learned again
    run(source, target, **words)
    assert hashes(target) == hashes(tmp_path / "whole" / "out.sgy")
    assert names(tmp_path) == {"out.sgy", "out.sgy.fill.jsonl", "out.sgy.check.npz"}


def test_what_came_into_the_way_meanwhile_is_not_replaced(tmp_path, source, whole):
    target = tmp_path / "out.sgy"

    def somebody_else(stage, *_):
        if stage == "verify":
            target.write_bytes(b"made meanwhile")

    with pytest.raises(FileAccessError, match=r"must not exist\. .* 40 of 40 gathers .* Go on with --resume"):
        fill_file(source, target, interpolator=Breaks(), run=AFRESH, progress=somebody_else)
    assert target.read_bytes() == b"made meanwhile"
    target.unlink()
    run(source, target)
    assert hashes(target) == whole


@fault(
    "sigma volume of an unfinished fill", "another fill may not begin it: *must not be half written by another fill*"
)
def test_a_sigma_volume_that_another_fill_left_half_written_stays(tmp_path, source):
    words = {"check": 2, "sigma": str(tmp_path / "sigma.sgy")}
    broken(source, tmp_path / "one.sgy", **words)
    left = names(tmp_path)
    with pytest.raises(FileAccessError, match=r"half written by another fill, and sigma\.sgy\.partial lies there"):
        run(source, tmp_path / "two.sgy", how=AFRESH, **words)
    assert names(tmp_path) == left
    run(source, tmp_path / "one.sgy", **words)
    assert verify_file(source, tmp_path / "one.sgy").untouched
    broken(source, tmp_path / "three.sgy", check=2, sigma=str(tmp_path / "s3.sgy"))
    run(source, tmp_path / "four.sgy", how=AFRESH, check=2, sigma=str(tmp_path / "s3.sgy"), force=True)
    assert (tmp_path / "s3.sgy").exists()


@pytest.mark.parametrize("step", ["pathlib.Path.unlink", "pathlib.Path.replace", "seisfill.workflows.fill.keep_trials"])
def test_a_name_that_the_system_refuses_loses_nothing(tmp_path, source, whole, monkeypatch, step):
    target, give = tmp_path / "out.sgy", fill._give_names

    def refuse(*_, **__):
        raise OSError(28, "No space left on device")

    def give_names(*words):
        with monkeypatch.context() as patch:
            patch.setattr(step, refuse)
            give(*words)

    with monkeypatch.context() as patch:
        patch.setattr(fill, "_give_names", give_names)
        with pytest.raises(FileAccessError) as error:
            run(source, target, how=AFRESH)
    assert str(error.value) == (
        f"Invalid output {target}: must get its name, and the system refused (No space left on device). All is filled, "
        "and out.sgy.partial is whole: go on with --resume."
    )
    run(source, target)
    assert hashes(target) == whole
