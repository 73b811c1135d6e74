"""A user with one bad file: what the real command does with it, and that the file is as it was."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seisfill.segy.layout import Layout
from seisfill.segy.marks import Sidecar, sidecar_path
from tests.cli.conftest import seisfill, tiny  # noqa: F401
from tests.workflows.surveys import listing, sha256

LINEAR = ("--method", "linear", "--check", "none")


@dataclass
class User:
    """Where the user is, and how the command is called."""

    folder: Path
    call: Any

    def refused(self, name, sentence, *options, verb="fill"):
        """The command must refuse the file in one line with *sentence*, and leave the folder as it was."""
        before = self._state(name)
        words = {"fill": (name, "out.sgy", *LINEAR), "info": (name,)}[verb]
        code, out, err = self.call(verb, *words, *options)
        assert (code, out) == (2, ""), err
        (line,) = err.splitlines()
        assert line.startswith("seisfill: error: Invalid ")
        assert sentence in line
        assert self._state(name) == before
        return line

    def filled(self, name, *options, warned=(), code=0):
        """
        The file must be filled with exactly the warnings that hold the sentences *warned*, and strip must give it back.

        Samples of the output come back as bytes, (n_traces, n_samples * width), and the sidecar.
        """
        before = sha256(self.folder / name)
        found, out, err = self.call("fill", name, "out.sgy", *LINEAR, *options, "--force")
        lines = err.splitlines()
        assert found == code, err
        assert len(lines) == len(warned), err
        for line, sentence in zip(lines, warned, strict=True):
            assert line.startswith("seisfill: warning: ")
            assert sentence in line
        assert self.call("strip", "out.sgy", "back.sgy", "--force")[0] == 0
        assert sha256(self.folder / "back.sgy") == sha256(self.folder / name) == before
        return self.samples("out.sgy"), out

    def samples(self, name):
        """Sample bytes of a filled file, read by the layout that its sidecar keeps."""
        path = self.folder / name
        head = Sidecar.read(sidecar_path(path)).head
        layout = Layout(**{**head["layout"], "n_traces": head["output"]["n_traces"], "warnings": ()})
        raw = np.frombuffer(path.read_bytes(), np.uint8)[layout.first_trace : layout.end_of_traces]
        return raw.reshape(layout.n_traces, layout.trace_bytes)[:, 240:]

    def _state(self, name):
        path = self.folder / name
        return listing(self.folder), sha256(path) if path.is_file() and path.stat().st_mode & 0o400 else None


@pytest.fixture
def user(tmp_path, monkeypatch, seisfill):  # noqa: F811
    """In an empty folder."""
    monkeypatch.chdir(tmp_path)
    return User(tmp_path, seisfill)
