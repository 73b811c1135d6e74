"""Any filler on gathers of any size: large ones in overlapping blocks, so that the memory it works in is bounded."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seisfill.gather import Bools, Filled, Floats, Gather
from seisfill.interpolators.base import Around, Interpolator
from seisfill.interpolators.block_plan import BlockPlan, ramps


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks(Around):
    """
    Fill a gather of any size.

    A gather of at most ``plan.samples`` goes to the inner filler as it is. A larger one goes there block by block;
    where blocks overlap, their answers fade into each other. Which traces may be filled is judged on the whole gather.
    The plan depends on the shape of the gather and its live traces alone, so that the same gather gives the same bytes
    whatever memory is free.

    Parameters
    ----------
    inner : Interpolator
        What fills the blocks.
    plan : BlockPlan
        How large gathers are cut.

    Examples
    --------
    >>> from seisfill.interpolators.linear import LinearInterpolator
    >>> data, live = np.outer(np.arange(61.0), np.ones(4)), np.arange(61) % 3 == 0
    >>> cut = Blocks(inner=LinearInterpolator(), plan=BlockPlan(samples=64, traces=8, shortest=1, overlap=(2, 2)))
    >>> answer = cut.fill(Gather(data=data, live=live, dt=0.004))
    >>> bool(np.abs(answer.data - data).max() < 1e-5), int(answer.filled.sum())
    (True, 40)
    """

    inner: Interpolator
    plan: BlockPlan = field(default_factory=BlockPlan)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; the neighbours in *context* go to the inner filler, which decides whether it looks at them."""
        if self.plan.takes_whole(gather.data.shape):
            return self.inner.fill(gather, context=context)
        return self._fill_large(gather, context)

    def fill_many(
        self, gathers: Sequence[Gather], *, contexts: Sequence[Sequence[Gather]] | None = None
    ) -> list[Filled]:
        """
        Fill several gathers: those that are not cut go to the inner filler together, if it takes several.

        Parameters
        ----------
        gathers : sequence of Gather
            What is to be filled.
        contexts : sequence of sequences of Gather, optional
            Neighbours of each, as for `fill`; a filler that takes several gathers looks at none.
        """
        contexts = [()] * len(gathers) if contexts is None else contexts
        together = getattr(self.inner, "fill_many", None)
        small = [together is not None and self.plan.takes_whole(gather.data.shape) for gather in gathers]
        chosen = [gather for gather, is_small in zip(gathers, small, strict=True) if is_small]
        answers = iter(together(chosen) if together is not None else ())
        return [
            next(answers) if is_small else self.fill(gather, context=context)
            for gather, context, is_small in zip(gathers, contexts, small, strict=True)
        ]

    def _fill_large(self, gather: Gather, context: Sequence[Gather]) -> Filled:
        wanted, reasons = self._judge(gather)
        blocks = self.plan.along_traces(gather.live, n_samples=gather.n_samples, widest=self.limits.max_gap)
        blend = _Blend(gather, axis=0)
        for number, (block, weights) in enumerate(zip(blocks, ramps(blocks), strict=True)):
            near = blocks[max(number - 1, 0) : number] + blocks[number + 1 : number + 2]
            blend.add(block, weights, self._fill_block(gather, block, [*near], context))
        filled = wanted & blend.answered
        for place in np.flatnonzero(wanted & ~filled).tolist():
            reasons[place] = blend.reasons.get(place, "no block of traces around it has live ones")
        return blend.finish(filled, reasons)

    def _judge(self, gather: Gather) -> tuple[Bools, dict[int, str]]:
        """Which traces may be filled: as the inner filler would judge, and no gap that is wide beside a block."""
        widest, limits = self.plan.widest(gather.n_samples), self.limits
        wanted, reasons = limits.judge(gather.live)
        if limits.max_gap is not None and limits.max_gap <= widest:
            return wanted, reasons
        few, more = replace(limits, max_gap=widest).judge(gather.live)
        width = self.plan.width(gather.n_samples)
        cure = f" in blocks of {width} traces, in which a gather of this size is filled; linear fills any gap"
        return wanted & few, reasons | {place: told + cure for place, told in more.items() if place not in reasons}

    def _fill_block(self, gather: Gather, block: slice, near: Sequence[slice], context: Sequence[Gather]) -> Filled:
        """A block of traces, in blocks of time where it is long; its neighbours stand in where it tells too little."""
        part = cut_gather(gather, block, slice(0, gather.n_samples))
        times = self.plan.along_time((part.n_traces, part.n_samples))
        if len(times) == 1:
            return self.inner.fill(part, context=[*self._neighbours(gather, part, near, times[0]), *context])
        blend = _Blend(part, axis=1)
        for time, weights in zip(times, ramps(times), strict=True):
            piece = cut_gather(part, slice(0, part.n_traces), time)
            answer = self.inner.fill(piece, context=self._neighbours(gather, piece, near, time))
            blend.add(time, weights, answer)
        return blend.finish(blend.answered & ~part.live, blend.reasons)

    def _neighbours(self, gather: Gather, part: Gather, near: Sequence[slice], time: slice) -> list[Gather]:
        return [cut_gather(gather, block, time) for block in near] if self.needs_neighbours(part) else []


