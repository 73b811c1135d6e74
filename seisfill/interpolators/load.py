"""Fillers by name: the one place where the word of a command line becomes an object."""

from pathlib import Path
from typing import Any

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.interpolators.base import Interpolator, Limits
from seisfill.interpolators.linear import LinearInterpolator

METHODS = ("network", "linear")


def load_interpolator(
    method: str = "network",
    *,
    weights: str | Path | None = None,
    device: str = "auto",
    limits: Limits | None = None,
    **options: Any,
) -> Interpolator:
    """
    Filler by its name.

    Parameters
    ----------
    method : {'network', 'linear'}
        Which filler.
    weights : str or Path, optional
        For the network: name of shipped weights, or a ``.safetensors`` file with its card.
    device : {'auto', 'cpu', 'cuda'}
        For the network: where to compute.
    limits : Limits, optional
        Widest gap, extrapolation.
    **options
        What the filler itself takes besides, such as ``flips`` of the network.

    Raises
    ------
    InvalidParameterError
        If the method is not known.

    Examples
    --------
    >>> load_interpolator("linear")
    LinearInterpolator(limits=Limits(max_gap=None, extrapolate=False))
    """
    if method == "linear":
        return LinearInterpolator(limits=limits or Limits(), **options)
    if method == "network":
        from seisfill.interpolators.network import NetworkInterpolator

        given: dict[str, Any] = {} if weights is None else {"weights": weights}
        return NetworkInterpolator.load(device=device, limits=limits, **given, **options)
    raise InvalidParameterError(f"Invalid method {method!r}: must be a known filler; {did_you_mean(method, METHODS)}")
