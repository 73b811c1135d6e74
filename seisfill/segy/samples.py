"""Sample codecs of SEG-Y and SU: bytes to float32 and back, and which format bytes look like; no file, no headers."""

from dataclasses import dataclass

import numpy as np

from seisfill._checks import did_you_mean
from seisfill.errors import InvalidParameterError

_BLOCK_WORDS = 1 << 16  # keeps the temporaries of one block in the cache
_SIGN, _SIZE = np.uint32(0x80000000), np.uint32(0x7FFFFFFF)  # of IBM and IEEE words
_EXPONENT, _MANTISSA = np.uint32(0x7F000000), np.uint32(0x00FFFFFF)  # of IBM words


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFormat:
    """A SEG-Y sample format: code of bytes 3225-3226, name, numpy type of the word, and its width in bytes."""

    code: int
    name: str
    kind: str
    width: int


FORMATS = {
    code: SampleFormat(code=code, name=name, kind=kind, width=int(kind[1]))
    for code, name, kind in (
        (1, "ibm", "u4"),
        (2, "int32", "i4"),
        (3, "int16", "i2"),
        (5, "ieee32", "f4"),
        (6, "ieee64", "f8"),
        (8, "int8", "i1"),
    )
}
IBM = FORMATS[1]
_NAMES = {fmt.name: fmt for fmt in FORMATS.values()} | {
    "ieee": FORMATS[5],
    "float32": FORMATS[5],
    "float64": FORMATS[6],
    "ibm32": IBM,
}


def find_format(word: str | int | SampleFormat) -> SampleFormat:
    """
    The format that a code or a name means.

    Raises
    ------
    InvalidParameterError
        If no format has that code or name.

    Examples
    --------
    >>> find_format("ieee").code, find_format(3).name, find_format("1").name
    (5, 'int16', 'ibm')
    """
    if isinstance(word, SampleFormat):
        return word
    text = str(word).strip().lower()
    if text in _NAMES:
        return _NAMES[text]
    if text.isdecimal() and int(text) in FORMATS:
        return FORMATS[int(text)]
    cure = did_you_mean(text, _NAMES) + f" Codes are {', '.join(map(str, FORMATS))}."
    raise InvalidParameterError(f"Invalid sample format {word!r}: must be a known code or name; {cure}")


