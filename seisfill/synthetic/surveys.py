"""Patches of synthetic surveys: a family of events, a wavelet, and the dirt of the field, mixed by weight."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import Tensor

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.synthetic import events, noise
from seisfill.synthetic.random import log_uniform, uniform
from seisfill.synthetic.wavelets import wavelet_spectra

Family = Callable[..., events.Arrivals]
FAMILIES: MappingProxyType[str, Family] = MappingProxyType(
    {"sparse": events.sparse_events, "shot": events.shot_events, "section": events.section_events}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticSurveys:
    """
    A mixture of synthetic surveys to draw patches from.

    Parameters
    ----------
    weights : dict of str to float
        Relative share of each family: ``sparse``, ``shot``, ``section``.
    noise : (float, float)
        RMS of the noise over that of the signal, drawn evenly in its logarithm.

    Raises
    ------
    InvalidParameterError
        If a family is not known, the weights are negative or all zero, or the noise is not positive.
    """

    weights: dict[str, float] = field(default_factory=lambda: {"sparse": 0.2, "shot": 0.5, "section": 0.3})
    noise: tuple[float, float] = (0.003, 0.7)

    def __post_init__(self) -> None:
        for name in self.weights:
            if name not in FAMILIES:
                raise InvalidParameterError(f"Invalid family {name!r}: must be known; {did_you_mean(name, FAMILIES)}")
        shares = list(self.weights.values())
        if not (shares and min(shares) >= 0 and 0 < sum(shares) < math.inf):
            raise InvalidParameterError(f"Invalid weights {self.weights}: must not be negative, nor all zero.")
        if not 0 < self.noise[0] <= self.noise[1] < math.inf:
            raise InvalidParameterError(f"Invalid noise {self.noise}: must be two positive numbers, the lower first.")

    def draw(self, count: int, size: tuple[int, int], *, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """
        Draw patches.

        Parameters
        ----------
        count : int
            Number of patches.
        size : (int, int)
            Traces and samples.
        rng : torch.Generator
            Source of randomness; its device holds the result.

        Returns
        -------
        signal, truth : float32 tensors, shape (count, n_traces, n_samples)
            Without and with the noise that no filler can predict; the signal is of unit RMS before decay and mute.
        """
        shares = torch.tensor(list(self.weights.values()), device=rng.device)
        chosen = torch.multinomial(shares, count, replacement=True, generator=rng)
        signal = torch.zeros(count, *size, device=rng.device)
        for number, name in enumerate(self.weights):
            rows = (chosen == number).nonzero()[:, 0]
            if len(rows):
                signal[rows] = self._signal(FAMILIES[name], len(rows), size, rng)
        signal = signal / signal.square().mean(dim=(-2, -1), keepdim=True).sqrt().clamp(min=1e-3)
        level = log_uniform(rng, (count, 1, 1), *self.noise)
        dirt = level * noise.random_noise(count, *size, rng=rng) * noise.coupling(count, size[0], rng=rng)
        shape = noise.decay(count, size[1], rng=rng) * noise.mute(count, *size, rng=rng)
        return signal * shape, (signal + dirt) * shape

    def _signal(self, family: Family, count: int, size: tuple[int, int], rng: torch.Generator) -> Tensor:
        """Two sets of the family's events, each with a wavelet of its own; the second is weaker."""
        patches = torch.zeros(count, *size, device=rng.device)
        shift = noise.statics(count, size[0], rng=rng)
        for strength in (torch.ones(count, 1, 1, device=rng.device), uniform(rng, (count, 1, 1), 0, 1) ** 2):
            times, amplitudes = family(count, *size, rng=rng)
            spectra = wavelet_spectra(count, size[1] + 2 * events.PAD, rng=rng)
            patches += strength * events.render(events.Arrivals(times + shift, amplitudes), spectra, size[1])
        return patches * noise.coupling(count, size[0], rng=rng)
