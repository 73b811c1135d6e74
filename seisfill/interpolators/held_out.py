"""Which live traces to hide, so that a filler is tried on holes like those that it will have to fill. No samples."""

from dataclasses import dataclass

import numpy as np

from seisfill.gather import Bools

FEWEST = 8  # live traces below which a trial takes away too much to say anything
REGULAR = 0.7  # share of the missing traces that must lie in equal holes between single live traces


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """
    A trial on the gather's own live traces.

    Parameters
    ----------
    taking_part : bool array, shape (n_traces,)
        Traces that the trial is made of.
    hidden : bool array, shape (n_traces,)
        Live traces to hide, among those.
    stretch : float
        How much wider the trial's holes are than the gather's own, from live trace to live trace. An event that
        crosses a hole s times wider is as aliased at a frequency f as it is at s f in the gather's own holes.
    """

    taking_part: Bools
    hidden: Bools
    stretch: float


def hold_out(
    live: Bools,
    *,
    like: Bools | None = None,
    share: float = 0.2,
    widest: int | None = None,
    rng: np.random.Generator,
) -> HeldOut:
    """
    Choose live traces so that the holes are as wide as the gather's own.

    A hole of the trial is a run of places between two live traces, as wide as one of the gather's own (wide holes count
    by their traces), in which at least one trace was live; where no such run exists, the nearest width serves. Data
    that keep every K-th trace have no such runs: there the live traces alone make the trial, and every second one is
    kept: regular holes at twice the scale.

    Parameters
    ----------
    live : bool array, shape (n_traces,)
        Recorded traces.
    share : float
        Largest share of the live traces that is hidden, except in regular data.
    like : bool array, shape (any,), optional
        Live traces of the gather whose holes are imitated; its own where not given.
    widest : int, optional
        Widest hole that fillers are asked to fill [traces]; wider ones are neither imitated nor made.
    rng : numpy.random.Generator
        Source of randomness.

    Examples
    --------
    >>> every_third = np.arange(13) % 3 == 0
    >>> trial = hold_out(every_third, rng=np.random.default_rng(0))
    >>> np.flatnonzero(trial.hidden).tolist(), trial.stretch
    ([3, 9], 2.0)
    """
    widest = len(live) if widest is None else widest
    widths = own_widths(live if like is None else like)
    widths = widths[widths <= widest]
    places = np.flatnonzero(live)
    everywhere, hidden = np.ones_like(live), np.zeros_like(live)
    if not len(widths) or len(places) < 3:
        return HeldOut(taking_part=everywhere, hidden=hidden, stretch=1.0)
    if regular_width(live) is not None:
        hidden[places[1:-1:2]] = True
        return HeldOut(taking_part=live, hidden=hidden, stretch=2.0)
    wanted, made = [], []
    budget = max(int(share * len(places)), 1)
    while True:
        width = int(rng.choice(widths))
        run = _run_like(live, hidden, width, room=budget - int(hidden.sum()), widest=widest, rng=rng)
        if run is None:
            break
        hidden[run] |= live[run]
        wanted.append(width + 1)
        made.append(run.stop - run.start + 1)
    stretch = max(float(np.mean(made) / np.mean(wanted)), 1.0) if made else 1.0
    return HeldOut(taking_part=everywhere, hidden=hidden, stretch=stretch)


def own_widths(live: Bools) -> np.ndarray:
    """
    Width of the hole around each missing trace that has live ones on both sides.

    Examples
    --------
    >>> own_widths(np.array([0, 1, 0, 1, 0, 0, 1], dtype=bool)).tolist()
    [1, 2, 2]
    """
    widths = np.diff(np.flatnonzero(live)) - 1
    return np.repeat(widths, widths)


def regular_width(live: Bools) -> int | None:
    """
    Width of the holes where nearly all are alike and divided by single live traces, None where they are not.

    Examples
    --------
    >>> regular_width(np.arange(9) % 2 == 0), regular_width(np.array([1, 1, 0, 1, 1], dtype=bool))
    (1, None)
    """
    widths = np.diff(np.flatnonzero(live)) - 1
    if len(widths) < 2 or not widths.any():
        return None
    usual = int(np.bincount(widths[widths > 0]).argmax())
    in_row = (widths[1:] == usual) & (widths[:-1] == usual)
    alike = np.concatenate([[False], in_row]) | np.concatenate([in_row, [False]])
    return usual if usual * alike.sum() >= REGULAR * widths.sum() and alike.mean() >= REGULAR else None


def _run_like(
    live: Bools, hidden: Bools, width: int, *, room: int, widest: int, rng: np.random.Generator
) -> slice | None:
    """
    A run between two live traces, as near to *width* as there is, that hides at most *room* traces.

    After the first one, a run of less than half of that width is none: what is left of the room is not worth it.
    """
    places = np.flatnonzero(live & ~hidden)
    least, most = width / 2 if hidden.any() else 1, min(2 * width + 1, widest)
    before = np.concatenate([[0], np.cumsum(hidden)])
    runs = []
    for steps in range(2, min(2 * width + 2, room + 1, len(places) - 1) + 1):
        first, last = places[:-steps], places[steps:]
        wide = last - first - 1
        fits = (least <= wide) & (wide <= most) & (before[last] == before[first])
        runs.append(np.stack([first[fits] + 1, last[fits]], axis=1))
    found = np.concatenate(runs) if runs else np.zeros((0, 2), dtype=np.int64)
    if not len(found):
        return None
    away = np.abs(found[:, 1] - found[:, 0] - width)
    start, stop = found[int(rng.choice(np.flatnonzero(away == away.min())))]
    return slice(int(start), int(stop))
