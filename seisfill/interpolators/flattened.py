"""Any filler along the moveout of the gather: flatten the live traces, fill, restore."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from seisfill.gather import Bools, Filled, Floats, Gather
from seisfill.interpolators.base import Around, Interpolator, make_answer
from seisfill.moveout import Moveout, MoveoutFit, fit_moveout
from seisfill.neighbours import interpolate_linear

SPILL = 0.1  # a shifted hole rings; samples that got less than this from it count as known


@dataclass(frozen=True, slots=True, kw_only=True)
class Flattened(Around):
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
        flat = self._flatten(gather)
        return self.inner.fill(gather, context=context) if flat is None else flat.restore(self.inner.fill(flat.gather))

    def fill_many(self, gathers: Sequence[Gather]) -> list[Filled]:
        """Fill several gathers, each along its moveout; an inner filler that takes several is given them together."""
        together = getattr(self.inner, "fill_many", None)
        if together is None:
            return [self.fill(gather) for gather in gathers]
        flats = [self._flatten(gather) for gather in gathers]
        pairs = list(zip(gathers, flats, strict=True))
        answers = together([gather if flat is None else flat.gather for gather, flat in pairs])
        return [answer if flat is None else flat.restore(answer) for answer, flat in zip(answers, flats, strict=True)]

    def fill_along(self, gather: Gather, moveout: Moveout) -> Filled:
        """Fill *gather* along a moveout that is known."""
        flat = _Flat.of(gather, moveout)
        return self.inner.fill(gather) if flat is None else flat.restore(self.inner.fill(flat.gather))

    def _flatten(self, gather: Gather) -> "_Flat | None":
        """The flat gather; None where the inner filler is to see *gather* itself, as when guides tell the slopes."""
        if gather.known.all() or gather.live.sum() < 2 or gather.guides:
            return None
        return _Flat.of(gather, fit_moveout(without_holes(gather), fit=self.fit))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Flat:
    """A gather made flat, and the way back: which of its pieces hold anything."""

    whole: Gather
    gather: Gather
    moveout: Moveout
    busy: Bools

    @classmethod
    def of(cls, gather: Gather, moveout: Moveout) -> "_Flat | None":
        """None where there is nothing to shift."""
        if moveout.is_flat:
            return None
        pieces = moveout.flatten(without_holes(gather).data)
        busy = np.asarray(pieces[:, gather.live].any(axis=(1, 2)))
        if not busy.any():
            return None
        valid = None
        if gather.valid is not None:
            valid = _side_by_side(moveout.flatten((~gather.known).astype(np.float32))[busy]) < SPILL
        flat = replace(gather, data=_side_by_side(pieces[busy]), valid=valid, guides={})
        return cls(whole=gather, gather=flat, moveout=moveout, busy=busy)

    def restore(self, answer: Filled) -> Filled:
        """The answer to the flat gather as one to the whole."""
        back, busy = self.moveout.restore, self.busy
        return make_answer(
            self.whole,
            back(_apart(answer.data, busy)),
            method=f"{answer.method} along moveout",
            judged=(answer.filled, dict(answer.reasons)),
            sigma=None if answer.sigma is None else np.abs(back(_apart(answer.sigma, busy))),
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
