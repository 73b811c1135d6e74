"""Shots by the wave equation through random Earth models (deepwave), written once as a folder to train on."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seisfill._checks import check_between
from seisfill._version import __version__
from seisfill.errors import ConfigurationError, FileAccessError
from seisfill.synthetic.earth import velocity_models
from seisfill.synthetic.random import log_uniform, uniform
from seisfill.training.streams import generator
from seisfill.workflows.sources import CARD, SHOTS

CELLS_PER_TRACE = 2  # cells between neighbouring receivers
DEPTH = 2  # of sources and receivers [cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotOptions:
    """
    What shots are modelled.

    Parameters
    ----------
    n_traces, n_samples : int
        Receivers of each shot, and samples of each trace.
    n_depth : int
        Depth of the models [cells].
    cell : float
        Size of a cell [m]; receivers lie two cells apart.
    dt : float
        Sample interval [s].
    frequency : (float, float)
        Range of the Ricker wavelet's peak frequency [Hz].
    batch : int
        Shots that are modelled together.
    """

    n_traces: int = 128
    n_samples: int = 512
    n_depth: int = 160
    cell: float = 10.0
    dt: float = 0.004
    frequency: tuple[float, float] = (6.0, 18.0)
    batch: int = 4

    def __post_init__(self) -> None:
        for what in ("n_traces", "n_samples", "n_depth"):
            check_between(what, getattr(self, what), 8, 2**16)
        check_between("batch", self.batch, 1, 2**16)


def model_shots(
    out: Path,
    *,
    shots: int,
    seed: int = 1,
    device: str = "cpu",
    options: ShotOptions | None = None,
    report: Callable[[int], None] = lambda _: None,
) -> Path:
    """
    Model shots and write them to a folder: ``shots.npy``, and last ``card.json``, which says that all are there.

    Parameters
    ----------
    out : Path
        A folder that is not there yet.
    shots : int
        How many; each goes through a model of its own.
    seed : int
        Of the models, sources and wavelets; a batch depends on the seed and its number only.
    device : str
        ``cpu`` or ``cuda``.
    options : ShotOptions, optional
        What shots.
    report : callable
        Told the number of shots done, after each batch.

    Returns
    -------
    Path
        ``shots.npy``, float32 of shape (shots, n_traces, n_samples), each shot of unit RMS.

    Raises
    ------
    ConfigurationError
        If deepwave is not installed.
    FileAccessError
        If *out* is there.
    """
    propagate = load_deepwave()
    check_between("number of shots", shots, 1, 2**31)
    options = options or ShotOptions()
    try:
        out.mkdir(parents=True)
    except OSError as error:
        raise FileAccessError(f"Invalid folder {out}: must be a new one; {error.strerror}. Name another.") from error
    shape = (shots, options.n_traces, options.n_samples)
    written = np.lib.format.open_memmap(out / SHOTS, mode="w+", dtype=np.float32, shape=shape)
    for number, start in enumerate(range(0, shots, options.batch)):
        count = min(options.batch, shots - start)
        rng = generator(seed, number, device=device)
        written[start : start + count] = _model_batch(propagate, options, rng).cpu().numpy()[:count]
        report(start + count)
    written.flush()
    card = {"made_by": f"seisfill {__version__}", "shots": shots, "seed": seed, "device": device, **asdict(options)}
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return out / SHOTS


def load_deepwave() -> Callable[..., Any]:
    """The acoustic propagator of deepwave (Richardson, doi 10.5281/zenodo.3829886)."""
    try:
        import deepwave
    except ImportError as error:
        raise ConfigurationError(
            "Invalid installation: must hold deepwave to model shots. Install it: pip install seisfill[modelling]."
        ) from error
    return deepwave.scalar  # type: ignore[no-any-return]


def _model_batch(propagate: Callable[..., Any], options: ShotOptions, rng: torch.Generator) -> Tensor:
    """Shots of one batch, each of unit RMS: (batch, n_traces, n_samples). Half of the batches have a free surface."""
    count, n_across = options.batch, CELLS_PER_TRACE * options.n_traces
    speed = velocity_models(count, (n_across, options.n_depth), rng=rng)
    peak = log_uniform(rng, (count, 1, 1), *options.frequency)
    source_x = (uniform(rng, (count,), 0, 1) * n_across).long()
    spread = torch.arange(options.n_traces, device=rng.device) * CELLS_PER_TRACE
    free = bool(uniform(rng, (1,), 0, 1) < 0.5)
    recorded = propagate(
        speed,
        options.cell,
        options.dt,
        source_amplitudes=ricker(peak, options),
        source_locations=_points(source_x[:, None]),
        receiver_locations=_points(spread.expand(count, -1)),
        accuracy=8,
        boundary=["pml", "pml", "free" if free else "pml", "pml"],
        pml_width=[20, 20, 0 if free else 20, 20],
        pml_freq=sum(options.frequency) / 2,
    )[-1]
    recorded = recorded + 1e-3 * recorded.std(dim=(1, 2), keepdim=True) * torch.randn(
        recorded.shape, generator=rng, device=rng.device
    )  # so that what comes before the first arrival is not exactly zero, as in the field
    return recorded / recorded.square().mean(dim=(1, 2), keepdim=True).sqrt()


def ricker(peak: Tensor, options: ShotOptions) -> Tensor:
    """Ricker wavelets of *peak* frequencies (count, 1, 1) [Hz], early in the record: (count, 1, n_samples)."""
    time = torch.arange(options.n_samples, device=peak.device) * options.dt - 1.5 / peak
    bend = (math.pi * peak * time).square()
    return (1 - 2 * bend) * torch.exp(-bend)


def _points(x: Tensor) -> Tensor:
    """Cells (x, depth) below the surface: int64, (count, n_points, 2)."""
    return torch.stack([x, torch.full_like(x, DEPTH)], dim=-1)
