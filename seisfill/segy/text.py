"""The 3200-byte textual header: its encoding, its 40 lines, one line changed; no file and no binary header."""

import re
from collections.abc import Iterable
from typing import Literal

import numpy as np

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError

TEXT_BYTES = 3200
N_LINES = 40
LINE_BYTES = 80
LAST_FREE_LINE = 38  # SEG-Y keeps line 39 for the revision and line 40 for the end mark

TextEncoding = Literal["ebcdic", "ascii"]

_CODECS = {"ebcdic": "cp037", "ascii": "latin-1"}
_LINE_LABEL = re.compile(r"C[ 0-9][0-9]|C[0-9] ")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 "


def detect_text_encoding(raw: bytes) -> TextEncoding:
    """
    Whose letters, digits and blanks the bytes hold more of; EBCDIC, the standard's own, where neither prevails.

    Examples
    --------
    >>> detect_text_encoding(b"C01 CLIENT"), detect_text_encoding("C01 CLIENT".encode("cp037"))
    ('ascii', 'ebcdic')
    """
    counts = np.bincount(np.frombuffer(raw, np.uint8), minlength=256)
    votes = {name: counts[list(_ALPHABET.encode(codec))].sum() for name, codec in _CODECS.items()}
    return "ascii" if votes["ascii"] > votes["ebcdic"] else "ebcdic"


def is_text(raw: bytes) -> bool:
    """True where nearly all bytes are printable or line ends in ASCII, or nearly all are printable in EBCDIC."""
    data = np.frombuffer(raw, np.uint8)
    ascii_like = ((data >= 32) & (data < 127)) | ((data >= 9) & (data <= 13))
    ebcdic_like = np.isin(data, list((_ALPHABET + ".,:;-/()'=+*&").encode("cp037")))
    return bool(data.size and max(ascii_like.mean(), ebcdic_like.mean()) > 0.95)


def starts_as_header(raw: bytes) -> bool:
    """
    True where the bytes begin as line 1 of a textual header does, in either encoding.

    Examples
    --------
    >>> starts_as_header(b"C 1 CLIENT"), starts_as_header("C01 CLIENT".encode("cp037")), starts_as_header(b"Dear all")
    (True, True, False)
    """
    return any(raw[:3].decode(codec) in ("C 1", "C01", "C1 ") for codec in _CODECS.values())


def find_blank_line(raw: bytes, encoding: str) -> int | None:
    """
    The lowest free line: apart from its ``Cnn`` it holds only blanks and NULs. Lines 39 and 40 are never free.

    Returns
    -------
    int or None
        Line number counted from 1; None if every line is taken.
    """
    _check(raw, encoding)
    for number in range(LAST_FREE_LINE, 0, -1):
        line = _line_bytes(raw, number)
        if not line[_label_length(line, encoding) :].strip(b"\0" + " ".encode(_CODECS[encoding])):
            return number
    return None


def put_line(raw: bytes, line_number: int, text: str, encoding: str) -> bytes:
    """
    The header with *text* in one line; its ``Cnn``, if it has one, and the other 39 lines keep their bytes.

    Raises
    ------
    InvalidParameterError
        If the line does not exist, or *text* is too long or not plain ASCII.
    """
    _check(raw, encoding)
    check_between("text line", line_number, 1, N_LINES)
    old = _line_bytes(raw, line_number)
    label = old[: _label_length(old, encoding)]
    room = LINE_BYTES - len(label) - bool(label)
    if len(text) > room or not (text.isascii() and text.isprintable()):
        raise InvalidParameterError(f"Invalid text line {text!r}: must be at most {room} printable ASCII characters.")
    body = (" " * bool(label) + text).ljust(LINE_BYTES - len(label))
    start = (line_number - 1) * LINE_BYTES
    return bytes(raw[:start]) + label + body.encode(_CODECS[encoding]) + bytes(raw[start + LINE_BYTES :])


def count_extended_text(stanzas: Iterable[bytes]) -> int | None:
    """How many 3200-byte stanzas there are up to the one that says ``((SEG: EndText))``; None if none does."""
    for count, raw in enumerate(stanzas, 1):
        for codec in _CODECS.values():
            if "((SEG:ENDTEXT))" in raw.decode(codec).upper().replace(" ", ""):
                return count
    return None


def _check(raw: bytes, encoding: str) -> None:
    """Raise unless these are the bytes of one textual header in an encoding we know."""
    if len(raw) != TEXT_BYTES:
        raise InvalidParameterError(f"Invalid textual header of {len(raw)} bytes: must have {TEXT_BYTES}.")
    if encoding not in _CODECS:
        raise InvalidParameterError(f"Invalid text encoding {encoding!r}: must be 'ebcdic' or 'ascii'.")


def _line_bytes(raw: bytes, number: int) -> bytes:
    """The 80 bytes of a line counted from 1."""
    return bytes(raw[(number - 1) * LINE_BYTES : number * LINE_BYTES])


def _label_length(line: bytes, encoding: str) -> int:
    """How many bytes the leading ``Cnn`` takes: 3 or 0."""
    return 3 if _LINE_LABEL.match(line[:3].decode(_CODECS[encoding])) else 0
