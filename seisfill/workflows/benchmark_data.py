"""Gathers with their truth: field surveys with their crops, files of the user, and two synthetic ones made here."""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from seisfill.datasets import SURVEYS, FieldSurvey, fetch_file
from seisfill.errors import InvalidParameterError, SeisfillWarning
from seisfill.gather import Gather
from seisfill.segy.reader import LARGEST, SegyReader
from seisfill.synthetic.demo import N_CHANNELS, make_demo_survey

N_TRACES, N_SAMPLES, DT = 64, 256, 0.004
# first time [s], slowness [s/trace], strength: no event is aliased on the full gather, the steepest is on every third
LINES = ((0.24, 2e-3, 1.0), (0.56, -4e-3, -0.7), (0.72, 0.0, 0.8))
PEAK_HZ = 25.0


def demo_shot() -> list[Gather]:
    """First shot of the demonstration survey: curved reflections, multiples, a direct wave, a diffraction."""
    survey = make_demo_survey()
    offset = (survey.source_x - survey.receiver_x)[:N_CHANNELS]
    data = survey.data[:N_CHANNELS]
    live = np.ones(N_CHANNELS, dtype=bool)
    return [Gather(data=data, live=live, dt=survey.dt, offset=offset, position=offset)]


def crossing_lines() -> list[Gather]:
    """
    Three straight events that cross, without noise: what f-k, f-x and rank methods assume.

    Examples
    --------
    >>> crossing_lines()[0].data.shape
    (64, 256)
    """
    time = np.arange(N_SAMPLES) * DT
    data = np.zeros((N_TRACES, N_SAMPLES))
    for start, slowness, strength in LINES:
        phase = (np.pi * PEAK_HZ * (time - start - slowness * np.arange(N_TRACES)[:, None])) ** 2
        data += strength * (1 - 2 * phase) * np.exp(-phase)  # Ricker wavelet
    return [Gather(data=data.astype(np.float32), live=np.ones(N_TRACES, dtype=bool), dt=DT)]


SYNTHETIC: dict[str, Callable[[], list[Gather]]] = {"synthetic-shot": demo_shot, "synthetic-lines": crossing_lines}


def load_survey(name: str, *, download: bool = False) -> list[Gather]:
    """
    Gathers of a survey that seisfill knows, cropped as `seisfill.datasets` says.

    Parameters
    ----------
    name : str
        One of `SYNTHETIC` or `seisfill.datasets.SURVEYS`.
    download : bool
        Fetch a public file that is not on this machine.

    Raises
    ------
    FileAccessError
        If its file is not here.
    """
    if name in SYNTHETIC:
        return SYNTHETIC[name]()
    survey = SURVEYS[name]
    path = fetch_file(survey.file, download=download)
    if path.suffix in (".npy", ".npz"):
        return [_cropped(_read_array(path, survey), samples=survey.samples, trace_rms=survey.trace_rms)]
    return load_file(path, gathers=survey.gathers, samples=survey.samples, trace_rms=survey.trace_rms)


def load_file(
    path: Path,
    *,
    gathers: tuple[int, ...] | None = None,
    samples: tuple[int, int] | None = None,
    trace_rms: bool = False,
) -> list[Gather]:
    """
    Gathers of a SEG-Y or SU file; traces that it lacks, or holds as dead, are never scored.

    Parameters
    ----------
    path : Path
        The file.
    gathers : tuple of int, optional
        Numbers of the gathers, from 0; all where not given.
    samples : (int, int), optional
        First sample, and the one behind the last.
    trace_rms : bool
        Divide each trace by its RMS.

    Raises
    ------
    FileAccessError, LayoutError, GeometryError
        If the file cannot be read.
    InvalidParameterError
        If it has no such gather or samples.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeisfillWarning)  # about header fields; the benchmark prints no headers
        reader = SegyReader.open(path)
    chosen = range(len(reader)) if gathers is None else gathers
    for number in chosen:
        if not 0 <= number < len(reader):
            raise InvalidParameterError(f"Invalid gather {number} of {path}: must be from 0 to {len(reader) - 1}.")
    if samples is not None and samples[1] > reader.layout.n_samples:
        raise InvalidParameterError(f"Invalid samples {samples} of {path}: must end by {reader.layout.n_samples}.")
    return [_cropped(reader.read(number).gather, samples=samples, trace_rms=trace_rms) for number in chosen]


def _read_array(path: Path, survey: FieldSurvey) -> Gather:
    """The one gather of an array file, with values that no instrument records set to zero."""
    loaded = np.load(path, allow_pickle=False)
    offset = loaded["x"].astype(np.float64) if path.suffix == ".npz" else None
    data = (loaded["data"] if path.suffix == ".npz" else loaded).T
    if path.suffix == ".npz":
        loaded.close()
    data = np.where(np.abs(data) < LARGEST, data, 0)
    assert survey.dt is not None
    return Gather(data=data, live=np.ones(len(data), dtype=bool), dt=survey.dt, offset=offset, position=offset)


def _cropped(gather: Gather, *, samples: tuple[int, int] | None, trace_rms: bool) -> Gather:
    first, end = samples or (0, gather.n_samples)
    data = gather.data[:, first:end]
    if trace_rms:
        rms = np.sqrt((data.astype(np.float64) ** 2).mean(axis=1, keepdims=True))
        data = np.divide(data, rms, out=np.zeros(data.shape), where=rms > 0)
    valid = None if gather.valid is None else gather.valid[:, first:end]
    return replace(gather, data=data, valid=valid, t0=gather.t0 + first * gather.dt)


def sha256_of(array: np.ndarray) -> str:
    """
    Hash of the values of an array, whatever machine holds it.

    Examples
    --------
    >>> sha256_of(np.array([True, False]))[:8]
    '47dc540c'
    """
    return hashlib.sha256(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()).hexdigest()
