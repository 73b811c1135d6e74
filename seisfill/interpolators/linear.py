"""The straight line between the nearest live traces, by true position: the filler that nothing may lose against."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Limits, make_answer
from seisfill.neighbours import interpolate_linear

BLOCK = 1024  # samples at a time: the indices of neighbours take ten times the memory of the data


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearInterpolator:
    """
    Linear interpolation along the trace axis at constant time.

    Parameters
    ----------
    limits : Limits
        What is not invented; any gap is filled by default.

    Examples
    --------
    >>> gather = Gather(data=np.array([[1.0], [0.0], [3.0]]), live=np.array([True, False, True]), dt=0.004)
    >>> LinearInterpolator().fill(gather).data[:, 0].tolist()
    [1.0, 2.0, 3.0]
    """

    limits: Limits = field(default_factory=Limits)

    def fill(self, gather: Gather, *, context: Sequence[Gather] = ()) -> Filled:
        """Fill *gather* between its live traces; the neighbours in *context* are not used."""
        known, estimate = gather.known, np.empty_like(gather.data)
        for start in range(0, gather.n_samples, BLOCK):
            part = slice(start, start + BLOCK)
            data = gather.data[:, part].astype(np.float64)  # a step between two float32 can be more than one holds
            estimate[:, part] = interpolate_linear(data, known[:, part], position=gather.axis)
        return make_answer(gather, estimate, method="linear", judged=self.limits.judge(gather.live))
