"""One gather on which some live traces were hidden and filled, so that the fill can be held against the truth."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.gather import Bools, Filled, Floats, Gather, take_traces
from seisfill.interpolators.base import Interpolator
from seisfill.interpolators.held_out import FEWEST, hold_out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """
    A filler's answer to a gather of which some live traces were hidden.

    Parameters
    ----------
    gather : Gather
        The traces that took part, as recorded; the hidden ones are live in it.
    hidden : bool array, shape (n_traces,)
        Live traces that were hidden.
    answer : Filled
        What the filler made of the rest; hidden traces that it refused are not ``filled`` in it.
    stretch : float
        How much wider the trial's holes are than the gather's own, at least 1; 2 in regular data (`HeldOut`).
    number : int
        Of the gather in its file.

    Raises
    ------
    InvalidParameterError
        If a shape does not match that of the gather, a hidden trace is not live, or ``stretch`` is below 1.
    """

    gather: Gather
    hidden: Bools
    answer: Filled
    stretch: float = 1.0
    number: int = 0

    def __post_init__(self) -> None:
        check_shape("hidden", self.hidden.shape, self.gather.live.shape)
        check_shape("answer", self.answer.data.shape, self.gather.data.shape)
        if (self.hidden & ~self.gather.live).any():
            raise InvalidParameterError("Invalid hidden trace: must be live in the gather of a trial.")
        if not self.stretch >= 1:
            raise InvalidParameterError(f"Invalid stretch {self.stretch}: must be at least 1.")

    @property
    def thinned(self) -> Gather:
        """The gather as the filler saw it, the hidden traces missing."""
        return replace(self.gather, live=self.gather.live & ~self.hidden)

    @property
    def tried(self) -> Bools:
        """Hidden traces that the filler filled: bool array, shape (n_traces,)."""
        return self.hidden & self.answer.filled

    @property
    def places(self) -> np.ndarray:
        """Trace numbers in the gather of those that were tried: int64 array, shape (n_tried,)."""
        return np.flatnonzero(self.tried)

    @property
    def known(self) -> Bools:
        """Where their truth is known: bool array, shape (n_tried, n_samples)."""
        return self.gather.known[self.tried]

    @property
    def truth(self) -> Floats:
        """What was recorded there, zero where nothing was: float32 array, shape (n_tried, n_samples)."""
        return self.gather.data[self.tried]

    @property
    def estimate(self) -> Floats:
        """What the filler made of them, zero where the truth is not known: float32 array, (n_tried, n_samples)."""
        return np.where(self.known, self.answer.data[self.tried], np.float32(0))

    @property
    def error(self) -> Floats:
        """Truth less estimate: float32 array, shape (n_tried, n_samples)."""
        return self.truth - self.estimate

    @property
    def sigma(self) -> Floats | None:
        """The filler's own scale of its error, (n_tried, n_samples); None for a filler that tells none."""
        return None if self.answer.sigma is None else self.answer.sigma[self.tried]


def try_filler(
    filler: Interpolator,
    gather: Gather,
    *,
    like: Bools | None = None,
    share: float = 0.2,
    widest: int | None = None,
    seed: int = 0,
    number: int = 0,
) -> Trial | None:
    """
    Hide live traces of a gather in the way that its own holes are made, and fill them.

    Parameters
    ----------
    filler : Interpolator
        What is tried.
    gather : Gather
        With its own holes.
    like : bool array, shape (any,), optional
        Live traces of another gather, whose holes are imitated.
    share : float
        Largest share of the live traces that is hidden, except in regular data, where every second one is.
    widest : int, optional
        Widest hole that is imitated or made [traces]; the widest that the filler supports where not given.
    seed, number : int
        Of the choice, and of the gather in its file; both, and the live traces, settle what is hidden.

    Returns
    -------
    Trial or None
        None where a trial would say nothing: fewer than 8 live traces, no holes to imitate, no amplitudes.

    Examples
    --------
    >>> from seisfill.interpolators.linear import LinearInterpolator
    >>> live = np.arange(21) % 2 == 0
    >>> gather = Gather(data=np.linspace(1, 2, 21)[:, None] * np.ones(5), live=live, dt=0.004)
    >>> trial = try_filler(LinearInterpolator(), gather)
    >>> trial.places.tolist(), trial.stretch, float(np.abs(trial.error).max()) < 1e-6
    ([1, 3, 5, 7, 9], 2.0, True)
    """
    if int(gather.live.sum()) < FEWEST:
        return None
    rng = np.random.default_rng([seed, number, zlib.crc32(np.packbits(gather.live).tobytes())])
    chosen = hold_out(gather.live, like=like, share=share, widest=widest or widest_gap(filler), rng=rng)
    if not (chosen.hidden.any() and gather.data[chosen.hidden].any()):
        return None
    part = _part(gather, chosen.taking_part)
    hidden = chosen.hidden[chosen.taking_part]
    answer = filler.fill(replace(part, live=part.live & ~hidden))
    return Trial(gather=part, hidden=hidden, answer=answer, stretch=chosen.stretch, number=number)


def widest_gap(filler: Interpolator) -> int | None:
    """
    Widest gap that a filler supports [traces], or the one that it holds; None where it has no limit.

    Examples
    --------
    >>> from seisfill.interpolators.base import Limits
    >>> from seisfill.interpolators.flattened import Flattened
    >>> from seisfill.interpolators.linear import LinearInterpolator
    >>> widest_gap(Flattened(inner=LinearInterpolator(limits=Limits(max_gap=4))))
    4
    """
    limits = getattr(getattr(filler, "inner", filler), "limits", None)
    return None if limits is None else limits.max_gap


def _part(gather: Gather, chosen: Bools) -> Gather:
    """Some traces of a gather alone; slopes per trace grow as traces move apart."""
    part = take_traces(gather, chosen)
    if chosen.all() or "slope" not in gather.guides:
        return part
    spacing = np.gradient(np.flatnonzero(chosen).astype(np.float32))
    return replace(part, guides=dict(part.guides) | {"slope": part.guides["slope"] * spacing[:, None]})
