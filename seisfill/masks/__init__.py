"""Rules that decide which traces are live and which samples are valid. Random numbers in, bool arrays out."""

from seisfill.masks.base import MaskRule
from seisfill.masks.free_form import FreeFormMask
from seisfill.masks.mixtures import MixedMask, MixtureMask
from seisfill.masks.rules import EdgeMask, GapMask, JitteredMask, RandomMask, RegularMask
from seisfill.masks.words import RULES, parse_mask

__all__ = [
    "RULES",
    "EdgeMask",
    "FreeFormMask",
    "GapMask",
    "JitteredMask",
    "MaskRule",
    "MixedMask",
    "MixtureMask",
    "RandomMask",
    "RegularMask",
    "parse_mask",
]
