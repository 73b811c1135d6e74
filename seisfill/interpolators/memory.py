"""What a filler works in: bytes beside the gather, measured for each, so that too little can be refused early."""

from seisfill.interpolators.base import Interpolator
from seisfill.interpolators.blocks import Blocks

BYTES = {  # of working memory for each sample and each trace of a block, rounded up: ``python -m tests.memory``
    "LinearInterpolator": (20, 0),
    "NetworkInterpolator": (450, 0),
    "PredictionInterpolator": (600, 0),
    "PocsInterpolator": (100, 0),
    "RankInterpolator": (220, 0),
    "AlftInterpolator": (100, 0),
    "Flattened(LinearInterpolator)": (70, 20_000),
    "Flattened(NetworkInterpolator)": (400, 410_000),
    "Flattened(PredictionInterpolator)": (760, 25_000),
    "Flattened(PocsInterpolator)": (400, 100_000),
    "Flattened(RankInterpolator)": (400, 100_000),
    "Flattened(AlftInterpolator)": (400, 100_000),
    "AutoInterpolator": (890, 150_000),
}
OTHER = (100, 0)  # of a filler that is not known here
OF_BLEND = 13  # of each sample of a gather that is cut


def memory_need(filler: Interpolator, shape: tuple[int, int]) -> int:
    """
    Working memory of a fill, beside the gather and what its libraries take when they are loaded [bytes].

    Parameters
    ----------
    filler : Interpolator
        As `seisfill.interpolators.load.load_interpolator` gives it; one that is not known here counts as `OTHER`.
    shape : (int, int)
        Traces and samples of the largest gather.

    Examples
    --------
    >>> from seisfill.interpolators.linear import LinearInterpolator
    >>> memory_need(LinearInterpolator(), (100, 1000))
    2000000
    """
    n_traces, n_samples = shape
    if isinstance(filler, Blocks):
        plan, of_blend = filler.plan, OF_BLEND * n_traces * n_samples
        if plan.takes_whole(shape):
            return memory_need(filler.inner, shape)
        width = min(n_traces, plan.width(n_samples) * 5 // 4)  # the last one may be longer, by the widest gap
        return of_blend + memory_need(filler.inner, (width, min(n_samples, plan.samples // plan.width(n_samples))))
    known, inner = BYTES.get(_chain(filler)), getattr(filler, "inner", None)
    if known is None and inner is not None:
        return memory_need(inner, shape) + OF_BLEND * n_traces * n_samples
    of_sample, of_trace = known or OTHER
    return n_traces * (of_sample * n_samples + of_trace)


def _chain(filler: object) -> str:
    """Name of a filler, and of the one that it holds."""
    name, inner = type(filler).__name__, getattr(filler, "inner", None)
    return name if inner is None else f"{name}({_chain(inner)})"
