"""Sample interval of a file: which of the headers is believed, and what is said of the others."""

from pathlib import Path

import numpy as np

from seisfill.errors import LayoutError
from seisfill.segy.readings import Reading, most_common

_SIGNED = 1 << 15  # us; a shorter word with a sign would call it negative
_FEW = 0.1  # share of traces whose interval may be junk


def find_interval(reading: Reading, path: Path) -> tuple[float, list[str]]:
    """
    The sample interval [s], and a sentence for each header that says otherwise.

    The binary header is believed before trace headers, but not if only these say a number that no sign makes negative.

    Raises
    ------
    LayoutError
        If no header says one, or several kinds of traces say different ones.
    """
    if reading.options.dt is not None:
        return reading.options.dt, []
    in_binary = reading.binary.interval_us if reading.binary else 0.0
    said = reading.word("dt")
    said = said[said != 0]
    in_traces = float(most_common(said)) if said.size else 0.0
    if not in_binary and not in_traces:
        where = "bytes 3217-3218 and trace header bytes 117-118" if reading.binary else "trace header bytes 117-118"
        raise LayoutError(f"Invalid sample interval 0 in {where} of {path}: must be positive. Give it with --dt.")
    if said.size and (said != in_traces).mean() > _FEW:
        other = most_common(said[said != in_traces])
        raise LayoutError(
            f"Invalid sample interval in trace header bytes 117-118 of {path}: must be one for all traces, found "
            f"{in_traces:g} and {other} us. Give it with --dt if one is wrong; else split the file."
        )
    if _SIGNED <= in_binary < 2 * _SIGNED and 0 < in_traces < _SIGNED:
        note = f"bytes 3217-3218 (sample interval) say {_signed(in_binary)}, {in_traces:g} us of the traces is used"
        return in_traces / 1e6, [note]
    interval = in_binary or in_traces
    notes = []
    others = said[np.abs(said - interval) >= 1]
    if others.size:
        other = most_common(others)
        notes.append(
            f"trace header bytes 117-118 (sample interval) say {other} us, {interval:g} us is used; --dt says otherwise"
        )
    elif _SIGNED <= interval < 2 * _SIGNED:
        notes.append(f"the sample interval is {_signed(interval)}; --dt says otherwise")
    return interval / 1e6, notes


def _signed(interval_us: float) -> str:
    """A large interval, and what it is if the word has a sign."""
    return f"{interval_us:g} us, or {interval_us - 2 * _SIGNED:g} us if the word has a sign"
