"""Which header words make gathers and order their traces: presets, the user's words, or an ordered rule."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seisfill._checks import did_you_mean
from seisfill.errors import GeometryError, InvalidParameterError
from seisfill.segy.fields import Field, find_field
from seisfill.segy.index import HeaderIndex

PRESETS = {
    "shot": ("fldr", "tracf"),
    "receiver": ("gx", "fldr"),
    "cdp": ("cdp", "offset"),
    "inline": ("iline", "xline"),
    "crossline": ("xline", "iline"),
}
LINE_KEYS = ("cdp", "iline", "xline", "tracl", "tracr", "ep")
_DETECTED = (
    ("shot", "fldr", "tracf"),
    ("shot", "fldr", "offset"),
    ("cdp", "cdp", "offset"),
    *((kind, *PRESETS[kind]) for kind in ("inline", "crossline")),
)
MOSTLY = 0.9  # share of traces that must be told apart: a few duplicates are an error to show, not another kind of file


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherKeys:
    """
    The two header words that order a file.

    Parameters
    ----------
    kind : str
        ``shot``, ``cdp``, ``inline``, ``crossline``, ``receiver``, ``line`` or ``chosen``.
    gather : Field or None
        What is constant within a gather; None where the whole file is one.
    trace : Field
        What varies along it.
    reason : str
        Why these, for the user.
    """

    kind: str
    gather: Field | None
    trace: Field
    reason: str


def find_keys(index: HeaderIndex, *, gather: str | None = None, trace: str | None = None) -> GatherKeys:
    """
    The keys that the user names, completed or found by rule where nothing is named.

    The rule takes the first that tells the traces apart and whose gathers lie together in the file: field record and
    channel (``shot``), field record and offset (``shot``), CDP and offset (``cdp``), inline and crossline (``inline``),
    crossline and inline (``crossline``), then the whole file as one ``line`` along the first of CDP, inline, crossline
    and trace sequence numbers that differs from trace to trace. Stacks keep words of the shots that they were made of:
    where all offsets are equal, inlines and crosslines come first, and so does a line of CDPs of several field records.

    Parameters
    ----------
    index : HeaderIndex
        The file.
    gather, trace : str, optional
        Preset (for *gather*), SU name, segyio name or byte position.

    Raises
    ------
    InvalidParameterError
        If a word is not known.
    GeometryError
        If no pair of keys tells the traces apart.
    """
    dialect = index.layout.dialect
    named = None if trace is None else find_field(trace, dialect=dialect)
    if gather is None:
        found = _detect(index)
        return found if named is None else _replaced(found, named)
    if gather == "line":
        return GatherKeys(kind="line", gather=None, trace=named or _line_key(index), reason="--gather line")
    if gather in PRESETS:
        group, along = (find_field(word, dialect=dialect) for word in PRESETS[gather])
        return GatherKeys(kind=gather, gather=group, trace=named or along, reason=f"--gather {gather}")
    group = _known_word(gather, dialect)
    if named is None:
        partners = [k for k in _pairs(dialect) if k.gather == group]
        if not partners:
            raise InvalidParameterError(
                f"Invalid gather {gather!r} alone: must come with the key along it. Add --trace, as --trace offset."
            )
        named = partners[0].trace
    return GatherKeys(kind="chosen", gather=group, trace=named, reason=f"--gather {gather}")


def _known_word(word: str, dialect: str) -> Field:
    try:
        return find_field(word, dialect=dialect)
    except InvalidParameterError as error:
        raise InvalidParameterError(
            f"Invalid gather {word!r}: must be a preset, header word or byte; {did_you_mean(word, [*PRESETS, 'line'])} "
            f"{error}"
        ) from None


def _replaced(found: GatherKeys, trace: Field) -> GatherKeys:
    return GatherKeys(kind=found.kind, gather=found.gather, trace=trace, reason=f"{found.reason}; --trace {trace.name}")


def _pairs(dialect: str) -> Iterator[GatherKeys]:
    """The pairs of the rule that *dialect* has words for."""
    for kind, *words in _DETECTED:
        if dialect == "su" and kind in ("inline", "crossline"):
            continue
        group, along = (find_field(word, dialect=dialect) for word in words)
        yield GatherKeys(
            kind=kind, gather=group, trace=along, reason=f"{group.name} and {along.name} tell the traces apart"
        )


def _detect(index: HeaderIndex) -> GatherKeys:
    """First pair of the rule that fits, else the line."""
    pairs = list(_pairs(index.layout.dialect))
    record, cdp, offset = index.columns("fldr", "cdp", "offset")
    stacked = len(np.unique(offset)) == 1
    if stacked:
        pairs.sort(key=lambda keys: keys.kind not in ("inline", "crossline"))
        if _is_line(record, cdp) and not any(_fits(index, keys) for keys in pairs[:2] if keys.kind != "shot"):
            reason = "all offsets are equal and CDPs run through the file"
            return GatherKeys(
                kind="line", gather=None, trace=find_field("cdp", dialect=index.layout.dialect), reason=reason
            )
    for keys in pairs:
        if _fits(index, keys):
            return keys
    n_records = len(np.unique(record))
    if not stacked and 1 < n_records < len(record) / 2:
        raise GeometryError(
            f"Invalid trace keys of {index.path}: must tell the traces of a shot apart, and in {n_records} "
            "field records neither channels nor offsets do. Name the right words with --gather and --trace."
        )
    return GatherKeys(kind="line", gather=None, trace=_line_key(index), reason="no pair of keys makes gathers")


def _is_line(record: np.ndarray, cdp: np.ndarray) -> bool:
    """Whether CDPs rise or fall from trace to trace through several field records."""
    steps = np.diff(cdp)
    return len(np.unique(record)) > 1 and bool((steps > 0).all() or (steps < 0).all())


def _fits(index: HeaderIndex, keys: GatherKeys) -> bool:
    assert keys.gather is not None
    return _makes_gathers(*index.columns(keys.gather, keys.trace))


def _makes_gathers(group: np.ndarray, along: np.ndarray) -> bool:
    """Whether gathers are more than single traces, lie together, and their traces differ in the second key."""
    n_traces = len(group)
    runs = 1 + np.count_nonzero(np.diff(group))
    n_groups = len(np.unique(group))
    if n_groups > n_traces / 2 or runs > 1.1 * n_groups or len(np.unique(along)) < 2:
        return False
    order = np.lexsort((along, group))
    twins = (np.diff(group[order]) == 0) & (np.diff(along[order]) == 0)
    return bool(np.count_nonzero(twins) <= (1 - MOSTLY) * n_traces)


def _line_key(index: HeaderIndex) -> Field:
    """First word that differs from trace to trace."""
    dialect = index.layout.dialect
    words = [w for w in LINE_KEYS if dialect == "segy" or w not in ("iline", "xline")]
    for word in words:
        field = find_field(word, dialect=dialect)
        values = index.column(field)
        if len(np.unique(values)) == len(values):
            return field
    raise GeometryError(
        f"Invalid trace keys of {index.path}: must tell the traces apart, and none of fldr/tracf, cdp/offset, "
        f"{', '.join(words)} does. Name the right words with --gather and --trace."
    )
