"""Families of prestack gathers: crossing events, marine and land shots, water-layer multiples, flattened gathers."""

import torch
from torch import Tensor

from seisfill.synthetic.events import Arrivals, Scene
from seisfill.synthetic.frame import Frame
from seisfill.synthetic.surface import ground_roll

STEEPEST = 3.0  # largest slope, as a multiple of the slope at which the dominant frequency aliases


def sparse_events(frame: Frame, n_events: int = 12) -> Scene:
    """Up to a dozen crossing lines, parabolas and hyperbolas, from flat to three times the aliasing slope."""
    x = frame.x - frame.even(0, frame.n_traces, n_events)
    start = frame.even(-0.3 * frame.n_samples, 1.2 * frame.n_samples, n_events)
    slope = frame.aliasing * frame.log(0.01, STEEPEST, n_events) * frame.sign(n_events)
    foot = frame.log(5, 500, n_events)
    line, parabola = start + slope * x, start + slope * x.square() / frame.n_traces
    hyperbola = start + torch.sqrt(foot.square() + (slope * x).square()) - foot
    kind = frame.even(0, 3, n_events)
    times = torch.where(kind < 1, line, torch.where(kind < 2, parabola, hyperbola))
    present = frame.even(0, 1, n_events) < frame.even(0.1, 1.0)
    return Scene(Arrivals(times, frame.normal(n_events) * present * frame.along_event(n_events)))


def shot_events(frame: Frame, n_events: int = 96) -> Scene:
    """
    A window of a shot or CDP gather: reflection hyperbolas of one velocity trend, multiples, direct and head waves.

    Every event is named by its arrival at the middle of the window, so that windows far from the apex are as full as
    others.
    """
    apex = spread(frame)
    window = frame.even(0, 1200)
    arrival = window + frame.anywhere(n_events)
    middle = (frame.n_traces / 2 - apex).abs().clamp(min=4.0)
    surface = surface_slope(frame)
    speed_up = 1 + frame.even(0.0, 3.0) * arrival.clamp(min=0) / 1000
    slow = frame.even(0, 1, n_events) < frame.even(0.0, 0.4)  # multiples keep the velocity of above
    slope = surface / torch.where(slow, 1 + 0.3 * (speed_up - 1), speed_up) * torch.exp(0.06 * frame.normal(n_events))
    slope = torch.minimum(slope, 0.995 * arrival.clamp(min=1.0) / middle)
    foot = torch.sqrt((arrival.clamp(min=1.0).square() - (slope * middle).square()).clamp(min=1.0))
    x = frame.x - apex
    times = torch.sqrt(foot.square() + (slope * x).square()) - window
    head = arrival - window + frame.even(0.1, 1.2, n_events) * surface * (x.abs() - middle)
    times = torch.where(frame.some(0.06, n_events), head, times + frame.structure() * frame.some(0.3))
    keep = frame.even(0, 1, n_events) < frame.log(0.1, 1.0)
    strength = frame.strengths(n_events) * keep * frame.with_offset(x, n_events)
    return Scene(Arrivals(times, strength * frame.along_event(n_events)))


def water_events(frame: Frame, n_primaries: int = 24, n_orders: int = 4) -> Scene:
    """A window of a marine gather over a hard sea floor: each primary is followed by its train of multiples."""
    apex, surface, period = spread(frame), surface_slope(frame), frame.log(15, 200)
    x = frame.x - apex
    near = frame.log(20, 1500)
    foot = near + frame.even(-0.5 * frame.n_samples, 1.2 * frame.n_samples, n_primaries)
    slope = surface / (1 + frame.even(0.0, 2.0) * foot.clamp(min=0) / 1000)
    loss = -frame.even(0.3, 0.9)
    strength = frame.strengths(n_primaries) * frame.along_event(n_primaries)
    window = torch.sqrt(near.square() + (surface * (frame.n_traces / 2 - apex)).square())  # sea floor at mid patch
    times, amplitudes = [], []
    for order in range(n_orders):
        start = foot + order * period
        # a multiple has spent its extra time in the water, so its root-mean-square slope grows towards the surface's
        square = (slope.square() * foot.clamp(min=1.0) + surface.square() * order * period) / start.clamp(min=1.0)
        times.append(torch.sqrt(start.square() + square * x.square()) - window)
        amplitudes.append(strength * loss**order * (foot > 0))
    return Scene(Arrivals(torch.cat(times, dim=1), torch.cat(amplitudes, dim=1)))


