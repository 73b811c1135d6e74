"""Random wavelets as spectra, a batch at a time. Torch on the device of the generator."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from seisfill.synthetic.random import log_uniform, uniform

QUIET = 1e-3  # amplitude below the peak at which a minimum-phase wavelet counts as without energy


class Wavelets(NamedTuple):
    """Spectra (count, n_frequencies), complex64, and dominant frequencies (count, 1) [cycles per sample]."""

    spectra: Tensor
    frequency: Tensor


def draw_wavelets(count: int, n_samples: int, *, rng: torch.Generator) -> Wavelets:
    """
    Ricker and Ormsby wavelets and bells over log-frequency, one to four octaves wide, ghosted and reverberated.

    Their phase is zero, constant, minimum, or turns with log-frequency.

    Parameters
    ----------
    count : int
        Number of wavelets.
    n_samples : int
        Length of the trace that they will be convolved with.
    rng : torch.Generator
        Source of randomness; its device holds the result.

    Returns
    -------
    Wavelets
        Of energy one half in time, whatever the wavelet; frequency k / n_samples [cycles per sample].

    Examples
    --------
    >>> drawn = draw_wavelets(3, 128, rng=torch.Generator().manual_seed(0))
    >>> drawn.spectra.shape, bool(((drawn.frequency > 0.009) & (drawn.frequency < 0.36)).all())
    (torch.Size([3, 65]), True)
    """
    frequency = torch.arange(n_samples // 2 + 1, device=rng.device) / n_samples
    usual = uniform(rng, (count, 1), 0, 1) < 0.7
    centre = torch.where(usual, log_uniform(rng, (count, 1), 0.02, 0.2), log_uniform(rng, (count, 1), 0.01, 0.35))
    centre = centre.clamp(min=1.5 / n_samples)
    octaves = torch.log2(frequency.clamp(min=0.25 / n_samples)) - torch.log2(centre)
    band = _bands(octaves, rng) * torch.sigmoid((0.46 - frequency) * 120) * (frequency > 0)
    spectra = torch.polar(band, _phases(band, octaves, n_samples, rng)) * _echoes(count, frequency, rng)
    energy = (spectra.abs() ** 2).mean(dim=1, keepdim=True)
    return Wavelets(spectra / (2 * energy).sqrt().clamp(min=1e-6), centre)


def wavelet_spectra(count: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """Only the spectra of `draw_wavelets`."""
    return draw_wavelets(count, n_samples, rng=rng).spectra


def _bands(octaves: Tensor, rng: torch.Generator) -> Tensor:
    """Amplitude spectra: a third each Ricker, Ormsby and bells; *octaves* from the dominant frequency."""
    shape = (len(octaves), 1)
    square = torch.exp2(2 * octaves)
    ricker = square * torch.exp(1 - square)
    half = uniform(rng, shape, 0.3, 1.6)  # the plateau and two ramps: one to four octaves in all
    ramp = uniform(rng, shape, 0.2, 1.0)
    rise = ((half + ramp - octaves.abs()) / ramp).clamp(0, 1)
    ormsby = torch.sin(0.5 * math.pi * rise).square()
    steep = torch.where(uniform(rng, shape, 0, 1) < 0.5, 2.0, 4.0)
    bell = torch.exp(-((octaves / uniform(rng, shape, 0.3, 1.2)).abs() ** steep))
    kind = uniform(rng, shape, 0, 3)
    return torch.where(kind < 1, ricker, torch.where(kind < 2, ormsby, bell))


def _phases(band: Tensor, octaves: Tensor, n_samples: int, rng: torch.Generator) -> Tensor:
    """Phase spectra: zero, constant, minimum, or a chirp."""
    shape = (len(band), 1)
    constant = uniform(rng, shape, -math.pi, math.pi)
    chirp = constant + uniform(rng, shape, -2.5, 2.5) * octaves
    turned = minimum_phase(band, n_samples) + math.pi * (uniform(rng, shape, 0, 1) < 0.5)
    kind = uniform(rng, shape, 0, 1)
    simple = torch.where(kind < 0.2, torch.zeros_like(band), constant.expand_as(band))
    return torch.where(kind < 0.45, simple, torch.where(kind < 0.7, turned, chirp))


def minimum_phase(band: Tensor, n_samples: int) -> Tensor:
    """
    Phase [radians] that makes the amplitude spectra *band* causal and as early as possible.

    The complex cepstrum of such a wavelet is that of its amplitude, folded onto positive times (Oppenheim & Schafer,
    Discrete-Time Signal Processing, chapter 13).

    Examples
    --------
    >>> early = torch.fft.rfft(torch.tensor([1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
    >>> bool(torch.allclose(minimum_phase(early.abs(), 8), early.angle(), atol=0.02))
    True
    """
    peak = band.amax(dim=-1, keepdim=True)
    cepstrum = torch.fft.irfft(torch.log(band.clamp(min=1e-30).maximum(QUIET * peak)), n=n_samples)
    place = torch.arange(n_samples, device=band.device)
    fold = torch.where((place == 0) | (2 * place == n_samples), 1.0, 2.0) * (2 * place <= n_samples)
    return torch.fft.rfft(cepstrum * fold).imag


def _echoes(count: int, frequency: Tensor, rng: torch.Generator) -> Tensor:
    """Ghost and water-layer filters, for half of the wavelets each; shape (count, n_frequencies)."""
    ghost = uniform(rng, (count, 1), -0.9, -0.2) * (uniform(rng, (count, 1), 0, 1) < 0.5)
    ghost_delay = uniform(rng, (count, 1), 1, 12)
    layer = uniform(rng, (count, 1), 0.1, 0.6) * (uniform(rng, (count, 1), 0, 1) < 0.4)
    layer_delay = log_uniform(rng, (count, 1), 8, 120)
    turn = 2 * math.pi * frequency[None]
    once = 1 + ghost * torch.polar(torch.ones_like(turn), -turn * ghost_delay)
    return once / (1 + layer * torch.polar(torch.ones_like(turn), -turn * layer_delay))
