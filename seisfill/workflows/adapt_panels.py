"""Gathers to panels that a network is adapted and judged on: what it is shown at filling, with more traces hidden."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from seisfill.gather import Bools, Filled, Gather, take_traces
from seisfill.interpolators.base import make_answer
from seisfill.interpolators.flattened import Flattened, without_holes
from seisfill.interpolators.held_out import hold_out, regular_width
from seisfill.interpolators.network import NetworkInterpolator
from seisfill.moveout import fit_moveout
from seisfill.nn.unet import UNet
from seisfill.training.panels import Panel, squeeze_time

FEWEST = 12  # live traces below which hiding more of them leaves too little to learn from
SHARE = 0.15  # of the live traces, that is hidden at once, and that is kept apart
WAYS = 48  # of hiding traces, drawn beforehand for each panel
MOST_JUDGED = 200_000  # traces x samples of a panel: judging all of it would take longer than learning from it
COARSEST = 4  # a time axis is made no coarser than so many times
SHORTEST = 64  # samples that a coarser record must have


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lessons:
    """
    What one or more gathers are good for.

    Parameters
    ----------
    panels : tuple of Panel
        To learn from.
    trials : tuple of (Panel, bool array)
        Those whose traces that are kept apart judge, and all that is hidden then, shape (n_traces,).
    """

    panels: tuple[Panel, ...] = ()
    trials: tuple[tuple[Panel, Bools], ...] = ()

    def __add__(self, other: "Lessons") -> "Lessons":
        return Lessons(panels=self.panels + other.panels, trials=self.trials + other.trials)

    def judge(self, network: UNet) -> float:
        """
        SNR of a network on the traces that are kept apart [dB].

        Relative errors of the panels are averaged, so that a loud gather counts no more than another. Of a large panel
        the time counts in which those traces are loudest, since it rules the SNR of the whole.
        """
        filler = NetworkInterpolator(network=network)
        errors = []
        for panel, hidden in self.trials:
            part = loudest_part(panel)
            data, known = panel.data[:, part], panel.known[:, part]
            live = np.asarray(known.any(axis=1)) & ~hidden
            answer = filler.fill(Gather(data=data, live=live, valid=known | ~live[:, None], dt=1.0))
            scored = known & panel.apart[:, None]
            truth = data[scored].astype(np.float64)
            errors.append(float(np.sum((answer.data[scored] - truth) ** 2) / np.sum(truth**2)))
        return -10 * math.log10(max(float(np.mean(errors)), 1e-12))


def loudest_part(panel: Panel, *, most: int = MOST_JUDGED) -> slice:
    """
    Samples of a panel in which the traces that are kept apart hold most energy.

    Parameters
    ----------
    panel : Panel
        With traces kept apart.
    most : int
        Traces times samples of the part.

    Examples
    --------
    >>> data = np.zeros((4, 600), np.float32)
    >>> data[2, 400:500] = 1
    >>> panel = Panel(data=data, known=data > -1, ways=np.eye(4, dtype=bool), apart=np.arange(4) == 2)
    >>> loudest_part(panel, most=400)
    slice(400, 500, None)
    """
    n_traces, n_samples = panel.data.shape
    length = min(max(most // n_traces, 1), n_samples)
    energy = np.sum(panel.data[panel.apart].astype(np.float64) ** 2, axis=0)
    sums = np.concatenate([[0.0], np.cumsum(energy)])
    start = int(np.argmax(sums[length:] - sums[:-length]))
    return slice(start, start + length)


def make_lessons(gather: Gather, *, like: Bools, judged: bool, rng: np.random.Generator) -> Lessons:
    """
    Panels of a gather along its moveout.

    Traces are hidden in the way that holes are made (`hold_out`). Data that keep every K-th trace have no truth between
    their live traces. There the live traces alone make a panel, of which every K-th trace is kept. Its holes are at K
    times the scale; its time axis is made K times coarser too, so that events run as they do between traces K times
    nearer.

    Parameters
    ----------
    gather : Gather
        Its missing traces are never asked for.
    like : bool array, shape (any,)
        Live traces of a gather whose holes are imitated where this one has none.
    judged : bool
        Whether some of its live traces are kept apart for judgement.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Lessons
        None where there are too few live traces, or they hold nothing.
    """
    if gather.live.sum() < FEWEST or not gather.data.any():
        return Lessons()
    shown = shown_to_network(gather)
    every = (regular_width(gather.live) or 0) + 1
    panels = _regular(shown, every, judged) if every > 1 else _irregular(shown, like, judged, rng)
    judges = [panel for panel in panels if panel.data[panel.apart].any()]
    trials = tuple((panel, panel.apart | regular_ways(len(panel.apart), every)[0]) for panel in judges)
    return Lessons(panels=tuple(panels), trials=trials)


def shown_to_network(gather: Gather) -> Gather:
    """
    What a network along the moveout sees of a gather: its pieces side by side, or itself where no event is moved.

    Examples
    --------
    >>> flat = Gather(data=np.ones((4, 8)), live=np.ones(4, dtype=bool), dt=0.004)
    >>> shown_to_network(flat).data.shape
    (4, 8)
    """
    eye = _Eye()
    Flattened(inner=eye).fill_along(replace(gather, guides={}), fit_moveout(without_holes(gather)))
    return eye.seen[-1]


@dataclass(frozen=True)
class _Eye:
    """A filler that looks and fills nothing."""

    seen: list[Gather] = field(default_factory=list)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        self.seen.append(gather)
        return make_answer(gather, gather.data, method="eye", judged=(np.zeros_like(gather.live), {}))


def _regular(shown: Gather, every: int, judged: bool) -> list[Panel]:
    """The live traces alone, of which every K-th is kept, on a coarser time axis where the record is long enough."""
    dense = take_traces(shown, shown.live)
    n_traces, times = dense.n_traces, min(every, COARSEST)
    data, known = without_holes(dense).data, dense.known
    n_samples = dense.n_samples // times
    if n_samples >= SHORTEST:
        data = squeeze_time(data, times)
        known = np.all(known[:, : n_samples * times].reshape(n_traces, n_samples, times), axis=-1)
    apart = _scattered_apart(n_traces, every) if judged else np.zeros(n_traces, dtype=bool)
    return [Panel(data=data, known=known, ways=regular_ways(n_traces, every), apart=apart)]


def _irregular(shown: Gather, like: Bools, judged: bool, rng: np.random.Generator) -> list[Panel]:
    """All traces in their places."""
    live, none = shown.live, np.zeros_like(shown.live)
    own = live if not live.all() else like
    apart = hold_out(live, like=own, share=SHARE, rng=rng).hidden if judged else none
    every = (regular_width(own) or 0) + 1
    if every > 1:
        ways = regular_ways(len(live), every)
    else:
        left = live & ~apart
        ways = np.stack([hold_out(left, like=own, share=SHARE, rng=rng).hidden for _ in range(WAYS)])
    if not (ways & live & ~apart).any():
        return []
    return [Panel(data=shown.data, known=shown.known, ways=ways, apart=apart)]


def regular_ways(n_traces: int, every: int) -> Bools:
    """
    All ways to keep every K-th trace: bool array, shape (every, n_traces), True where hidden.

    Examples
    --------
    >>> regular_ways(5, 2).astype(int).tolist()
    [[0, 1, 0, 1, 0], [1, 0, 1, 0, 1]]
    """
    hidden: Bools = np.arange(n_traces) % every != np.arange(every)[:, None]
    return hidden


def _scattered_apart(n_traces: int, every: int) -> Bools:
    """
    Of the traces that the first of the regular ways hides, those in every fourth hole.

    What a network learns of a gather holds best near where it was learnt. Missing traces lie between live ones
    everywhere, so those that judge have to.
    """
    numbers = np.arange(n_traces)
    apart = (numbers % every != 0) & (numbers // every % 4 == 1)
    apart[-1] = False
    return apart