class _Blend:
    """
    The weighted mean of the answers to blocks of a gather, along its traces (axis 0) or its samples (axis 1).

    Along the traces a trace is answered where one of its blocks has filled it; along the samples, where all have.
    """

    def __init__(self, gather: Gather, *, axis: int) -> None:
        self.gather, self.axis = gather, axis
        self.total: Floats = np.zeros(gather.data.shape, dtype=np.float32)
        self.sigma: Floats | None = None
        self.share = np.zeros(gather.data.shape[axis])
        self.answered = np.full(gather.n_traces, axis == 1)
        self.reasons: dict[int, str] = {}
        self.methods: list[str] = []
        self._faint: dict[int, float] = {}

    def add(self, block: slice, weights: NDArray[np.float64], answer: Filled) -> None:
        """Blend the answer to one block."""
        rows, box = (block, block) if self.axis == 0 else (slice(None), (slice(None), block))
        good = answer.filled | self.gather.live[rows]
        weights = weights * good if self.axis == 0 else weights
        spread = weights.astype(np.float32)
        spread = spread[:, None] if self.axis == 0 else spread
        self.total[box] += spread * answer.data
        if answer.sigma is not None:
            self.sigma = np.zeros_like(self.total) if self.sigma is None else self.sigma
            self.sigma[box] += spread * answer.sigma
        self.share[block] += weights
        if self.axis == 0:
            self.answered[rows] |= good
        else:
            self.answered &= good
        first = block.start if self.axis == 0 else 0
        for place, reason in answer.reasons.items():
            self.reasons.setdefault(first + place, reason)
        self.methods.append(answer.method)

    def finish(self, filled: Bools, reasons: dict[int, str]) -> Filled:
        """The answer to the whole: recorded samples as they were, zeros in traces that were not filled."""
        share = np.where(self.share > 0, self.share, 1).astype(np.float32)
        share = share[:, None] if self.axis == 0 else share
        known, left = self.gather.known, ~(filled | self.gather.live)
        self.total /= share
        self.total[left] = 0
        np.copyto(self.total, self.gather.data, where=known)
        if self.sigma is not None:
            self.sigma /= share
            self.sigma[left] = 0
            self.sigma[known] = 0
        reasons = {place: reason for place, reason in sorted(reasons.items()) if left[place]}
        method = _name_of(self.methods)
        return Filled(data=self.total, filled=filled, method=method, sigma=self.sigma, reasons=reasons)


def _name_of(methods: Sequence[str]) -> str:
    """
    One name for what may differ from block to block.

    Examples
    --------
    >>> _name_of(["linear", "linear"]), _name_of(["auto: 60% network", "auto: 70% network"])
    ('linear', 'auto: chosen anew in each of 2 blocks')
    """
    if len(set(methods)) == 1:
        return methods[0]
    words = dict.fromkeys(method.partition(":")[0] for method in methods)
    return f"{' or '.join(words)}: chosen anew in each of {len(methods)} blocks"


def cut_gather(gather: Gather, traces: slice, samples: slice) -> Gather:
    """
    A gather of a run of traces and samples, with all that is known of them.

    Examples
    --------
    >>> gather = Gather(data=np.eye(3), live=np.ones(3, dtype=bool), dt=0.004)
    >>> part = cut_gather(gather, slice(1, 3), slice(1, 3))
    >>> part.data.tolist(), part.t0
    ([[1.0, 0.0], [0.0, 1.0]], 0.004)
    """
    placed = {name: getattr(gather, name) for name in ("offset", "position", "source", "receiver")}
    parts: dict[str, Any] = {name: None if value is None else value[traces] for name, value in placed.items()}
    return replace(
        gather,
        data=gather.data[traces, samples],
        live=gather.live[traces],
        valid=None if gather.valid is None else gather.valid[traces, samples],
        guides={name: guide[traces, samples] for name, guide in gather.guides.items()},
        t0=gather.t0 + samples.start * gather.dt,
        **parts,
    )
