"""The contract of every filler, and what all of them share: which traces may be filled, and how an answer is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from seisfill.errors import InvalidParameterError
from seisfill.gather import Bools, Filled, Floats, Gather


class Interpolator(Protocol):
    """Anything that can fill the missing traces of a gather."""

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather*; its recorded samples come back bit-identical."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    What a filler does not invent.

    Parameters
    ----------
    max_gap : int, optional
        Widest run of missing traces between two live ones [traces]; None for any.
    extrapolate : bool
        Whether traces before the first or behind the last live one are filled.
    """

    max_gap: int | None = None
    extrapolate: bool = False

    def __post_init__(self) -> None:
        if self.max_gap is not None and self.max_gap < 1:
            raise InvalidParameterError(f"Invalid max_gap {self.max_gap}: must be at least 1 trace.")

    def judge(self, live: Bools) -> tuple[Bools, dict[int, str]]:
        """
        Which missing traces may be filled, and why the others may not.

        Parameters
        ----------
        live : bool array, shape (n_traces,)
            Recorded traces.

        Returns
        -------
        wanted : bool array, shape (n_traces,)
            Missing traces to fill.
        reasons : dict of int to str
            Why not, for each other missing trace.

        Examples
        --------
        >>> wanted, reasons = Limits(max_gap=1).judge(np.array([0, 1, 0, 1, 0, 0, 1], dtype=bool))
        >>> wanted.astype(int).tolist(), sorted(reasons)
        ([0, 0, 1, 0, 0, 0, 0], [0, 4, 5])
        """
        missing = np.flatnonzero(~live)
        places = np.flatnonzero(live)
        if len(places) < 2:
            return np.zeros_like(live), {int(i): f"{len(places)} live traces; at least 2 are needed" for i in missing}
        most = np.inf if self.max_gap is None else self.max_gap
        right = np.searchsorted(places, missing)
        beyond = (right == 0) | (right == len(places))
        away = np.maximum(places[0] - missing, missing - places[-1])
        width = np.diff(places)[np.clip(right, 1, len(places) - 1) - 1] - 1
        why = "beyond the last live trace; extrapolation was not asked for"
        if self.extrapolate:
            beyond, why = beyond & (away > most), f"more than {most} traces beyond the last live one"
        wide = (away < 0) & (width > most)
        reasons = dict.fromkeys(missing[beyond].tolist(), why)
        for i, told in zip(missing[wide].tolist(), width[wide].tolist(), strict=True):
            reasons[i] = f"gap of {told} traces; this method supports {most}"
        wanted = ~live
        wanted[list(reasons)] = False
        return wanted, reasons


class Around:
    """What a filler that holds another one, its ``inner``, passes on as it is."""

    __slots__ = ()
    inner: Interpolator

    @property
    def takes_guides(self) -> bool:
        """Whether the inner filler does."""
        return bool(getattr(self.inner, "takes_guides", False))

    @property
    def weights_sha256(self) -> str | None:
        """Of the weights of the inner filler, if it has any."""
        return getattr(self.inner, "weights_sha256", None)

    @property
    def trained_gap(self) -> int | None:
        """Widest gap that the weights of the inner filler were trained on [traces], if it has any."""
        return getattr(self.inner, "trained_gap", None)

    @property
    def limits(self) -> Limits:
        """What the inner filler does not invent; anything between live traces may be filled where it says nothing."""
        return getattr(self.inner, "limits", Limits())

    @property
    def notes(self) -> tuple[str, ...]:
        """What went otherwise than planned in the inner filler."""
        return getattr(self.inner, "notes", ())

    def needs_neighbours(self, gather: Gather) -> bool:
        """Whether the inner filler wants to see the neighbours of *gather*."""
        asks = getattr(self.inner, "needs_neighbours", None)
        return asks is not None and asks(gather)


def make_answer(
    gather: Gather,
    estimate: Floats,
    *,
    method: str,
    judged: tuple[Bools, dict[int, str]],
    sigma: Floats | None = None,
) -> Filled:
    """
    Put recorded samples back into an estimate, and zeros where a trace was refused.

    Parameters
    ----------
    gather : Gather
        What was to be filled.
    estimate : float32 array, shape (n_traces, n_samples)
        Value for every sample.
    method : str
        Name of the filler.
    judged : (bool array, dict)
        Answer of `Limits.judge`.
    sigma : float32 array, shape (n_traces, n_samples), optional
        Laplace scale of the estimate.
    """
    wanted, reasons = judged
    written = (gather.live | wanted)[:, None]
    known = gather.known
    data = np.where(known, gather.data, np.where(written, estimate, 0)).astype(np.float32)
    if sigma is not None:
        sigma = np.where(known | ~written, 0, sigma).astype(np.float32)
    return Filled(data=data, filled=wanted, method=method, sigma=sigma, reasons=reasons)


def choose_device(word: str) -> str:
    """``auto`` to the GPU where there is one, else the CPU; a GPU that is asked for must be there."""
    import torch  # here, as a filler without it need not wait for it

    if word not in ("auto", "cpu", "cuda"):
        raise InvalidParameterError(f"Invalid device {word!r}: must be auto, cpu or cuda.")
    if word == "cuda" and not torch.cuda.is_available():
        raise InvalidParameterError("Invalid device 'cuda': must be present, and torch sees no GPU. Use --device cpu.")
    return word if word != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
