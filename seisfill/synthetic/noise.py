"""The dirt of field data: noise, trace coupling, statics, decay and mutes. Torch, a batch at a time."""

import torch
from torch import Tensor

from seisfill.synthetic.random import log_uniform, normal, smooth_curve, uniform
from seisfill.synthetic.wavelets import wavelet_spectra


def random_noise(count: int, n_traces: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """Noise of unit RMS, independent from trace to trace, white or band-limited: shape (count, n_traces, n_samples)."""
    white = normal(rng, (count, n_traces, n_samples))
    spectra = wavelet_spectra(count, n_samples, rng=rng).abs()[:, None]
    coloured = torch.fft.irfft(torch.fft.rfft(white) * spectra, n=n_samples)
    choice = uniform(rng, (count, 1, 1), 0, 1) < 0.4
    noise = torch.where(choice, white, coloured)
    return noise / noise.square().mean(dim=(-2, -1), keepdim=True).sqrt().clamp(min=1e-6)


def coupling(count: int, n_traces: int, *, rng: torch.Generator) -> Tensor:
    """Amplitude factor of each trace, up to a few per cent or tens of per cent: shape (count, n_traces, 1)."""
    size = log_uniform(rng, (count, 1, 1), 0.003, 0.25)
    return torch.exp(size * normal(rng, (count, n_traces, 1)))


def statics(count: int, n_traces: int, *, rng: torch.Generator) -> Tensor:
    """Time shift of each trace, mostly far below a sample: shape (count, 1, n_traces)."""
    size = log_uniform(rng, (count, 1, 1), 0.003, 0.5)
    return size * normal(rng, (count, 1, n_traces))


def decay(count: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """Amplitude along time, falling by up to 50 dB in a patch: shape (count, 1, n_samples)."""
    down = uniform(rng, (count, 1, 1), -1.0, 5.8) * (uniform(rng, (count, 1, 1), 0, 1) < 0.7)
    return torch.exp(-down * torch.linspace(0, 1, n_samples, device=rng.device))


def mute(count: int, n_traces: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """0 above a slanting or staircase line in a part of the patches, else 1: shape (count, n_traces, n_samples)."""
    start = uniform(rng, (count, 1, 1), -0.5, 0.8) * n_samples
    slope = normal(rng, (count, 1, 1)) * 3
    line = start + slope * torch.arange(n_traces, device=rng.device)[:, None]
    line = line + 8 * smooth_curve(rng, (count, n_traces), 4)[..., None]
    step = 30.0
    line = torch.where(uniform(rng, (count, 1, 1), 0, 1) < 0.3, (line / step).floor() * step, line)
    above = torch.arange(n_samples, device=rng.device) < line
    muted = above & (uniform(rng, (count, 1, 1), 0, 1) < 0.15)
    return 1.0 - muted.float()
