"""Pictures that a geophysicist believes: sections, wiggles, spectra and comparisons. Axes in, axes out; no pyplot."""

from seisfill.plotting._panel import add_colour_bar
from seisfill.plotting.calibration import plot_calibration
from seisfill.plotting.comparison import Page, plot_comparison
from seisfill.plotting.figure import check_picture, new_figure, save_figure, title_of
from seisfill.plotting.frame import Frame
from seisfill.plotting.gates import plot_gate, plot_gates
from seisfill.plotting.image import clip_of, plot_section
from seisfill.plotting.leakage import HeldOutTraces, plot_held_out, plot_leakage
from seisfill.plotting.levels import Levels
from seisfill.plotting.overlay import Band, plot_sigma_band
from seisfill.plotting.sections import plot_sections
from seisfill.plotting.spectrum import plot_amplitude_spectrum, plot_fk
from seisfill.plotting.wiggle import WiggleStyle, plot_wiggle

__all__ = [
    "Band",
    "Frame",
    "HeldOutTraces",
    "Levels",
    "Page",
    "WiggleStyle",
    "add_colour_bar",
    "check_picture",
    "clip_of",
    "new_figure",
    "plot_amplitude_spectrum",
    "plot_calibration",
    "plot_comparison",
    "plot_fk",
    "plot_gate",
    "plot_gates",
    "plot_held_out",
    "plot_leakage",
    "plot_section",
    "plot_sections",
    "plot_sigma_band",
    "plot_wiggle",
    "save_figure",
    "title_of",
]
