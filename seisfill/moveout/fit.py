"""Fit a moveout on the live traces of a gather: one hyperbola, then a free curve in every piece of time."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from seisfill.gather import Gather
from seisfill.moveout.flatten import Moveout, PiecePlan, align, aligned_length, cut_pieces
from seisfill.moveout.hyperbola import fit_hyperbola
from seisfill.moveout.pairs import TracePairs
from seisfill.moveout.path import fit_path
from seisfill.moveout.shifts import Doubles


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveoutFit:
    """
    How a moveout is fitted.

    Parameters
    ----------
    plan : PiecePlan
        Pieces in time that get a curve of their own.
    gain : float
        What a curve must add to the agreement of neighbouring traces (1: all alike) to be taken; less is noise.
    knots : int
        Least distance of the free curves' knots [traces]; at least twice the widest gap, across which the curve has
        to be guessed.
    """

    plan: PiecePlan = field(default_factory=PiecePlan)
    gain: float = 0.01
    knots: int = 16


def fit_moveout(gather: Gather, *, fit: MoveoutFit | None = None) -> Moveout:
    """
    Moveout of a gather, fitted on its live traces alone.

    A curve is good if neighbouring live traces agree along it: the sum of their cross-correlations is largest. First
    one hyperbola for all times, over offset where that is known and over the trace number with a free apex (both
    branches of a split spread); then, in overlapping pieces of time that follow it, a smooth free curve each, found by
    dynamic programming over local slopes. Where nothing fits better than no shift, nothing is shifted.

    Parameters
    ----------
    gather : Gather
        With at least two live traces for any curve other than none.
    fit : MoveoutFit, optional
        How.

    Examples
    --------
    >>> time, delay = np.arange(128), np.arange(12)[:, None] * 3
    >>> data = np.exp(-(((time - 40 - delay) / 3) ** 2))
    >>> moveout = fit_moveout(Gather(data=data, live=np.arange(12) % 2 == 0, dt=0.004))
    >>> bool(np.abs(np.diff(moveout.curve) - 3).max() < 0.1)
    True
    """
    fit = fit or MoveoutFit()
    n_traces, live = gather.n_traces, gather.live
    places = _places(gather.axis)
    curve, before, after = np.zeros(n_traces), 0.0, 0.0
    if live.sum() > 1 and gather.n_samples:
        pairs = TracePairs.of(gather.data, live, reach=gather.n_samples)
        before = float(pairs.agreement(np.zeros(len(pairs.left))))
        after, curve = max((fit_hyperbola(pairs, x, apexes=apexes) for x, apexes in _axes(gather, places)), key=_first)
        if not after > before + fit.gain:
            after, curve = before, np.zeros(n_traces)
    curve = curve - curve.min()
    residuals = np.zeros((len(fit.plan.starts(aligned_length(gather.n_samples, curve))), n_traces))
    if live.sum() > 3 and gather.n_samples:
        spacing = max(fit.knots, 2.0 * _widest_gap(places, live))
        for number, piece in enumerate(cut_pieces(align(gather.data, curve), fit.plan)):
            residuals[number] = _residual(piece, live, places, fit=fit, spacing=spacing)
    return Moveout(
        n_samples=gather.n_samples, curve=curve, residuals=residuals, agreement=(before, after), plan=fit.plan
    )


def _residual(
    piece: NDArray[np.floating], live: NDArray[np.bool_], places: Doubles, *, fit: MoveoutFit, spacing: float
) -> Doubles:
    """Free curve of one piece, around 0 where its energy is and within the margin."""
    none = np.zeros(len(live))
    seen = piece * np.sqrt(fit.plan.window)
    strength = np.sqrt(np.mean(seen**2, axis=1)) * live
    if np.count_nonzero(strength) < 2:
        return none
    pairs = TracePairs.of(seen, live, reach=fit.plan.samples // 2)
    agreement, curve = fit_path(pairs, places, spacing=spacing)
    if not agreement > float(pairs.agreement(np.zeros(len(pairs.left)))) + fit.gain:
        return none
    order = np.argsort(curve)
    share = np.cumsum(strength[order])
    middle = curve[order][np.searchsorted(share, share[-1] / 2)]
    return np.clip(curve - middle, -fit.plan.margin, fit.plan.margin)


def _axes(gather: Gather, places: Doubles) -> list[tuple[Doubles, Doubles]]:
    """What a hyperbola may run over, each with the places to look for its apex."""
    extent, last = max(float(np.ptp(places)), 1.0), float(places[-1])
    beyond = np.array([0.1, 0.25, 0.5, 0.8, 1.2, 1.6, 2.0]) * extent
    free = np.concatenate([-beyond[::-1], np.linspace(0, last, 15), last + beyond])
    axes = [(places, free)]
    if gather.offset is not None and np.isfinite(gather.offset).all() and np.ptp(np.abs(gather.offset)) > 0:
        offset = np.asarray(gather.offset, dtype=np.float64)
        step = float(np.median(np.abs(np.diff(offset))))
        if step > 0:
            axes.append((offset / step, np.zeros(1)))
    return axes


def _places(axis: Doubles) -> Doubles:
    """Places of the traces in units of their mean spacing, from 0 up."""
    places = np.asarray(axis, dtype=np.float64)
    span = float(places[-1] - places[0])
    if len(places) < 2 or span == 0 or not (np.diff(places) * np.sign(span) > 0).all():
        return np.arange(len(places), dtype=np.float64)
    return (places - places[0]) / span * (len(places) - 1)


def _widest_gap(places: Doubles, live: NDArray[np.bool_]) -> float:
    return float(np.diff(places[live]).max())


def _first(found: tuple[float, Doubles]) -> float:
    return found[0]