def land_events(frame: Frame, n_reflections: int = 32, n_layers: int = 4, n_echoes: int = 6) -> Scene:
    """A window of a land shot: first arrivals with their reverberations, air wave, reflections, ground roll."""
    apex, surface = spread(frame), surface_slope(frame)
    x = frame.x - apex
    distance = x.abs()
    middle = (frame.n_traces / 2 - apex).abs()
    # slower layers come first near the source, faster ones overtake: slopes fall as intercepts grow
    share = frame.even(0.45, 0.9, n_layers).cumprod(dim=1)
    share = torch.cat([torch.ones_like(share[:, :1]), share[:, : n_layers - 1]], dim=1)
    intercept = torch.cat([torch.zeros_like(share[:, :1]), frame.even(2, 40, n_layers - 1).cumsum(dim=1)], dim=1)
    heads = intercept + surface * share * distance
    first = heads.amin(dim=1, keepdim=True)
    window = surface * share[:, -1:] * middle + frame.even(-0.6, 0.6) * frame.n_samples
    gap = frame.even(0.8, 2.5) / frame.frequency
    decay = frame.even(0.4, 0.85)
    echoes = [(heads + number * gap, decay**number * frame.normal(n_layers).abs()) for number in range(n_echoes)]
    times = torch.cat([time for time, _ in echoes], dim=1) - window
    amplitudes = torch.cat([size for _, size in echoes], dim=1) * (5 / (5 + distance)) ** frame.even(0.2, 1.0)
    foot = window + frame.anywhere(n_reflections)
    slope = surface * frame.even(0.2, 0.5) * torch.exp(0.1 * frame.normal(n_reflections))
    deep = torch.sqrt(foot.clamp(min=1.0).square() + (slope * x).square())
    late = deep > first  # nothing comes before the first arrival
    reflected = frame.strengths(n_reflections) * frame.log(0.03, 1.0) * late * frame.with_offset(x, n_reflections)
    air = surface * frame.even(1.2, 2.5) * distance - window
    blast = frame.log(0.05, 2.0) * frame.some(0.3) * torch.ones_like(air)
    arrivals = Arrivals(
        torch.cat([times + frame.structure() * frame.some(0.4), deep - window, air], dim=1),
        torch.cat([amplitudes.expand_as(times), reflected, blast], dim=1),
    )
    waves, paths = ground_roll(frame, apex)
    return Scene(arrivals, waves, paths)


def flattened_events(frame: Frame, n_events: int = 96) -> Scene:
    """A CDP gather after moveout correction: residual moveout within a sample per trace, multiples curve down."""
    x = frame.x - frame.sign() * 0.5 * frame.n_traces - 0.5 * frame.n_traces  # offset grows from one side
    curve = x.square() / (2 * frame.n_traces)  # slope at most one
    start = frame.anywhere(n_events)
    wrong = frame.log(0.003, 0.6) * frame.sign() + frame.log(0.003, 0.3) * frame.normal(n_events)
    multiple = frame.even(0, 1, n_events) < frame.even(0.0, 0.3)
    bend = torch.where(multiple, frame.even(0.2, 1.0, n_events), wrong).clamp(-1, 1)
    times = start + bend * curve + frame.log(0.01, 0.2) * frame.curve(6)
    keep = frame.even(0, 1, n_events) < frame.log(0.1, 1.0)
    strength = frame.strengths(n_events) * keep * frame.with_offset(x, n_events)
    return Scene(Arrivals(times, strength * frame.along_event(n_events)))


def spread(frame: Frame) -> Tensor:
    """Trace of the apex: inside (split spread) or beside the window (end-on), shape (count, 1, 1)."""
    n = frame.n_traces
    return torch.where(frame.some(0.3), frame.even(0, n), frame.even(-2.5 * n, 3.5 * n))


def surface_slope(frame: Frame) -> Tensor:
    """Slope of a wave along the surface [samples per trace], at most three times the aliasing slope."""
    return torch.minimum(frame.log(0.8, 9.0), STEEPEST * frame.aliasing)
