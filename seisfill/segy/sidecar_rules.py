"""What a sidecar must say to be believed: every value that is worked with, by its type and range. No file."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from seisfill.segy.fields import HEADER_BYTES
from seisfill.segy.layout import Layout
from seisfill.segy.samples import FORMATS

Rule = Callable[[Any], bool]
MOST = 2**62  # of any count: what a file system can address
LARGEST = 3.4e38  # number of four bytes


def whole(low: int = 0, high: int = MOST) -> Rule:
    """A whole number from *low* to *high*."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def one_of(*known: Any) -> Rule:
    """One of a few values, of the same type."""
    return lambda value: any(type(value) is type(one) and value == one for one in known)


def or_none(rule: Rule) -> Rule:
    """What *rule* allows, or null."""
    return lambda value: value is None or rule(value)


def number(value: Any) -> bool:
    """A finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def single(value: Any) -> bool:
    """A number that four bytes can hold."""
    return number(value) and abs(value) <= LARGEST


def positive(value: Any) -> bool:
    """A finite number above zero."""
    return number(value) and value > 0


def text(value: Any) -> bool:
    """Words."""
    return isinstance(value, str)


def texts(value: Any) -> bool:
    """A list of words."""
    return isinstance(value, list) and all(map(text, value))


LAYOUT: dict[str, Rule] = {
    "dialect": one_of("segy", "su"),
    "byte_order": one_of(">", "<"),
    "format_code": one_of(*FORMATS),
    "n_samples": whole(1, 2**32),
    "dt": positive,
    "revision": whole(0, 2),
    "text_encoding": or_none(one_of("ebcdic", "ascii")),
    "n_extended_text": whole(),
    "first_trace": whole(),
    "n_traces": whole(1),
}
LAYOUT_MORE: dict[str, Rule] = {  # what older sidecars do not say
    "declared_traces": or_none(whole(0, 2**64 - 1)),  # whatever stands in the eight bytes
    "n_trailing": whole(),
    "t0": or_none(number),
    "float_coordinates": one_of(True, False),
}
HEAD: dict[str, Any] = {
    "version": text,
    "method": text,
    "options": lambda value: isinstance(value, dict),
    "mark": lambda value: value is None or isinstance(value, dict),
    "changed": lambda value: isinstance(value, list),
    "input": {"name": text, "size": whole(1), "n_traces": whole(1), "sha256": text},
    "output": {"name": text, "n_traces": whole(1)},
    "layout": LAYOUT,
    "keys": {"kind": text, "gather": or_none(text), "trace": text, "step": positive},
}
OPTIONS: dict[str, Any] = {  # those by which the input is read again
    "gathers": {
        "gather": or_none(text),
        "trace": or_none(text),
        "trace_step": or_none(positive),
        "trace_range": or_none(lambda value: isinstance(value, list) and len(value) == 2 and all(map(number, value))),
        "densify": whole(1, 4),
    },
    "dead": one_of("auto", "flag", "none"),
}
MARK_RULES: dict[str, Any] = {"byte": whole(1, HEADER_BYTES - 3), "value": whole()}
ROW: dict[str, Rule] = {  # values that some kinds of row must have, and others may
    "gather": number,
    "position": or_none(number),
    "method": text,
    "distance": or_none(whole()),
    "gap": or_none(whole(0, 2**31 - 1)),
    "error": or_none(single),
    "snr": or_none(single),
    "flags": texts,
    "reason": text,
    "bytes": text,
    "holes": lambda value: isinstance(value, list),
}


def check_head(head: Any) -> None:
    """
    Raise unless the first line of a sidecar says everything that is worked with, as it should.

    Raises
    ------
    ValueError
        If a value is absent, of another type or out of range; the message names it.

    Examples
    --------
    >>> check_head({"version": 3})
    Traceback (most recent call last):
    ValueError: its version is 3
    """
    check_values(head, HEAD, "head")
    if head.get("mark") is not None:
        check_values(head["mark"], MARK_RULES, "mark")
    check_values(head["options"], {name: rule for name, rule in OPTIONS.items() if name in head["options"]}, "options")
    layout, known = head["layout"], {field.name for field in fields(Layout)} - {"warnings"}
    check_values(layout, {name: rule for name, rule in LAYOUT_MORE.items() if name in layout}, "layout")
    if odd := sorted(set(layout) - known):
        raise ValueError(f"its layout has {odd[0][:40]!r}")
    found = Layout(**{**layout, "warnings": ()})
    if (found.file_size, found.n_traces) != (head["input"]["size"], head["input"]["n_traces"]):
        raise ValueError("its layout is not that of its input")
    room = layout["first_trace"]
    for change in head["changed"]:
        check_values(change, {"start": whole(0, room), "bytes": text}, "changed")


def check_row(row: Any, head: Mapping[str, Any], kinds: Mapping[str, tuple[str, ...]]) -> None:
    """
    Raise unless a row can be worked with in files of the sizes that the head says.

    Parameters
    ----------
    row : object
        As JSON gave it.
    head : mapping
        A head that `check_head` let pass.
    kinds : mapping of str to tuple of str
        Kinds of row, and the values that each must have; ``input`` if it changes a trace of the input.

    Raises
    ------
    ValueError
        If a value is absent, of another type or out of range; the message names it.
    """
    check_values(
        row, {"kind": one_of(*kinds), "output": whole(0, head["output"]["n_traces"] - 1), "key": number}, "row"
    )
    rules = ROW | {"input": whole(0, head["input"]["n_traces"] - 1)}
    check_values(row, {name: rule for name, rule in rules.items() if name in row or name in kinds[row["kind"]]}, "row")
    n_samples = head["layout"]["n_samples"]
    for hole in row.get("holes", ()):
        fits = isinstance(hole, list) and len(hole) == 3 and whole(0, n_samples - 1)(hole[0])
        if not (fits and whole(1, n_samples - hole[0])(hole[1]) and text(hole[2])):
            raise ValueError(f"its holes are {str(hole)[:40]}")


def check_values(value: Any, rules: Mapping[str, Any], what: str) -> None:
    """Raise a ValueError unless every rule finds its value in a table, nested ones too; *what* names the table."""
    if not isinstance(value, dict):
        raise ValueError(f"its {what} is {str(value)[:40]}")
    for name, rule in rules.items():
        if isinstance(rule, dict):
            check_values(value.get(name), rule, name)
        elif name not in value or not rule(value[name]):
            raise ValueError(f"its {name} is {str(value.get(name, 'absent'))[:40]}")
