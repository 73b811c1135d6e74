"""
Kill a fill again and again at random moments, and see that it ends as if nothing had been.

``python -m tests.kills --times 50 [--workers 2]``: SIGKILL to the process (with workers, now and then to one of them),
then ``--resume``, until it was killed so often; prints each fill that came to its end.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.workflows.surveys import write_shots

ROOT = Path(__file__).parents[1]
FILL = """
import sys, time
from pathlib import Path
import warnings
from seisfill.workflows.fill import FillOptions, RunOptions, fill_file
from tests.slow import Slow

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    source, target, resume, workers, seconds = sys.argv[1:]
    run = RunOptions(resume=bool(int(resume)), workers=int(workers), threads=1)
    fill_file(source, target, interpolator=Slow(seconds=float(seconds)), options=FillOptions(check=1), run=run)
"""


def start(source, target, *, resume, workers, seconds):
    """A fill in a process of its own."""
    words = [sys.executable, "-c", FILL, source, target, str(int(resume)), str(workers), str(seconds)]
    return subprocess.Popen(list(map(str, words)), cwd=ROOT, start_new_session=True)


def kill_and_resume(folder, *, times, workers=1, shots=120, seconds=0.01, seed=0, say=print):
    """Kill a fill at so many random moments; whether output and sidecar are those of an undisturbed fill."""
    rng = random.Random(seed)
    source = write_shots(Path(folder) / "in.sgy", shots=shots, n_samples=250, hide=range(3, 8 * shots, 7))
    target = Path(folder) / "whole.sgy"
    assert start(source, target, resume=False, workers=1, seconds=seconds).wait() == 0
    whole = _same_name(target)
    killed = fills = 0
    while killed < times:
        target = Path(folder) / f"out{fills}.sgy"
        fills += 1
        while not target.exists():
            process = start(source, target, resume=True, workers=workers, seconds=seconds)
            if killed < times:
                _wait(process, Path(f"{target}.journal"), lines=rng.randint(0, 8))
                time.sleep(rng.uniform(0, 10 * seconds))
                if process.poll() is None:
                    killed += 1
                    _kill(process, rng, workers)
            if process.wait() not in (0, -signal.SIGKILL):
                return False
        if _same_name(target) != whole:
            return False
        say(f"{killed} kills, fill {fills}: {whole[0][:16]} as undisturbed", flush=True)
        for path in Path(folder).glob(f"{target.name}*"):
            path.unlink()
    return True


def _wait(process, journal, *, lines):
    """Until the journal has grown so many times, or the process is at its end: whatever else the machine does."""
    size = None
    while process.poll() is None and lines >= 0:
        now = _size(journal)
        lines -= now != size
        size = now
        time.sleep(0.005)


def _kill(process, rng, workers):
    """SIGKILL to the whole fill, or, now and then, to one of its workers only."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    if workers > 1 and len(children) > 1 and rng.random() < 0.3:
        os.kill(int(rng.choice(children)), signal.SIGKILL)
    else:
        process.kill()


def _same_name(target):
    """Hashes of output and sidecar, with the name of the output, which the sidecar holds, made the same."""
    sidecar = Path(f"{target}.fill.jsonl").read_bytes().replace(target.name.encode(), b"NAME")
    lines = sidecar.splitlines()[:-1]  # the foot is a hash of what holds the name
    return hashlib.sha256(target.read_bytes()).hexdigest(), hashlib.sha256(b"\n".join(lines)).hexdigest()


def _size(path):
    """Bytes of a file, or None where there is none: it may vanish at any moment."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def main():
    """Kill as often as is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        same = kill_and_resume(folder, times=told.times, workers=told.workers, seed=told.seed)
    print(f"{told.times} kills: {'every fill ended with the bytes of an undisturbed one' if same else 'BYTES DIFFER'}")
    sys.exit(not same)


if __name__ == "__main__":
    main()
