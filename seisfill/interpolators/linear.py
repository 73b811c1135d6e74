"""The straight line between the nearest live traces, by true position: the filler that nothing may lose against."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Limits, make_answer
from seisfill.neighbours import interpolate_linear


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
        data = gather.data.astype(np.float64)  # the step between two float32 can be more than a float32 holds
        estimate = interpolate_linear(data, gather.known, position=gather.axis)
        return make_answer(gather, estimate, method="linear", judged=self.limits.judge(gather.live))
