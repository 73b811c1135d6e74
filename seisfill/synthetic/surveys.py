"""Patches of synthetic surveys: families of events, wavelets, and the dirt of the field, mixed by weight."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import Tensor

from seisfill._checks import check_between, did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.synthetic import gathers, noise, sections
from seisfill.synthetic.along import flatten_scene
from seisfill.synthetic.events import PAD, Arrivals, Scene, mean_slope, slope_sums, spike_spectra
from seisfill.synthetic.frame import Frame
from seisfill.synthetic.random import log_uniform, uniform
from seisfill.synthetic.wavelets import draw_wavelets

TEXTURE = (0.01, 1.0)  # RMS of a diffuse background over that of the events
Family = Callable[[Frame], Scene]
FAMILIES: MappingProxyType[str, Family] = MappingProxyType(
    {
        "sparse": gathers.sparse_events,
        "shot": gathers.shot_events,
        "water": gathers.water_events,
        "land": gathers.land_events,
        "flattened": gathers.flattened_events,
        "section": sections.section_events,
        "truncated": sections.truncated_events,
        "unmigrated": sections.unmigrated_events,
    }
)
WEIGHTS = MappingProxyType(
    {
        "sparse": 0.1,
        "shot": 0.26,
        "water": 0.1,
        "land": 0.12,
        "flattened": 0.12,
        "section": 0.14,
        "truncated": 0.08,
        "unmigrated": 0.08,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patches:
    """
    What is drawn: float32 tensors, each of shape (count, n_traces, n_samples).

    Parameters
    ----------
    signal, truth : Tensor
        Without and with what no filler can predict: noise, dead and weak traces.
    slope : Tensor
        Mean slope of the strongest events near each sample [samples per trace]; 0 where there are none.
    """

    signal: Tensor
    truth: Tensor
    slope: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticSurveys:
    """
    A mixture of synthetic surveys to draw patches from.

    Parameters
    ----------
    weights : dict of str to float
        Relative share of each family: ``sparse``, ``shot``, ``water``, ``land``, ``flattened``, ``section``,
        ``truncated``, ``unmigrated``.
    noise : (float, float)
        RMS of the noise over that of the signal, drawn evenly in its logarithm.
    along_moveout : float
        Share of the patches whose strongest events are made nearly flat, as a fill along the moveout sees them.
    textured : float
        Share of the patches with a diffuse background of bounded dips, which counts as signal.

    Raises
    ------
    InvalidParameterError
        If a family is not known, the weights are negative or all zero, or the noise is not positive.

    Examples
    --------
    >>> flat = SyntheticSurveys(weights={"flattened": 1.0})
    >>> patches = flat.draw(2, (16, 64), rng=torch.Generator().manual_seed(0))
    >>> patches.truth.shape, bool(patches.slope.abs().max() < 2)
    (torch.Size([2, 16, 64]), True)
    """

    weights: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    noise: tuple[float, float] = (0.003, 0.7)
    along_moveout: float = 0.0
    textured: float = 0.0

    def __post_init__(self) -> None:
        for name in self.weights:
            if name not in FAMILIES:
                raise InvalidParameterError(f"Invalid family {name!r}: must be known; {did_you_mean(name, FAMILIES)}")
        shares = list(self.weights.values())
        if not (shares and min(shares) >= 0 and 0 < sum(shares) < math.inf):
            raise InvalidParameterError(f"Invalid weights {self.weights}: must not be negative, nor all zero.")
        check_between("along_moveout", self.along_moveout, 0, 1)
        check_between("textured", self.textured, 0, 1)
        if not 0 < self.noise[0] <= self.noise[1] < math.inf:
            raise InvalidParameterError(f"Invalid noise {self.noise}: must be two positive numbers, the lower first.")

    def draw(self, count: int, size: tuple[int, int], *, rng: torch.Generator) -> Patches:
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
        Patches
            Whose signal is of unit RMS before decay and mute.
        """
        signal, slope = self._events(count, size, rng)
        signal = signal * noise.coupling(count, size[0], rng=rng)
        signal = signal / signal.square().mean(dim=(-2, -1), keepdim=True).sqrt().clamp(min=1e-3)
        if self.textured:  # draws nothing else where nobody asks for it, so that older recipes make what they made
            some = uniform(rng, (count, 1, 1), 0, 1) < self.textured
            signal = signal + some * log_uniform(rng, (count, 1, 1), *TEXTURE) * noise.texture(count, *size, rng=rng)
        level = log_uniform(rng, (count, 1, 1), *self.noise)
        dirt = level * noise.random_noise(count, *size, rng=rng) * noise.coupling(count, size[0], rng=rng)
        dirt = dirt + noise.erratic_noise(count, *size, rng=rng)
        kept = noise.mute(count, *size, rng=rng)
        shape = noise.decay(count, size[1], rng=rng) * kept
        truth = (signal * noise.weak_traces(count, size[0], rng=rng) + dirt) * shape
        return Patches(signal=signal * shape, truth=truth, slope=slope * kept)

    def _events(self, count: int, size: tuple[int, int], rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Signal and slope of a family in each patch, and of weaker events with another wavelet in half of them."""
        half = (count + 1) // 2
        spectra, sums = self._family_events(count + half, size, rng)
        weaker = uniform(rng, (half, 1, 1), 0, 1).square()
        spectra[:half] += weaker * spectra[count:]
        sums[:, :half] += weaker.square() * sums[:, count:]
        spectra, sums = spectra[:count], sums[:, :count]
        return noise.absorbed(spectra, noise.absorption(count, rng=rng), size[1]), mean_slope(sums)

    def _family_events(self, count: int, size: tuple[int, int], rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Spectra of patches, a family in each, and the sums that make their slope."""
        shares = torch.tensor(list(self.weights.values()), device=rng.device)
        chosen = torch.multinomial(shares, count, replacement=True, generator=rng).tolist()
        long = size[1] + 2 * PAD
        wavelets = draw_wavelets(count, long, rng=rng)
        shift = noise.statics(count, size[0], rng=rng)
        spectra = torch.zeros(count, size[0], long // 2 + 1, dtype=torch.complex64, device=rng.device)
        sums = torch.zeros(2, count, size[0], long, device=rng.device)
        for number, name in enumerate(self.weights):
            rows = [row for row, family in enumerate(chosen) if family == number]
            if not rows:
                continue
            frame = Frame(
                count=len(rows),
                n_traces=size[0],
                n_samples=size[1],
                frequency=wavelets.frequency[rows, :, None],
                rng=rng,
            )
            scene = flatten_scene(FAMILIES[name](frame), frame, share=self.along_moveout)
            moved = Arrivals(scene.arrivals.times + shift[rows], scene.arrivals.amplitudes)
            spectra[rows] = spike_spectra(moved, size[1]) * wavelets.spectra[rows, None, :]
            sums[:, rows] = slope_sums(scene.arrivals, size[1])
            if scene.waves is not None and scene.paths is not None:
                spectra[rows] += scene.waves
                sums[:, rows] += slope_sums(scene.paths, size[1])
        return spectra, sums
