"""Pictures that a geophysicist believes: sections, wiggles, spectra and comparisons. Axes in, axes out; no pyplot."""

from seisfill.plotting.comparison import plot_comparison
from seisfill.plotting.figure import new_figure, save_figure
from seisfill.plotting.image import clip_of, plot_image
from seisfill.plotting.sections import plot_sections
from seisfill.plotting.spectrum import plot_amplitude_spectrum, plot_fk
from seisfill.plotting.wiggle import plot_wiggle

__all__ = [
    "clip_of",
    "new_figure",
    "plot_amplitude_spectrum",
    "plot_comparison",
    "plot_fk",
    "plot_image",
    "plot_sections",
    "plot_wiggle",
    "save_figure",
]
