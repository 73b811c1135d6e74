"""Projection onto convex sets in the f-k domain: the usual filler of random holes, and weak on regular ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Limits
from seisfill.interpolators.windowed import Windows, fill_by_windows


@dataclass(frozen=True, slots=True, kw_only=True)
class PocsInterpolator:
    """
    Keep what is strong in the f-k domain, put the recorded traces back, and again with a lower threshold.

    Missing traces leak as weak noise into the f-k domain where they are scattered, and events are strong there. Where
    every K-th trace is live, the aliases are as strong as the events, and the answer is close to zero: prediction
    filters serve there. The threshold falls exponentially from the largest amplitude of each window. The transform
    along time is done once, as a recorded trace is recorded at all frequencies.

    Parameters
    ----------
    iterations : int
        Projections.
    last_threshold : float
        Of the last projection, over the largest f-k amplitude of the window.
    weight : float
        Trust in recorded traces, 0 (none) to 1; less than 1 for noisy data, where the missing traces then follow the
        events rather than the noise. Recorded samples come back as they are all the same.
    padding : (int, int)
        Length of the transforms over that of the window, along traces and time.
    windows : Windows
        How a gather is cut.
    limits : Limits
        What is not invented.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.

    Raises
    ------
    InvalidParameterError
        If a number breaks its rule.

    References
    ----------
    Abma and Kabir (2006), Geophysics 71, E91-E97; exponential thresholds: Gao et al. (2010), Geophysics 75,
    WB229-WB238; weighted form: Gao et al. (2013), Geophysical Prospecting 61, 138-151.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.outer(np.ones(8), np.sin(np.arange(32)))
    >>> live = np.array([1, 0, 1, 1, 0, 1, 0, 1], dtype=bool)
    >>> answer = PocsInterpolator().fill(Gather(data=truth, live=live, dt=0.004))
    >>> bool(np.abs(answer.data - truth).max() < 0.2)
    True
    """

    iterations: int = 30
    last_threshold: float = 0.02
    weight: float = 1.0
    padding: tuple[int, int] = (2, 2)
    windows: Windows = field(default_factory=lambda: Windows(traces=24, samples=64, steps=(4, 2), batch=16))
    limits: Limits = field(default_factory=Limits)
    device: str = "auto"

    def __post_init__(self) -> None:
        if self.iterations < 1:
            raise InvalidParameterError(f"Invalid iterations {self.iterations}: must be at least 1.")
        if min(self.padding) < 1:
            raise InvalidParameterError(f"Invalid padding {self.padding}: must be at least 1 along both axes.")
        if not 0 < self.last_threshold <= 1:
            raise InvalidParameterError(f"Invalid last_threshold {self.last_threshold}: must lie above 0 and up to 1.")
        check_between("weight", self.weight, 0, 1)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* are not used."""
        return fill_by_windows(
            gather,
            lambda data, live, _: self._solve(data, live),
            windows=self.windows,
            limits=self.limits,
            device=self.device,
            method="pocs",
            refusal=f"pocs finds no live traces around it in windows of {self.windows.traces} traces; "
            "linear fills any gap",
        )

    def _solve(self, data: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate of windows (B, X, T) at the frequencies that can pass the last threshold."""
        n_samples = data.shape[-1]
        slices = torch.fft.rfft(data, n=self.padding[1] * n_samples).transpose(1, 2).contiguous()  # (B, F, X)
        width = self.padding[0] * data.shape[1]
        largest = torch.fft.fft(slices, n=width).abs().amax((1, 2))
        # no f-k amplitude exceeds the sum of a slice: below the last threshold nothing would ever be kept
        window, frequency = (slices.abs().sum(-1) >= self.last_threshold * largest[:, None]).nonzero(as_tuple=True)
        filled = torch.zeros_like(slices)
        filled[window, frequency] = self._project(slices[window, frequency], live[window], largest[window, None], width)
        estimate = torch.fft.irfft(filled.transpose(1, 2), n=self.padding[1] * n_samples)[..., :n_samples]
        return estimate, torch.ones_like(live)

    def _project(self, recorded: Tensor, live: Tensor, largest: Tensor, width: int) -> Tensor:
        """All iterations on frequency slices (M, X), complex, with the largest amplitude of their windows (M, 1)."""
        slices = recorded
        for step in range(1, self.iterations + 1):
            threshold = largest * self.last_threshold ** (step / self.iterations)
            spectrum = torch.fft.fft(slices, n=width)
            power = spectrum.real.square().addcmul_(spectrum.imag, spectrum.imag)
            spectrum.masked_fill_(power < threshold.square(), 0)
            estimate = torch.fft.ifft(spectrum)[:, : slices.shape[1]]
            known = recorded if self.weight == 1 else torch.lerp(estimate, recorded, self.weight)
            slices = torch.where(live, known, estimate)
        return slices
