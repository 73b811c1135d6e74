"""Dispersive surface waves (ground roll), as spectra: each frequency travels at a speed of its own."""

import math

import torch
from torch import Tensor

from seisfill.synthetic.events import PAD, Arrivals
from seisfill.synthetic.frame import Frame

STEEPEST = 3.0  # largest slope, as a multiple of the slope at which the roll's own frequency aliases


def ground_roll(frame: Frame, apex: Tensor, n_modes: int = 3) -> tuple[Tensor, Arrivals]:
    """
    Slow, low-frequency, dispersive waves from *apex*, in most of the patches.

    The slowness of a mode rises from that of deep, fast ground at low frequencies to that of the shallow, slow ground
    at high ones, as for Rayleigh waves over a half space with a slow cover (Aki & Richards 2002, chapter 7).

    Parameters
    ----------
    frame : Frame
        The patches.
    apex : float tensor, shape (count, 1, 1)
        Trace at which the source lies.
    n_modes : int
        Modes, each with speeds of its own.

    Returns
    -------
    waves : complex64 tensor, shape (count, n_traces, n_frequencies)
        As `seisfill.synthetic.events.spike_spectra` lays them out.
    paths : Arrivals
        Group arrivals of each mode, for the slope.
    """
    long = frame.n_samples + 2 * PAD
    frequency = torch.arange(long // 2 + 1, device=frame.rng.device) / long
    centre = (frame.frequency * frame.even(0.3, 0.9)).clamp(min=0.008)
    slow = torch.minimum(frame.log(2.0, 20.0), 0.5 * STEEPEST / centre) * frame.even(0.5, 1.0, n_modes)
    fast = slow * frame.even(0.4, 0.95, n_modes)
    turn = centre * frame.log(0.5, 2.0, n_modes)
    slowness = slow - (slow - fast) / (1 + (frequency / turn).square())
    octaves = torch.log2(frequency.clamp(min=0.25 / long) / centre)
    band = torch.exp(-(octaves / frame.even(0.3, 1.0, n_modes)).square())
    distance = (frame.x - apex).abs()
    bend = (centre / turn).square()
    group = slow - (slow - fast) * (1 - bend) / (1 + bend).square()  # derivative of frequency times slowness
    anchor = group * (frame.even(0, frame.n_traces) - apex).abs()
    times = group * distance - anchor + frame.even(0.0, 1.0) * frame.n_samples
    # beyond the padding a wave would come in again at the other end
    inside = torch.sigmoid((times + PAD / 2) / 4) * torch.sigmoid((frame.n_samples + PAD / 2 - times) / 4)
    size = frame.log(0.3, 10.0) * frame.some(0.8) * frame.normal(n_modes) * inside / torch.sqrt(1 + 0.1 * distance)
    start = times - group * distance  # the same for all traces
    waves = torch.zeros(frame.count, frame.n_traces, len(frequency), dtype=torch.complex64, device=frame.rng.device)
    for mode in range(n_modes):
        of = slice(mode, mode + 1)
        late = slowness[:, of] * distance.transpose(1, 2) + start[:, of, :1] + PAD
        size_of = size[:, of].transpose(1, 2) * band[:, of]
        waves += torch.polar(size_of, -2 * math.pi * frequency * late)
    energy = band.square().mean(dim=-1, keepdim=True).sqrt()
    return waves, Arrivals(times, size * energy)
