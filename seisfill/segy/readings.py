"""Every way to read the bytes of a file that its headers suggest, and which headers contradict it; no choice here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from seisfill.errors import InvalidParameterError
from seisfill.segy.fields import FILE_HEADER_BYTES, HEADER_BYTES, BinaryHeader, find_field, read_field
from seisfill.segy.samples import FORMATS, find_format
from seisfill.segy.text import TEXT_BYTES, count_extended_text, is_text

ORDERS = {"big": ">", "little": "<"}
_ENDIAN_CONSTANT = 0x01020304
_MAX_EXTENDED_TEXT = 1000
_SAMPLED_TRACES = 64
_UNSUPPORTED_FORMATS = {
    4: "fixed point with gain",
    7: "int24",
    9: "int64",
    10: "uint32",
    11: "uint16",
    12: "uint64",
    15: "uint24",
    16: "uint8",
}
_SMALL_WORDS = ("tracl", "tracr", "fldr", "tracf", "ep", "cdp", "cdpt", "trid", "offset", "scalco", "ns", "dt")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutOptions:
    """
    What the user says about a file; None leaves it to the file.

    Parameters
    ----------
    n_samples : int, optional
        Samples of a trace.
    format : str or int, optional
        Code or name of the sample format.
    byte_order : {'big', 'little'}, optional
        Byte order of headers and samples.
    text_encoding : {'ebcdic', 'ascii'}, optional
        Encoding of the textual header.
    dt : float, optional
        Sample interval [s].
    t0 : float, optional
        Time of the first sample of every trace [s], whatever the delays in trace headers.
    salvage : bool
        Read the whole traces of a file that is cut off, padded with zeros, or followed by other bytes.

    Raises
    ------
    InvalidParameterError
        If a value breaks its rule.
    """

    n_samples: int | None = None
    format: str | int | None = None
    byte_order: str | None = None
    text_encoding: str | None = None
    dt: float | None = None
    t0: float | None = None
    salvage: bool = False

    def __post_init__(self) -> None:
        if self.n_samples is not None and self.n_samples < 1:
            raise InvalidParameterError(f"Invalid n_samples {self.n_samples}: must be at least 1.")
        if self.format is not None:
            find_format(self.format)
        if self.byte_order not in (None, *ORDERS):
            raise InvalidParameterError(f"Invalid byte_order {self.byte_order!r}: must be 'big' or 'little'.")
        if self.text_encoding not in (None, "ebcdic", "ascii"):
            raise InvalidParameterError(f"Invalid text_encoding {self.text_encoding!r}: must be 'ebcdic' or 'ascii'.")
        if self.dt is not None and not 0 < self.dt < np.inf:
            raise InvalidParameterError(f"Invalid dt {self.dt}: must be a positive number of seconds.")
        if self.t0 is not None and not np.isfinite(self.t0):
            raise InvalidParameterError(f"Invalid t0 {self.t0}: must be a number of seconds.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """
    One way to read the file; ``binary`` is None for SU. The verdicts are worked out when they are asked for.

    At its end may be *n_padding* traces that are none.
    """

    data: np.ndarray = field(repr=False)
    options: LayoutOptions
    order: str
    code: int
    n_samples: int
    first_trace: int
    n_extended: int
    binary: BinaryHeader | None
    n_padding: int = 0

    @property
    def trace_bytes(self) -> int:
        """Bytes of one trace with its header."""
        return HEADER_BYTES + self.n_samples * FORMATS[self.code].width

    @property
    def _room(self) -> int:
        """Bytes for traces: up to the end of the file, or, where they may be carried along, to trailers and padding."""
        trailers = self.binary.n_trailers if self.binary and self.options.salvage else 0
        behind = TEXT_BYTES * max(trailers, 0) + self.n_padding * self.trace_bytes
        return max(self.data.size - self.first_trace - behind, 0)

    @property
    def n_traces(self) -> int:
        """Number of whole traces."""
        return self._room // self.trace_bytes

    @property
    def left_over(self) -> int:
        """Bytes after the last whole trace."""
        return self.data.size - self.first_trace - self.n_traces * self.trace_bytes

    @property
    def fits(self) -> bool:
        """True where the file is whole traces up to its end, or may have other bytes behind them."""
        return self.n_traces >= 1 and (not self.left_over or self.options.salvage)

    @property
    def traces(self) -> np.ndarray:
        """All whole traces: uint8 array, shape (n_traces, trace_bytes)."""
        end = self.first_trace + self.n_traces * self.trace_bytes
        return self.data[self.first_trace : end].reshape(self.n_traces, self.trace_bytes)

    @cached_property
    def sampled(self) -> np.ndarray:
        """Some whole traces; of a file that is cut off, its first header."""
        if not self.fits:
            return self.data[np.newaxis, self.first_trace : self.first_trace + HEADER_BYTES]
        return self.traces[np.unique(np.linspace(0, self.n_traces - 1, _SAMPLED_TRACES).astype(int))]

    def word(self, name: str) -> np.ndarray:
        """One header word of the sampled traces."""
        return read_field(self.sampled[:, :HEADER_BYTES], find_field(name, dialect="segy"), self.order)

    @cached_property
    def contradictions(self) -> tuple[str, ...]:
        """The header fields that say otherwise."""
        notes = _binary_contradictions(self, self.binary) if self.binary else []
        counts = self.word("ns")
        others = counts[(counts != 0) & (counts != self.n_samples)]
        if others.size and self.options.n_samples is None and self.n_samples <= 0xFFFF:
            notes.append(
                f"trace header bytes 115-116 (samples) say {most_common(others)}, the file fits {self.n_samples}"
            )
        if self.left_over and self.fits:
            notes.append(f"{self.left_over} bytes behind trace {self.n_traces} belong to none, and are carried along")
        return tuple(notes)

    @property
    def unsupported(self) -> str:
        """What the binary header declares that is never read, whether or not the size fits; empty if nothing."""
        return _unsupported(self, self.binary) if self.binary else ""

    def header_bits(self) -> float:
        """Bits that the usual words take; small numbers need many when they are read in the wrong byte order."""
        return float(sum(np.log2(np.abs(self.word(name)) + 1.0).mean() for name in _SMALL_WORDS))


def _binary_contradictions(reading: Reading, binary: BinaryHeader) -> list[str]:
    """The fields of the binary header that say otherwise; what the user has settled is not asked."""
    options, notes = reading.options, []
    if options.format is None and binary.format_code != reading.code:
        notes.append(
            f"bytes 3225-3226 (sample format) say {binary.format_code}, "
            f"the samples fit {reading.code} ({FORMATS[reading.code].name})"
        )
    if options.n_samples is None and binary.n_samples not in (0, reading.n_samples):
        notes.append(
            f"bytes {binary.samples_bytes} (samples) say {binary.n_samples}, the file fits {reading.n_samples}"
        )
    if binary.n_extended_text not in (-1, reading.n_extended) or (
        binary.n_extended_text == -1 and not reading.n_extended
    ):
        notes.append(
            f"bytes 3505-3506 (extended texts) say {binary.n_extended_text}, the file fits {reading.n_extended}"
        )
    if options.byte_order is None and binary.endian not in (0, _ENDIAN_CONSTANT):
        notes.append(
            f"bytes 3297-3300 (byte order) say {binary.endian}, {_ENDIAN_CONSTANT} was expected"
            + ("" if binary.revision == 2 else ", so revision 2 is not believed")
        )
    if binary.first_trace not in (0, reading.first_trace):
        notes.append(f"bytes 3521-3528 (first trace) say {binary.first_trace}, the file fits {reading.first_trace}")
    return notes


def _unsupported(reading: Reading, binary: BinaryHeader) -> str:
    """The first declaration of a sample format, or of rev 2, that this package does not read."""
    name = _UNSUPPORTED_FORMATS.get(binary.format_code)
    if name and reading.options.format is None:
        known = ", ".join(f"{code} ({fmt.name})" for code, fmt in FORMATS.items())
        return (
            f"bytes 3225-3226 (sample format) must say {known}, "
            f"found {name} (code {binary.format_code}), which is not supported. If the code is wrong, give --format."
        )
    if binary.n_extra_headers:
        where, rule, found = "3507-3510 (additional trace headers)", "0", binary.n_extra_headers
        cure = "Rewrite the file with one header a trace."
    elif binary.first_trace not in (0, reading.first_trace):
        where, rule, found = "3521-3528 (first trace)", f"0 or {reading.first_trace}", binary.first_trace
        cure = "Rewrite the file with its traces behind the headers."
    elif binary.n_trailers < 0 or (binary.n_trailers and not reading.options.salvage):
        where, rule, found = "3529-3532 (data trailers)", "0", binary.n_trailers
        cure = "--salvage carries trailers that are counted along." if found > 0 else "Rewrite the file without them."
    else:
        return ""
    return f"bytes {where} must say {rule}, found {found}, which is not supported. {cure}"


def readings_of(data: np.ndarray, options: LayoutOptions) -> Iterator[Reading]:
    """Every reading of the file that its headers or the options suggest."""
    asked = find_format(options.format).code if options.format is not None else None
    for order in [ORDERS[options.byte_order]] if options.byte_order else ORDERS.values():
        plans: list[tuple[BinaryHeader | None, int, int, Iterable[int], Iterable[int]]] = []
        if data.size > HEADER_BYTES and not is_text(bytes(data[:HEADER_BYTES])):
            plans.append((None, 0, 0, (), [asked or 5]))
        if data.size > FILE_HEADER_BYTES:
            binary = BinaryHeader.read(bytes(data[:FILE_HEADER_BYTES]), order)
            counts = (binary.n_samples, binary.short_n_samples)
            for n_extended, first in _first_traces(data, binary):
                plans.append((binary, n_extended, first, counts, [asked] if asked else FORMATS))
        for binary_or_none, n_extended, first, counts_declared, codes in plans:
            if first + HEADER_BYTES >= data.size:
                continue
            header = data[np.newaxis, first : first + HEADER_BYTES]
            in_trace = int(read_field(header, find_field("ns", dialect="segy"), order)[0])
            tried = [options.n_samples] if options.n_samples else dict.fromkeys([*counts_declared, in_trace])
            for n_samples in tried:
                for code in codes if n_samples else ():
                    yield Reading(
                        data=data,
                        options=options,
                        order=order,
                        code=code,
                        n_samples=n_samples,
                        first_trace=first,
                        n_extended=n_extended,
                        binary=binary_or_none,
                    )


def _first_traces(data: np.ndarray, binary: BinaryHeader) -> list[tuple[int, int]]:
    """Numbers of extended textual headers worth a try, each with the offset of trace 1."""
    room = (data.size - FILE_HEADER_BYTES) // TEXT_BYTES
    declared = binary.n_extended_text
    if declared == -1:
        starts = (FILE_HEADER_BYTES + TEXT_BYTES * i for i in range(min(room, _MAX_EXTENDED_TEXT)))
        declared = count_extended_text(bytes(data[start : start + TEXT_BYTES]) for start in starts) or 0
    numbers = [declared, 0] if 0 < declared <= room else [0]
    found = _texts_found(data, min(room, _MAX_EXTENDED_TEXT))
    return [(number, FILE_HEADER_BYTES + TEXT_BYTES * number) for number in dict.fromkeys([*numbers, found])]


def _texts_found(data: np.ndarray, most: int) -> int:
    """How many stanzas of text follow the file headers."""
    for number in range(most):
        start = FILE_HEADER_BYTES + TEXT_BYTES * number
        if not is_text(bytes(data[start : start + TEXT_BYTES])):
            return number
    return most


def best_readings(fitting: list[Reading]) -> list[Reading]:
    """The readings with the fewest contradictions; a tie of byte orders goes to the one with the smaller headers."""
    fewest = min((len(reading.contradictions) for reading in fitting), default=0)
    best = [reading for reading in fitting if len(reading.contradictions) == fewest]
    if len({reading.order for reading in best}) > 1:
        bits = min(reading.header_bits() for reading in best)
        best = [reading for reading in best if reading.header_bits() < bits + 8]
    return best


def most_common(values: np.ndarray) -> int:
    """The value that occurs most often."""
    different, counts = np.unique(values, return_counts=True)
    return int(different[counts.argmax()])
