"""
A small marine survey by textbook formulas, in numpy: what `seisfill demo` fills. Not what networks are trained on.

Four shots are recorded by 96 channels over a dipping sea floor, six reflectors, a fault that diffracts, and multiples.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

N_SHOTS, N_CHANNELS, N_SAMPLES, DT = 4, 96, 512, 0.004
NEAR_OFFSET, SPACING, SHOT_SPACING = 150.0, 25.0, 50.0  # metres
WATER = 1500.0  # metres a second
# two-way time at the first shot [s], velocity to it [m/s], strength, dip [s/m of midpoint]
REFLECTORS = (
    (0.42, 1500.0, 1.0, 4e-6),
    (0.61, 1620.0, -0.45, 8e-6),
    (0.83, 1760.0, 0.55, -3e-5),
    (1.04, 1900.0, 0.4, 2e-5),
    (1.33, 2150.0, -0.5, 4e-5),
    (1.62, 2400.0, 0.35, 0.0),
)
DIFFRACTOR = (0.95, 1800.0, 900.0, 0.3)  # time, velocity, position [m], strength


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DemoSurvey:
    """
    Shots and where they were shot.

    Parameters
    ----------
    data : float32 array, shape (n_shots * n_channels, n_samples)
        Amplitudes, shot after shot.
    shot, channel : int array, shape (n_shots * n_channels,)
        From 1.
    source_x, receiver_x : float array, shape (n_shots * n_channels,)
        Positions along the line [m].
    dt : float
        Sample interval [s].
    """

    data: np.ndarray
    shot: np.ndarray
    channel: np.ndarray
    source_x: np.ndarray
    receiver_x: np.ndarray
    dt: float


def make_demo_survey(*, seed: int = 7) -> DemoSurvey:
    """
    The survey; the same seed gives the same samples.

    Examples
    --------
    >>> make_demo_survey().data.shape
    (384, 512)
    """
    shot = np.repeat(np.arange(1, N_SHOTS + 1), N_CHANNELS)
    channel = np.tile(np.arange(1, N_CHANNELS + 1), N_SHOTS)
    source_x = 3000.0 + SHOT_SPACING * shot
    offset = NEAR_OFFSET + SPACING * (channel - 1)
    receiver_x = source_x - offset
    data = np.zeros((len(shot), N_SAMPLES))
    for time, strength in _arrivals(offset, source_x, receiver_x):
        data += strength[:, None] * _wavelet(np.arange(N_SAMPLES) * DT - time[:, None])
    rng = np.random.default_rng(seed)
    data *= np.exp(rng.normal(0, 0.03, (len(shot), 1)))
    data += 0.01 * np.convolve(rng.normal(size=data.size), [0.25, 0.5, 0.25], "same").reshape(data.shape)
    return DemoSurvey(
        data=(1000 * data).astype(np.float32),
        shot=shot,
        channel=channel,
        source_x=source_x,
        receiver_x=receiver_x,
        dt=DT,
    )


def _arrivals(
    offset: np.ndarray, source_x: np.ndarray, receiver_x: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Time [s] and strength of each event at each trace."""
    midpoint = (source_x + receiver_x) / 2
    yield offset / WATER + 0.01, 0.6 * (NEAR_OFFSET / offset) ** 0.7
    for zero_offset, velocity, strength, dip in REFLECTORS:
        for bounces in range(3):  # the primary and two multiples of the sea floor
            extra = 1.0 if bounces == 0 else (-0.35) ** bounces
            start = zero_offset + dip * (midpoint - 2500) + 0.42 * bounces
            time = np.hypot(start, offset / velocity)
            spreading = 1 / (1 + 1.5 * time)
            yield time, strength * extra * spreading * (1 - 0.5 * (offset / 2800) ** 2)
    depth_time, velocity, place, strength = DIFFRACTOR
    legs = (np.hypot(depth_time / 2, (x - place - 1800) / velocity) for x in (source_x, receiver_x))
    yield np.sum(list(legs), axis=0), np.full(len(offset), 0.4 * strength)


def _wavelet(time: np.ndarray) -> np.ndarray:
    """A 28 Hz Ricker wavelet and its ghost, 9 ms later [s]."""

    def ricker(t: np.ndarray) -> np.ndarray:
        a = (np.pi * 28.0 * t) ** 2
        return (1 - 2 * a) * np.exp(-a)

    return ricker(time) - 0.8 * ricker(time - 0.009)
