"""Any filler along the moveout of the gather: flatten the live traces, fill, restore."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from seisfill.gather import Bools, Filled, Floats, Gather
from seisfill.interpolators.base import Interpolator, make_answer
from seisfill.moveout import Moveout, MoveoutFit, fit_moveout
from seisfill.neighbours import interpolate_linear

SPILL = 0.1  # a shifted hole rings; samples that got less than this from it count as known


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

    @property
    def takes_guides(self) -> bool:
        """Whether the inner filler does; a guide says itself how events run, so nothing is flattened then."""
        return bool(getattr(self.inner, "takes_guides", False))

    @property
    def weights_sha256(self) -> str | None:
        """Of the weights of the inner filler, if it has any."""
        return getattr(self.inner, "weights_sha256", None)

    @property
    def trained_gap(self) -> int | None:
        """Widest gap that the weights of the inner filler were trained on [traces], if it has any."""
        return getattr(self.inner, "trained_gap", None)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* are not used."""
        if gather.known.all() or gather.live.sum() < 2 or gather.guides:
            return self.inner.fill(gather, context=context)
        return self.fill_along(gather, fit_moveout(without_holes(gather), fit=self.fit))

    def fill_along(self, gather: Gather, moveout: Moveout) -> Filled:
        """Fill *gather* along a moveout that is known."""
        if moveout.is_flat:
            return self.inner.fill(gather)
        pieces = moveout.flatten(without_holes(gather).data)
        busy = np.asarray(pieces[:, gather.live].any(axis=(1, 2)))
        if not busy.any():
            return self.inner.fill(gather)
        valid = None
        if gather.valid is not None:
            valid = _side_by_side(moveout.flatten((~gather.known).astype(np.float32))[busy]) < SPILL
        answer = self.inner.fill(replace(gather, data=_side_by_side(pieces[busy]), valid=valid, guides={}))
        return make_answer(
            gather,
            moveout.restore(_apart(answer.data, busy)),
            method=f"{answer.method} along moveout",
            judged=(answer.filled, dict(answer.reasons)),
            sigma=None if answer.sigma is None else np.abs(moveout.restore(_apart(answer.sigma, busy))),
        )


def _side_by_side(pieces: Floats) -> Floats:
    """All pieces as one long record, for fillers that work in batches; the margins keep them apart."""
    return np.concatenate(list(pieces), axis=1)


def _apart(row: Floats, busy: Bools) -> Floats:
    """The inverse: pieces again, zeros where one held nothing."""
    parts = np.split(row, int(busy.sum()), axis=1)
    pieces = np.zeros((len(busy), *parts[0].shape), row.dtype)
    pieces[busy] = parts
    return pieces


def without_holes(gather: Gather) -> Gather:
    """The gather with straight lines across the holes of its live traces, so that shifts do not ring at their edges."""
    if gather.valid is None:
        return gather
    data: Floats = interpolate_linear(gather.data, gather.known)
    live: Bools = gather.live
    return replace(gather, data=np.where(live[:, None], data, 0), valid=None)
