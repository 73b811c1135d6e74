"""
There and back: what was recorded, filled in again from what was filled.

In regular data no live trace can be hidden without making holes twice too wide, and a filler that copes with the real
holes may fail at those. So the gather is filled first; then the filled traces stand in for live ones, as far apart as
the live ones are, and the recorded traces are filled back. They are known, and the holes are as wide as the real ones.
The price: the stand-ins have errors of their own, and carry what they took from the very traces that are sought, so
that noise which no neighbour shares looks smaller than it is (`seisfill.trust.stretch` weighs that).
"""

from dataclasses import replace

import numpy as np

from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Interpolator
from seisfill.interpolators.held_out import FEWEST, regular_width
from seisfill.trust.trial import Trial


def try_back(filler: Interpolator, gather: Gather, answer: Filled, *, number: int = 0) -> Trial | None:
    """
    Fill the recorded traces of a regular gather from what was filled between them.

    Parameters
    ----------
    filler : Interpolator
        What made *answer*.
    gather : Gather
        Regular: nearly all of its holes alike, between single live traces.
    answer : Filled
        What the filler made of it.
    number : int
        Of the gather in its file.

    Returns
    -------
    Trial or None
        At the scale of the gather's own holes; its ``gather`` holds the recorded traces, which are hidden, and the
        first filled trace behind each of them. None where the gather is not regular or has too few traces.

    Examples
    --------
    >>> from seisfill.interpolators.linear import LinearInterpolator
    >>> live = np.arange(25) % 3 == 0
    >>> gather = Gather(data=np.linspace(1, 2, 25)[:, None] * np.ones(5), live=live, dt=0.004)
    >>> trial = try_back(LinearInterpolator(), gather, LinearInterpolator().fill(gather))
    >>> np.flatnonzero(trial.thinned.live).tolist(), trial.places.tolist(), trial.stretch
    ([1, 4, 7, 10, 13, 16, 19, 22], [3, 6, 9, 12, 15, 18, 21], 1.0)
    """
    if regular_width(gather.live) is None:
        return None
    kept = answer.filled & np.roll(gather.live, 1)
    hidden = gather.live
    if min(int(kept.sum()), int(hidden.sum())) < FEWEST or not gather.data.any():
        return None
    valid = None if gather.valid is None else gather.valid | kept[:, None]
    whole = replace(gather, data=answer.data, live=hidden | kept, valid=valid)
    truth = replace(whole, data=np.where(hidden[:, None], gather.data, answer.data))
    back = filler.fill(replace(truth, live=kept))
    return Trial(gather=truth, hidden=hidden, answer=back, number=number)
