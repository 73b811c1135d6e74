"""
Fill missing traces in seismic data.

Recorded samples come back untouched, every new trace is marked and removable.

>>> import numpy as np
>>> from seisfill import Gather, load_interpolator, snr_db
>>> truth = np.outer(np.linspace(1, 2, 5), np.sin(np.arange(50.0)))
>>> live = np.array([True, True, False, True, True])
>>> filled = load_interpolator("linear").fill(Gather(data=truth, live=live, dt=0.004))
>>> snr_db(truth, filled.data, traces=~live) > 100
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from seisfill._version import __version__

if TYPE_CHECKING:
    from seisfill.errors import SeisfillError, SeisfillWarning
    from seisfill.gather import Filled, Gather
    from seisfill.interpolators.base import Interpolator, Limits
    from seisfill.interpolators.load import load_interpolator
    from seisfill.masks import parse_mask
    from seisfill.metrics import score, snr_db
    from seisfill.plotting import plot_comparison, save_figure
    from seisfill.segy.reader import read_gathers
    from seisfill.workflows.fill import fill_file

# Loaded when first asked for, so that `import seisfill` stays light: no torch, no matplotlib.
_WHERE = {
    "Filled": "seisfill.gather",
    "Gather": "seisfill.gather",
    "Interpolator": "seisfill.interpolators.base",
    "Limits": "seisfill.interpolators.base",
    "SeisfillError": "seisfill.errors",
    "SeisfillWarning": "seisfill.errors",
    "fill_file": "seisfill.workflows.fill",
    "load_interpolator": "seisfill.interpolators.load",
    "parse_mask": "seisfill.masks",
    "plot_comparison": "seisfill.plotting",
    "read_gathers": "seisfill.segy.reader",
    "save_figure": "seisfill.plotting",
    "score": "seisfill.metrics",
    "snr_db": "seisfill.metrics",
}

__all__ = [
    "Filled",
    "Gather",
    "Interpolator",
    "Limits",
    "SeisfillError",
    "SeisfillWarning",
    "__version__",
    "fill_file",
    "load_interpolator",
    "parse_mask",
    "plot_comparison",
    "read_gathers",
    "save_figure",
    "score",
    "snr_db",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'seisfill' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__
