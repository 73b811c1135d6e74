"""The words of SEG-Y and SU headers: names, byte positions, reading and writing; no file, no text and no samples."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

import numpy as np
import segyio
import segyio.su

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError

HEADER_BYTES = 240
FILE_HEADER_BYTES = 3600  # textual and binary header of SEG-Y
FIRST_DIALECT_BYTE = 181  # SEG-Y rev 1 and SU agree on the bytes before this one

Dialect = Literal["segy", "su"]
ByteOrder = Literal[">", "<"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One word of a trace header.

    Parameters
    ----------
    name : str
        SU name, or ``byteN`` for a word that no standard names.
    byte : int
        First byte, counted from 1 as SEG-Y does.
    kind : str
        Type as numpy writes it, without the byte order: ``i2``, ``u2``, ``i4``, ``f4``, ...

    Examples
    --------
    >>> find_field("cdp", dialect="segy")
    Field(name='cdp', byte=21, kind='i4')
    >>> find_field("d1", dialect="su").dtype(">")
    dtype('>f4')
    """

    name: str
    byte: int
    kind: str

    def __post_init__(self) -> None:
        if self.byte < 1 or self.byte + self.width - 1 > HEADER_BYTES:
            raise InvalidParameterError(
                f"Invalid byte {self.byte} of a {self.width}-byte header word: "
                f"must lie between 1 and {HEADER_BYTES - self.width + 1}."
            )

    @property
    def width(self) -> int:
        """Number of bytes."""
        return _dtype(self.kind, "=").itemsize

    def dtype(self, byte_order: str) -> np.dtype:
        """The numpy type of the word in a file of *byte_order*, ``>`` or ``<``."""
        return _dtype(self.kind, byte_order)


@cache
def _dtype(kind: str, byte_order: str) -> np.dtype:
    """A type is made once: to make one takes longer than to read the word of all traces of a gather."""
    return np.dtype(kind).newbyteorder(byte_order)  # type: ignore[arg-type]


def _rev1_fields() -> dict[str, Field]:
    """Every word of SEG-Y rev 1 by its SU name; places from segyio, widths from the place of the next word."""
    starts = sorted(int(word) for word in segyio.TraceField.enums())
    widths = dict(zip(starts, np.diff([*starts, HEADER_BYTES + 1]), strict=True))
    named = {name: int(byte) for name, byte in vars(segyio.su).items() if not name.startswith("_") and byte in widths}
    named["stas"] = named.pop("stat")  # segyio's slip: SU calls the taper length at the sweep's start stas
    unsigned = {"ns", "dt"}  # more than 32767 samples are common; nobody means a negative count
    fields = (Field(name=n, byte=b, kind=f"{'u' if n in unsigned else 'i'}{widths[b]}") for n, b in named.items())
    return {field.name: field for field in sorted(fields, key=lambda field: field.byte)}


_SU_TAIL = (
    *(Field(name=n, byte=181 + 4 * i, kind="f4") for i, n in enumerate(("d1", "f1", "d2", "f2", "ungpow", "unscale"))),
    Field(name="ntr", byte=205, kind="i4"),
    Field(name="mark", byte=209, kind="i2"),
    Field(name="shortpad", byte=211, kind="i2"),
)
_REV1 = _rev1_fields()

FIELDS: dict[str, dict[str, Field]] = {
    "segy": _REV1,
    "su": {n: f for n, f in _REV1.items() if f.byte < FIRST_DIALECT_BYTE} | {f.name: f for f in _SU_TAIL},
}
_BYTE_NAMES = {int(word): str(word) for word in segyio.TraceField.enums()}
_ALIASES = {
    "channel": "tracf",
    "trace": "tracf",
    "ffid": "fldr",
    "shot": "fldr",
    "sp": "sp",
    "shotpoint": "sp",
    "inline": "iline",
    "crossline": "xline",
    "il": "iline",
    "xl": "xline",
    "cdp_x": "cdpx",
    "cdp_y": "cdpy",
    "cmp": "cdp",
    "rx": "gx",
    "ry": "gy",
    "n_samples": "ns",
}


