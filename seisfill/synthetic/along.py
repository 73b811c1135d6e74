"""Scenes as a fill along the moveout sees them: the strongest events nearly flat, the others crossing them."""

import math

import torch
from torch import Tensor

from seisfill.synthetic.events import Arrivals, Scene, event_slopes
from seisfill.synthetic.frame import Frame

HALF = 6  # traces on either side over which slopes are averaged, as a fitted curve is smooth


def flatten_scene(scene: Scene, frame: Frame, *, share: float) -> Scene:
    """
    Take the moveout of the strongest events off, in a share of the patches.

    The curve follows the energy around a random time of the patch, and is wrong by a smooth curve of a hundredth of a
    sample to three samples, as one that was fitted on decimated data is.

    Parameters
    ----------
    scene : Scene
        What a family drew.
    frame : Frame
        The patches that it was drawn for.
    share : float
        Part of the patches that is flattened.
    """
    times, amplitudes = scene.arrivals
    curve = _strongest(times, amplitudes, frame) + frame.log(0.01, 3.0) * frame.curve(4)
    curve = curve * frame.some(share)
    paths = None if scene.paths is None else Arrivals(scene.paths.times - curve, scene.paths.amplitudes)
    waves = None if scene.waves is None else scene.waves * _turn(curve, scene.waves.shape[-1])
    return Scene(Arrivals(times - curve, amplitudes), waves, paths)


def _strongest(times: Tensor, amplitudes: Tensor, frame: Frame) -> Tensor:
    """Delay of the energy around a random time, from trace to trace: shape (count, 1, n_traces)."""
    centre = frame.even(0.2, 0.8) * frame.n_samples
    near = torch.exp(-(((times - centre) / (0.3 * frame.n_samples)) ** 2))
    energy = (amplitudes * near).square() + 1e-9
    slope = _smooth((energy * event_slopes(times)).sum(dim=1, keepdim=True))
    slope = slope / _smooth(energy.sum(dim=1, keepdim=True))
    curve = slope.cumsum(dim=-1)
    return curve - curve.mean(dim=-1, keepdim=True)


def _smooth(x: Tensor) -> Tensor:
    padded = torch.nn.functional.pad(x, (HALF, HALF), mode="replicate")
    return torch.nn.functional.avg_pool1d(padded, 2 * HALF + 1, 1)


def _turn(curve: Tensor, n_frequencies: int) -> Tensor:
    """Factors that move spectra to earlier times by the curve: shape (count, n_traces, n_frequencies)."""
    frequency = torch.arange(n_frequencies, device=curve.device) / (2 * (n_frequencies - 1))
    angle = 2 * math.pi * frequency * curve[:, 0, :, None]
    return torch.polar(torch.ones_like(angle), angle)
