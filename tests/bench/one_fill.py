"""
One fill in a process of its own, so that its memory is its own: prints seconds and peak resident bytes as JSON.

``python -m tests.bench.one_fill IN OUT --filler nothing --memory 512M``
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from seisfill.gather import Filled
from seisfill.interpolators.load import load_interpolator
from seisfill.workflows.fill import FillOptions, fill_file
from seisfill.workflows.run_options import RunOptions, parse_size


class NothingInterpolator:
    """Answers zeros for what is missing."""

    def fill(self, gather, *, context=()):
        """Every missing trace counts as filled."""
        return Filled(data=gather.data, filled=~gather.live, method="nothing")


def peak_bytes() -> int:
    """Largest resident size of this process; unlike getrusage's, not that of the process that started it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise OSError("no VmHWM in /proc/self/status")


def measure(source: Path, target: Path, *, filler: str, **options: str | int) -> dict:
    """The same from another process; *options* are those of the command."""
    words = [sys.executable, "-m", "tests.bench.one_fill", source, target, "--filler", filler]
    words += [f"--{name}={value}" for name, value in options.items()]
    return json.loads(subprocess.run([*map(str, words)], check=True, stdout=subprocess.PIPE).stdout)


def main() -> None:
    """Fill one file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--filler", default="nothing")
    parser.add_argument("--memory", default="2G")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--dask")
    words = parser.parse_args()
    filler = NothingInterpolator() if words.filler == "nothing" else load_interpolator(words.filler)
    run = RunOptions(memory=parse_size(words.memory), workers=words.workers, dask=words.dask)
    start = time.perf_counter()
    fill_file(words.source, words.target, interpolator=filler, options=FillOptions(force=True), run=run)
    print(json.dumps({"seconds": time.perf_counter() - start, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