def _lookup(dialect: str) -> dict[str, Field]:
    """Every word that names a field of *dialect*, in lower case."""
    table = FIELDS[dialect]
    segyio_names = {
        _BYTE_NAMES[f.byte].lower(): f for f in table.values() if dialect == "segy" or f.byte < FIRST_DIALECT_BYTE
    }
    aliases = {alias: table[name] for alias, name in _ALIASES.items() if name in table}
    return segyio_names | aliases | table


_LOOKUP = {dialect: _lookup(dialect) for dialect in FIELDS}


@lru_cache(maxsize=1024)
def find_field(word: str | int, *, dialect: str) -> Field:
    """
    The header word that the user means.

    Parameters
    ----------
    word : str or int
        SU name (``fldr``), segyio name in any case (``FieldRecord``), plain alias (``channel``, ``inline``) or a byte
        position (``21``, ``"21"``, ``"byte21"``): the standard word that starts there, else four bytes.
    dialect : {'segy', 'su'}
        Whose meaning bytes 181-240 have.

    Raises
    ------
    InvalidParameterError
        If the word is unknown, or the position lies outside of the header.

    Examples
    --------
    >>> find_field("channel", dialect="su") == find_field("TraceNumber", dialect="segy") == find_field(13, dialect="su")
    True
    """
    if dialect not in FIELDS:
        raise InvalidParameterError(f"Invalid dialect {dialect!r}: must be 'segy' or 'su'.")
    text = str(word).strip().lower()
    if text in _LOOKUP[dialect]:
        return _LOOKUP[dialect][text]
    digits = text.removeprefix("byte")
    if digits.isdecimal():
        byte = int(digits)
        standard = (field for field in FIELDS[dialect].values() if field.byte == byte)
        return next(standard, None) or Field(name=f"byte{byte}", byte=byte, kind="i4")
    cure = did_you_mean(text, _LOOKUP[dialect])
    raise InvalidParameterError(
        f"Invalid header word {word!r}: must be a word of a {dialect.upper()} trace header or a byte position; {cure}"
    )


def header_dtype(fields: Iterable[Field], byte_order: str) -> np.dtype:
    """A structured type of 240 bytes which holds *fields* at their places."""
    chosen = list(fields)
    return np.dtype(
        {
            "names": [field.name for field in chosen],
            "formats": [field.dtype(byte_order) for field in chosen],
            "offsets": [field.byte - 1 for field in chosen],
            "itemsize": HEADER_BYTES,
        }
    )


def _word_view(headers: np.ndarray, field: Field, byte_order: str) -> np.ndarray:
    """The word of every header, as a view of shape (n,)."""
    if headers.dtype != np.uint8 or headers.ndim != 2 or headers.shape[1] != HEADER_BYTES or headers.strides[1] != 1:
        raise InvalidParameterError(
            f"Invalid headers {headers.dtype} {headers.shape}: must be uint8 (n, {HEADER_BYTES}), bytes adjacent."
        )
    start = field.byte - 1
    return headers[:, start : start + field.width].view(field.dtype(byte_order))[:, 0]


def read_field(headers: np.ndarray, field: Field, byte_order: str) -> np.ndarray:
    """
    One word of every header.

    Parameters
    ----------
    headers : uint8 array, shape (n, 240)
        May be a strided view, for example of a mapped file; only the bytes of the word are touched.
    field : Field
        Which word.
    byte_order : {'>', '<'}
        Byte order of the file.

    Returns
    -------
    int64 or float64 array, shape (n,)
    """
    words = _word_view(headers, field, byte_order)
    if field.kind[0] != "f":
        return words.astype(np.int64)
    with np.errstate(invalid="ignore"):  # bytes that are no floats may look like a signalling NaN
        return words.astype(np.float64)


