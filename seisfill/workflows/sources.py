"""Recorded gathers and modelled shots, read for a training to cut patches from."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seisfill.errors import ConfigurationError, FileAccessError
from seisfill.segy.reader import read_gathers
from seisfill.training.sources import CutPatches, SourceConfig, live_runs
from seisfill.training.streams import SyntheticStream

SHOTS, CARD = "shots.npy", "card.json"  # in a folder of modelled shots; the card is written last


def make_sources(stream: SyntheticStream) -> tuple[CutPatches, ...]:
    """
    What the tables ``[stream.field]`` and ``[stream.modelled]`` of a configuration name.

    Parameters
    ----------
    stream : SyntheticStream
        Its ``field`` and ``modelled`` name SEG-Y or SU files, or folders that ``seisfill model`` has written.

    Returns
    -------
    tuple of CutPatches
        For `SyntheticStream.draw`. Gathers of files are held in memory, modelled shots stay on the disk.

    Raises
    ------
    ConfigurationError
        If no run of live traces of one of them is as large as a patch.
    FileAccessError, LayoutError, GeometryError
        If a file cannot be read.
    """
    return tuple(
        _make_source(name, told, stream.patch)
        for name, told in (("field", stream.field), ("modelled", stream.modelled))
        if told is not None
    )


def _make_source(name: str, told: SourceConfig, patch: tuple[int, int]) -> CutPatches:
    sections = tuple(section for file in told.files for section in read_sections(Path(file)))
    if not any(section.shape[0] >= patch[0] and section.shape[1] >= patch[1] for section in sections):
        largest = max((section.shape for section in sections), default=(0, 0))
        raise ConfigurationError(
            f"Invalid stream.{name}: must hold {patch[0]} neighbouring live traces of {patch[1]} samples, like a "
            f"patch; the longest run of live traces is {largest[0]} x {largest[1]}. Make stream.patch smaller."
        )
    return CutPatches(sections=sections, share=told.share)


def read_sections(path: Path) -> tuple[NDArray[np.floating], ...]:
    """
    Runs of live traces of a SEG-Y or SU file, or the shots of a folder (memory-mapped).

    Raises
    ------
    FileAccessError
        If a folder holds no ``shots.npy`` of shape (n_shots, n_traces, n_samples), or is unfinished.
    """
    if not path.is_dir():
        return live_runs(list(read_gathers(path)))
    try:
        shots = np.load(path / SHOTS, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise FileAccessError(
            f"Invalid folder {path}: must hold {SHOTS}, as seisfill model writes it; {error}."
        ) from error
    if not (path / CARD).exists():
        raise FileAccessError(
            f"Invalid folder {path}: must hold {CARD}, written last. Model the shots again, elsewhere."
        )
    if shots.ndim != 3 or shots.dtype != np.float32:
        raise FileAccessError(
            f"Invalid {path / SHOTS}: must be float32 of shape (n_shots, n_traces, n_samples), is {shots.dtype} of "
            f"{shots.shape}. Write it again with seisfill model."
        )
    return tuple(shots)
