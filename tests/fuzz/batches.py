"""Many cases in child processes under limits of memory and time; what dies, hangs or raises there is a finding."""

import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.cases import SAVED, Case, draw_case, saved_cases, shrunk
from tests.fuzz.judge import judge

SECONDS = 2  # of processor time that one look at a small file may take; a fill and a strip are a look each
PATIENCE = 120  # seconds of wall clock without a word after which a child counts as hung: the machine may be busy
ROOM = 200 * 2**20  # bytes of memory beyond twice the file
FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # so that nothing waits for a disk


class Hang(BaseException):
    """Raised by the clock; not an Exception, so that no handler of the package swallows it."""


@dataclass
class Tally:
    """How cases ended, and those that must not have: the number of the case and what was wrong; *fresh* ones last."""

    ends: Counter = field(default_factory=Counter)
    findings: list[tuple[int, str]] = field(default_factory=list)
    fresh: int = 0
    peak: int = 0

    def add(self, row: dict) -> None:
        """A line of a child."""
        self.peak = max(self.peak, row.get("peak", 0))
        self.ends.update([row["end"]] + ["compared"] * row.get("compared", False))
        if row["end"] == "finding":
            self.findings.append((row["number"], row["wrong"]))
            self.fresh += 1


def run_cases(seed: int, numbers: range, *, filled: float, batch: int, told: Callable[[Tally], None]) -> Tally:
    """Judge cases by number, a child process for each batch; *told* after each."""
    tally = Tally()
    for start in range(numbers.start, numbers.stop, batch):
        for row in _batch(seed, range(start, min(start + batch, numbers.stop)), filled):
            tally.add(row)
        told(tally)
    return tally


def _batch(seed: int, numbers: range, filled: float) -> Iterator[dict]:
    """Rows of one batch; a child that dies or hangs is one of them, and another child goes on behind it."""
    number = numbers.start
    while number < numbers.stop:
        words = [str(seed), str(number), str(numbers.stop), str(filled)]
        for row in _child_rows(words):
            yield row
            number = row["number"] + 1
        if number < numbers.stop:
            yield {"number": number, "end": "finding", "wrong": "the process died or hung"}
            number += 1


def _child_rows(words: list[str]) -> Iterator[dict]:
    """Lines of one child process, until it ends or keeps silent for too long."""
    command = [sys.executable, "-m", "tests.fuzz.batches", *words]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "MALLOC_ARENA_MAX": "1"})
    assert child.stdout is not None
    try:
        while select.select([child.stdout], [], [], PATIENCE)[0]:
            line = child.stdout.readline()
            if not line:
                return
            yield json.loads(line)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def main(words: list[str]) -> None:
    """The child: a line for each case."""
    seed, start, stop, filled = int(words[0]), int(words[1]), int(words[2]), float(words[3])
    judge_limited(draw_case(0, 0, filled=1.0))  # whatever is loaded late is loaded now, before memory is counted
    base = _memory("VmSize")
    for number in range(start, stop):
        case = draw_case(seed, number, filled=filled)
        row = judge_limited(case, base=base)
        if row.get("wrong", "").startswith(Hang.__name__):  # a busy machine may count what it did for others
            row = judge_limited(case, base=base)
        print(json.dumps({"number": number, **row, "peak": _memory("VmHWM")}), flush=True)


def judge_limited(case: Case, *, base: int | None = None) -> dict:
    """What became of one case, within 2 s of a processor and, beyond *base* bytes, twice the file and 200 MB."""
    size = len(case.raw())
    limits = resource.getrlimit(resource.RLIMIT_AS)
    signal.signal(signal.SIGPROF, _too_long)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS * (3 if case.fills else 1))
            if base is not None:
                resource.setrlimit(resource.RLIMIT_AS, (base + 2 * size + ROOM, limits[1]))
            verdict = judge(case, Path(folder))
        except (Exception, Hang) as error:
            return {"end": "finding", "wrong": _name_of(error)}
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            resource.setrlimit(resource.RLIMIT_AS, limits)
    return {"end": verdict.end, "compared": verdict.compared}


def _too_long(*_: object) -> None:
    raise Hang(f"more than {SECONDS} s of a processor")


def _name_of(error: BaseException) -> str:
    """Kind, place and words of an error: the same for the same fault."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name} ({Path(frame.filename).name}): {error}"[:300]


def _memory(what: str) -> int:
    """Bytes of this process: ``VmSize``, its addresses, or ``VmHWM``, the most that was resident."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(what + ":"))


def save_finding(seed: int, number: int, *, filled: float) -> Path:
    """The smallest case that still fails in the same way, saved for the suite."""
    case = draw_case(seed, number, filled=filled)
    kind = judge_limited(case).get("wrong", "").partition(":")[0]
    small = shrunk(case, lambda simpler: judge_limited(simpler).get("wrong", "").partition(":")[0] == kind)
    path = SAVED / f"seed_{seed}_case_{number}.json"
    SAVED.mkdir(exist_ok=True)
    path.write_text(small.as_line() + "\n")
    return path


def replay() -> dict[str, str]:
    """What is wrong with each saved case; empty where all are as they should be."""
    rows = {name: judge_limited(case) for name, case in saved_cases().items()}
    return {name: row["wrong"] for name, row in rows.items() if row["end"] == "finding"}


if __name__ == "__main__":
    main(sys.argv[1:])
