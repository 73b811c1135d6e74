import hashlib
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import FileAccessError
from seisfill.segy import untouched
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.proof import Proof
from seisfill.segy.writer import output_layout
from tests.segy.make_segy import write_segy

INSERTED = np.array([1, 2, 6])  # of eight traces


class Files:
    """An input of five traces, and an output of eight that holds nothing yet but its head."""

    def __init__(self, folder):
        path = write_segy(folder / "in.sgy", np.random.default_rng(0).normal(0, 10, (5, 20)))
        self.index = HeaderIndex(path, detect_layout(path))
        self.filled = HeaderIndex(folder / "out.sgy", output_layout(self.index.layout, 8))
        self.whole = np.full((8, self.index.layout.trace_bytes), 99, np.uint8)
        self.whole[np.setdiff1d(np.arange(8), INSERTED)] = self.index.take(np.arange(5))
        self.filled.path.write_bytes(bytes(self.filled.layout.file_size))

    def write(self, start, stop):
        """Traces of the output as they should be."""
        with self.filled.path.open("r+b") as file:
            file.seek(3600 + start * self.whole.shape[1])
            file.write(self.whole[start:stop].tobytes())

    def prove(self, **options):
        return Proof(self.index, self.filled, INSERTED, head=self.index.path.read_bytes()[:3600], **options)

    @property
    def sha256(self):
        return hashlib.sha256(self.index.path.read_bytes()).hexdigest()


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


@pytest.mark.parametrize("let_go", [False, True])
def test_an_output_that_is_whole_is_proven_and_the_input_hashed(files, let_go):
    files.write(0, 8)
    seen = []
    with files.prove(let_go=let_go) as proof:
        differing, sha256 = proof.finish(seen.append)
    assert (differing.tolist(), sha256, sum(seen)) == ([], files.sha256, 8)


def test_traces_are_looked_at_only_once_they_are_written(files, monkeypatch):
    monkeypatch.setattr(untouched, "BLOCK_BYTES", 1)
    with files.prove() as proof:
        for stop in range(1, 9):  # one after the other: each block would differ if it were read before it is written
            files.write(stop - 1, stop)
            proof.add_written(stop)
        assert proof.finish()[0].tolist() == []


def test_what_was_written_wrongly_is_named(files):
    files.whole[[0, 3, 6]] ^= 1  # the first and second recorded trace, and one that was inserted
    files.write(0, 8)
    with files.prove() as proof:
        assert proof.finish()[0].tolist() == [0, 1]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 8), max_size=6), st.sampled_from([1, 700, 2**22]), st.sets(st.integers(0, 4)))
def test_in_whatever_steps_it_is_written_the_same_is_found(tmp_path_factory, steps, block, spoilt):
    files = Files(tmp_path_factory.mktemp("p"))
    recorded = np.setdiff1d(np.arange(8), INSERTED)
    files.whole[recorded[sorted(spoilt)], 250] ^= 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(untouched, "BLOCK_BYTES", block)
        with files.prove() as proof:
            for start, stop in zip([0, *sorted(steps)], [*sorted(steps), 8], strict=True):
                files.write(start, stop)
                proof.add_written(stop)
            differing, sha256 = proof.finish()
    assert (differing.tolist(), sha256) == (sorted(spoilt), files.sha256)


def test_a_proof_that_is_given_up_ends_at_once(files):
    with files.prove():
        pass
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("seisfill-prove")]


def test_a_file_that_cannot_be_read_to_its_end_is_said(files):
    with files.filled.path.open("r+b") as file:
        file.truncate(3700)
    with files.prove() as proof, pytest.raises(Exception, match="Invalid size 3700"):
        proof.finish()
    files.filled.path.unlink()
    with files.prove() as proof, pytest.raises(FileAccessError, match="must be readable"):
        proof.finish()
