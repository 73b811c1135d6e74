"""Sidecars with a value changed and a foot that vouches for it: refused, or without effect on what strip gives back."""

import contextlib
import hashlib
import json
from random import Random

import numpy as np
import pytest

from seisfill.errors import SeisfillError
from seisfill.report.traces import read_traces
from seisfill.segy.marks import Sidecar, sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.workflows.filled_pair import FilledPair
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file
from tests.fuzz.judge import only_our_warnings
from tests.fuzz.trees import changed
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import fill, sha256, waves

CASES = 100


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A fill with every kind of row."""
    folder = tmp_path_factory.mktemp("sidecars")
    samples = waves(16)
    samples[5], samples[9, 3:6] = 0, np.nan
    keep = np.setdiff1d(np.arange(16), [2, 11])
    headers = {"fldr": np.repeat([1, 2], 8)[keep], "tracf": np.tile(np.arange(8), 2)[keep]}
    write_segy(folder / "in.sgy", samples[keep], headers=headers, format_code=5)
    fill(folder / "in.sgy", folder / "out.sgy")
    return folder / "out.sgy"


def resigned(lines):
    raw = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    foot = {"foot": {}, "sha256": hashlib.sha256(raw).hexdigest()}
    return raw + json.dumps(foot).encode() + b"\n"


def ask_all(filled, back):
    """Whatever reads a sidecar; what each says is its own affair."""

    def pair():
        notes = Sidecar.read(sidecar_path(filled))
        read_traces(FilledPair.open(filled.with_name("in.sgy"), filled, notes).after, notes)

    for ask in (
        lambda: strip_file(filled, back),
        lambda: verify_file(filled.with_name("in.sgy"), filled),
        lambda: [item.gather for item in SegyReader.open(filled)],
        pair,
    ):
        with contextlib.suppress(SeisfillError):
            ask()


def test_no_sidecar_makes_strip_give_back_anything_but_the_input(filled):
    path, back = sidecar_path(filled), filled.with_name("back.sgy")
    good, expected = path.read_bytes(), sha256(filled.with_name("in.sgy"))
    *lines, _ = good.splitlines()
    given_back = 0
    for number in range(CASES):
        rng = Random(number)
        tree = [json.loads(line) for line in lines]
        changed(tree[0 if rng.random() < 0.5 else rng.randrange(len(tree))], rng)
        path.write_bytes(resigned(tree))
        with only_our_warnings():
            ask_all(filled, back)
        if back.exists():
            given_back += 1
            assert sha256(back) == expected
            back.unlink()
        assert {one.name for one in filled.parent.iterdir()} == {"in.sgy", "out.sgy", "out.sgy.fill.jsonl"}
    path.write_bytes(good)
    assert 10 < given_back < CASES - 10
