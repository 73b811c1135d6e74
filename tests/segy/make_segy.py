"""Writes small SEG-Y and SU files from scratch, byte by byte, for the tests."""

import struct
from pathlib import Path

import numpy as np

from seisfill.segy.fields import find_field, write_field
from seisfill.segy.samples import encode

CODECS = {"ebcdic": "cp037", "ascii": "ascii"}


def write_segy(
    path,
    samples,
    *,
    headers=None,
    format_code=1,
    byte_order=">",
    dialect="segy",
    revision=1,
    n_extended_text=0,
    text_encoding="ebcdic",
    dt_us=4000,
    junk=None,
    n_extra_headers=0,
    n_trailers=0,
    declared_traces=0,
) -> Path:
    """
    Write *samples* (n, n_samples) with *headers* (SU name to values) and return the path.

    *junk* is a seed: every byte that the revision leaves unassigned is filled with noise. SU is IEEE unless
    *format_code* is given as something else than 1. Words ns, dt, tracl and trid are set unless *headers* does.

    Of rev 2: every trace gets *n_extra_headers* more headers, *n_trailers* stanzas follow the last trace, and the
    binary header says so; it also says that the file holds *declared_traces*.
    """
    samples = np.atleast_2d(np.asarray(samples, np.float64))
    n, n_samples = samples.shape
    rng = None if junk is None else np.random.default_rng(junk)
    code = 5 if dialect == "su" and format_code == 1 else format_code
    words = np.zeros((n, 240), np.uint8)
    if rng is not None:
        first = 180 if dialect == "segy" and revision == 0 else 232
        words[:, first:] = rng.integers(0, 256, (n, 240 - first))
    given = {"tracl": np.arange(1, n + 1), "trid": 1, "ns": min(n_samples, 65535), "dt": dt_us} | (headers or {})
    for name, values in given.items():
        write_field(words, find_field(name, dialect=dialect), values, byte_order)
    extra = np.zeros((n, 240 * n_extra_headers), np.uint8)
    traces = np.concatenate([words, extra, encode(samples, code, byte_order)], axis=1).tobytes()
    head = b""
    if dialect == "segy":
        head = _text(text_encoding) + _binary(
            n_samples,
            code=code,
            byte_order=byte_order,
            revision=revision,
            n_extended_text=n_extended_text,
            dt_us=dt_us,
            rng=rng,
            counts=(n_extra_headers, declared_traces, n_trailers),
        )
        head += _extended(abs(n_extended_text), text_encoding)
    Path(path).write_bytes(head + traces + _extended(n_trailers, text_encoding))
    return Path(path)


def _text(encoding) -> bytes:
    """Forty lines, of which 2 to 38 are blank; None gives NULs."""
    if encoding is None:
        return bytes(3200)
    lines = [f"C{number:2d} " for number in range(1, 41)]
    lines[0] += "CLIENT SEISFILL TEST"
    lines[38] += "SEG-Y REV1"
    lines[39] += "END TEXTUAL HEADER"
    return "".join(line.ljust(80) for line in lines).encode(CODECS[encoding])


def _extended(count, encoding) -> bytes:
    """Extended textual headers; the last one ends them."""
    stanzas = ["((SEG: Test data))".ljust(3200)] * max(count - 1, 0) + ["((SEG: EndText))".ljust(3200)] * (count > 0)
    return "".join(stanzas).encode(CODECS[encoding or "ebcdic"])


def _binary(n_samples, *, code, byte_order, revision, n_extended_text, dt_us, rng, counts) -> bytes:
    """The 400 bytes of the binary header."""
    raw = bytearray(400)
    if rng is not None:
        raw[60:300] = rng.integers(0, 256, 240).astype(np.uint8).tobytes()

    def put(byte, kind, value):
        struct.pack_into(byte_order + kind, raw, byte - 3201, value)

    put(3217, "H", int(dt_us))
    put(3221, "H", n_samples if n_samples < 65536 else 0)
    put(3225, "h", code)
    raw[300:302] = bytes([revision, 0]) if byte_order == ">" or revision >= 2 else bytes([0, revision])
    put(3503, "h", 1 if revision else 0)
    put(3505, "h", n_extended_text)
    if revision >= 2:
        raw[60:100] = bytes(40)
        put(3269, "I", n_samples)
        put(3273, "d", float(dt_us))
        put(3297, "I", 0x01020304)
        put(3507, "i", counts[0])
        put(3513, "Q", counts[1])
        put(3529, "i", counts[2])
    return bytes(raw)
