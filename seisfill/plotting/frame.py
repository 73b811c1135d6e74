"""What the rows and columns of a section stand for: times, places of traces, and which of them were recorded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """
    Times and traces of a section: what every panel that shows it must know beside its amplitudes.

    Parameters
    ----------
    dt, t0 : float
        Sample interval and time of the first sample [s].
    live : bool array, shape (n_traces,), optional
        True where the trace was recorded; all traces where not given.
    axis : float array, shape (n_traces,), optional
        Place of each trace in the unit that ``axis_label`` names, strictly rising or falling; the trace number where
        not given.
    axis_label : str
        Label of the trace axis, with its unit.

    Raises
    ------
    InvalidParameterError
        If ``dt`` is not positive, ``t0`` is not finite, or ``axis`` neither rises nor falls.

    Examples
    --------
    >>> Frame(dt=0.004, t0=1.0).times(3).tolist()
    [1.0, 1.004, 1.008]
    """

    dt: float
    t0: float = 0.0
    live: ArrayLike | None = None
    axis: ArrayLike | None = None
    axis_label: str = "trace"

    def __post_init__(self) -> None:
        if not 0 < self.dt < np.inf:
            raise InvalidParameterError(f"Invalid dt {self.dt}: must be a positive time in seconds.")
        if not np.isfinite(self.t0):
            raise InvalidParameterError(f"Invalid t0 {self.t0}: must be a time in seconds.")
        if self.axis is not None:
            steps = np.diff(np.asarray(self.axis, dtype=np.float64))
            if not (np.all(steps > 0) or np.all(steps < 0)):
                raise InvalidParameterError(
                    "Invalid axis: must rise or fall strictly from trace to trace. Sort the traces."
                )

    @classmethod
    def of(cls, gather: Gather) -> "Frame":
        """
        Frame of a gather by trace numbers, with its times and its live traces.

        Examples
        --------
        >>> Frame.of(Gather(data=np.ones((2, 3)), live=np.array([True, False]), dt=0.004)).live.tolist()
        [True, False]
        """
        return cls(dt=gather.dt, t0=gather.t0, live=gather.live)

    def times(self, n_samples: int) -> NDArray[np.float64]:
        """Time of each sample, shape (n_samples,) [s]."""
        return self.t0 + self.dt * np.arange(n_samples, dtype=np.float64)

    def settle(self, data: ArrayLike) -> "Framed":
        """
        Check a section against its frame, once, at the door of each picture.

        Parameters
        ----------
        data : array, shape (n_traces, n_samples)
            Amplitudes.

        Raises
        ------
        InvalidParameterError
            If a shape breaks its rule.
        """
        amplitudes = check_section(data)
        n_traces = len(amplitudes)
        live = np.ones(n_traces, dtype=bool) if self.live is None else np.asarray(self.live, dtype=bool)
        check_shape("live", live.shape, (n_traces,))
        axis = np.arange(n_traces, dtype=np.float64) if self.axis is None else np.asarray(self.axis, dtype=np.float64)
        check_shape("axis", axis.shape, (n_traces,))
        return Framed(data=amplitudes, live=live, axis=axis)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Framed:
    """A section that agrees with its frame: float64 (n_traces, n_samples), bool and float64 (n_traces,)."""

    data: NDArray[np.float64]
    live: NDArray[np.bool_]
    axis: NDArray[np.float64]


def check_section(data: ArrayLike) -> NDArray[np.float64]:
    """Amplitudes as float64, shape (n_traces, n_samples), neither of them 0."""
    amplitudes = np.asarray(data, dtype=np.float64)
    if amplitudes.ndim != 2 or 0 in amplitudes.shape:
        raise InvalidParameterError(
            f"Invalid shape {amplitudes.shape} of data: must be (n_traces, n_samples), none of them 0."
        )
    return amplitudes
