"""Journals with a value changed and a checksum that vouches for it: no crash, no harm, nothing written elsewhere."""

import json
import zlib
from dataclasses import dataclass
from random import Random

import pytest

from seisfill.errors import Interrupted, SeisfillError, SeisfillWarning
from seisfill.segy.marks import sidecar_path
from seisfill.workflows.fill import FillOptions, RunOptions, fill_file
from seisfill.workflows.journal import journal_path
from tests.fuzz.judge import only_our_warnings
from tests.fuzz.trees import changed
from tests.workflows.surveys import Constant, sha256, write_shots

CASES = 30
LEFT = [0]  # gathers until it breaks off; never, if it is 0


@dataclass(frozen=True)
class Breaks(Constant):
    """Fills with a constant, and breaks off in the third range where it is to."""

    def fill(self, gather, *, context=()):
        LEFT[0] -= 1
        if LEFT[0] == 0:
            raise KeyboardInterrupt
        return super().fill(gather)


@pytest.fixture
def broken(tmp_path):
    """An unfinished output, and what input, output and sidecar should be in the end."""
    source, target = write_shots(tmp_path / "in.sgy", shots=24, hide=range(3, 190, 7)), tmp_path / "out.sgy"
    told = {"options": FillOptions(force=True), "run": RunOptions(threads=1)}
    fill_file(source, target, interpolator=Breaks(), **told)
    expected = sha256(source), sha256(target), sha256(sidecar_path(target))
    target.unlink()
    sidecar_path(target).unlink()
    LEFT[0] = 18
    with pytest.raises(Interrupted):
        fill_file(source, target, interpolator=Breaks(), **told)
    return target, expected


def resigned(line, rng):
    entry = json.loads(line)["entry"]
    changed(entry, rng)
    text = json.dumps(entry).encode()
    return b'{"crc":%d,"entry":%s}\n' % (zlib.crc32(text), text)


def test_a_journal_that_lies_does_no_harm(broken):
    target, expected = broken
    source, folder = target.with_name("in.sgy"), target.parent
    left = {path: path.read_bytes() for path in folder.iterdir() if path != source}
    lines = left[journal_path(target)].splitlines(keepends=True)
    entries = [number for number, line in enumerate(lines) if line.startswith(b'{"crc"')]
    ended = 0
    for number in range(CASES):
        rng = Random(number)
        picked = rng.choice(entries)
        for path in folder.iterdir():
            if path != source:
                path.unlink()
        for path, raw in left.items():
            path.write_bytes(raw)
        journal_path(target).write_bytes(
            b"".join([*lines[:picked], resigned(lines[picked], rng), *lines[picked + 1 :]])
        )
        with only_our_warnings():
            try:
                run = RunOptions(resume=True, threads=1)
                fill_file(source, target, interpolator=Breaks(), options=FillOptions(force=True), run=run)
                ended += (sha256(source), sha256(target), sha256(sidecar_path(target))) == expected
            except SeisfillError:
                assert not target.exists()
        assert sha256(source) == expected[0]
        assert {path.name.removeprefix("out.sgy") for path in folder.iterdir() if path != source} <= {
            "", ".fill.jsonl", ".journal", ".partial"
        }  # fmt: skip
    assert ended > 2


def test_a_journal_that_is_nested_beyond_measure_counts_as_torn(broken):
    target, expected = broken
    text = b"[" * 10**5
    journal_path(target).write_bytes(b'{"crc":%d,"entry":%s}\n' % (zlib.crc32(text), text))
    with pytest.warns(SeisfillWarning, match="the fill starts anew"):
        fill_file(target.with_name("in.sgy"), target, interpolator=Breaks(), run=RunOptions(resume=True, threads=1))
    assert sha256(target) == expected[1]
