"""Random wavelets as spectra, a batch at a time. Torch on the device of the generator."""

import math

import torch
from torch import Tensor

from seisfill.synthetic.random import log_uniform, uniform


def wavelet_spectra(count: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """
    Spectra of random wavelets: a bell over log-frequency, turned in phase, ghosted and reverberated.

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
    complex64 tensor, shape (count, n_samples // 2 + 1)
        Of energy one half in time, whatever the wavelet; frequency k / n_samples [cycles per sample].
    """
    frequency = torch.arange(n_samples // 2 + 1, device=rng.device) / n_samples
    octaves = torch.log2(frequency.clamp(min=0.25 / n_samples))[None]
    centre = log_uniform(rng, (count, 1), 0.02, 0.22)
    width = uniform(rng, (count, 1), 0.3, 1.2)
    steep = torch.where(uniform(rng, (count, 1), 0, 1) < 0.5, 2.0, 4.0)  # Ricker-like bells and Ormsby-like plateaus
    bell = torch.exp(-(((octaves - torch.log2(centre)) / width).abs() ** steep))
    bell = bell * torch.sigmoid((0.47 - frequency) * 80)
    phase = uniform(rng, (count, 1), -math.pi, math.pi) * (uniform(rng, (count, 1), 0, 1) < 0.7)
    chirp = uniform(rng, (count, 1), -2.5, 2.5) * (octaves - torch.log2(centre))
    spectra = torch.polar(bell, phase + chirp) * _echoes(count, frequency, rng)
    energy = (spectra.abs() ** 2).mean(dim=1, keepdim=True)
    return spectra / (2 * energy).sqrt().clamp(min=1e-6)


def _echoes(count: int, frequency: Tensor, rng: torch.Generator) -> Tensor:
    """Ghost and water-layer filters, for half of the wavelets each; shape (count, n_frequencies)."""
    ghost = uniform(rng, (count, 1), -0.9, -0.2) * (uniform(rng, (count, 1), 0, 1) < 0.5)
    ghost_delay = uniform(rng, (count, 1), 1, 12)
    layer = uniform(rng, (count, 1), 0.1, 0.6) * (uniform(rng, (count, 1), 0, 1) < 0.4)
    layer_delay = log_uniform(rng, (count, 1), 8, 120)
    turn = 2 * math.pi * frequency[None]
    once = 1 + ghost * torch.polar(torch.ones_like(turn), -turn * ghost_delay)
    return once / (1 + layer * torch.polar(torch.ones_like(turn), -turn * layer_delay))
