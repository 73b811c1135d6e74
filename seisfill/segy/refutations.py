"""What shows that a reading that fits the size of a file is wrong: headers that do not repeat, absurd samples."""

import numpy as np

from seisfill.segy.fields import HEADER_BYTES, find_field, read_field
from seisfill.segy.readings import Reading
from seisfill.segy.samples import FORMATS, plausible_formats
from seisfill.segy.text import is_text

_SAMPLED_WORDS = 1024
_WALKED_TRACES = 2000
_MOST_PARTS = 64
_LONG_WORDS = ("tracl", "tracr", "fldr", "tracf", "ep", "cdp", "cdpt", "offset")
_MARKS = ("trid", "ns", "dt", "scalco", "scalel")  # words that are alike in the headers of neighbouring traces
_SWAPS = {
    "the two bytes of each pair exchanged": [1, 0, 3, 2],
    "the two halves of each word exchanged": [2, 3, 0, 1],
    "the four bytes of each word reversed": [3, 2, 1, 0],
}
_HALVED = 0.75  # share of the words that end in two zero bytes where pairs were exchanged; large numbers do not


def refute(reading: Reading) -> str:
    """Why the traces of a reading that fits the size are no traces; empty if they may be."""
    first = reading.first_trace
    if is_text(bytes(reading.sampled[0, :HEADER_BYTES])):
        return f"bytes {first + 1}-{first + HEADER_BYTES} must be a trace header, found text."
    declared = FORMATS.get(reading.binary.format_code) if reading.binary else None
    width = FORMATS[reading.code].width
    if reading.n_traces == 1 and declared and declared.width != width and not reading.options.format:
        return "one trace of another width is more likely a trace cut off"
    lengths = variable_lengths(reading)
    if lengths:
        return lengths
    if not _headers_repeat(reading):
        return "trace header bytes 115-118 (samples, interval) must repeat from trace to trace. Give --n-samples."
    return _halved_pairs(reading) or _headers_within(reading) or _absurd_samples(reading)


def _headers_repeat(reading: Reading) -> bool:
    """True where the count or the interval of most sampled traces, but for padding, is that of the first."""
    is_trace = np.asarray(reading.sampled.any(axis=1))
    is_trace[0] = True
    count, interval = reading.word("ns")[is_trace], reading.word("dt")[is_trace]
    same_count, same_interval = count == count[0], interval == interval[0]
    alike = same_count & same_interval | same_count & (count != 0) | same_interval & (interval != 0)
    return bool(alike.size == 1 or alike[1:].mean() >= 0.5)


def variable_lengths(reading: Reading) -> str:
    """Says so if each trace is as long as its own header tells, and not all are alike; empty otherwise."""
    counts = reading.word("ns")
    if reading.fits and not reading.left_over and (counts == counts[0]).all():
        return ""
    found = _walk(reading)
    if found is None:
        return ""
    low, high = found
    return (
        f"trace header bytes 115-116 must say one number of samples, found traces of {low} to {high} samples, each as "
        "long as its header says. Cut or pad them to one length first."
    )


def _walk(reading: Reading) -> tuple[int, int] | None:
    """Smallest and largest number of samples, going from header to header; None where that leads astray."""
    data, place, width = reading.data, reading.first_trace, FORMATS[reading.code].width
    fields = [find_field(name, dialect="segy") for name in ("ns", "dt")]
    counts: list[int] = []
    interval = None
    while len(counts) < _WALKED_TRACES and place + HEADER_BYTES <= data.size:
        header = data[np.newaxis, place : place + HEADER_BYTES]
        count, dt = (int(read_field(header, field, reading.order)[0]) for field in fields)
        if not count or (interval is not None and dt != interval):
            return None
        interval = dt
        counts.append(count)
        place += HEADER_BYTES + count * width
    ended = len(counts) == _WALKED_TRACES or place == data.size
    return (min(counts), max(counts)) if ended and len(counts) > 1 and min(counts) < max(counts) else None


def _halved_pairs(reading: Reading) -> str:
    """Says so if whole numbers stand in the upper halves of their words: the bytes of each pair were exchanged."""
    words = np.concatenate([reading.word(name) for name in _LONG_WORDS])
    low = words[words != 0] % 65536
    halved = (low == 0) | (low == 65535)  # of positive and of negative numbers
    if not low.size or halved.mean() < _HALVED or len(np.unique(words[words % 65536 == 0])) < 3:
        return ""
    return (
        "trace header bytes 1-40 must hold whole numbers, found nearly all to be multiples of 65536: the two bytes of "
        "each pair were exchanged. Change them back first, as dd conv=swab does."
    )


def _headers_within(reading: Reading) -> str:
    """Says so if each trace holds further trace headers among its samples: a count that divides the file is wrong."""
    if reading.options.n_samples is not None:
        return ""
    width, length = FORMATS[reading.code].width, reading.trace_bytes
    marks = [field for field in (find_field(name, dialect="segy") for name in _MARKS) if reading.word(field.name).any()]
    for parts in range(2, _MOST_PARTS):
        short = length // parts
        if length % parts or (short - HEADER_BYTES) % width or short <= HEADER_BYTES or len(marks) < 2:
            continue
        inner = reading.sampled[:, short : short + HEADER_BYTES]
        if all(np.array_equal(read_field(inner, f, reading.order), reading.word(f.name)) for f in marks):
            n_samples = (short - HEADER_BYTES) // width
            return (
                f"traces of {reading.n_samples} samples must hold no trace headers, found one every {short} bytes. "
                f"Give --n-samples {n_samples}."
            )
    return ""


def _absurd_samples(reading: Reading) -> str:
    """Says so if the samples cannot be amplitudes of the format, and of which order of bytes they may be."""
    if reading.options.format is not None:
        return ""
    declared = reading.binary.format_code if reading.binary else None
    width, some = FORMATS[reading.code].width, _some_samples(reading)
    if reading.code in plausible_formats(some, width, reading.order, declared=declared):
        return ""
    where = f"bytes 3225-3226 say {declared}" if reading.binary else "SU"
    says = f"samples ({where}) must be amplitudes, found absurd ones as {FORMATS[reading.code].name}"
    for what, order in _SWAPS.items() if width == 4 else ():
        swapped = some.reshape(-1, 4)[:, order].reshape(len(some), -1)
        if reading.code in plausible_formats(swapped, width, reading.order):
            return f"{says}; they make sense with {what}. Change them back first."
    return f"{says}. Give --format or --byte-order."


def _some_samples(reading: Reading) -> np.ndarray:
    """Bytes of some samples of the sampled traces, shape (n, m * width)."""
    words = reading.sampled[:, HEADER_BYTES:].reshape(len(reading.sampled), reading.n_samples, -1)
    return words[:, :: -(-reading.n_samples // _SAMPLED_WORDS)].reshape(len(words), -1)