def write_field(headers: np.ndarray, field: Field, values: Any, byte_order: str) -> None:
    """
    Set one word of every header in place.

    Parameters
    ----------
    headers : uint8 array, shape (n, 240)
        Changed in the bytes of the word only.
    field : Field
        Which word.
    values : array_like, shape (n,) or a number
        Whole numbers for integer words.
    byte_order : {'>', '<'}
        Byte order of the file.

    Raises
    ------
    InvalidParameterError
        If a value does not fit the word: nothing is ever wrapped, cut or rounded to an integer.
    """
    target = _word_view(headers, field, byte_order)
    given = np.asarray(values)
    fits = _fits_float(given, field) if field.kind[0] == "f" else _fits_integer(given, field)
    if not np.all(fits):
        wrong = given[~np.broadcast_to(fits, given.shape)].flat[0]
        raise InvalidParameterError(
            f"Invalid value {wrong} of header word {field.name} (byte {field.byte}): must fit {field.kind}."
        )
    target[:] = given.astype(field.kind)


def _fits_integer(values: np.ndarray, field: Field) -> np.ndarray:
    """Which values are whole numbers within the range of the word."""
    limits = np.iinfo(field.kind)
    with np.errstate(invalid="ignore"):  # infinity has no floor
        return np.asarray((values >= limits.min) & (values <= limits.max) & (values == values // 1))


def _fits_float(values: np.ndarray, field: Field) -> np.ndarray:
    """Which values do not overflow the word; NaN and infinity are what they are."""
    doubles = values.astype(np.float64)
    return np.asarray(~np.isfinite(doubles) | (np.abs(doubles) <= float(np.finfo(field.kind).max)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryHeader:
    """
    What the binary file header of SEG-Y says when read in one byte order.

    Words that came with rev 2 are 0 where the file does not claim rev 2: before that, their bytes were anybody's. So
    are they, but for the byte order constant, where that constant is noise: then the claim is noise too, and rev 1 is
    believed.
    """

    interval_us: float
    n_samples: int
    samples_bytes: str
    short_n_samples: int
    format_code: int
    revision: int
    n_extended_text: int
    endian: int
    first_trace: int
    n_traces: int
    n_extra_headers: int
    n_trailers: int

    @classmethod
    def read(cls, raw: bytes, byte_order: str) -> "BinaryHeader":
        """Read the first 3600 bytes of a file."""

        def at(byte: int, code: str) -> Any:
            return struct.unpack_from(byte_order + code, raw, byte - 1)[0]

        # rev 1 wrote the revision as a two-byte number, which little-endian writers swap
        revision = raw[3500] or (raw[3501] if byte_order == "<" else 0)
        revision = revision if revision <= 2 else 0
        claims_rev2 = revision == 2
        endian = at(3297, "I") if claims_rev2 else 0
        rev2 = claims_rev2 and (not endian or sorted(raw[3296:3300]) == [1, 2, 3, 4])
        extra_headers = "h" if raw[3501] and raw[3500] else "i"  # rev 2.1 gave bytes 3509-3510 to the kind of survey
        long_count, long_interval = (at(3269, "I"), at(3273, "d")) if rev2 else (0, 0.0)
        return cls(
            interval_us=float(long_interval) if 1e-3 <= long_interval <= 1e9 else float(at(3217, "H")),
            n_samples=long_count or at(3221, "H"),
            samples_bytes="3269-3272" if long_count else "3221-3222",
            short_n_samples=at(3221, "H"),
            format_code=at(3225, "h"),
            revision=1 if claims_rev2 and not rev2 else revision,
            n_extended_text=at(3505, "h") if revision else 0,
            endian=endian,
            first_trace=at(3521, "Q") if rev2 else 0,
            n_traces=at(3513, "Q") if rev2 else 0,
            n_extra_headers=at(3507, extra_headers) if rev2 else 0,
            n_trailers=at(3529, "i") if rev2 else 0,
        )
