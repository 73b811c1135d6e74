"""Sections whose answer is known, for the tests of the classical fillers."""

import dataclasses

import numpy as np

from seisfill.gather import Gather
from seisfill.metrics import snr_db


def crossing_events(n_traces=96, n_samples=256, slopes=(-0.5, 0.25, 0.8), position=None):
    """Ricker events of three slopes [samples a trace], the steepest with half a cycle a trace at 0.6 of Nyquist."""
    place = np.arange(n_traces) if position is None else position
    times = np.arange(n_samples)
    starts, strengths = (0.6, 0.25, 0.35), (1.0, -0.7, 0.5)
    truth = np.zeros((n_traces, n_samples), dtype=np.float32)
    for slope, start, strength in zip(slopes, starts, strengths, strict=True):
        arrival = start * n_samples + slope * (place - n_traces / 2)
        phase = (0.08 * np.pi * (times - arrival[:, None])) ** 2
        truth += (strength * (1 - 2 * phase) * np.exp(-phase)).astype(np.float32)
    return truth


def hidden(truth, live, **more):
    return Gather(data=truth, live=live, dt=0.004, **more)


def snr_of(filler, truth, live, **more):
    """SNR on missing traces [dB]."""
    return snr_db(truth, filler.fill(hidden(truth, live, **more)).data, traces=~live)


def scattered(n_traces, seed, missing=0.5):
    """Random holes between two live ends."""
    live = np.random.default_rng(seed).random(n_traces) >= missing
    live[[0, -1]] = True
    return live


def assert_scales_and_repeats(filler, gather):
    """The same bytes twice, and for a power of two the same bytes but for their scale."""
    answer = filler.fill(gather)
    again = filler.fill(gather)
    scaled = filler.fill(dataclasses.replace(gather, data=gather.data * np.float32(2.0**40)))
    assert (again.data == answer.data).all()
    assert (scaled.data == answer.data * np.float32(2.0**40)).all()
    assert np.abs(answer.data[answer.filled]).max() > 0
