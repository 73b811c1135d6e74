"""Small surveys with holes, and a filler that one can check by eye: shared by the tests of workflows and commands."""

import hashlib
from dataclasses import dataclass

import numpy as np

from seisfill.gather import Filled
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.samples import FORMATS
from seisfill.workflows.fill import FillOptions, fill_file
from tests.segy.make_segy import write_segy


@dataclass(frozen=True)
class Constant:
    """Fills every missing trace, edges included, with one value; refuses nothing."""

    value: float = 7.0

    def fill(self, gather, *, context=()):
        data = np.where(gather.known, gather.data, np.float32(self.value))
        return Filled(data=data, filled=~gather.live, method="constant")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def waves(n, n_samples=24, seed=0):
    """Traces like one another, none of them constant: (n, n_samples)."""
    time = np.arange(n_samples)[None, :] + np.linspace(0, 3, max(n, 1))[:n, None]
    rng = np.random.default_rng(seed)
    return 100 * np.sin(0.7 * time) + rng.normal(0, 5, (n, n_samples))


def write_shots(path, *, shots=2, channels=8, n_samples=24, hide=(), zero=(), **options):
    """
    Shots one after the other, channels from 1 on; *hide* and *zero* are numbers of traces to leave out or to zero.

    Coordinates are whole metres: shots 50 m apart, channels 25 m behind them.
    """
    shot, channel = (grid.ravel() for grid in np.indices((shots, channels)))
    samples = waves(shots * channels, n_samples)
    samples[list(zero)] = 0
    source, receiver = 1000 + 50 * shot, 1000 + 50 * shot - 100 - 25 * channel
    headers = {"fldr": shot + 1, "tracf": channel + 1, "sx": source, "gx": receiver, "offset": receiver - source}
    headers["trid"] = np.where(np.isin(np.arange(len(samples)), list(zero)), 2, 1)
    headers |= options.pop("headers", {})
    keep = np.setdiff1d(np.arange(len(samples)), list(hide))
    headers = {name: np.broadcast_to(values, len(samples))[keep] for name, values in headers.items()}
    return write_segy(path, samples[keep], headers=headers, **options)


def fill(source, target, interpolator=None, **options):
    """Fill a file, by default with a constant."""
    return fill_file(source, target, interpolator=interpolator or Constant(), options=FillOptions(**options))


def trace_bytes_of(path, n_samples, code=1, *, n_head=3600):
    """All traces of a file as bytes, read without the package: (n, trace_bytes)."""
    raw = np.frombuffer(path.read_bytes(), np.uint8)[n_head:]
    return raw.reshape(-1, 240 + n_samples * FORMATS[code].width)


def told_layout(n_samples, code, byte_order):
    """The layout as a user would tell it."""
    return LayoutOptions(n_samples=n_samples, format=code, byte_order="big" if byte_order == ">" else "little")


def listing(folder):
    """Every name below a folder with its size and time: nothing may change where a command is refused."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*")
    }
