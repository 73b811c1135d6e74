"""Streams of masked patches; a batch is a pure function of (seed, step)."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from seisfill._checks import check_between
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
from seisfill.synthetic.surveys import SyntheticSurveys


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
    """Patches after gain, (B, 1, X, T): without and with unpredictable noise, and the mask (1 = known)."""

    signal: Tensor
    truth: Tensor
    mask: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticStream:
    """
    Synthetic patches with drawn holes, amplitudes gained as at filling.

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
    patch : (int, int)
        Traces and samples.
    batch : int
        Patches in a batch.
    """

    surveys: SyntheticSurveys = field(default_factory=SyntheticSurveys)
    masks: MaskRule = field(default_factory=every_kind_of_mask)
    free_form: FreeFormMask = field(default_factory=FreeFormMask)
    free_form_share: float = 0.06
    patch: tuple[int, int] = (64, 256)
    batch: int = 8

    def __post_init__(self) -> None:
        check_between("batch", self.batch, 1, 2**20)
        check_between("traces of a patch", self.patch[0], 2, 2**20)
        check_between("samples of a patch", self.patch[1], 2, 2**20)

    def draw(self, step: int, *, seed: int, device: torch.device | str = "cpu") -> Batch:
        """Batch of one step: a pure function of *seed*, *step* and the kind of device."""
        rng = torch.Generator(device).manual_seed((seed * 1_000_003 + step) % 2**63)
        host = torch.Generator().manual_seed((seed * 1_000_003 + step + 2**40) % 2**63)
        signal, truth = self.surveys.draw(self.batch, self.patch, rng=rng)
        known = torch.stack([self._known(host) for _ in range(self.batch)]).to(device)
        gain = Gain.fit(truth, known)
        signal, truth = gain.apply(signal), gain.apply(truth)
        return Batch(signal[:, None], truth[:, None], known[:, None].float())

    def _known(self, rng: torch.Generator) -> Tensor:
        n_traces, n_samples = self.patch
        known = self.masks.draw(n_traces, rng=rng)[:, None].expand(n_traces, n_samples)
        if torch.rand(1, generator=rng).item() < self.free_form_share:
            known = known & self.free_form.draw_valid(n_traces, n_samples, rng=rng)
        return known
