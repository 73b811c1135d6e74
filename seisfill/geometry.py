"""Where traces should lie: a regular axis fitted to the keys of recorded traces. Pure arithmetic, no file."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seisfill.errors import GeometryError, InvalidParameterError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ROUNDED_FROM = 8.0  # steps from here on may be rounded: one unit is then at most an eighth of the step
FEWEST_SINGLES = 0.05  # share of neighbours that must lie one step apart for the smallest difference to be a step
FARTHEST = 2.0**40  # places; beyond, a grid explodes whatever the number of traces
MOST_PLACES = 20  # places for each recorded trace beyond which a grid is called exploding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraceAxis:
    """
    Regular axes of several gathers that share one step.

    Place ``p`` of gather ``g`` has the key ``origin[g] + step * p``, for p from 0 to ``count[g] - 1``.

    Parameters
    ----------
    step : float
        Key difference between neighbouring places.
    origin : float64 array, shape (n_gathers,)
        Key of place 0.
    count : int64 array, shape (n_gathers,)
        Number of places.
    place : int64 array, shape (n_traces,)
        Place of each recorded trace on the axis of its gather.
    parts : int
        Steps of this axis between neighbouring places of the axis that was recorded; 1 where they are the same.
    """

    step: float
    origin: Floats
    count: Ints
    place: Ints
    parts: int = 1

    def keys(self, gather: int, places: Ints) -> Floats:
        """Keys of some places of one gather."""
        return self.origin[gather] + self.step * places

    def whole_keys(self, gather: int, places: Ints) -> Floats:
        """
        Keys as a header of whole numbers can hold them.

        They are rounded to the nearest; where the step is finer than one, a key without a number of its own repeats
        its left neighbour's.
        """
        keys = self.keys(gather, places)
        return np.floor(keys + 1e-6) if self.step < 1 else np.round(keys)

    @property
    def outgrows_whole_numbers(self) -> bool:
        """Whether keys that are rounded to whole numbers no longer tell where the places are."""
        return self.step < ROUNDED_FROM and abs(self.step - round(self.step)) > 1e-9

    def refined(self, parts: int) -> "TraceAxis":
        """
        The same axes with *parts* times as many steps between the same first and last keys.

        Examples
        --------
        >>> axis = fit_axis(np.zeros(3, dtype=int), np.array([10, 14, 18])).refined(2)
        >>> axis.step, axis.place.tolist(), axis.keys(0, np.arange(axis.count[0])).tolist()
        (2.0, [0, 2, 4], [10.0, 12.0, 14.0, 16.0, 18.0])
        """
        if parts < 1:
            raise InvalidParameterError(f"Invalid parts {parts}: must be at least 1.")
        return TraceAxis(
            step=self.step / parts,
            origin=self.origin,
            count=(self.count - 1) * parts + 1,
            place=self.place * parts,
            parts=self.parts * parts,
        )


def fit_axis(
    gather: Ints,
    keys: NDArray[np.generic],
    *,
    step: float | None = None,
    span: tuple[float, float] | None = None,
    what: str = "trace key",
) -> TraceAxis:
    """
    Fit one step to the keys of all gathers, and an origin to each.

    The step is the smallest key difference within a gather, if it explains all others: exactly, or, from 8 units on,
    within one unit of rounding (offsets of 106.68 m are written 106 or 107 apart).

    Parameters
    ----------
    gather : int array, shape (n_traces,)
        Gather of each trace: 0, 1, 2, ...
    keys : array, shape (n_traces,)
        Key of each trace along its gather.
    step : float, optional
        Step that the user knows to be right.
    span : (float, float), optional
        First and last key that every axis covers; that of the gather's own recorded traces where not given.
    what : str
        Name of the key, for errors.

    Raises
    ------
    GeometryError
        If two traces of a gather share a key, no step explains the keys, several do, or the grid explodes.
    InvalidParameterError
        If *step* is not positive, or *step* or *span* not finite.

    Examples
    --------
    >>> axis = fit_axis(np.zeros(4, dtype=int), np.array([345, 451, 558, 771]))
    >>> round(axis.step, 2), axis.place.tolist(), int(axis.count[0])
    (106.54, [0, 1, 2, 4], 5)
    """
    told = step
    if step is not None and not 0 < step < math.inf:
        raise InvalidParameterError(f"Invalid step {step}: must be positive and finite.")
    if span is not None and not np.isfinite(span).all():
        raise InvalidParameterError(f"Invalid span {span}: must be two finite keys.")
    if not np.isfinite(keys).all():
        raise GeometryError(f"Invalid {what}: must be numbers, found {keys[~np.isfinite(keys)][0]}. Give --trace.")
    order = np.lexsort((keys, gather))
    sorted_keys, group = np.asarray(keys, dtype=np.float64)[order], gather[order]
    same = group[1:] == group[:-1]
    differences = np.where(same, np.diff(sorted_keys), 0.0)
    _refuse_duplicates(differences, same, order, sorted_keys, what)
    if not same.any():
        step = 1.0 if step is None else step
    elif step is None:
        step = _find_step(differences[same], what)
        _refuse_chance(differences, same, step, (order, sorted_keys), what)
    _refuse_explosion(differences, step, len(keys), what)
    step, places, origin = _lay_out(differences, same, sorted_keys, group, step)
    if told is not None and abs(step - told) > max(_tolerance(told, sorted_keys), 0.02 * told):
        raise GeometryError(f"Invalid step {told:g} of {what}: must agree with the keys, which lie {step:g} apart.")
    _refuse_misfits(sorted_keys - origin[group] - step * places, step, order, sorted_keys, what)
    first, last = _ends(places, group, origin, step, span)
    counts = last - first + 1
    _refuse_explosion(np.asarray(counts * step, dtype=np.float64), step, len(keys), what)
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = places - first[group]
    return TraceAxis(step=step, origin=origin + step * first, count=counts, place=place)


def _tolerance(step: float, keys: Floats) -> float:
    """How far a key may lie from its place: a unit for large and broken steps, nothing for small whole ones."""
    if (keys != np.round(keys)).any():
        return 0.02 * step
    if step < ROUNDED_FROM and step != round(step):
        return min(1.0, 0.35 * step)  # 6.25 m written as 6, 12, 19, 25: known only where the user says so
    return 1.0 if step >= ROUNDED_FROM else 1e-6


def _find_step(differences: Floats, what: str) -> float:
    """Smallest difference that explains all, refined where rounding hides it."""
    smallest = float(differences.min())
    exact = bool((np.abs(differences / smallest - np.round(differences / smallest)) < 1e-9).all())
    if exact:
        return smallest
    if smallest >= ROUNDED_FROM or (differences != np.round(differences)).any():
        return _refined(differences, smallest)
    for parts in (2, 3, 4, 5, 6, 7, 8):
        if (np.mod(differences * parts, smallest) == 0).all():
            raise GeometryError(
                f"Invalid differences of {what}: must be multiples of the smallest, {smallest:g}, and "
                f"{_first_other(differences, smallest):g} is not. If the step is {smallest / parts:g}, say so: "
                f"--trace-step {smallest / parts:g}{_rounded_advice(differences, smallest)}."
            )
    return smallest


def _rounded_advice(differences: Floats, smallest: float) -> str:
    """The step that rounded keys would have: 6.25 where they lie 6 or 7 apart."""
    step = _refined(differences, smallest)
    fits = np.abs(differences - step * np.round(differences / step)).max() <= 1
    return f"; if keys of {step:.4g} were rounded, --trace-step {step:.4g}" if smallest >= 4 and fits else ""


def _first_other(differences: Floats, smallest: float) -> float:
    return float(differences[np.mod(differences, smallest) != 0][0])


def _refined(differences: Floats, step: float) -> float:
    """Least-squares step; differences of ever more steps are let in as the step becomes sharper."""
    for reach in (1.5, 4.0, 16.0, 64.0, np.inf):
        near = differences[differences <= reach * step]
        if len(near):
            steps = np.maximum(np.round(near / step), 1)
            step = float((near * steps).sum() / (steps**2).sum())
    return step


def _refuse_chance(
    differences: Floats, same: NDArray[np.bool_], step: float, traces: tuple[Ints, Floats], what: str
) -> None:
    """
    Raise if the smallest difference is a chance, not a step: few neighbours lie one step apart.

    Offsets at random explain any small step, and so does one wrong key among channels 2, 4, 6, .... The first and last
    pair of a gather do not count against a step: a decimation that keeps the ends leaves an odd pair there.
    """
    steps = np.round(differences / step)
    inner = same & np.append(same[1:], False) & np.insert(same[:-1], 0, False)
    singles = same & (steps == 1)
    if singles.sum() >= FEWEST_SINGLES * same.sum():
        return
    order, keys = traces
    odd = np.flatnonzero(singles & inner)
    if len(odd) or differences.sum() / step > 5 * len(keys):
        odd = odd if len(odd) else np.flatnonzero(singles)
        pairs = ", ".join(f"{order[i] + 1} and {order[i + 1] + 1} ({keys[i]:g}, {keys[i + 1]:g})" for i in odd[:3])
        raise GeometryError(
            f"Invalid {what}: must lie on a regular axis, and only {int(singles.sum())} of {int(same.sum())} "
            f"neighbours lie one step of {step:g} apart: traces {pairs}. "
            "Give the true --trace-step, or another --trace key."
        )


def _lay_out(
    differences: Floats, same: NDArray[np.bool_], keys: Floats, group: Ints, step: float
) -> tuple[float, Ints, Floats]:
    """Places of the sorted traces, and the step and origins that fit them best."""
    jumps = np.where(same, np.maximum(np.round(differences / step), 1), 0).astype(np.int64)
    running = np.concatenate([[0], np.cumsum(jumps)])
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    places = running - np.repeat(running[starts], np.diff(np.append(starts, len(keys))))
    count = np.bincount(group)
    mean_key, mean_place = np.bincount(group, keys) / count, np.bincount(group, places) / count
    if _tolerance(step, keys) > 1e-6:
        spread = places - mean_place[group]
        if (spread != 0).any():
            fitted = float((spread * (keys - mean_key[group])).sum() / (spread**2).sum())
            step = step if abs(fitted - step) < 1e-9 * step else fitted
    return step, places, mean_key - step * mean_place


def _ends(
    places: Ints, group: Ints, origin: Floats, step: float, span: tuple[float, float] | None
) -> tuple[Ints, Ints]:
    """First and last place of each gather: its own recorded ones, widened to *span*."""
    first = np.full(len(origin), np.iinfo(np.int64).max)
    last = np.full(len(origin), np.iinfo(np.int64).min)
    np.minimum.at(first, group, places)
    np.maximum.at(last, group, places)
    if span is not None:
        low, high = min(span), max(span)
        slack = 1.0 / step if step >= ROUNDED_FROM else 1e-6
        low_place, high_place = (np.clip((key - origin) / step, -FARTHEST, FARTHEST) for key in (low, high))
        first = np.minimum(first, np.ceil(low_place - slack).astype(np.int64))
        last = np.maximum(last, np.floor(high_place + slack).astype(np.int64))
    return first, last


def _refuse_explosion(lengths: Floats, step: float, n_traces: int, what: str) -> None:
    """Raise if lengths in units of the key make far more places than there are traces."""
    with np.errstate(over="ignore"):
        places = float(np.sum(lengths / step))
    if places > MOST_PLACES * n_traces + 100:
        raise GeometryError(
            f"Invalid step {step:g} of {what}: must leave fewer than {MOST_PLACES} places for each of the {n_traces} "
            f"traces, found {places:.6g}. Give --trace-step, or another --trace key."
        )


def _refuse_duplicates(differences: Floats, same: NDArray[np.bool_], order: Ints, keys: Floats, what: str) -> None:
    twins = np.flatnonzero(same & (differences == 0))
    if len(twins):
        pairs = ", ".join(f"{order[i] + 1} and {order[i + 1] + 1} (both {keys[i]:g})" for i in twins[:3])
        raise GeometryError(
            f"Invalid {what} of traces {pairs}: must differ within a gather, found {len(twins)} duplicates. "
            "Give keys that tell traces apart with --gather and --trace."
        )


def _refuse_misfits(residual: Floats, step: float, order: Ints, keys: Floats, what: str) -> None:
    tolerance = _tolerance(step, keys)
    wrong = np.flatnonzero(np.abs(residual) > tolerance + 1e-6)
    if len(wrong):
        traces = ", ".join(f"{order[i] + 1} ({keys[i]:g})" for i in wrong[:3])
        raise GeometryError(
            f"Invalid {what} of traces {traces}: must lie within {tolerance:g} of a multiple of the step {step:g}, "
            f"found {len(wrong)} that do not. Give --trace-step, or another --trace key."
        )
