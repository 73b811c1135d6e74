"""
Working memory of each filler, in bytes a sample: ``python -m tests.memory [METHOD ...]``, a minute or two for each.

The numbers of `seisfill.interpolators.memory.BYTES` come from here. A filler in a process of its own fills a gather
of a quarter of a block, after a small one that loads what it needs; what counts is how far the peak of its resident
size then rises over what it was before. ``python -m tests.memory METHOD TRACES SAMPLES`` measures one gather.
"""

import subprocess
import sys
import time

import numpy as np

from seisfill.gather import Gather
from seisfill.interpolators.load import load_interpolator

METHODS = ("linear", "network", "prediction", "pocs", "rank", "alft", "auto")
SHAPES = ((512, 512), (64, 4096))  # a quarter of a block, so that the table takes minutes, not hours
MIB = 2**20


def gather_of(shape, seed=0):
    """Dipping events and noise, every second trace and a few more missing."""
    rng = np.random.default_rng(seed)
    place, times = np.arange(shape[0])[:, None], np.arange(shape[1])
    data = rng.normal(0, 0.05, shape)
    for _ in range(8):
        arrival = rng.uniform(0, shape[1]) + rng.uniform(-1.5, 1.5) * place
        phase = (0.25 * (times - arrival)) ** 2
        data += (1 - 2 * phase) * np.exp(-phase)
    live = (place[:, 0] % 2 == 0) & (rng.random(shape[0]) > 0.1)
    return Gather(data=data.astype(np.float32), live=live, dt=0.004)


def resident(word):
    """A line of /proc/self/status [bytes]: VmRSS now, VmHWM at its peak."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(word))


def measure(method, shape):
    """Bytes a sample, and seconds."""
    moveout = None if method == "auto" else method.endswith("+")
    filler = load_interpolator(method.rstrip("+"), device="cpu", moveout=moveout)
    filler.fill(gather_of((24, 128)))
    gather = gather_of(shape)
    before = resident("VmRSS")
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")  # the peak starts anew
    start = time.perf_counter()
    filler.fill(gather)
    return (resident("VmHWM") - before) / gather.data.size, time.perf_counter() - start


def main(words):
    if len(words) == 3 and words[1].isdecimal():
        print("{:.0f} bytes a sample, {:.0f} s".format(*measure(words[0], (int(words[1]), int(words[2])))))
        return
    for method in words or METHODS:
        for shape in SHAPES:
            command = [sys.executable, "-m", "tests.memory", method, *map(str, shape)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            print(f"{method:12} {shape[0]:5} x {shape[1]:<5} {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
