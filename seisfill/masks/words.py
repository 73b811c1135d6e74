"""Rules by their words, in configurations and on the command line."""

from collections.abc import Callable

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError
from seisfill.masks.base import MaskRule
from seisfill.masks.mixtures import MixedMask
from seisfill.masks.rules import EdgeMask, GapMask, JitteredMask, RandomMask, RegularMask

RULES: dict[str, type] = {
    "random": RandomMask,
    "every": RegularMask,
    "jitter": JitteredMask,
    "gap": GapMask,
    "edge": EdgeMask,
}
_WORDS: dict[str, Callable[[str], MaskRule]] = {
    "random": lambda value: RandomMask(missing=float(value)),
    "every": lambda value: RegularMask(every=int(value)),
    "jitter": lambda value: JitteredMask(every=int(value)),
    "gap": lambda value: GapMask(width=int(value)),
    "edge": lambda value: EdgeMask(width=int(value)),
}


def parse_mask(text: str) -> MaskRule:
    """
    Rule that a word of the command line names; several joined by ``+`` hide together.

    Examples
    --------
    >>> parse_mask("every:3")
    RegularMask(every=3, phase=0, keep_ends=True)

    Raises
    ------
    InvalidParameterError
        If the word or its number is not known.
    """
    if "+" in text:
        return MixedMask(rules=tuple(parse_mask(part) for part in text.split("+")))
    word, _, value = text.partition(":")
    if word not in _WORDS:
        raise InvalidParameterError(
            f"Invalid mask {text!r}: must be like random:0.5, every:2; {did_you_mean(word, _WORDS)}"
        )
    try:
        return _WORDS[word](value)
    except InvalidParameterError:
        raise
    except ValueError:
        raise InvalidParameterError(
            f"Invalid mask {text!r}: must hold a number behind the colon, as {word}:2."
        ) from None
