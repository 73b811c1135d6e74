"""Any filler along the moveout of the gather: flatten the live traces, fill, restore."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from seisfill.gather import Bools, Filled, Floats, Gather
from seisfill.interpolators.base import Interpolator, make_answer
from seisfill.moveout import Moveout, MoveoutFit, fit_moveout
from seisfill.neighbours import interpolate_linear


@dataclass(frozen=True, slots=True, kw_only=True)
class Flattened:
    """
    Fill a gather whose events were made flat.

    The moveout is fitted on live traces alone (`seisfill.moveout.fit_moveout`); the inner filler sees overlapping
    pieces in time, each shifted trace by trace, and its answers are shifted back and blended. Without moveout to take
    off it sees the gather itself.

    Parameters
    ----------
    inner : Interpolator
        What fills the flat pieces.
    fit : MoveoutFit
        How the moveout is fitted.
    """

    inner: Interpolator
    fit: MoveoutFit = field(default_factory=MoveoutFit)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* are not used."""
        if gather.known.all() or gather.live.sum() < 2:
            return self.inner.fill(gather, context=context)
        whole = _without_holes(gather)
        moveout = fit_moveout(whole, fit=self.fit)
        if moveout.is_flat:
            return self.inner.fill(gather, context=context)
        return self._fill_along(gather, whole, moveout)

    def _fill_along(self, gather: Gather, whole: Gather, moveout: Moveout) -> Filled:
        """Fill piece by piece and put the answers together."""
        pieces = moveout.flatten(whole.data)
        holes = None if gather.valid is None else moveout.flatten((~gather.known).astype(np.float32)) > 0.1
        sigma = np.zeros_like(pieces)
        filled = ~gather.live
        reasons: dict[int, str] = {}
        answers: list[Filled] = []
        for number, piece in enumerate(pieces):
            valid = None if holes is None else ~holes[number]
            part = replace(gather, data=piece, valid=valid, guides={})
            answer = self.inner.fill(part)
            answers.append(answer)
            pieces[number] = np.where(answer.filled[:, None] | gather.live[:, None], answer.data, 0)
            if answer.sigma is not None:
                sigma[number] = answer.sigma
            if piece[gather.live].any():
                filled = filled & answer.filled
                reasons = {**answer.reasons, **reasons}
        has_sigma = answers[0].sigma is not None
        return make_answer(
            gather,
            moveout.restore(pieces).astype(np.float32),
            method=f"{answers[0].method} along moveout",
            judged=(filled, {trace: reasons[trace] for trace in np.flatnonzero(~filled & ~gather.live).tolist()}),
            sigma=np.abs(moveout.restore(sigma)) if has_sigma else None,
        )


def _without_holes(gather: Gather) -> Gather:
    """The gather with straight lines across the holes of its live traces, so that shifts do not ring at their edges."""
    if gather.valid is None:
        return gather
    data: Floats = interpolate_linear(gather.data, gather.known)
    live: Bools = gather.live
    return replace(gather, data=np.where(live[:, None], data, 0), valid=None)
