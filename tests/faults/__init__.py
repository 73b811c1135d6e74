"""
Every fault of a file or a machine that seisfill has an answer to, and the tests that hold it to the answer.

A test that shows what becomes of a fault says so above itself::

    @fault("disk full", "refused; what was written is kept, and the line says how to resume")
    def test_a_full_disk_keeps_what_was_written(...): ...

`python -m tests.faults` finds these tests wherever they stand under ``tests`` and prints docs/faults.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FILES = "Files that are none, or are not whole"
LAYOUT = "Headers that disagree with the file"
TEXTS_AND_TIMES = "Texts, intervals and delays"
GEOMETRY = "Coordinates, keys and gathers"
SAMPLES = "Samples"
MACHINE = "Outputs and machines"
NETWORK = "Networks and configurations"

FAULTS = {
    FILES: (
        "empty file",
        "under 3,600 bytes",
        "headers only",
        "directory",
        "missing file",
        "no permission",
        "FIFO",
        "zip archive",
        "plain text",
        "random bytes",
        "zeros",
        "SU given as SEG-Y",
        "SEG-Y given as SU",
        "truncated last trace",
        "trailing bytes",
        "trailing zero traces",
        "Unicode and spaces in paths",
    ),
    LAYOUT: (
        "sample count zero",
        "sample count negative",
        "sample count above 32,767",
        "sample count wrong but dividing the size",
        "binary and trace counts that differ",
        "true variable length",
        "unknown format code",
        "IEEE labelled IBM",
        "IBM labelled IEEE",
        "unlabelled little-endian",
        "pairwise-swapped bytes",
        "garbage revision",
        "wrong extended-text count",
        "extra trace headers of revision 2",
    ),
    TEXTS_AND_TIMES: (
        "ASCII text",
        "NUL text",
        "non-Latin text",
        "sample interval zero",
        "sample interval negative",
        "sample intervals that conflict",
        "differing delays",
        "delay scalar",
    ),
    GEOMETRY: (
        "coordinate scalar 0",
        "coordinate scalar -100",
        "coordinate scalar invalid",
        "coordinate scalar varying",
        "coordinates zero",
        "coordinates as floats",
        "constant key bytes",
        "duplicate keys",
        "interleaved field records",
        "descending keys",
        "reused field records",
        "channel wrap",
        "gathers of different size",
        "gathers of one trace",
        "all traces dead",
        "an ambiguous key step",
        "an exploding grid",
        "header overflow",
        "score of densified files",
    ),
    SAMPLES: (
        "dirty zeros",
        "un-normalised IBM words",
        "overflowing IBM words",
        "dead flag contradicting samples",
        "NaN samples",
        "infinite samples",
        "a spike of 1e30",
        "constant traces",
        "clipped integers",
    ),
    MACHINE: (
        "input = output by name",
        "input = output by hard link",
        "input = output by symlink",
        "two files of a fill are one",
        "output exists",
        "disk full",
        "read-only folder",
        "killed half-way",
        "killed between two names",
        "two writers on one output",
        "sigma volume of an unfinished fill",
        "a lost worker that writes late",
        "input changed during the run",
        "a file larger than memory",
        "resume with changed settings",
    ),
    NETWORK: (
        "GPU out of memory",
        "a GPU asked for in vain",
        "a gap wider than the patch",
        "a gap at the edge",
        "95 % missing",
        "traces shorter than the network's stride",
        "corrupt weights",
        "pickled weights",
        "mismatched weights",
        "adapted weights of another file",
        "unknown configuration key",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What becomes of a fault, and the test that shows it."""

    name: str
    what_happens: str
    test: str


ANSWERS: list[Answer] = []


def fault(name: str, what_happens: str) -> Callable[[Any], Any]:
    """
    Say above a test which fault of `FAULTS` it is about and what happens; the test itself stays as it is.

    Above a parametrised test, a decorator for each fault that it shows.
    """
    known = [other for names in FAULTS.values() for other in names]
    if name not in known:
        raise ValueError(f"Invalid fault {name!r}: must be one of tests.faults.FAULTS: {', '.join(known)}.")

    def keep(test: Any) -> Any:
        place = test.__module__.replace(".", "/") + ".py"
        answer = Answer(name=name, what_happens=what_happens, test=f"{place}::{test.__qualname__}")
        if answer not in ANSWERS:
            ANSWERS.append(answer)
        return test

    return keep


def faults(answers: dict[str, str]) -> Callable[[Any], Any]:
    """Several faults and their answers above one test that is given them in turn."""

    def keep(test: Any) -> Any:
        for name, what_happens in answers.items():
            fault(name, what_happens)(test)
        return test

    return keep
