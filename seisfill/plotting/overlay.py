"""One trace over another, and how wrong the estimate may be: a band around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.plotting._panel import MISSING, TICK_SIZE, TIME_LABEL, TRUTH, axes_or_new, label_panel
from seisfill.plotting.frame import Frame

ONE_SIGMA = "±σ"
PALEST, DARKEST = 0.15, 0.35


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """
    How far the truth may lie from an estimate.

    Parameters
    ----------
    sigma : array, shape (n_samples,) or (n_traces, n_samples)
        Predicted error: a scale like a standard deviation [amplitude]; no band is drawn where it is 0 or NaN.
    factors : mapping of str to float
        Half width of each band in sigmas, by its label: ``{"80 %": 1.4, "95 %": 2.6}``.

    Raises
    ------
    InvalidParameterError
        If a sigma or a factor is negative, or there is no factor.

    Examples
    --------
    >>> band = Band(sigma=np.array([0.5, 0.0]))
    >>> band.factors
    {'±σ': 1.0}
    """

    sigma: ArrayLike
    factors: Mapping[str, float] = field(default_factory=lambda: {ONE_SIGMA: 1.0})

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", np.asarray(self.sigma, dtype=np.float64))
        if np.nanmin(self.sigma, initial=0.0) < 0:
            raise InvalidParameterError("Invalid sigma: must not be negative.")
        if not self.factors or min(self.factors.values()) <= 0:
            raise InvalidParameterError(f"Invalid factors {dict(self.factors)}: must hold positive numbers.")

    def of_trace(self, trace: int) -> "Band":
        """Band of one of several traces."""
        return Band(sigma=np.asarray(self.sigma)[trace], factors=self.factors)


def plot_sigma_band(
    estimate: ArrayLike,
    band: Band,
    frame: Frame,
    *,
    truth: ArrayLike | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw one filled trace with the band in which the truth is expected.

    Parameters
    ----------
    estimate : array, shape (n_samples,)
        Filled amplitudes.
    band : Band
        Predicted error of this trace, shape (n_samples,).
    frame : Frame
        Its times.
    truth : array, shape (n_samples,), optional
        Amplitudes where they are known; the labels of the bands then say how much of it they hold.
    title, ax : optional
        As for `plot_section`; the axes come back.

    Raises
    ------
    InvalidParameterError
        If the shapes differ.

    Examples
    --------
    >>> ax = plot_sigma_band([1.0, 2.0], Band(sigma=[0.5, 0.5]), Frame(dt=0.004), truth=[1.2, 3.0])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['±σ holds 50 %', 'truth', 'filled']
    """
    ax = axes_or_new(ax, width=9.0, height=2.5)
    estimate = np.asarray(estimate, dtype=np.float64)
    times = frame.times(len(estimate))
    known = None if truth is None else np.asarray(truth, dtype=np.float64)
    draw_band(ax, times, estimate, band, truth=known)
    if known is not None:
        ax.plot(times, known, color=TRUTH, linewidth=1.6, label="truth")
    finish_overlay(ax, times, estimate, title=title)
    return ax


def draw_band(ax: Axes, times: NDArray, estimate: NDArray, band: Band, *, truth: NDArray | None = None) -> None:
    """Shade the bands around an estimate (n_samples,), the widest first and palest."""
    sigma = np.asarray(band.sigma)
    check_shape("sigma", sigma.shape, estimate.shape)
    sigma = np.where(sigma > 0, sigma, np.nan)
    judged = np.isfinite(sigma)
    shades = np.linspace(PALEST, DARKEST, len(band.factors)) if len(band.factors) > 1 else [(PALEST + DARKEST) / 2]
    widest_first = sorted(band.factors.items(), key=lambda item: -item[1])
    for (name, factor), shade in zip(widest_first, shades, strict=True):
        label = name
        if truth is not None and judged.any():
            check_shape("truth", truth.shape, estimate.shape)
            held = np.abs(truth - estimate)[judged] <= factor * sigma[judged]
            label = f"{name} holds {100 * held.mean():.0f} %"
        low, high = estimate - factor * sigma, estimate + factor * sigma
        ax.fill_between(times, low, high, color=MISSING, alpha=shade, linewidth=0, label=label)


def finish_overlay(ax: Axes, times: NDArray, estimate: NDArray, *, title: str | None) -> None:
    """Draw the estimate on top, and label what now lies there."""
    ax.plot(times, estimate, "--", color=MISSING, linewidth=1.2, label="filled")
    ax.set_xlim(times[0], times[-1] if len(times) > 1 else times[0] + 1.0)
    label_panel(ax, x=TIME_LABEL, y="amplitude", title=None)
    if title:
        ax.set_title(title, fontsize=10, loc="left")
    ax.legend(fontsize=TICK_SIZE, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0, ncols=5, frameon=False)
    ax.grid(alpha=0.3)
