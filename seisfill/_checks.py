"""Checks of arguments that several modules share; each raises the house's sentence."""

import difflib
from collections.abc import Iterable

from seisfill.errors import InvalidParameterError

MOST_CHOICES = 12


def check_between(what: str, value: float, low: float, high: float) -> None:
    """Raise unless ``low <= value <= high``."""
    if not low <= value <= high:
        raise InvalidParameterError(f"Invalid {what} {value}: must lie between {low} and {high}.")


def check_shape(what: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """Raise unless the two shapes are equal."""
    if tuple(shape) != tuple(expected):
        raise InvalidParameterError(f"Invalid shape {tuple(shape)} of {what}: must be {tuple(expected)}.")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """
    A short cure for a word that is not known.

    Examples
    --------
    >>> did_you_mean("mising", ["missing", "seed"])
    "did you mean 'missing'?"
    >>> did_you_mean("qqq", ["missing", "seed"])
    'known are missing, seed.'
    """
    choices = list(known)
    near = difflib.get_close_matches(word, choices, n=1)
    more = ", ..." if len(choices) > MOST_CHOICES else "."
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(choices[:MOST_CHOICES])}{more}"
