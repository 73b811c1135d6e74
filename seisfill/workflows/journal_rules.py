"""What an entry of a journal must say to be believed: by type and range. No file."""

from typing import Any

from seisfill.segy.sidecar_rules import check_values, one_of, text, texts, whole


def _counts(value: Any) -> bool:
    """Whole numbers by words."""
    return isinstance(value, dict) and all(map(text, value)) and all(map(whole(), value.values()))


def _wholes(value: Any) -> bool:
    """A list of whole numbers."""
    return isinstance(value, list) and all(map(whole(), value))


def _runs(value: Any) -> bool:
    """A list of pairs of whole numbers."""
    return isinstance(value, list) and all(_wholes(run) and len(run) == 2 for run in value)


def _table(value: Any) -> bool:
    return isinstance(value, dict)


_WRITTEN = {"runs": _runs, "xxh3": whole(0, 2**64 - 1)}
_RANGE = {
    "range": whole(),
    "data": _WRITTEN,
    "sigma": _WRITTEN,
    "counts": _counts,
    "refused": _counts,
    "flagged": whole(),
    "changed": _wholes,
    "notes": texts,
    "warned": texts,
    "n_row_bytes": whole(),
    "rows_crc": whole(0, 2**32 - 1),
}
_ALONE = {
    "head": _table,
    "prepass": _table,
    "synced": whole(),
    "naming": one_of(True),
    "forgotten": whole(),
}


def check_entry(entry: Any, *, room: int) -> None:
    """
    Raise unless an entry of a journal can be worked with.

    Parameters
    ----------
    entry : object
        As JSON gave it.
    room : int
        Bytes of the journal behind the entry, which may belong to it.

    Raises
    ------
    ValueError
        If it is no entry, or a value is absent, of another type or out of range; the message names it.

    Examples
    --------
    >>> check_entry({"synced": -1}, room=0)
    Traceback (most recent call last):
    ValueError: its synced is -1
    """
    if "range" in entry:
        check_values(entry, _RANGE | {"n_row_bytes": whole(0, room)}, "entry")
        if odd := sorted(set(entry) - set(_RANGE)):
            raise ValueError(f"its entry has {odd[0][:40]!r}")
        return
    rules = {name: rule for name, rule in _ALONE.items() if name in entry}
    if len(rules) != 1:
        raise ValueError(f"its entry is {str(entry)[:40]}")
    check_values(entry, rules, "entry")
