"""Families of stacked sections: folded and faulted layers, truncated ones, and the look before migration."""

import torch
from torch import Tensor

from seisfill.synthetic.events import Arrivals, Scene
from seisfill.synthetic.frame import Frame
from seisfill.synthetic.random import smooth_curve


def section_events(frame: Frame, n_events: int = 128) -> Scene:
    """A window of a stack: reflectors that share folds and dip, some faulted, some with diffractions."""
    start = frame.anywhere(n_events)
    times = layered(frame, start)
    x = frame.x - frame.n_traces / 2
    across = frame.even(-0.5 * frame.n_traces, 0.5 * frame.n_traces, n_events)
    diffraction = start + torch.sqrt(50.0**2 + (frame.log(0.3, 4.0, n_events) * (x - across)).square()) - 50.0
    times = torch.where(frame.some(0.15, n_events) & frame.some(0.4), diffraction, times)
    lateral = 1 + frame.even(0.0, 0.8) * frame.curve(8, n_events)
    return Scene(Arrivals(times, frame.strengths(n_events) * lateral))


def truncated_events(frame: Frame, n_events: int = 96) -> Scene:
    """Layers above and below a surface that cuts them: an unconformity, a channel, or the flanks of a salt body."""
    half = n_events // 2
    surface, is_salt = cutting_surface(frame)
    above, below = layered(frame, frame.anywhere(half)), layered(frame, frame.anywhere(half))
    parallel = surface + frame.even(-1.0, 0.0, half) * frame.n_samples  # layers that drape the surface
    above = torch.where(frame.some(0.4), parallel, above)
    over = torch.sigmoid((surface - above) / 1.5)
    under = torch.sigmoid((below - surface) / 1.5) * torch.where(is_salt, frame.even(0.0, 0.15), 1.0)
    rough = 1 + frame.even(0.0, 0.8) * frame.curve(8, n_events)
    strength = frame.strengths(n_events) * torch.cat([over, under], dim=1) * rough
    lines = torch.cat([above, below, surface], dim=1)
    return Scene(Arrivals(lines, torch.cat([strength, frame.log(0.5, 3.0) * frame.along_event(1)], dim=1)))


def unmigrated_events(frame: Frame, n_points: int = 96, n_curves: int = 3, n_single: int = 16) -> Scene:
    """
    A stack before migration: reflectors as sums of diffractions from their points, with bow ties under synclines.

    The exploding points of Huygens' principle lie closer than the traces, so that the sum is smooth.
    """
    n = frame.n_traces
    place = torch.linspace(-0.25 * n, 1.25 * n, n_points, device=frame.rng.device)[:, None]
    depth = frame.log(40, 900)
    bend = frame.log(4, 120) * _curve_at(frame, n_points) + frame.normal() * frame.log(0.05, 2.0) * (place - n / 2)
    zero = (depth + bend).clamp(min=5.0)  # two-way time of each point [samples]
    slope = frame.log(1.0, 8.0) / (1 + frame.even(0.0, 2.0) * depth / 1000)
    times, amplitudes = [], []
    for number in range(n_curves):
        point = (zero + number * frame.even(0.1, 0.4) * frame.n_samples).clamp(min=5.0)
        time, size = _diffracted(frame.x - place, point, slope)
        times.append(time)
        amplitudes.append(size * frame.normal())
    point = depth + frame.anywhere(n_single)
    time, size = _diffracted(frame.x - frame.even(-0.2 * n, 1.2 * n, n_single), point.clamp(min=5.0), slope)
    window = depth - frame.even(0.05, 0.5) * frame.n_samples
    loud = frame.log(0.3, 5.0) * frame.normal(n_single) * frame.some(0.7)
    return Scene(Arrivals(torch.cat([*times, time], dim=1) - window, torch.cat([*amplitudes, size * loud], dim=1)))


def layered(frame: Frame, start: Tensor) -> Tensor:
    """Times of layers that begin at *start* (count, n_events, 1): dip, folds, roughness, at times a fault."""
    depth = start / frame.n_samples
    x = frame.x - frame.n_traces / 2
    dip = frame.normal() * frame.log(0.02, 2.0) * (1 + frame.normal() * depth)
    times = start + dip * x + frame.structure() + depth * frame.structure()
    times = times + frame.log(0.05, 1.5) * frame.curve(6, start.shape[1])
    fault = frame.even(-0.5 * frame.n_traces, 0.5 * frame.n_traces) + frame.normal() * 6 * depth
    return times + frame.normal() * 12 * frame.some(0.35) * (x > fault)


def cutting_surface(frame: Frame) -> tuple[Tensor, Tensor]:
    """A surface (count, 1, n_traces) [samples], and where it bounds salt (count, 1, 1)."""
    x = (frame.x - frame.even(0, frame.n_traces)) / frame.n_traces
    smooth = frame.even(0.1, 0.9) * frame.n_samples + frame.log(1, 20) * frame.curve(3)
    smooth = smooth + frame.normal() * frame.log(0.02, 1.0) * frame.n_traces * x
    wide = frame.even(0.05, 0.4)
    cut = frame.log(8, 60) * (1 - (x / wide).square()).clamp(min=0)
    flank = frame.log(20, 200) * (x.abs() / wide).pow(frame.even(0.8, 2.5)).clamp(max=4.0)
    kind = frame.even(0, 3)
    is_salt = kind > 2
    return smooth + torch.where(kind < 1, torch.zeros_like(cut), torch.where(is_salt, flank, cut)), is_salt


def _curve_at(frame: Frame, n_points: int) -> Tensor:
    """A smooth curve over points: (count, n_points, 1)."""
    return smooth_curve(frame.rng, (frame.count, n_points), 4)[..., None]


def _diffracted(x: Tensor, zero: Tensor, slope: Tensor) -> tuple[Tensor, Tensor]:
    """Times and amplitudes of diffractions from points of two-way time *zero*, with obliquity and spreading."""
    time = torch.sqrt(zero.square() + (slope * x).square())
    return time, (zero / time).pow(1.5)
