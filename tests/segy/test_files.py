import hashlib
import importlib
import os
import threading

import numpy as np
import pytest

from seisfill._files import sha256_of
from seisfill.errors import FileAccessError
from seisfill.segy.files import PartialFile, WriteBehind, check_target, partial_path


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.sgy"
    path.write_bytes(b"recorded")
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_name_in_a_folder_that_exists_is_fine(tmp_path, source):
    check_target(source, tmp_path / "out.sgy")
    check_target(tmp_path / "not there", tmp_path / "out.sgy")


def test_an_output_that_exists_needs_force(tmp_path, source):
    target = tmp_path / "out.sgy"
    target.write_bytes(b"")
    with pytest.raises(FileAccessError, match=r"must not exist\. Name another, or give --force"):
        check_target(source, target)
    check_target(source, target, force=True)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileAccessError, match="must not exist"):
        check_target(source, tmp_path / "dangling")


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("kind", ["itself", "hard link", "symlink", "by the folder", "link to its folder"])
def test_the_input_is_never_the_output_whatever_it_is_called(tmp_path, source, kind, force):
    target = tmp_path / "out.sgy"
    if kind == "itself":
        target = source
    elif kind == "hard link":
        os.link(source, target)
    elif kind == "symlink":
        target.symlink_to(source)
    elif kind == "by the folder":
        (tmp_path / "deeper").mkdir()
        target = tmp_path / "deeper" / ".." / "in.sgy"
    else:
        (tmp_path / "here").symlink_to(tmp_path)
        target = tmp_path / "here" / "in.sgy"
    with pytest.raises(FileAccessError, match="must not be the input, found the same file"):
        check_target(source, target, force=force)


@pytest.mark.parametrize("link", [os.link, os.symlink, os.replace])
def test_the_input_is_not_where_the_output_is_written_first(tmp_path, source, link):
    link(source, tmp_path / "out.sgy.partial")
    given = source if source.exists() else tmp_path / "out.sgy.partial"
    with pytest.raises(FileAccessError, match=r"found it as out\.sgy\.partial, where the output is written first"):
        check_target(given, tmp_path / "out.sgy", force=True)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (".", "found a directory"),
        ("no/out.sgy", r"must lie in a folder that exists; make .*no first"),
        ("in.sgy/out.sgy", "must lie in a folder that exists"),
        ("x" * 300, "must be a usable name; File name too long"),
    ],
)
def test_names_that_cannot_be_written_are_refused(tmp_path, source, name, sentence):
    with pytest.raises(FileAccessError, match=sentence):
        check_target(source, tmp_path / name, force=True)


def test_a_file_gets_its_name_only_when_it_is_whole(tmp_path):
    with PartialFile(tmp_path / "out") as file:
        file.write_at(3, b"def")
        file.write_at(0, np.frombuffer(b"abc", np.uint8))
        file.write_at(1, np.zeros((0, 5), np.uint8))  # nothing: a window in which every trace is left out
        assert names(tmp_path) == ["out.partial"]
        file.commit()
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out").read_bytes() == b"abcdef"


def test_a_file_that_is_left_before_leaves_nothing(tmp_path):
    (tmp_path / "out").write_bytes(b"before")
    with pytest.raises(KeyError), PartialFile(tmp_path / "out") as file:  # noqa: PT012 (the error must pass through)
        file.write_at(0, b"half of")
        raise KeyError
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out").read_bytes() == b"before"


def begun(target):
    """A run that begins to write, or None where it is refused."""
    try:
        return PartialFile(target)
    except FileAccessError:
        return None


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("before", [1, 2, 3])
@pytest.mark.parametrize("step", ["os.stat", "os.open", "os.unlink", "io.open", "fcntl.flock"])
def test_of_two_runs_that_begin_at_once_one_writes(tmp_path, monkeypatch, there, before, step):
    target, other, left = tmp_path / "out.sgy", [], [before]
    if there:
        partial_path(target).write_bytes(b"left")
    module, name = step.split(".")
    do = getattr(importlib.import_module(module), name)

    def do_later(*arguments, **options):
        left[0] -= 1
        if not left[0]:
            other.append(begun(target))
        return do(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(step, do_later)
        first = begun(target)
    (run,) = [run for run in (first, *other) if run is not None]
    run.write_at(0, b"whole")
    run.commit()
    assert target.read_bytes() == b"whole"
    assert names(tmp_path) == ["out.sgy"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_run_that_ends_does_not_remove_what_the_next_one_begins(tmp_path, whole):
    target = tmp_path / "out.sgy"
    first = PartialFile(target)
    if whole:
        first.commit()
        second = PartialFile(target)
        first.__exit__()
    else:
        first.__exit__()
        second = PartialFile(target)
    assert partial_path(target).exists()
    second.__exit__()
    assert names(tmp_path) == (["out.sgy"] if whole else [])


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_a_stale_partial_is_replaced_and_never_written_through(tmp_path, source, link):
    stale = partial_path(tmp_path / "out")
    stale.write_bytes(b"what a killed run left, longer") if link is None else link(source, stale)
    with PartialFile(tmp_path / "out") as file:
        file.write_at(0, b"new")
        file.commit()
    assert (tmp_path / "out").read_bytes() == b"new"
    assert not (tmp_path / "out").is_symlink()
    assert source.read_bytes() == b"recorded"


def test_what_the_system_refuses_is_an_error_of_ours(tmp_path):
    partial_path(tmp_path / "out").mkdir()
    with pytest.raises(FileAccessError, match="must be writable"):
        PartialFile(tmp_path / "out")
    with PartialFile(tmp_path / "other") as file:
        file.path.unlink()
        with pytest.raises(FileAccessError, match="must be writable to its end; No such file"):
            file.commit()


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    for name in ("pwrite", "fsync"):
        with monkeypatch.context() as patched, PartialFile(tmp_path / "out") as file:
            patched.setattr(os, name, full)
            with pytest.raises(FileAccessError, match=r"No space left on device\. The input is untouched"):
                file.write_at(0, b"abc") if name == "pwrite" else file.commit()
    assert names(tmp_path) == []


def test_a_write_that_is_cut_short_goes_on(tmp_path, monkeypatch):
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda number, data, offset: whole(number, data[:2], offset))
    with PartialFile(tmp_path / "out") as file:
        file.write_at(1, b"abcde")
        file.commit()
    assert (tmp_path / "out").read_bytes() == b"\0abcde"


def test_jobs_behind_run_in_their_order_on_another_thread():
    done = []
    with WriteBehind(depth=2) as behind:
        for number in range(20):
            behind.submit(lambda n: done.append((n, threading.current_thread().name)), number)
        behind.drain()
    assert [number for number, _ in done] == list(range(20))
    assert threading.current_thread().name not in {name for _, name in done}


def test_an_error_behind_comes_up_in_front():
    with WriteBehind() as behind:
        behind.submit(lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            behind.drain()


def test_the_hash_is_that_of_the_bytes(source):
    assert sha256_of(source) == hashlib.sha256(b"recorded").hexdigest()
