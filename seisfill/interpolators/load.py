"""Fillers by name: the one place where the word of a command line becomes an object."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.interpolators.base import Interpolator, Limits, choose_device
from seisfill.interpolators.blocks import Blocks
from seisfill.interpolators.linear import LinearInterpolator

ALONG = frozenset(
    {"network"}
)  # taken along the moveout where nothing is said: better there by number (docs/benchmark.md)


def load_interpolator(
    method: str = "auto",
    *,
    moveout: bool | None = None,
    limits: Limits | None = None,
    device: str = "auto",
    **options: Any,
) -> Interpolator:
    """
    Filler by its name, for gathers of any size.

    All but straight lines, which need little memory beside the gather, fill large gathers in blocks
    (`seisfill.interpolators.blocks`).

    Parameters
    ----------
    method : {'auto', 'network', 'prediction', 'pocs', 'rank', 'alft', 'linear'}
        Which filler.
    moveout : bool, optional
        Whether events are flattened before it fills and restored afterwards; its own habit where not given. ``auto``
        tries both by itself.
    limits : Limits, optional
        Widest gap, extrapolation; the filler's own where not given.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.
    **options
        What the filler itself takes besides, such as ``weights`` and ``flips`` of the network.

    Raises
    ------
    InvalidParameterError
        If the method is not known, moveout is asked of ``auto``, or the device is not there or of no use to the method.

    Examples
    --------
    >>> load_interpolator("linear")
    LinearInterpolator(limits=Limits(max_gap=None, extrapolate=False))
    """
    if method not in _MAKERS:
        known = did_you_mean(method, METHODS)
        raise InvalidParameterError(f"Invalid method {method!r}: must be a known filler; {known}")
    if method == "auto" and moveout is not None:
        raise InvalidParameterError("Invalid moveout for method auto: must not be given; it tries both by itself.")
    filler = _MAKERS[method](limits=limits, device=_device_for(method, device), **options)
    if method in ALONG if moveout is None else moveout:
        filler = _along_moveout(filler)
    return filler if isinstance(filler, LinearInterpolator) else Blocks(inner=filler)


def _device_for(method: str, word: str) -> str:
    """Where a filler computes, settled once: what is kept of a fill must say it, and workers must agree."""
    if method != "linear":
        return choose_device(word)
    if word not in ("auto", "cpu"):
        raise InvalidParameterError(
            f"Invalid device {word!r} with method 'linear': must be auto or cpu, as straight lines take no GPU. "
            "Leave it out, or name another method."
        )
    return "cpu"


def _along_moveout(filler: Interpolator) -> Interpolator:
    from seisfill.interpolators.flattened import Flattened

    return Flattened(inner=filler)


def _auto(
    *, limits: Limits | None, device: str, weights: str | Path | None = None, flips: bool = False, seed: int = 0
) -> Interpolator:
    """Raw and along the moveout: straight lines, the network, prediction filters, and more for random holes."""
    from seisfill.interpolators.auto import AutoInterpolator

    given: dict[str, Any] = {"limits": limits, "device": device}
    network = _network(weights=weights, flips=flips, **given)
    fillers = {"linear": _linear(**given), "network": network, "prediction": _prediction(**given)}
    candidates = dict(fillers)
    for name, filler in (fillers | {"pocs": _pocs(**given)}).items():
        candidates[f"{name} along moveout"] = _along_moveout(filler)
    return AutoInterpolator(
        candidates=candidates, fallback="network along moveout", limits=limits or Limits(), seed=seed
    )


def _linear(*, limits: Limits | None, device: str) -> Interpolator:
    return LinearInterpolator(limits=limits or Limits())


def _network(*, limits: Limits | None, device: str, weights: str | Path | None = None, **options: Any) -> Interpolator:
    from seisfill.interpolators.network import NetworkInterpolator
    from seisfill.nn.weights import DEFAULT

    return NetworkInterpolator.load(DEFAULT if weights is None else weights, device=device, limits=limits, **options)


def _prediction(*, limits: Limits | None, device: str, **options: Any) -> Interpolator:
    from seisfill.interpolators.prediction import PredictionInterpolator

    return PredictionInterpolator(limits=limits or Limits(), device=device, **options)


def _pocs(*, limits: Limits | None, device: str, **options: Any) -> Interpolator:
    from seisfill.interpolators.pocs import PocsInterpolator

    return PocsInterpolator(limits=limits or Limits(), device=device, **options)


def _rank(*, limits: Limits | None, device: str, **options: Any) -> Interpolator:
    from seisfill.interpolators.rank import RankInterpolator

    return RankInterpolator(limits=limits or Limits(), device=device, **options)


def _alft(*, limits: Limits | None, device: str, **options: Any) -> Interpolator:
    from seisfill.interpolators.alft import AlftInterpolator

    return AlftInterpolator(limits=limits or Limits(), device=device, **options)


_MAKERS: dict[str, Callable[..., Interpolator]] = {
    "auto": _auto,
    "network": _network,
    "prediction": _prediction,
    "pocs": _pocs,
    "rank": _rank,
    "alft": _alft,
    "linear": _linear,
}
METHODS = tuple(_MAKERS)
