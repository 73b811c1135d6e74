"""
How much a fill costs, beside the disk and on the processor: ``make speed``, or ``python -m tests.speed [FOLDER]``.

A filler that does nothing still plans, reads, decodes, inserts and verifies; its time is given as a ratio to `cp` and
`sync` of the output, both measured in one run, with the largest memory that the fill held.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from seisfill.gather import Filled, Gather
from seisfill.interpolators.load import load_interpolator
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.samples import encode
from seisfill.segy.survey import map_survey
from seisfill.synthetic.surveys import SyntheticSurveys
from seisfill.workflows.fill import FillOptions, fill_file


class NothingInterpolator:
    """Answers zeros for what is missing."""

    def fill(self, gather, *, context=()):
        """Every missing trace counts as filled."""
        return Filled(data=gather.data, filled=~gather.live, method="nothing")


def write_survey(path, n_shots, n_channels, n_samples, *, keep=1.0):
    """IBM SEG-Y by blocks of a shot, with a share of the channels kept: written with numpy alone."""
    rng = np.random.default_rng(0)
    text = np.full(3200, 0x40, np.uint8).tobytes()
    binary = np.zeros(400, np.uint8)
    for byte, value in ((3217, 4000), (3221, n_samples), (3225, 1), (3501, 256)):
        binary[byte - 3201 : byte - 3199] = np.frombuffer(int(value).to_bytes(2, "big"), np.uint8)
    with path.open("wb") as file:
        file.write(text + binary.tobytes())
        samples = encode(rng.normal(0, 100, (n_channels, n_samples)), "ibm", ">")
        for shot in range(n_shots):
            live = rng.random(n_channels) < keep
            live[[0, 1, -1]] = True
            headers = np.zeros((n_channels, 240), np.uint8)
            words = {9: np.full(n_channels, shot + 1), 13: np.arange(1, n_channels + 1)}
            for byte, values in words.items():
                headers[:, byte - 1 : byte + 3] = values.astype(">i4")[:, None].view(np.uint8)
            for byte, value in ((29, 1), (115, n_samples), (117, 4000)):
                headers[:, byte - 1 : byte + 1] = np.frombuffer(int(value).to_bytes(2, "big"), np.uint8)
            file.write(np.concatenate([headers, samples], axis=1)[live].tobytes())
    return path


METHODS = [
    (name, moveout) for name in ("linear", "network", "prediction", "pocs", "rank", "alft") for moveout in (False, True)
]


def filler_speed():
    """Print the time of each filler for one synthetic shot, 180 traces of 1,024 samples, every second missing."""
    surveys = SyntheticSurveys(weights={"shot": 1.0}, noise=(0.05, 0.1))
    data = surveys.draw(1, (180, 1024), rng=torch.Generator().manual_seed(3)).truth[0].numpy()
    gather = Gather(data=data, live=np.arange(180) % 2 == 0, dt=0.004)
    for method, moveout in [*METHODS, ("auto", None)]:
        filler = load_interpolator(method, device="cpu", moveout=moveout)
        times = []
        for _ in range(2 if method == "auto" else 4):
            start = time.perf_counter()
            filler.fill(gather)
            times.append(time.perf_counter() - start)
        name = f"{method} along moveout" if moveout else method
        print(f"{name}: 180 traces x 1,024 samples in {min(times):.2f} s on {os.cpu_count()} cores", flush=True)


def main():
    """Print the time of each filler, index time, fill-to-copy ratios for two sizes, and memory."""
    filler_speed()
    folder = Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else None))
    many = write_survey(folder / "many.sgy", 10_000, 100, 10)
    start = time.perf_counter()
    survey = map_survey(HeaderIndex(many, detect_layout(many)))
    print(f"index of {len(survey.group):,} traces in {survey.n_gathers:,} gathers: {time.perf_counter() - start:.2f} s")
    many.unlink()
    for n_shots in (100, 600):
        source, target = write_survey(folder / "in.sgy", n_shots, 480, 1000, keep=0.7), folder / "out.sgy"
        subprocess.run(["sync"], check=True)
        start = time.perf_counter()
        fill_file(source, target, interpolator=NothingInterpolator(), options=FillOptions(force=True))
        subprocess.run(["sync"], check=True)
        filled = time.perf_counter() - start
        start = time.perf_counter()
        subprocess.run(["cp", target, folder / "copy.sgy"], check=True)
        subprocess.run(["sync"], check=True)
        copied = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = target.stat().st_size / 2**20
        print(
            f"{size:,.0f} MiB: fill {filled:.2f} s, cp and sync {copied:.2f} s, ratio {filled / copied:.2f}, "
            f"peak memory {memory:.0f} MiB (mapped pages of the file included)"
        )
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


if __name__ == "__main__":
    main()
