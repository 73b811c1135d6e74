"""f-x prediction filters for any pattern of live traces: each frequency of a window predicted from its lower ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from seisfill.errors import InvalidParameterError
from seisfill.gather import Bools, Filled, Gather
from seisfill.interpolators.base import Limits
from seisfill.interpolators.windowed import Windows, fill_by_windows

STRIDES = (1, 2, 3, 4)
SHORT = 2  # coefficients of the filter that starts where the rows for a long one are few
FEWEST = 2  # rows: with their reverses, twice as many equations as a short filter has unknowns
ENOUGH = 5  # rows for each coefficient of a long filter: with fewer the short one is the safer start
PAIRS = 0.05  # share of neighbouring live pairs from which on a filled window teaches its own filter
MAX_GAP = 20
TINY = 1e-30  # keeps systems without energy solvable; float32 squares of rounding noise are far above
REFUSAL = "too few neighbouring live traces for a prediction filter here; --method linear fills it"


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionInterpolator:
    """
    f-x prediction for any pattern (Spitz 1991, Geophysics 56, 785-794, made general).

    A sum of plane waves at frequency f obeys on the fine grid the filter that predicts its frequency f/s on every s-th
    trace. So one short filter for each window and frequency is estimated from all complete rows of live traces at
    strides s of 1 to 4, forwards and backwards, and the missing traces are those that obey it best. Where live traces
    are neighbours, the filter is then estimated again from the filled window. Complete rows are rare among random
    holes: where they are too few, the first filter is one of two coefficients, which needs three live traces in equal
    steps. Data should be as flat as it can be made: a window takes events for straight.

    Parameters
    ----------
    coefficients : int
        Length of a filter [traces]; it describes as many crossing plane waves in a window.
    samples : int
        Length of a window [samples]; twice as long where hardly any live traces of the gather are neighbours, since the
        filter then comes from f/2 and lower, which only a longer window tells apart.
    live_traces : int
        Live traces of a window: it is made as wide as the missing traces need for that, in the median.
    filter_damping, fill_damping : float
        Added to the diagonal of the two systems, in parts of its mean.
    repeats : int
        How often the filter is estimated again from the filled window.
    limits : Limits
        What is not invented. The widest gap is 20 traces where it is not given: a window holds ten live traces at each
        side of a gap, and across more than both together the phase of what they predict is not held.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.

    Raises
    ------
    InvalidParameterError
        If a number breaks its rule.

    Examples
    --------
    A flat event of which every second trace is missing:

    >>> wave = np.sin(np.arange(64) / 2)
    >>> gather = Gather(data=np.tile(wave, (21, 1)), live=np.arange(21) % 2 == 0, dt=0.004)
    >>> filled = PredictionInterpolator(device="cpu").fill(gather)
    >>> bool(np.abs(filled.data - wave).max() < 0.02), filled.method
    (True, 'prediction')
    """

    coefficients: int = 4
    samples: int = 128
    live_traces: int = 20
    filter_damping: float = 1e-3
    fill_damping: float = 1e-4
    repeats: int = 3
    limits: Limits = field(default_factory=Limits)
    device: str = "auto"

    def __post_init__(self) -> None:
        smallest = {"coefficients": SHORT, "samples": 8, "live_traces": 4, "repeats": 0}
        for name, least in smallest.items():
            if getattr(self, name) < least:
                raise InvalidParameterError(f"Invalid {name} {getattr(self, name)}: must be at least {least}.")
        for name in ("filter_damping", "fill_damping"):
            if not 0 < getattr(self, name) < 1:
                raise InvalidParameterError(f"Invalid {name} {getattr(self, name)}: must lie between 0 and 1.")
        if self.limits.max_gap is None:
            object.__setattr__(self, "limits", replace(self.limits, max_gap=MAX_GAP))

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* are not used."""
        live = gather.live
        wanted, _ = self.limits.judge(live)
        width = window_width(live, wanted, count=self.live_traces)
        sparse = (live[1:] & live[:-1]).sum() <= PAIRS * len(live)
        return fill_by_windows(
            gather,
            lambda data, live, _: self.solve(data, live),
            windows=Windows(traces=width, samples=2 * self.samples if sparse else self.samples),
            limits=self.limits,
            device=self.device,
            method="prediction",
            refusal=REFUSAL,
        )

    def solve(self, data: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate (B, X, T) of windows and what it answers (B, X), from data (B, X, T) and live (B, X)."""
        n = self.coefficients
        if data.shape[1] <= n:
            return data, live.clone()
        spectra = {stride: spectrum(data, stride) for stride in STRIDES}
        first, rows = self._first(spectra, live, SHORT)
        taps, long_rows = self._first(spectra, live, n)
        enough = long_rows >= ENOUGH * n
        taps = torch.where(enough[:, None, None], taps, torch.nn.functional.pad(first, (0, n - SHORT)))
        pairs = (live[:, 1:] & live[:, :-1]).float().mean(dim=1) > PAIRS
        filled = obey(spectra[1], live, taps, self.fill_damping)
        for _ in range(self.repeats if pairs.any() else 0):
            again = estimate_filter(gram(stack_rows(filled, 1, n)), self.filter_damping)
            taps = torch.where(pairs[:, None, None], again, taps)
            filled = obey(spectra[1], live, taps, self.fill_damping)
        answered = live | (rows >= FEWEST)[:, None]
        return torch.fft.irfft(filled, n=data.shape[-1], dim=-1), answered

    def _first(self, spectra: dict[int, Tensor], live: Tensor, n: int) -> tuple[Tensor, Tensor]:
        """Filters (B, F, n) from the complete rows of live traces at all strides, and the number of these rows (B,)."""
        batch, _, n_frequencies = spectra[1].shape
        total = spectra[1].new_zeros((batch, n_frequencies, n + 1, n + 1))
        count = live.new_zeros(batch, dtype=torch.long)
        for stride, at in spectra.items():
            if live.shape[1] > n * stride:
                complete = stack_rows(live[..., None], stride, n).all(dim=-1)
                total = total + gram(stack_rows(at, stride, n) * complete[..., None])
                count = count + complete.sum(dim=(1, 2))
        return estimate_filter(total, self.filter_damping), count


def window_width(live: Bools, wanted: Bools, *, count: int) -> int:
    """
    Traces of a window that, centred at a *wanted* missing trace, holds *count* live ones: the median over all wanted.

    Examples
    --------
    >>> live = np.arange(101) % 2 == 0
    >>> window_width(live, ~live, count=20)
    39
    """
    places = np.flatnonzero(live)
    if not wanted.any() or not len(places):
        return count
    away = np.sort(np.abs(places - np.flatnonzero(wanted)[:, None]), axis=1)
    return max(int(2 * np.median(away[:, min(count, len(places)) - 1])) + 1, 8)


def spectrum(data: Tensor, stride: int) -> Tensor:
    """Spectrum of (B, X, T) at the frequencies of T samples, each divided by *stride*: (B, X, T // 2 + 1)."""
    n = data.shape[-1]
    return torch.fft.rfft(data, n=stride * n, dim=-1)[..., : n // 2 + 1]


def stack_rows(values: Tensor, stride: int, n: int) -> Tensor:
    """Each trace beside the *n* before it at a stride: (B, X, F) to (B, X - n stride, F, n + 1), nearest first."""
    width = values.shape[1]
    return torch.stack([values[:, (n - k) * stride : width - k * stride] for k in range(n + 1)], dim=-1)


def gram(rows: Tensor) -> Tensor:
    """Products of rows (B, R, F, n + 1), summed over the rows and their conjugated reverses: (B, F, n + 1, n + 1)."""
    rows = rows.transpose(1, 2)
    forwards = rows.mH @ rows
    return forwards + forwards.flip(-1, -2).mT


def estimate_filter(products: Tensor, damping: float) -> Tensor:
    """Filters (B, F, n) that predict the first of each row from the others, by damped least squares."""
    normal = products[..., 1:, 1:].clone()
    diagonal = torch.diagonal(normal, dim1=-2, dim2=-1)
    diagonal += damping * diagonal.real.mean(dim=-1, keepdim=True) + TINY
    return torch.linalg.solve_ex(normal, products[..., 1:, :1]).result[..., 0]


def obey(spectra: Tensor, live: Tensor, taps: Tensor, damping: float) -> Tensor:
    """
    Spectra whose missing traces leave the least prediction error, forwards and backwards, over all rows of a window.

    Parameters
    ----------
    spectra : complex tensor, shape (B, X, F)
        Live traces; others are not looked at.
    live : bool tensor, shape (B, X)
        Which these are.
    taps : complex tensor, shape (B, F, n)
        Prediction filters.
    damping : float
        Of the system, in parts of the mean of its diagonal.
    """
    batch, width, n_frequencies = spectra.shape
    band = error_band(taps.flatten(0, 1), width)
    known = (spectra * live[..., None]).transpose(0, 1).flatten(1)
    missing = (~live).T[..., None].expand(-1, -1, n_frequencies).flatten(1).to(band.real.dtype)
    right = -multiply_band(band, known) * missing
    level = damping * band[:, 0].real.mean(dim=0)
    for lag in range(1, band.shape[1]):
        band[lag:, lag] *= missing[lag:] * missing[:-lag]
    band[:, 0] = band[:, 0] * missing + (level * missing + (1 - missing))
    filled = known + solve_band(band, right)
    return filled.unflatten(1, (batch, n_frequencies)).transpose(0, 1)


def error_band(taps: Tensor, width: int) -> Tensor:
    """
    Normal matrices of the prediction errors of M filters over windows of *width* traces, as Hermitian bands.

    Returns (X, n + 1, M): element (x, lag) stands at row x and column x - lag. A row of errors takes part if it lies
    within the window, so that the matrix is the filter's autocorrelation, cut at the edges.
    """
    n = taps.shape[1]
    error = torch.cat([torch.ones_like(taps[:, :1]), -taps], dim=1).T
    place = torch.arange(width, device=taps.device)[:, None]
    tap = torch.arange(n + 1, device=taps.device)
    forwards = (place + tap >= n) & (place + tap < width)
    backwards = (place - tap >= 0) & (place - tap + n < width)
    band = torch.empty(width, n + 1, taps.shape[0], dtype=taps.dtype, device=taps.device)
    for lag in range(n + 1):
        rows = forwards[:, : n + 1 - lag].to(taps.dtype) + backwards[:, lag:].to(taps.dtype)
        band[:, lag] = rows @ (error[: n + 1 - lag].conj() * error[lag:])
    return band


def multiply_band(band: Tensor, vector: Tensor) -> Tensor:
    """Product of Hermitian bands (X, n + 1, M) and vectors (X, M)."""
    product = band[:, 0] * vector
    for lag in range(1, band.shape[1]):
        product[lag:] += band[lag:, lag] * vector[:-lag]
        product[:-lag] += band[lag:, lag].conj() * vector[lag:]
    return product


def solve_band(band: Tensor, right: Tensor) -> Tensor:
    """
    Solve Hermitian, positive band systems (X, n + 1, M) for right sides (X, M): M of them at once, L D L^H by columns.

    The band makes it as many steps as a window has traces, where a full solver needs their cube: some 20 times faster.
    """
    width, reach = band.shape[0], band.shape[1] - 1
    lower = torch.zeros_like(band)  # conjugated factor: element (x, lag) as in the band
    scaled = torch.empty_like(band[0])
    inverse = torch.empty_like(band[:, 0].real)
    x = right.clone()
    for row in range(width):
        pivot = band[row, 0].real.clone()
        lags = range(min(reach, row), 0, -1)
        for lag in lags:
            value = band[row, lag]
            for further in range(lag + 1, min(reach, row) + 1):
                value = value - scaled[further] * lower[row - lag, further - lag]
            scaled[lag] = value
            factor = value * inverse[row - lag]
            lower[row, lag] = factor.conj()
            pivot -= (value * lower[row, lag]).real
            x[row] -= factor * x[row - lag]
        inverse[row] = 1 / pivot
    x *= inverse
    for row in range(width - 1, -1, -1):
        for lag in range(1, min(reach, width - 1 - row) + 1):
            x[row] -= lower[row + lag, lag] * x[row + lag]
    return x
