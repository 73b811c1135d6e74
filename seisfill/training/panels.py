"""What an adaptation learns from: recorded traces, and which of them may be hidden together. Arrays only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.gather import Bools, Floats

TRIES = 32  # windows that are looked at for one that has something to learn from
SMOOTH = 64  # a spectrum is smoothed over one part in so many
FAINT = 0.05  # of the strongest frequency; fainter ones are not raised to the strength of others


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """
    Part of a panel with some traces hidden.

    Parameters
    ----------
    data : float32 array, shape (n_traces, n_samples)
        Amplitudes, 0 where neither shown nor asked for.
    shown, asked : bool array, shape (n_traces, n_samples)
        What the network sees; recorded samples that it has to find. All other samples count nowhere.
    """

    data: Floats
    shown: Bools
    asked: Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """
    A gather as the network sees it, flattened or not, to learn from.

    A trace that is missing has no truth: it is neither shown nor asked for. Traces that are kept apart count as missing
    while the network learns; they judge it.

    Parameters
    ----------
    data : float32 array, shape (n_traces, n_samples)
        Amplitudes.
    known : bool array, shape (n_traces, n_samples)
        Where a sample was recorded and is good.
    ways : bool array, shape (n_ways, n_traces)
        Traces to hide together, one row for each way.
    apart : bool array, shape (n_traces,)
        Live traces that are kept apart.

    Raises
    ------
    InvalidParameterError
        If shapes do not agree, or no way hides a trace that may be asked for.

    Examples
    --------
    >>> every_second = np.array([[False, True, False, True, False]])
    >>> known = np.ones((5, 8), dtype=bool)
    >>> panel = Panel(data=np.ones((5, 8)), known=known, ways=every_second, apart=np.arange(5) == 3)
    >>> window = panel.draw((5, 8), rng=np.random.default_rng(0))
    >>> window.asked[:, 0].astype(int).tolist(), window.shown[:, 0].astype(int).tolist()
    ([0, 1, 0, 0, 0], [1, 0, 1, 0, 1])
    """

    data: Floats
    known: Bools
    ways: Bools
    apart: Bools

    def __post_init__(self) -> None:
        n_traces = len(self.data)
        check_shape("known", self.known.shape, self.data.shape)
        check_shape("apart", self.apart.shape, (n_traces,))
        check_shape("ways", self.ways.shape, (len(self.ways), n_traces))
        useful = self.ways[(self.ways & self.taught.any(axis=1)).any(axis=1)]
        if not len(useful):
            raise InvalidParameterError(
                f"Invalid ways to hide traces ({len(self.ways)}): must hide a live trace that is not kept apart."
            )
        object.__setattr__(self, "data", np.where(self.known, self.data, 0).astype(np.float32))
        object.__setattr__(self, "ways", useful)

    @property
    def taught(self) -> Bools:
        """Samples that a network may learn from: bool array, shape (n_traces, n_samples)."""
        return self.known & ~self.apart[:, None]

    @property
    def energy(self) -> float:
        """Mean square of the samples to learn from."""
        return float(np.mean(self.data[self.taught].astype(np.float64) ** 2))

    def draw(self, size: tuple[int, int], *, rng: np.random.Generator) -> Window:
        """
        A window anywhere in the panel, its traces hidden in one of the ways, either way round and of either sign.

        Parameters
        ----------
        size : (int, int)
            Traces and samples; a panel that is smaller is taken whole.
        rng : numpy.random.Generator
            Source of randomness.
        """
        for _ in range(TRIES):
            window = self._window(size, rng)
            if window.data[window.asked].any() and window.data[window.shown].any():
                break
        return window

    def _window(self, size: tuple[int, int], rng: np.random.Generator) -> Window:
        starts = [int(rng.integers(0, max(n - wanted, 0) + 1)) for n, wanted in zip(self.data.shape, size, strict=True)]
        traces, samples = (slice(start, start + wanted) for start, wanted in zip(starts, size, strict=True))
        hidden = self.ways[int(rng.integers(len(self.ways))), traces][:, None]
        taught = self.known[traces, samples] & ~self.apart[traces][:, None]
        turn = slice(None, None, -1 if rng.random() < 0.5 else 1)
        sign = np.float32(-1 if rng.random() < 0.5 else 1)
        data = sign * np.where(taught, self.data[traces, samples], 0)
        return Window(data=data[turn], shown=(taught & ~hidden)[turn], asked=(taught & hidden)[turn])


def squeeze_time(data: Floats, times: int) -> Floats:
    """
    Every trace on a coarser time axis, its spectrum made like the one that it had on the finer one.

    Traces that are *times* too far apart look, on a time axis that is *times* too coarse, as they would if neither
    were: slopes in samples per trace are those of traces that lie nearer, and so is aliasing, if the frequencies that
    are left are as strong against one another as all were before.

    Parameters
    ----------
    data : float32 array, shape (n_traces, n_samples)
        Amplitudes.
    times : int
        How much coarser.

    Returns
    -------
    float32 array, shape (n_traces, n_samples // times)
        Of the same RMS.

    References
    ----------
    Spitz (1991), Seismic trace interpolation in the F-X domain, Geophysics 56: low frequencies of sparse traces tell
    how high ones of dense traces run.

    Examples
    --------
    >>> time = np.arange(512)
    >>> slow = np.exp(-(((time - 256) / 24) ** 2)) * np.cos(2 * np.pi * time / 32)
    >>> squeezed = squeeze_time(slow[None].astype(np.float32), 2)
    >>> squeezed.shape, int(np.abs(squeezed[0]).argmax())
    ((1, 256), 128)
    """
    n_samples = data.shape[1] // times
    spectrum = fft.rfft(data[:, : n_samples * times].astype(np.float64))
    strength = _strength(spectrum)
    left = spectrum[:, : n_samples // 2 + 1]
    numbers = np.minimum(np.arange(left.shape[1]) * times, len(strength) - 1)
    have, wanted = strength[: left.shape[1]], strength[numbers]
    coarse = fft.irfft(left * wanted / np.maximum(have, FAINT * max(have.max(), 1e-30)), n_samples)
    return (coarse * (_rms(data) / (_rms(coarse) or 1.0))).astype(np.float32)


def _strength(spectrum: NDArray[np.complexfloating]) -> NDArray[np.float64]:
    """Smooth amplitude spectrum of all traces together, shape (n_frequencies,)."""
    amplitude = np.sqrt(np.mean(np.abs(spectrum) ** 2, axis=0))
    return np.asarray(ndimage.uniform_filter1d(amplitude, max(spectrum.shape[1] // SMOOTH, 1), mode="nearest"))


def _rms(data: NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.square(data, dtype=np.float64))))
