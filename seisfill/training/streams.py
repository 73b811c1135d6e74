"""Streams of masked patches; each chunk of a batch is a pure function of (seed, step, number of the chunk)."""

import dataclasses
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from array_api_compat import array_namespace
from torch import Tensor

from seisfill._arrays import Array
from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.masks import (
    EdgeMask,
    FreeFormMask,
    GapMask,
    JitteredMask,
    MaskRule,
    MixedMask,
    MixtureMask,
    RandomMask,
    RegularMask,
)
from seisfill.patches.gain import Gain
from seisfill.synthetic.guides import draw_guides
from seisfill.synthetic.random import uniform
from seisfill.synthetic.surveys import Patches, SyntheticSurveys
from seisfill.training.sources import PatchSource, SourceConfig


def every_kind_of_mask() -> MixtureMask:
    """The mixture that the design asks for: training and test masks that differ are the documented failure."""
    anywhere = RandomMask(missing=(0.1, 0.85), keep_ends=False)
    regular = RegularMask(every=(2, 5), phase="any", keep_ends=False)
    thin = RandomMask(missing=(0.1, 0.4), keep_ends=False)
    return MixtureMask(
        rules=(
            anywhere,
            JitteredMask(every=(2, 5), keep_ends=False),
            regular,
            RegularMask(every=2, phase="any", keep_ends=False),
            GapMask(width=(2, 20)),
            MixedMask(rules=(thin, GapMask(width=(2, 12)))),
            MixedMask(rules=(regular, EdgeMask(width=(1, 8)))),
        ),
        weights=(0.28, 0.1, 0.17, 0.2, 0.12, 0.08, 0.05),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """
    Patches after gain, float32.

    Parameters
    ----------
    signal, truth : (B, 1, X, T)
        Amplitudes without and with what no filler can predict.
    mask : (B, 1, X, T)
        1 where known.
    guide : (B, 2, X, T)
        Slope [samples per trace] and trust (1 where the slope is told); both 0 in patches without a guide.
    """

    signal: Tensor
    truth: Tensor
    mask: Tensor
    guide: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticStream:
    """
    Synthetic patches with drawn holes.

    Parameters
    ----------
    surveys : SyntheticSurveys
        Where patches come from.
    masks : MaskRule
        How traces are hidden.
    free_form : FreeFormMask
        Holes inside traces, in a share of the patches.
    free_form_share : float
        That share.
    guide_share : float
        Share of the patches that come with a guide.
    gain : bool
        Whether amplitudes are divided by their local RMS, as at filling, or by one number for each patch.
    repeat : int, optional
        Number of batches whose patches come again and again, each time with other holes and guides; new patches at
        every step where not given.
    patch : (int, int)
        Traces and samples.
    batch : int
        Patches in a batch, of all processes together.
    chunk : int
        Patches that are drawn together, by one process; at most a batch. Of another size, they are other patches.
    field, modelled : SourceConfig, optional
        Recorded gathers and modelled shots, from which workflows make the *sources* of `draw`.
    """

    surveys: SyntheticSurveys = dataclasses.field(default_factory=SyntheticSurveys)
    masks: MaskRule = dataclasses.field(default_factory=every_kind_of_mask)
    free_form: FreeFormMask = dataclasses.field(default_factory=FreeFormMask)
    free_form_share: float = 0.06
    guide_share: float = 0.5
    gain: bool = True
    repeat: int | None = None
    patch: tuple[int, int] = (64, 256)
    batch: int = 8
    chunk: int = 8
    field: SourceConfig | None = None
    modelled: SourceConfig | None = None

    def __post_init__(self) -> None:
        check_between("batch", self.batch, 1, 2**20)
        check_between("traces of a patch", self.patch[0], 2, 2**20)
        check_between("samples of a patch", self.patch[1], 2, 2**20)
        check_between("guide_share", self.guide_share, 0, 1)
        check_between("free_form_share", self.free_form_share, 0, 1)
        check_between("chunk", self.chunk, 1, 2**20)
        if self.repeat is not None:
            check_between("repeat", self.repeat, 1, 2**40)
        shares = [source.share for source in (self.field, self.modelled) if source is not None]
        check_between("share of field and modelled patches", sum(shares), 0, 1)
        object.__setattr__(self, "chunk", min(self.chunk, self.batch))
        if self.batch % self.chunk:
            raise InvalidParameterError(
                f"Invalid batch {self.batch}: must be a multiple of the chunk, {self.chunk}. Change batch or chunk."
            )

    def draw(
        self,
        step: int,
        *,
        seed: int,
        device: torch.device | str = "cpu",
        chunks: range | None = None,
        sources: Sequence[PatchSource] = (),
    ) -> Batch:
        """
        Batch of one step, or some of its chunks.

        Parameters
        ----------
        step : int
            Number of the step.
        seed : int
            Seed of the training.
        device : torch.device or str
            Where the patches are made.
        chunks : range, optional
            Chunks of the batch, of ``batch // chunk``; all where not given. Processes that share a batch draw
            some each.
        sources : sequence of PatchSource
            Where a share of the patches is cut from; all others are synthetic.

        Returns
        -------
        Batch
            A pure function of *seed*, *step*, *chunks*, *sources* and the kind of device.
        """
        wanted = range(self.batch // self.chunk) if chunks is None else chunks
        drawn = [self._draw_chunk((seed, step, number), device, sources) for number in wanted]
        return Batch(*(torch.cat(parts) for parts in zip(*drawn, strict=True)))

    def _draw_chunk(
        self, name: tuple[int, int, int], device: torch.device | str, sources: Sequence[PatchSource]
    ) -> tuple[Tensor, ...]:
        """Signal, truth, mask and guide of one chunk."""
        seed, step, number = name
        drawn = (seed, step if self.repeat is None else step % self.repeat, number)
        rng = generator(*drawn, device=device)
        patches = self._patches(sources, rng=rng, host=generator(*drawn, -1))
        if self.repeat is not None:
            rng = generator(*name, -2, device=device)  # only the patches come again
        known = self._known(rng)
        gain = fit_gain(patches.truth, known, local=self.gain)
        guide = draw_guides(patches.slope, share=self.guide_share, rng=rng)
        return gain.apply(patches.signal)[:, None], gain.apply(patches.truth)[:, None], known[:, None].float(), guide

    def _patches(self, sources: Sequence[PatchSource], *, rng: torch.Generator, host: torch.Generator) -> Patches:
        """Patches of a chunk: each is cut from a source with the chance of its share."""
        chance = torch.rand(self.chunk, generator=host, dtype=torch.float64)
        parts, below = [], 0.0
        for source in sources:
            count = int(((chance >= below) & (chance < below + source.share)).sum())
            below += source.share
            if count:
                parts.append(source.cut(count, self.patch, rng=host))
        left = self.chunk - sum(len(part.truth) for part in parts)
        if left:
            parts.append(self.surveys.draw(left, self.patch, rng=rng))
        return Patches(
            **{
                name: torch.cat([getattr(part, name).to(rng.device) for part in parts])
                for name in ("signal", "truth", "slope")
            }
        )

    def _known(self, rng: torch.Generator) -> Tensor:
        """Known samples of a chunk, bool (chunk, X, T). Only its first patches may get holes inside traces."""
        n_traces, n_samples = self.patch
        known = self.masks.draw_many(self.chunk, n_traces, rng=rng)[..., None].repeat(1, 1, n_samples)
        few = math.ceil(min(4 * self.free_form_share, 1.0) * self.chunk)
        if few:
            holes = ~self.free_form.draw_many_valid(few, n_traces, n_samples, rng=rng)
            chance = self.free_form_share * self.chunk / few
            known[:few] &= ~(holes & (uniform(rng, (few, 1, 1), 0, 1) < chance))
        return known


def fit_gain(data: Array, known: Array, *, local: bool) -> Gain:
    """
    Gain that a network's patches are shown with.

    Parameters
    ----------
    data : float array, shape (..., n_traces, n_samples)
        Amplitudes.
    known : bool array, shape of *data*
        True where a sample was recorded; nothing else is looked at.
    local : bool
        Whether it is the local RMS, as `Gain.fit` finds it, or the RMS over all known samples of a patch.

    Examples
    --------
    >>> data = torch.tensor([[1.0, 7.0, 100.0]], dtype=torch.float64)
    >>> fit_gain(data, torch.tensor([[True, True, False]]), local=False).apply(data).tolist()
    [[0.2, 1.4, 20.0]]
    """
    if local:
        return Gain.fit(data, known)
    xp = array_namespace(data, known)
    squares = xp.where(known, xp.astype(data, xp.float64) ** 2, xp.zeros_like(data, dtype=xp.float64))
    count = xp.sum(xp.astype(known, xp.float64), axis=(-2, -1), keepdims=True)
    rms = xp.sqrt(xp.sum(squares, axis=(-2, -1), keepdims=True) / xp.where(count > 0, count, xp.ones_like(count)))
    return Gain(xp.where(rms > 0, rms, xp.ones_like(rms)) + xp.zeros_like(squares))


def generator(*name: int, device: torch.device | str = "cpu") -> torch.Generator:
    """
    Random generator that belongs to some whole numbers; near numbers give unlike generators.

    Examples
    --------
    >>> generator(1, 2).initial_seed() == generator(1, 2).initial_seed() != generator(2, 1).initial_seed()
    True
    """
    digest = hashlib.blake2b(repr(name).encode(), digest_size=8).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(digest, "little") >> 1)