def decode(raw: np.ndarray, fmt: SampleFormat | str | int, byte_order: str) -> np.ndarray:
    """
    Amplitudes of recorded words.

    Parameters
    ----------
    raw : uint8 array, shape (n, n_samples * width)
        May be a strided view of a mapped file; it is never changed.
    fmt : SampleFormat, code or name
        Format of the words.
    byte_order : {'>', '<'}
        Byte order of the file.

    Returns
    -------
    float32 array, shape (n, n_samples), C-contiguous
        Correctly rounded; what lies beyond float32 becomes infinite, silently.
    """
    fmt = find_format(fmt)
    words = _words(raw, fmt, byte_order)
    out = np.empty(words.shape, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        if fmt is not IBM:
            out[:] = words
            return out
        rows = max(1, _BLOCK_WORDS // max(words.shape[1], 1))
        for start in range(0, len(words), rows):
            for left in range(0, words.shape[1], _BLOCK_WORDS):
                block = np.s_[start : start + rows, left : left + _BLOCK_WORDS]
                _decode_ibm(words[block].astype(np.uint32), out[block])
    return out


def encode(samples: np.ndarray, fmt: SampleFormat | str | int, byte_order: str) -> np.ndarray:
    """
    Words of amplitudes, correctly rounded (half to even); the input is never changed.

    Parameters
    ----------
    samples : float32 or float64 array, shape (n, n_samples)
        Amplitudes. Integers are clipped to their range; infinity becomes the largest number of IBM and integers.
    fmt : SampleFormat, code or name
        Format of the words.
    byte_order : {'>', '<'}
        Byte order of the file.

    Returns
    -------
    uint8 array, shape (n, n_samples * width)

    Raises
    ------
    InvalidParameterError
        If a sample is NaN and the format has no NaN.
    """
    fmt = find_format(fmt)
    samples = np.asarray(samples)
    if samples.ndim != 2 or samples.dtype.kind != "f":
        raise InvalidParameterError(f"Invalid samples {samples.dtype} {samples.shape}: must be floats of two axes.")
    if fmt.kind[0] != "f" and np.isnan(samples).any():
        raise InvalidParameterError(f"Invalid sample nan: must be a number, {fmt.name} has no NaN.")
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if fmt is IBM:
            flat, is_single = np.ascontiguousarray(samples).reshape(-1), samples.dtype == np.float32
            words = np.empty(samples.shape, f"{byte_order}u4")
            for start in range(0, flat.size, _BLOCK_WORDS):
                part = flat[start : start + _BLOCK_WORDS]
                words.reshape(-1)[start : start + _BLOCK_WORDS] = (
                    _encode_ibm_single(part) if is_single else _encode_ibm(part.astype(np.float64))
                )
        elif fmt.kind[0] == "i":
            limits = np.iinfo(fmt.kind)
            words = np.clip(np.rint(samples.astype(np.float64)), limits.min, limits.max)
        else:
            words = samples
        packed = np.ascontiguousarray(words.astype(np.dtype(fmt.kind).newbyteorder(byte_order), copy=False))  # type: ignore[arg-type]
    return packed.view(np.uint8).reshape(len(samples), samples.shape[1] * fmt.width)


def _words(raw: np.ndarray, fmt: SampleFormat, byte_order: str) -> np.ndarray:
    """The words as a view of the bytes, shape (n, n_samples)."""
    if raw.dtype != np.uint8 or raw.ndim != 2 or raw.shape[1] % fmt.width:
        raise InvalidParameterError(
            f"Invalid samples {raw.dtype} {raw.shape}: must be uint8 rows of whole {fmt.width}-byte words."
        )
    adjacent = raw if raw.strides[1] == 1 else np.ascontiguousarray(raw)
    return np.asarray(adjacent).view(np.dtype(fmt.kind).newbyteorder(byte_order))  # type: ignore[arg-type]


def _decode_ibm(words: np.ndarray, out: np.ndarray) -> None:
    """
    Native IBM words, which are used up, to float32: mantissa times a power of two whose IEEE bits are put together.

    The 24-bit mantissa is exact in float32 and so is the product, so unnormalised words and zeros with an exponent
    come out right. That power is a normal float32 for IBM exponents 39 to 101; the few words outside go by float64.
    """
    mantissa, power, odd = words & _MANTISSA, words & _EXPONENT, None
    first, last = np.uint32(39 << 24), np.uint32(101 << 24)
    if power.min() < first or power.max() > last:
        odd = ((power < first) | (power > last)) & (mantissa != 0)
        exact = np.ldexp(mantissa[odd].astype(np.float64), (power[odd] >> np.uint32(22)).astype(np.int32) - 280)
        exact = np.where(words[odd] >> np.uint32(31), -exact, exact)
        np.clip(power, first, last, out=power)
    power <<= np.uint32(1)
    power -= np.uint32((256 + 24 - 127) << 23)
    words &= _SIGN
    power |= words
    out[...] = mantissa.view(np.int32)
    out *= power.view(np.float32)
    out += np.float32(0)  # -0.0 to 0.0
    if odd is not None:
        out[odd] = exact


def _encode_ibm_single(samples: np.ndarray) -> np.ndarray:
    """
    Nearest native IBM words of float32, as `_encode_ibm` tells them: sizes times a power of 16, rounded to whole ones.

    IBM's exponent is that of IEEE over four, rounded up, so both powers are put together from its bits. The product is
    exact and rounds to 24 bits at most. Zeros have words of their own; infinity and the tiny, for which the power
    leaves float32, go by float64.
    """
    bits = samples.view(np.uint32)
    size = bits & _SIZE
    exponent = size + np.uint32(133 << 23)
    exponent &= np.uint32(0xFE000000)  # IBM's, two bits to the left of four times IEEE's
    power = np.uint32(407 << 23) - exponent
    scaled = power.view(np.float32)
    scaled *= size.view(np.float32)
    words = np.rint(scaled, out=scaled).astype(np.int32).view(np.uint32)
    exponent >>= np.uint32(1)
    words |= exponent
    words |= bits & _SIGN
    least, infinite = np.uint32(23 << 23), np.uint32(0x7F800000)
    if size.min() < least or size.max() >= infinite:
        words *= size != 0
        odd = (size - np.uint32(1) < least - np.uint32(1)) | (size >= infinite)  # zeros become the largest number
        if odd.any():
            words[odd] = _encode_ibm(samples[odd].astype(np.float64))
    return words


def _encode_ibm(samples: np.ndarray) -> np.ndarray:
    """Nearest IBM words, ties to an even mantissa; beyond the largest number, the largest number."""
    fraction, binary = np.frexp(np.abs(samples))
    exponent = np.maximum(-(-binary // 4), -64)  # base 16, rounded up; below 16**-65 the mantissa runs out gradually
    mantissa = np.rint(np.ldexp(fraction, binary - 4 * exponent + 24))
    carry = mantissa >= 1 << 24
    mantissa = np.where(carry, 1 << 20, mantissa)
    exponent = exponent + carry
    too_large = np.isinf(samples) | (exponent > 63)
    words = np.where(too_large, 0, mantissa).astype(np.uint32) | ((exponent + 64).astype(np.uint32) << np.uint32(24))
    words = np.where(too_large, np.uint32(0x7FFFFFFF), words)
    return np.where(mantissa == 0, np.uint32(0), words | (np.signbit(samples).astype(np.uint32) << np.uint32(31)))


# What words look like -------------------------------------------------------------------------------------------------

_HUGE = 2.0**100  # no recording reaches 1e30; in the wrong format or byte order a tenth of the words do
_TINY = 2.0**-100
_WIDEST = 80  # powers of two; recordings have 20 to 40, bytes in the wrong order 100 and more


def plausible_formats(raw: np.ndarray, width: int, byte_order: str, *, declared: int | None = None) -> set[int]:
    """
    Codes of the formats of *width* bytes in which these words can be amplitudes.

    IBM and IEEE words are told apart by the four bits below the first byte: IBM's first hexadecimal digit, which is
    never 0 in a normalised number and follows Benford's law, but 0 in every twelfth IEEE number. Few words or few
    different ones leave both in. Any words can be large integers, so these are only believed where they are declared,
    and so are floats that spread over too many powers of two.

    Parameters
    ----------
    raw : uint8 array, shape (n, n_samples * width)
        Some traces.
    width : int
        Bytes of a word.
    byte_order : {'>', '<'}
        Byte order to be judged.
    declared : int, optional
        Code that the file's header gives.
    """
    codes = {code for code, fmt in FORMATS.items() if fmt.width == width}
    if width < 4:
        return codes
    decoded = {code: decode(raw, code, byte_order) for code in codes - {2}}
    floats = {code for code, amplitudes in decoded.items() if _plausible_amplitudes(amplitudes)}
    if declared is not None:
        floats = {code for code in floats if code == declared or _spread(decoded[code]) < _WIDEST}
    if width == 8:
        return floats
    words = np.unique(_words(raw, IBM, byte_order).astype(np.uint32))
    words = words[words != 0]
    small = (words + np.uint32(1 << 23)) >> np.uint32(
        24
    ) == 0  # |integer| < 2**23: the first byte only repeats the sign
    if not words.size or small.mean() > 0.5 or (not floats and declared == 2):
        floats |= {2}
    return floats - ({_unlike(words)} if {1, 5} <= floats else set())


def _plausible_amplitudes(amplitudes: np.ndarray) -> bool:
    """True unless many numbers are absurdly large, or all are absurdly small; NaN, infinity and zero say nothing."""
    size = np.abs(amplitudes[np.isfinite(amplitudes) & (amplitudes != 0)])
    if not size.size:
        return not np.isinf(amplitudes).any()
    return bool((size > _HUGE).mean() < 0.05 and np.quantile(size, 0.98) > _TINY)


def _spread(amplitudes: np.ndarray) -> float:
    """Powers of two between the small and the large of the numbers, a twentieth at either end apart."""
    size = np.abs(amplitudes[np.isfinite(amplitudes) & (amplitudes != 0)])
    low, high = np.quantile(np.log2(size), [0.05, 0.95]) if size.size else (0.0, 0.0)
    return float(high - low)


def _unlike(words: np.ndarray) -> int:
    """Which of the codes 1 and 5 these different, non-zero words refute; 0 if neither."""
    digit = ((words >> np.uint32(20)) & np.uint32(15)).astype(int)
    if digit.size < 256:
        return 0
    order = np.arange(16)
    ieee = 0.5 * np.log2((order % 8 + 9) / (order % 8 + 8))
    ibm = np.concatenate([[0.02], 0.98 * np.log((order[1:] + 1) / order[1:]) / np.log(16)])
    favours_ibm = np.log(ibm / ieee)[digit].mean()
    zeros = (digit == 0).mean()
    if favours_ibm > 0.02 and zeros < 0.001:
        return 5
    return 1 if favours_ibm < -0.02 and zeros > 0.03 else 0
