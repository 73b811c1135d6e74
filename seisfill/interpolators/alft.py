"""Anti-leakage Fourier transform: one wavenumber after the other, measured where the traces truly are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from seisfill.errors import InvalidParameterError
from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Limits
from seisfill.interpolators.windowed import Windows, fill_by_windows


@dataclass(frozen=True, slots=True, kw_only=True)
class AlftInterpolator:
    """
    Take the strongest wavenumber out of the live traces, and again from what remains: leakage leaves with its source.

    Each frequency of a window is measured at the true positions of its live traces (`Gather.axis`), so that uneven
    spacing is honoured; the missing traces are the sum of what was taken out, at their own positions. Wavenumbers reach
    to half a cycle per trace spacing, the median of the gather. Where every K-th trace is live, an event and its
    aliases are equally strong and the choice is blind: prediction filters serve there.

    Parameters
    ----------
    components : int
        Wavenumbers taken out of each frequency of a window, one at a time; the same one may be taken again.
    last_threshold : float
        What is weaker, over the strongest component of the window, is not taken.
    oversampling : int
        Wavenumbers tried over the number of traces of a window.
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
    Xu, Zhang, Pham and Lambare (2005), Geophysics 70, V87-V95.

    Examples
    --------
    >>> position = np.array([0.0, 9, 21, 30, 42, 50, 58, 71])
    >>> truth = np.outer(np.ones(8), np.sin(np.arange(32)))
    >>> live = np.array([1, 0, 1, 1, 0, 1, 0, 1], dtype=bool)
    >>> answer = AlftInterpolator().fill(Gather(data=truth, live=live, position=position, dt=0.004))
    >>> bool(np.abs(answer.data - truth).max() < 0.05)
    True
    """

    components: int = 15
    last_threshold: float = 0.02
    oversampling: int = 3
    windows: Windows = field(default_factory=lambda: Windows(traces=24, samples=64, steps=(4, 2), batch=16))
    limits: Limits = field(default_factory=Limits)
    device: str = "auto"

    def __post_init__(self) -> None:
        for name in ("components", "oversampling"):
            if getattr(self, name) < 1:
                raise InvalidParameterError(f"Invalid {name} {getattr(self, name)}: must be at least 1.")
        if not 0 < self.last_threshold <= 1:
            raise InvalidParameterError(f"Invalid last_threshold {self.last_threshold}: must lie above 0 and up to 1.")

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* are not used."""
        spacing = typical_spacing(gather.axis)
        return fill_by_windows(
            gather,
            lambda data, live, place: self._solve(data, live, place / spacing),
            windows=self.windows,
            limits=self.limits,
            device=self.device,
            method="alft",
            refusal=f"alft finds too few live traces around it in windows of {self.windows.traces} traces; "
            "linear fills any gap",
        )

    def _solve(self, data: Tensor, live: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate of windows (B, X, T) with traces at *place* (B, X), in trace spacings."""
        n_samples = data.shape[-1]
        slices = torch.fft.rfft(data, n=2 * n_samples).transpose(1, 2)  # (B, F, X)
        waves = plane_waves(place, self.oversampling * data.shape[1])
        weights = live / live.sum(dim=1, keepdim=True)
        probe = waves.conj().transpose(1, 2) * weights[..., None]  # (B, X, K): a window's slices to its wavenumbers
        strength = (slices.abs() * weights[:, None]).sum(dim=-1)  # no component is stronger
        floor = self.last_threshold * (slices @ probe).abs().amax(dim=(1, 2), keepdim=True)
        used = (strength[..., None] >= floor).any(dim=0)[:, 0].nonzero()[:, 0]
        taken = self._take_out(slices[:, used], live, waves, probe, floor)
        filled = torch.zeros_like(slices)
        filled[:, used] = taken @ waves
        estimate = torch.fft.irfft(filled.transpose(1, 2), n=2 * n_samples)[..., :n_samples]
        enough = live.sum(dim=1) >= 2
        return estimate, enough[:, None].expand_as(live)

    def _take_out(self, slices: Tensor, live: Tensor, waves: Tensor, probe: Tensor, floor: Tensor) -> Tensor:
        """Components (B, F, K) of the live traces of slices (B, F, X): zero but for those taken."""
        spectrum = slices @ probe
        leakage = (waves * live[:, None]) @ probe  # (B, K, K): what each wavenumber adds to all others
        taken = torch.zeros_like(spectrum)
        window = torch.arange(len(slices), device=slices.device)[:, None]
        for _ in range(self.components):
            power = spectrum.real.square().addcmul_(spectrum.imag, spectrum.imag)
            largest, which = power.max(dim=-1, keepdim=True)
            value = spectrum.gather(-1, which) * (largest >= floor.square())
            taken.scatter_add_(-1, which, value)
            spectrum = spectrum - value * leakage[window, which[..., 0]]
        return taken


def typical_spacing(place: np.ndarray) -> float:
    """
    Median distance between neighbouring traces; those at one place do not count.

    Examples
    --------
    >>> typical_spacing(np.array([0.0, 10, 10, 22, 32]))
    10.0
    """
    steps = np.abs(np.diff(place))
    steps = steps[steps > 0]
    return float(np.median(steps)) if len(steps) else 1.0


def plane_waves(place: Tensor, count: int) -> Tensor:
    """Waves of *count* wavenumbers from -1/2 to 1/2 cycle per unit at *place* (B, X): complex64 (B, count, X)."""
    wavenumber = torch.arange(count, device=place.device, dtype=place.dtype) / count - 0.5
    turns = torch.remainder(wavenumber[:, None] * place[:, None], 1.0)
    return torch.polar(torch.ones_like(turns), 2 * math.pi * turns).to(torch.complex64)
