"""The judge: tries every filler on live traces of the gather itself, and blends by the errors that it saw."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from seisfill.gather import Bools, Filled, Floats, Gather, take_traces
from seisfill.interpolators.base import Interpolator, Limits, make_answer
from seisfill.interpolators.evidence import Evidence, compare
from seisfill.interpolators.flattened import Flattened, without_holes
from seisfill.interpolators.held_out import FEWEST, hold_out
from seisfill.moveout import Moveout, MoveoutFit, fit_moveout

MAX_GAP = 20  # traces; wider gaps only when asked for
NOBODY = "no filler that was chosen here could fill it; --method linear may"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoInterpolator:
    """
    Choose and blend fillers by evidence.

    Some live traces are hidden in the way that the gather's own holes are made (`hold_out`), every candidate fills
    them, raw and along the moveout, and the blend that erred least fills the gather. What was chosen, and the scores
    on held-out traces that speak for it, stand in the answer's ``method``.

    Parameters
    ----------
    candidates : mapping of str to Interpolator
        Fillers by name; those that are `Flattened` share one fit of the moveout.
    fallback : str
        Name of the candidate that is taken where no trial is possible, in the gather or in its neighbours.
    limits : Limits
        What is not invented; the widest gap is 20 traces where it is not given.
    seed : int
        Of the choice of held-out traces.
    """

    candidates: Mapping[str, Interpolator]
    fallback: str
    limits: Limits = field(default_factory=Limits)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.limits.max_gap is None:
            object.__setattr__(self, "limits", replace(self.limits, max_gap=MAX_GAP))

    @property
    def weights_sha256(self) -> str | None:
        """Of the weights of the first candidate that has any."""
        found = (getattr(filler, "weights_sha256", None) for filler in self.candidates.values())
        return next((sha256 for sha256 in found if sha256), None)

    @property
    def trained_gap(self) -> int | None:
        """Widest gap that the weights of the first candidate that has any were trained on [traces]."""
        found = (getattr(filler, "trained_gap", None) for filler in self.candidates.values())
        return next((gap for gap in found if gap), None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What went otherwise than planned in the candidates, each once."""
        found = (getattr(filler, "notes", ()) for filler in self.candidates.values())
        return tuple(dict.fromkeys(note for notes in found for note in notes))

    def needs_neighbours(self, gather: Gather) -> bool:
        """Whether *gather* has too few live traces for a trial of its own, so that `fill` should be given a context."""
        return int(gather.live.sum()) < FEWEST

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; where it has too few live traces for a trial, the gathers in *context* are tried instead."""
        judged = self.limits.judge(gather.live)
        if not judged[0].any() and gather.known.all():
            return make_answer(gather, np.zeros_like(gather.data), method="auto", judged=judged)
        for witness in (gather, *sorted(context, key=lambda other: -int(other.live.sum()))):
            evidence = self.judge(witness, like=gather.live)
            if evidence is not None:
                weights = evidence.best_blend()
                order = np.argsort(-evidence.snr_db, kind="stable")
                return self._blend(gather, weights, order, why=self._why(evidence, weights), judged=judged)
        weights = np.array([float(name == self.fallback) for name in self.candidates])
        order = np.arange(len(weights))[::-1]  # those along the moveout stand last
        why = f"{self.fallback}; no trial on held-out traces was possible"
        return self._blend(gather, weights, order, why=why, judged=judged)

    def judge(self, gather: Gather, *, like: Bools | None = None) -> Evidence | None:
        """
        Every candidate on held-out traces of *gather*, hidden *like* another's holes; None where there are too few.

        The moveout is that of all its live traces: it is as good as the one along which the gather itself is filled.
        """
        if self.needs_neighbours(gather):
            return None
        rng = np.random.default_rng([self.seed, zlib.crc32(np.packbits(gather.live).tobytes())])
        trial = hold_out(gather.live, like=like, widest=self.limits.max_gap, rng=rng)
        if not (trial.hidden.any() and gather.data[trial.hidden].any()):
            return None
        part = take_traces(gather, trial.taking_part)
        hidden = trial.hidden[trial.taking_part]
        thinned = replace(part, live=part.live & ~hidden)
        answers = self.answers(thinned, np.ones(len(self.candidates), dtype=bool), fits=_Fits(part))
        known = part.known[hidden]
        estimates = [np.where(known, answer.data[hidden], 0) for answer in answers]  # as the truth is in its holes
        return compare(part.data[hidden], estimates, stretch=trial.stretch)

    def answers(self, gather: Gather, chosen: Bools, *, fits: "_Fits | None" = None) -> list[Filled]:
        """Answers of the chosen candidates; the moveout is fitted once, and nothing is filled twice."""
        fits, done = fits or _Fits(gather), dict[int, Filled]()

        def answer(filler: Interpolator) -> Filled:
            if isinstance(filler, Flattened):
                moveout = fits.get(filler.fit)
                return answer(filler.inner) if moveout.is_flat else filler.fill_along(gather, moveout)
            if id(filler) not in done:
                done[id(filler)] = filler.fill(gather)
            return done[id(filler)]

        return [answer(filler) for filler, wanted in zip(self.candidates.values(), chosen, strict=True) if wanted]

    def _blend(
        self,
        gather: Gather,
        weights: np.ndarray,
        order: np.ndarray,
        *,
        why: str,
        judged: tuple[Bools, dict[int, str]],
    ) -> Filled:
        """The weighted mean over those candidates that filled a trace; where none did, the next in *order* that can."""
        fits = _Fits(gather)
        answers = self.answers(gather, weights > 0, fits=fits)
        total = np.zeros(gather.data.shape)
        share = np.zeros(gather.n_traces)
        for answer, weight in zip(answers, weights[weights > 0], strict=True):
            filled = answer.filled | gather.live
            total += weight * np.where(filled[:, None], answer.data, 0)
            share += weight * filled
        wanted, reasons = judged
        for number in order[weights[order] == 0].tolist():
            if not (wanted & (share == 0)).any():
                break
            (answer,) = self.answers(gather, np.arange(len(weights)) == number, fits=fits)
            late = wanted & (share == 0) & answer.filled
            total[late], share[late] = answer.data[late], 1
            answers.append(answer)
        wanted = wanted & (share > 0)
        for trace in np.flatnonzero(~gather.live & ~wanted).tolist():
            reasons.setdefault(trace, next((a.reasons[trace] for a in answers if trace in a.reasons), NOBODY))
        estimate: Floats = (total / np.where(share > 0, share, 1)[:, None]).astype(np.float32)
        sigma = _spread(answers[: int((weights > 0).sum())], weights[weights > 0], estimate, live=gather.live)
        return make_answer(gather, estimate, method=f"auto: {why}", judged=(wanted, reasons), sigma=sigma)

    def _why(self, evidence: Evidence, weights: np.ndarray) -> str:
        """What was chosen and what speaks for it."""
        told = zip(self.candidates, weights, evidence.snr_db, strict=True)
        parts = [
            f"{weight:.0%} {name} ({snr:.1f} dB)" for name, weight, snr in sorted(told, key=lambda t: -t[1]) if weight
        ]
        where = f" in holes {evidence.stretch:.2g} times as wide" if evidence.stretch > 1 else ""
        return f"{', '.join(parts)} on {evidence.n_traces} held-out traces{where}"


def _spread(answers: Sequence[Filled], weights: np.ndarray, blend: Floats, *, live: Bools) -> Floats | None:
    """
    How far the blended answers lie apart, as a Laplace scale; None where only one was blended.

    A trace that only one of them filled has 0: nothing is known there.
    """
    if len(answers) < 2:
        return None
    square, share = np.zeros(blend.shape), np.zeros(len(blend))
    for answer, weight in zip(answers, weights, strict=True):
        filled = answer.filled | live
        square += weight * np.where(filled[:, None], answer.data.astype(np.float64) - blend, 0) ** 2
        share += weight * filled
    spread: Floats = np.sqrt(square / np.where(share > 0, 2 * share, 1)[:, None]).astype(np.float32)
    return spread


class _Fits:
    """Moveouts of one gather, each way of fitting done once."""

    def __init__(self, gather: Gather) -> None:
        self._gather, self._found = gather, dict[MoveoutFit, Moveout]()

    def get(self, fit: MoveoutFit) -> Moveout:
        if fit not in self._found:
            self._found[fit] = fit_moveout(without_holes(self._gather), fit=fit)
        return self._found[fit]
