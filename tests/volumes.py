"""
Volumes filled along inlines, along crosslines and along both: ``python -m tests.volumes [planes] [f3] [METHOD ...]``.

Two volumes, written as SEG-Y into a temporary folder: dipping planes with noise, and the F3 crop of ``../shared/data``
(or of the folder that SEISFILL_DATA names). A quarter of the traces is left out at random, and one whole inline. Each
is filled by the command's own workflow; scores are of the missing traces that both axes see, and of the missing inline.
"""

import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from seisfill.errors import SeisfillWarning
from seisfill.interpolators.load import METHODS, load_interpolator
from seisfill.metrics import snr_db
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.along import fill_both_ways
from seisfill.workflows.fill import fill_file
from seisfill.workflows.fill_options import FillOptions
from tests.segy.make_segy import write_segy

DATA = Path(os.environ.get("SEISFILL_DATA", Path(__file__).parents[2] / "shared" / "data"))
AXES = ("inline", "crossline", "both")


def planes(shape=(32, 40, 128), seed=0):
    """Eight planes that dip both ways, crosslines steeper, and noise of a tenth of their RMS."""
    rng = np.random.default_rng(seed)
    inline, crossline, times = np.indices(shape)
    cube = np.zeros(shape)
    for _ in range(8):
        dips = rng.uniform(-1.2, 1.2), rng.uniform(-0.6, 0.6)  # samples from one inline, one crossline, to the next
        arrival = rng.uniform(0, shape[2]) + dips[0] * (inline - shape[0] / 2) + dips[1] * (crossline - shape[1] / 2)
        phase = (0.35 * (times - arrival)) ** 2
        cube += rng.choice([-1, 1]) * rng.uniform(0.5, 1) * (1 - 2 * phase) * np.exp(-phase)
    return cube + rng.normal(0, 0.1 * cube.std(), shape)


def f3():
    """The crop as a cube; inline, crossline, sample."""
    reader = SegyReader.open(DATA / "f3.sgy", gathers=GatherOptions(gather="inline"))
    return np.stack([item.gather.data for item in reader]).astype(np.float64)


def write(path, cube, kept):
    """A SEG-Y file of the traces that are *kept*, inline by inline, on a map of 25 m."""
    inline, crossline = (grid[kept] for grid in np.indices(cube.shape[:2]))
    headers = {"iline": inline + 1, "xline": crossline + 1, "cdpx": 25 * crossline, "cdpy": 25 * inline}
    return write_segy(path, cube[kept], headers=headers, format_code=5)


def read(path, shape):
    """The cube of a file, zeros where it has no trace or a dead one; which traces it has."""
    reader = SegyReader.open(path, gathers=GatherOptions(gather="inline"))
    cube, there = np.zeros(shape, np.float32), np.zeros(shape[:2], dtype=bool)
    for item in reader:
        line = int(reader.survey.gather_keys[item.number]) - 1
        places = np.round(reader.survey.axis.keys(item.number, np.flatnonzero(item.gather.live))).astype(int) - 1
        cube[line, places], there[line, places] = item.gather.data[item.gather.live], True
    return cube, there


def filled_along(axis, source, target, filler):
    """Fill a file along one axis or both."""
    options = FillOptions(check=4, gathers=GatherOptions() if axis == "both" else GatherOptions(gather=axis))
    way = fill_both_ways if axis == "both" else fill_file
    way(source, target, interpolator=filler, options=options)


def compare(name, cube, method, folder):
    """One line for each axis: traces filled, SNR on the traces that both axes fill, SNR on the missing inline."""
    rng = np.random.default_rng(1)
    kept = rng.random(cube.shape[:2]) > 0.25
    line = cube.shape[0] // 2
    kept[line] = False
    source = write(folder / "in.sgy", cube, kept)
    filler = load_interpolator(method, device="cpu")
    answers = {}
    for axis in AXES:
        start = time.process_time()
        target = folder / f"{axis}.sgy"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SeisfillWarning)
            filled_along(axis, source, target, filler)
        answers[axis] = (*read(target, cube.shape), time.process_time() - start)
        for path in (target, Path(f"{target}.fill.jsonl"), Path(f"{target}.check.npz")):
            path.unlink(missing_ok=True)
    shared = ~kept & answers["inline"][1] & answers["crossline"][1]
    for axis, (found, there, seconds) in answers.items():
        whole = (there & ~kept)[line]
        lined = f"{snr_db(cube[line], found[line], traces=whole):5.1f}" if whole.any() else "  -  "
        snr = snr_db(cube[shared], found[shared], traces=np.ones(int(shared.sum()), dtype=bool))
        print(
            f"| {name} | {method} | {axis} | {int((there & ~kept).sum())} of {int((~kept).sum())} | {snr:.1f} | "
            f"{lined.strip()} | {seconds:.0f} |",
            flush=True,
        )


def main(words):
    print(
        "| volume | method | along | traces filled | SNR, both axes fill it [dB] | SNR, missing inline [dB] | CPU s |"
    )
    print("|---|---|---|---|---|---|---|")
    methods = [word for word in words if word in METHODS] or ["linear", "prediction", "network"]
    for name, cube in {"planes": planes, "f3": f3}.items():
        if name in words or not {"planes", "f3"} & set(words):
            for method in methods:
                with tempfile.TemporaryDirectory() as folder:
                    compare(name, cube(), method, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
