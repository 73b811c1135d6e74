"""
Travel times and amplitudes of seismic events along a patch, and their rendering. Torch, a batch at a time.

Times are in samples and positions in traces, so that a patch knows no survey. A family returns ``Arrivals`` whose
tensors have the shape (batch, n_events, n_traces).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from seisfill.synthetic.random import log_uniform, normal, smooth_curve, uniform

PAD = 64  # samples rendered beyond either end of a patch, for wavelets that reach in
FINE = 4  # spikes are laid on a grid this much finer, where linear interpolation is accurate


class Arrivals(NamedTuple):
    """Times [samples] and amplitudes of events, each of shape (batch, n_events, n_traces)."""

    times: Tensor
    amplitudes: Tensor


def render(arrivals: Arrivals, spectra: Tensor, n_samples: int) -> Tensor:
    """
    Lay a wavelet at every arrival.

    Parameters
    ----------
    arrivals : Arrivals
        What arrives when.
    spectra : complex64 tensor, shape (batch, (n_samples + 2 * PAD) // 2 + 1)
        Spectrum of each patch's wavelet.
    n_samples : int
        Length of the patch.

    Returns
    -------
    float32 tensor, shape (batch, n_traces, n_samples)
    """
    times, amplitudes = arrivals
    batch, _, n_traces = times.shape
    long = n_samples + 2 * PAD
    place = ((times + PAD) * FINE).clamp(-1, long * FINE - 1).transpose(1, 2)
    cell = place.floor()
    share, cell = place - cell, cell.long()
    weights = amplitudes.transpose(1, 2)
    inside = (cell >= 0) & (cell < long * FINE - 1)
    weights = weights * inside
    cell = cell.clamp(0, long * FINE - 2)
    fine = torch.zeros(batch, n_traces, long * FINE, device=times.device)
    fine.scatter_add_(2, cell, weights * (1 - share))
    fine.scatter_add_(2, cell + 1, weights * share)
    spectrum = torch.fft.rfft(fine)[..., : long // 2 + 1] * spectra[:, None, :]
    return torch.fft.irfft(spectrum, n=long)[..., PAD : PAD + n_samples]


def sparse_events(count: int, n_traces: int, n_samples: int, *, rng: torch.Generator) -> Arrivals:
    """Up to a dozen crossing lines, parabolas and hyperbolas, from flat to far beyond aliasing."""
    shape = (count, 12, 1)
    x = torch.arange(n_traces, device=rng.device).float() - uniform(rng, shape, 0, n_traces)
    start = uniform(rng, shape, -0.3 * n_samples, 1.2 * n_samples)
    slope = log_uniform(rng, shape, 0.05, 8.0) * _signs(rng, shape)
    line = start + slope * x
    parabola = start + slope * x**2 / n_traces
    foot = log_uniform(rng, shape, 5, 500)
    hyperbola = start + torch.sqrt(foot**2 + (slope * x) ** 2) - foot
    kind = uniform(rng, shape, 0, 3)
    times = torch.where(kind < 1, line, torch.where(kind < 2, parabola, hyperbola))
    present = uniform(rng, shape, 0, 1) < uniform(rng, (count, 1, 1), 0.1, 1.0)
    return Arrivals(times, normal(rng, shape) * present * along_event(count, 12, n_traces, rng=rng))


def shot_events(count: int, n_traces: int, n_samples: int, *, rng: torch.Generator, n_events: int = 96) -> Arrivals:
    """
    A window of a shot or CDP gather: reflection hyperbolas of one velocity trend, multiples, direct and head waves.

    The apex lies anywhere from far beside the window to inside it (split spread). Every event is named by its arrival
    at the middle of the window, so that windows far from the apex are as full as others.
    """
    shape = (count, n_events, 1)
    apex = torch.where(
        uniform(rng, (count, 1, 1), 0, 1) < 0.3,
        uniform(rng, (count, 1, 1), 0, n_traces),
        uniform(rng, (count, 1, 1), -2.5 * n_traces, 3.5 * n_traces),
    )
    window = uniform(rng, (count, 1, 1), 0, 1200)
    arrival = window + uniform(rng, shape, -0.4 * n_samples, 1.4 * n_samples)
    middle = (n_traces / 2 - apex).abs().clamp(min=4.0)
    surface = log_uniform(rng, (count, 1, 1), 0.8, 9.0)
    speed_up = 1 + uniform(rng, (count, 1, 1), 0.0, 3.0) * arrival.clamp(min=0) / 1000
    slow = uniform(rng, shape, 0, 1) < uniform(rng, (count, 1, 1), 0.0, 0.4)  # multiples keep the velocity of above
    slope = surface / torch.where(slow, 1 + 0.3 * (speed_up - 1), speed_up) * torch.exp(0.06 * normal(rng, shape))
    slope = torch.minimum(slope, 0.995 * arrival.clamp(min=1.0) / middle)
    foot = torch.sqrt((arrival.clamp(min=1.0) ** 2 - (slope * middle) ** 2).clamp(min=1.0))
    x = torch.arange(n_traces, device=rng.device).float() - apex
    times = torch.sqrt(foot**2 + (slope * x) ** 2) - window
    straight = uniform(rng, shape, 0, 1) < 0.06
    head = arrival - window + uniform(rng, shape, 0.1, 1.2) * surface * (x.abs() - middle)
    times = torch.where(straight, head, times) + structure(count, n_traces, rng=rng) * _some(rng, count, 0.3)
    strength = normal(rng, shape) * log_uniform(rng, shape, 0.1, 2.0)
    keep = uniform(rng, shape, 0, 1) < log_uniform(rng, (count, 1, 1), 0.1, 1.0)
    return Arrivals(times, strength * keep * along_event(count, n_events, n_traces, rng=rng))


def section_events(count: int, n_traces: int, n_samples: int, *, rng: torch.Generator, n_events: int = 128) -> Arrivals:
    """A window of a stack: reflectors that share folds and dip, some faulted, some with diffractions."""
    shape = (count, n_events, 1)
    start = uniform(rng, shape, -0.4 * n_samples, 1.4 * n_samples)
    depth = start / n_samples
    x = torch.arange(n_traces, device=rng.device).float() - n_traces / 2
    dip = (
        normal(rng, (count, 1, 1))
        * log_uniform(rng, (count, 1, 1), 0.02, 2.0)
        * (1 + normal(rng, (count, 1, 1)) * depth)
    )
    times = start + dip * x + structure(count, n_traces, rng=rng) + depth * structure(count, n_traces, rng=rng)
    rough = log_uniform(rng, (count, 1, 1), 0.05, 1.5)
    times = times + rough * smooth_curve(rng, (count, n_events, n_traces), 6)
    fault = uniform(rng, (count, 1, 1), -0.5 * n_traces, 0.5 * n_traces) + normal(rng, (count, 1, 1)) * 6 * depth
    throw = normal(rng, (count, 1, 1)) * 12 * _some(rng, count, 0.35)
    times = times + throw * (x > fault)
    across = uniform(rng, shape, -0.5 * n_traces, 0.5 * n_traces)
    diffraction = start + torch.sqrt(50.0**2 + (log_uniform(rng, shape, 0.3, 4.0) * (x - across)) ** 2) - 50.0
    is_diffraction = (uniform(rng, shape, 0, 1) < 0.15) & (_some(rng, count, 0.4) > 0)
    times = torch.where(is_diffraction, diffraction, times)
    strength = normal(rng, shape) * log_uniform(rng, shape, 0.1, 2.0)
    lateral = 1 + uniform(rng, (count, 1, 1), 0.0, 0.8) * smooth_curve(rng, (count, n_events, n_traces), 8)
    return Arrivals(times, strength * lateral)


def structure(count: int, n_traces: int, *, rng: torch.Generator) -> Tensor:
    """Smooth shift that the events of a patch share [samples]: shape (count, 1, n_traces)."""
    size = log_uniform(rng, (count, 1, 1), 0.1, 16.0)
    return size * smooth_curve(rng, (count, 1, n_traces), 3)


def along_event(count: int, n_events: int, n_traces: int, *, rng: torch.Generator) -> Tensor:
    """Smooth amplitude along each event, with changes of sign in some: shape (count, n_events, n_traces)."""
    change = uniform(rng, (count, n_events, 1), 0.0, 0.6)
    return 1 + change * smooth_curve(rng, (count, n_events, n_traces), 3)


def _signs(rng: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    return torch.where(uniform(rng, shape, -1, 1) < 0, -1.0, 1.0)


def _some(rng: torch.Generator, count: int, chance: float) -> Tensor:
    """1 for a share of the patches, 0 for the others: shape (count, 1, 1)."""
    return (uniform(rng, (count, 1, 1), 0, 1) < chance).float()
