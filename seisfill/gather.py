"""What crosses the borders: traces that share a sort key, and the answer of a filler. Plain numpy, no files."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gather:
    """
    Traces that share one sort key, laid out on a regular spatial axis.

    Parameters
    ----------
    data : float32 array, shape (n_traces, n_samples)
        Amplitudes. Rows where ``live`` is False hold zeros until filled.
    live : bool array, shape (n_traces,)
        True where the trace was recorded.
    dt : float
        Sample interval [s].
    valid : bool array, shape (n_traces, n_samples), optional
        False where a sample of a live trace is a hole.
    offset : float64 array, shape (n_traces,), optional
        Source-receiver distance with sign [m].
    position : float64 array, shape (n_traces,), optional
        Place of each trace along the gather [m]; the trace number serves where it is not known.
    source, receiver : float64 array, shape (n_traces, 2), optional
        Map coordinates [m].
    t0 : float
        Time of the first sample [s].
    guides : mapping of str to float32 array, shape (n_traces, n_samples)
        Further fields that a filler may use, each by its name.

    Raises
    ------
    InvalidParameterError
        If a shape does not match that of ``data``, ``dt`` is not positive, or a position or a live, valid sample is NaN
        or Inf.

    Examples
    --------
    >>> gather = Gather(data=np.ones((3, 4)), live=np.array([True, False, True]), dt=0.004)
    >>> gather.n_traces, gather.n_samples, gather.data[1].max()
    (3, 4, np.float32(0.0))
    """

    data: Floats
    live: Bools
    dt: float
    valid: Bools | None = None
    offset: NDArray[np.float64] | None = None
    position: NDArray[np.float64] | None = None
    source: NDArray[np.float64] | None = None
    receiver: NDArray[np.float64] | None = None
    t0: float = 0.0
    guides: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with np.errstate(over="ignore"):  # a float64 too large becomes Inf, which is judged below
            data = np.array(self.data, dtype=np.float32)
        if data.ndim != 2:
            raise InvalidParameterError(f"Invalid shape {data.shape} of data: must be (n_traces, n_samples).")
        live = np.array(self.live, dtype=bool)
        check_shape("live", live.shape, data.shape[:1])
        if not 0 < self.dt < math.inf:
            raise InvalidParameterError(f"Invalid dt {self.dt}: must be a positive time in seconds.")
        for name, width in {"offset": (), "position": (), "source": (2,), "receiver": (2,)}.items():
            if getattr(self, name) is not None:
                value = np.array(getattr(self, name), dtype=np.float64)
                check_shape(name, value.shape, (len(data), *width))
                object.__setattr__(self, name, value)
        if self.position is not None and not np.isfinite(self.position).all():
            raise InvalidParameterError("Invalid position: must be finite. Leave it out where it is not known.")
        if self.valid is not None:
            object.__setattr__(self, "valid", np.array(self.valid, dtype=bool))
            check_shape("valid", self.valid.shape, data.shape)
        object.__setattr__(self, "live", live)
        data[~live] = 0.0
        if self.valid is not None:
            data[~self.valid] = 0.0
        if not np.isfinite(data).all():
            trace = int(np.flatnonzero((~np.isfinite(data)).any(axis=1))[0])
            raise InvalidParameterError(
                f"Invalid sample in trace {trace}: must be finite. Pass the holes as valid=numpy.isfinite(data)."
            )
        object.__setattr__(self, "data", data)
        for name, guide in self.guides.items():
            check_shape(f"guide {name}", np.shape(guide), data.shape)

    @property
    def n_traces(self) -> int:
        """Number of traces, live and missing."""
        return self.data.shape[0]

    @property
    def n_samples(self) -> int:
        """Number of samples of each trace."""
        return self.data.shape[1]

    @property
    def known(self) -> Bools:
        """Where a sample was recorded and is good: bool array, shape (n_traces, n_samples)."""
        rows = np.broadcast_to(self.live[:, None], (len(self.live), np.shape(self.data)[1]))
        return rows.copy() if self.valid is None else rows & self.valid

    @property
    def axis(self) -> NDArray[np.float64]:
        """Position of each trace [m], or its number where positions are not known: shape (n_traces,)."""
        return np.arange(self.n_traces, dtype=np.float64) if self.position is None else self.position


def take_traces(gather: Gather, chosen: Bools) -> Gather:
    """
    A gather of some of the traces alone, with all that is known of them.

    Parameters
    ----------
    gather : Gather
        Where they come from.
    chosen : bool array, shape (n_traces,)
        Which ones.

    Examples
    --------
    >>> gather = Gather(data=np.eye(3), live=np.ones(3, dtype=bool), dt=0.004, offset=np.array([1.0, 2.0, 3.0]))
    >>> take_traces(gather, np.array([True, False, True])).offset.tolist()
    [1.0, 3.0]
    """
    known = {name: getattr(gather, name) for name in ("valid", "offset", "position", "source", "receiver")}
    parts: dict[str, Any] = {name: None if value is None else value[chosen] for name, value in known.items()}
    guides = {name: guide[chosen] for name, guide in gather.guides.items()}
    return replace(gather, data=gather.data[chosen], live=gather.live[chosen], guides=guides, **parts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filled:
    """
    The answer of a filler to one gather.

    Parameters
    ----------
    data : float32 array, shape (n_traces, n_samples)
        Recorded samples, bit-identical, and estimates where there were none. Refused traces hold zeros.
    filled : bool array, shape (n_traces,)
        True for the missing traces that now hold an estimate.
    method : str
        Name of the filler.
    sigma : float32 array, shape (n_traces, n_samples), optional
        Laplace scale of the estimate as the filler tells it, in amplitudes of ``data``, not calibrated
        (`seisfill.trust.error_model` does that); 0 at recorded samples and where nothing is known.
    reasons : mapping of int to str
        Why a missing trace was left unfilled, by trace number.
    """

    data: Floats
    filled: Bools
    method: str
    sigma: Floats | None = None
    reasons: Mapping[int, str] = field(default_factory=dict)
