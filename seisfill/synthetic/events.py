"""
Arrivals of seismic events along a patch: laid out as spikes, convolved with wavelets, and their slopes.

Times are in samples and positions in traces, so that a patch knows no survey. Tensors of arrivals have the shape
(batch, n_events, n_traces). Spikes are added up by ``scatter_add_``: on a CPU in a fixed order, so the same seed gives
the same bits; on CUDA in any order, so two draws agree to float32 rounding unless
``torch.use_deterministic_algorithms`` is on.
"""

from typing import NamedTuple

import torch
from torch import Tensor

PAD = 64  # samples rendered beyond either end of a patch, for wavelets that reach in
FINE = 4  # spikes are laid on a grid this much finer, where linear interpolation is accurate
JUMP = 1.5  # an event whose slope changes by more from trace to trace is broken there [samples per trace]
NEAR, WIDE = 4, 24  # half widths of the windows in which slopes are averaged [samples]


class Arrivals(NamedTuple):
    """Times [samples] and amplitudes of events, each of shape (batch, n_events, n_traces)."""

    times: Tensor
    amplitudes: Tensor


class Scene(NamedTuple):
    """
    What a family puts into its patches.

    Parameters
    ----------
    arrivals : Arrivals
        Events that carry the patch's wavelet.
    waves : complex64 tensor, shape (batch, n_traces, n_frequencies), optional
        Spectra of waves that do not, such as dispersive ones.
    paths : Arrivals, optional
        Where the energy of those waves runs.
    """

    arrivals: Arrivals
    waves: Tensor | None = None
    paths: Arrivals | None = None


def spike_spectra(arrivals: Arrivals, n_samples: int) -> Tensor:
    """
    Spectra of traces with a spike at every arrival.

    Parameters
    ----------
    arrivals : Arrivals
        What arrives when.
    n_samples : int
        Length of the patch; the spectra are those of ``n_samples + 2 * PAD`` samples.

    Returns
    -------
    complex64 tensor, shape (batch, n_traces, (n_samples + 2 * PAD) // 2 + 1)
    """
    times, amplitudes = arrivals
    batch, _, n_traces = times.shape
    long = n_samples + 2 * PAD
    place = ((times + PAD) * FINE).clamp(-1, long * FINE - 1).transpose(1, 2)
    cell = place.floor()
    share, cell = place - cell, cell.long()
    weights = amplitudes.transpose(1, 2) * ((cell >= 0) & (cell < long * FINE - 1))
    cell = cell.clamp(0, long * FINE - 2)
    fine = torch.zeros(batch, n_traces, long * FINE, device=times.device)
    late = weights * share
    fine.scatter_add_(2, cell, weights - late)
    fine.scatter_add_(2, cell + 1, late)
    return torch.fft.rfft(fine)[..., : long // 2 + 1]


def to_time(spectra: Tensor, n_samples: int) -> Tensor:
    """Patches (batch, n_traces, n_samples) of the spectra that `spike_spectra` lays out."""
    return torch.fft.irfft(spectra, n=n_samples + 2 * PAD)[..., PAD : PAD + n_samples]


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
    return to_time(spike_spectra(arrivals, n_samples) * spectra[:, None, :], n_samples)


def event_slopes(times: Tensor) -> Tensor:
    """
    Slope of each event at each trace [samples per trace], shape of *times*.

    It is the mean of the steps to both neighbours; where these differ as at a fault, the smaller of the two.

    Examples
    --------
    >>> event_slopes(torch.tensor([0.0, 1.0, 2.0, 12.0, 13.0])).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    if times.shape[-1] < 2:
        return torch.zeros_like(times)
    step = times.diff(dim=-1)
    left = torch.cat([step[..., :1], step], dim=-1)
    right = torch.cat([step, step[..., -1:]], dim=-1)
    smaller = torch.where(left.abs() < right.abs(), left, right)
    return torch.where((left - right).abs() > JUMP, smaller, (left + right) / 2)


def slope_sums(arrivals: Arrivals, n_samples: int) -> Tensor:
    """
    Energy of the arrivals in each sample, and their slopes weighted by it: what `mean_slope` divides.

    Returns
    -------
    float32 tensor, shape (2, batch, n_traces, n_samples + 2 * PAD)
    """
    times, amplitudes = arrivals
    batch, _, n_traces = times.shape
    long = n_samples + 2 * PAD
    place = (times + PAD + 0.5).clamp(-1, long).floor().long().transpose(1, 2)
    energy = amplitudes.square().transpose(1, 2) * ((place >= 0) & (place < long))
    place = place.clamp(0, long - 1)
    sums = torch.zeros(2, batch, n_traces, long, device=times.device)
    sums[0].scatter_add_(2, place, energy)
    sums[1].scatter_add_(2, place, energy * event_slopes(times).transpose(1, 2))
    return sums


def mean_slope(sums: Tensor) -> Tensor:
    """
    Slope of the strongest events around each sample [samples per trace]: shape (batch, n_traces, n_samples).

    Within `NEAR` samples all events count by their energy, within `WIDE` samples a little; beyond, the slope is 0.
    """
    long = sums.shape[-1]
    totals = torch.nn.functional.pad(sums.double().cumsum(dim=-1), (1, 0))
    near, wide = (
        totals[..., PAD + half + 1 : long - PAD + half + 1] - totals[..., PAD - half : long - PAD - half]
        for half in (NEAR, WIDE)
    )
    energy, sloping = near + 0.01 * wide
    floor = 1e-9 * totals[0, ..., -1].amax(dim=-1)[:, None, None]
    return torch.where(energy > floor, sloping / energy.clamp(min=1e-30), 0.0).float()
