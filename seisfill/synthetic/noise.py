"""The dirt of field data: noise, bad traces, coupling, statics, decay, absorption, mutes. Torch, a batch at a time."""

import torch
from torch import Tensor

from seisfill.synthetic.events import to_time
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


def texture(count: int, n_traces: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """
    Diffuse background of unit RMS, alike from trace to trace: shape (count, n_traces, n_samples).

    What is left in a migrated section between its events: noise whose dips are bounded, as a fan filter leaves it.
    """
    steepest = log_uniform(rng, (count, 1, 1), 0.05, 2.0)  # samples per trace
    spectra = wavelet_spectra(count, n_samples, rng=rng).abs()[:, None]
    frequency = torch.fft.rfftfreq(n_samples, device=rng.device)
    wavenumber = torch.fft.fftfreq(n_traces, device=rng.device)[:, None]
    fan = torch.exp(-((wavenumber / (steepest * frequency + 0.5 / n_traces)) ** 4))
    field = torch.fft.irfft2(
        torch.fft.rfft2(normal(rng, (count, n_traces, n_samples))) * spectra * fan, s=(n_traces, n_samples)
    )
    return field / field.square().mean(dim=(-2, -1), keepdim=True).sqrt().clamp(min=1e-6)


def coupling(count: int, n_traces: int, *, rng: torch.Generator) -> Tensor:
    """Amplitude factor of each trace, up to a few per cent or tens of per cent: shape (count, n_traces, 1)."""
    size = log_uniform(rng, (count, 1, 1), 0.003, 0.25)
    return torch.exp(size * normal(rng, (count, n_traces, 1)))


def statics(count: int, n_traces: int, *, rng: torch.Generator) -> Tensor:
    """Time shift of each trace, mostly far below a sample: shape (count, 1, n_traces)."""
    size = log_uniform(rng, (count, 1, 1), 0.003, 0.5)
    return size * normal(rng, (count, 1, n_traces))


def decay(count: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """Amplitude along time, falling by up to 60 dB in a patch: shape (count, 1, n_samples)."""
    down = uniform(rng, (count, 1, 1), -1.0, 6.9) * (uniform(rng, (count, 1, 1), 0, 1) < 0.7)
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


def erratic_noise(count: int, n_traces: int, n_samples: int, *, rng: torch.Generator) -> Tensor:
    """
    Bursts on single traces and spikes on single samples, in a share of the patches; else 0.

    Shape (count, n_traces, n_samples); up to thirty times the RMS of the patch, in few samples.
    """
    size = (count, n_traces, n_samples)
    some = uniform(rng, (count, 1, 1), 0, 1)
    hit = uniform(rng, (count, n_traces, 1), 0, 1) < log_uniform(rng, (count, 1, 1), 0.005, 0.08)
    middle = uniform(rng, (count, n_traces, 1), 0, n_samples)
    width = log_uniform(rng, (count, n_traces, 1), 4, n_samples)
    near = ((torch.arange(n_samples, device=rng.device) - middle) / width).abs() < 1
    burst = near * (hit & (some < 0.12)) * normal(rng, size)
    place = uniform(rng, size, 0, 1)
    spike = torch.sign(place - 0.0005) * (place < 0.001) * (some > 0.95)  # either sign
    return (burst + 3 * spike) * log_uniform(rng, (count, 1, 1), 0.5, 10.0)


def weak_traces(count: int, n_traces: int, *, rng: torch.Generator) -> Tensor:
    """Factor of each trace, 0 (dead) or weak for a few in a part of the patches, else 1: shape (count, n_traces, 1)."""
    hit = uniform(rng, (count, n_traces, 1), 0, 1) < log_uniform(rng, (count, 1, 1), 0.005, 0.1)
    hit = hit & (uniform(rng, (count, 1, 1), 0, 1) < 0.12)
    weak = log_uniform(rng, (count, n_traces, 1), 1e-3, 0.5) * (uniform(rng, (count, n_traces, 1), 0, 1) < 0.6)
    return torch.where(hit, weak, torch.ones_like(weak))


def absorption(count: int, *, rng: torch.Generator) -> Tensor:
    """Periods of the highest frequency that a patch loses to 1/Q from its top to its bottom: shape (count, 1, 1)."""
    return log_uniform(rng, (count, 1, 1), 0.3, 8.0) * (uniform(rng, (count, 1, 1), 0, 1) < 0.4)


def absorbed(spectra: Tensor, loss: Tensor, n_samples: int) -> Tensor:
    """
    Patches of *spectra*, their high frequencies fading with time: exp(-*loss* t f), t from 0 to 1 along the patch.

    Parameters
    ----------
    spectra : complex64 tensor, shape (count, n_traces, n_frequencies)
        As `seisfill.synthetic.events.to_time` takes them.
    loss : float tensor, shape (count, 1, 1)
        As `absorption` draws it [2 nepers at half a cycle per sample].
    n_samples : int
        Length of the patch.

    Returns
    -------
    float32 tensor, shape (count, n_traces, n_samples)
        Blended from three constant losses, so that it is smooth along time.
    """
    frequency = torch.linspace(0, 1, spectra.shape[-1], device=spectra.device)
    whole = to_time(spectra, n_samples)
    fading = loss * frequency
    half, full = (to_time(spectra * torch.exp(-share * fading), n_samples) for share in (0.5, 1.0))
    time = torch.linspace(0, 2, n_samples, device=spectra.device)
    weights = [(1 - (time - place).abs()).clamp(min=0) for place in (0, 1, 2)]
    return whole * weights[0] + half * weights[1] + full * weights[2]
