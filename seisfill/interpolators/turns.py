"""Other looks at the same gather, exact there and back: a filler's answer should not depend on them. Plain arrays."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seisfill.gather import Bools, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """
    One other look.

    Parameters
    ----------
    name : str
        What is done to the gather.
    there, back : function
        Between arrays of shape (n_traces, n_samples) and those of the look; ``back`` is told the shape to return to.
        Places that the look adds hold zeros.
    sign : int
        Polarity, 1 or -1.
    """

    name: str
    there: Callable[[np.ndarray], np.ndarray]
    back: Callable[[np.ndarray, tuple[int, int]], np.ndarray]
    sign: int = 1

    def look(self, data: Floats, known: Bools) -> tuple[Floats, Bools]:
        """Data and known flags of the look; what it adds is not known."""
        return self.sign * self.there(data), self.there(known)

    def undo(self, estimate: Floats, shape: tuple[int, int]) -> Floats:
        """
        The estimate of the look as one of the gather.

        Examples
        --------
        >>> data = np.arange(6, dtype=np.float32).reshape(3, 2)
        >>> [bool((turn.undo(turn.look(data, data > 1)[0], (3, 2)) == data).all()) for turn in TURNS]
        [True, True, True, True, True]
        """
        return self.sign * self.back(estimate, shape)


def _reversed(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values[::-1])


def _sheared(values: np.ndarray, step: int) -> np.ndarray:
    """Each trace one sample later (*step* 1) or earlier (-1) than the one before, in a record that has room for it."""
    n_traces, n_samples = values.shape
    sheared = np.zeros((n_traces, n_samples + n_traces - 1), values.dtype)
    for trace, start in enumerate(_starts(n_traces, step)):
        sheared[trace, start : start + n_samples] = values[trace]
    return sheared


def _straightened(values: np.ndarray, shape: tuple[int, int], step: int) -> np.ndarray:
    starts = _starts(shape[0], step)
    return np.stack([row[start : start + shape[1]] for row, start in zip(values, starts, strict=True)])


def _starts(n_traces: int, step: int) -> range:
    return range(n_traces) if step > 0 else range(n_traces - 1, -1, -1)


LATER = (2, 4)  # traces and samples: half of what the network's strides fold together


TURNS = (
    Turn(name="reversed", there=_reversed, back=lambda values, _: _reversed(values)),
    Turn(name="other polarity", there=np.copy, back=lambda values, _: values, sign=-1),
    Turn(
        name="dipping down by one sample a trace",
        there=lambda values: _sheared(values, 1),
        back=lambda values, shape: _straightened(values, shape, 1),
    ),
    Turn(
        name="dipping up by one sample a trace",
        there=lambda values: _sheared(values, -1),
        back=lambda values, shape: _straightened(values, shape, -1),
    ),
    Turn(
        name="tiles that begin earlier",
        there=lambda values: np.pad(values, ((LATER[0], 0), (LATER[1], 0))),
        back=lambda values, _: np.ascontiguousarray(values[LATER[0] :, LATER[1] :]),
    ),
)
