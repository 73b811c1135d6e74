"""Cut gathers into patches, level their amplitudes, and put the patches back together."""

from seisfill.patches.assemble import PatchAssembler, assemble_patches, extract_patches
from seisfill.patches.gain import Gain
from seisfill.patches.grid import PatchGrid
from seisfill.patches.windows import flat_window, hann_window

__all__ = [
    "Gain",
    "PatchAssembler",
    "PatchGrid",
    "assemble_patches",
    "extract_patches",
    "flat_window",
    "hann_window",
]
