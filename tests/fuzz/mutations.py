"""One change of a file each: by header word, by trace, by sample, by length. A change is a value, so cases are too."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import segyio

from tests.fuzz.seeds import Seed, all_seeds

BINARY_WORDS = tuple(  # byte, width: those of rev 1, then those of rev 2
    [(byte, 4 if byte < 3213 else 2) for byte in range(3201, 3261, 2) if byte >= 3213 or byte % 4 == 1]
    + [(3269, 4), (3273, 8), (3297, 4), (3501, 1), (3502, 1), (3503, 2), (3505, 2), (3507, 4), (3513, 8), (3521, 8)]
    + [(3529, 4)]
)
LAYOUT_WORDS = ((3217, 2), (3221, 2), (3225, 2), (3501, 1), (3505, 2), (3507, 4), (3521, 8))
_STARTS = sorted(int(word) for word in segyio.TraceField.enums())
TRACE_WORDS = tuple(zip(_STARTS, (b - a for a, b in zip(_STARTS, [*_STARTS[1:], 241], strict=True)), strict=True))
KEY_WORDS = (
    (1, 4),
    (9, 4),
    (13, 4),
    (21, 4),
    (29, 2),
    (37, 4),
    (71, 2),
    (73, 4),
    (81, 4),
    (115, 2),
    (117, 2),
    (189, 4),
)
CODES = {1: "b", 2: "h", 4: "i", 8: "q"}
WORDS = (  # of samples: dirty zeros, NaN, infinity, the largest and the smallest of IBM and IEEE, un-normalised
    0, 0x40000000, 0x7FC00000, 0x7F800000, 0xFF800000, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 0x00000001, 0x41000001,
    0x7F7FFFFF, 0x60FFFFFF, 0x61100000, 0x7149F2CA,
)  # fmt: skip
TEXTS = (b"\x1b[31m\x1b]0;owned\x07", b"<script>alert(1)</script>", b"((SEG: EndText))", b"\0", b"C01 ", b"\xff\xfe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """
    One change.

    Parameters
    ----------
    kind : str
        Which of `KINDS`.
    draw : int
        Seed of everything that it chooses, so that it means the same when others before it are dropped.
    """

    kind: str
    draw: int

    def apply(self, raw: bytearray, seed: Seed) -> bytearray:
        """The changed file."""
        return KINDS[self.kind][0](raw, seed, Random(self.draw))


def mutated(seed: Seed, mutations: tuple[Mutation, ...]) -> bytes:
    """The file after all changes, in their order."""
    raw = bytearray(seed.raw)
    for mutation in mutations:
        raw = mutation.apply(raw, seed)
    return bytes(raw)


def draw_mutations(rng: Random) -> tuple[Mutation, ...]:
    """One to five changes; kinds that keep the file readable come more often."""
    kinds, weights = list(KINDS), [weight for _, weight in KINDS.values()]
    count = rng.choices((1, 2, 3, 4, 5), (4, 5, 3, 2, 1))[0]
    return tuple(Mutation(kind=kind, draw=rng.getrandbits(32)) for kind in rng.choices(kinds, weights, k=count))


# Words ----------------------------------------------------------------------------------------------------------------


def _put(raw: bytearray, place: int, width: int, value: int, order: str) -> None:
    """Write an integer of any size, cut to its width, where the file is long enough."""
    packed = struct.pack(order + CODES[width].upper(), value % 256**width)
    if place >= 0 and place + width <= len(raw):
        raw[place : place + width] = packed


def _value(raw: bytearray, place: int, width: int, order: str, rng: Random) -> int:
    """An extreme, a small number, or a neighbour or a byte swap of what stands there."""
    stood = raw[place : place + width].ljust(width, b"\0")
    old, top = struct.unpack(order + CODES[width].upper(), stood)[0], 256**width
    extremes = (0, 1, 2, 3, 5, top - 1, top // 2, top // 2 - 1, top // 256)
    near = (old + 1, old - 1, 2 * old, old // 2, old * 1000)
    swapped = (int.from_bytes(stood, "little"), int.from_bytes(stood, "big"))
    return rng.choice((*extremes, *near, *swapped, rng.randrange(64), rng.randrange(top)))


def _file_word(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """A word of the binary header; half of the time one that the layout hangs on."""
    byte, width = rng.choice(LAYOUT_WORDS if rng.random() < 0.5 else BINARY_WORDS)
    _put(raw, byte - 1, width, _value(raw, byte - 1, width, seed.byte_order, rng), seed.byte_order)
    return raw


def _trace_word(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """A word of one trace, of some, or of all: one value, or one that rises from trace to trace."""
    byte, width = rng.choice(KEY_WORDS if rng.random() < 0.6 else TRACE_WORDS)
    starts = _chosen(raw, seed, rng)
    if starts:
        value = _value(raw, starts[0] + byte - 1, width, seed.byte_order, rng)
        step = rng.choice((0, 0, 1, -1, 2, 7, 100))
        for number, start in enumerate(starts):
            _put(raw, start + byte - 1, width, value + number * step, seed.byte_order)
    return raw


def _swapped_words(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """Two words of the same width of some traces change places."""
    width = rng.choice((2, 4))
    one, other = (rng.choice([byte for byte, w in words if w == width]) for words in (KEY_WORDS, TRACE_WORDS))
    for start in _chosen(raw, seed, rng):
        a, b = (slice(start + byte - 1, start + byte - 1 + width) for byte in (one, other))
        raw[a], raw[b] = raw[b], raw[a]
    return raw


def _chosen(raw: bytearray, seed: Seed, rng: Random) -> list[int]:
    """Where the headers of one trace, of a run, or of all begin."""
    starts = list(range(seed.first_trace, len(raw) - 239, seed.trace_bytes))
    first = rng.randrange(len(starts)) if starts else 0
    return starts[slice(*rng.choice(((first, first + 1), (first, first + rng.randrange(1, 6)), (0, None))))]


# Samples and bytes ----------------------------------------------------------------------------------------------------


def _samples(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """A run of samples of some traces becomes one odd word, or the whole trace does."""
    word = struct.pack(seed.byte_order + "I", rng.choice(WORDS))
    if seed.width == 8:
        word = struct.pack(seed.byte_order + "d", rng.choice((float("nan"), float("inf"), 1e300, -1e30, 5e-324, 0.0)))
    n_samples = max((seed.trace_bytes - 240) // seed.width, 1)
    first, count = rng.choice(((0, n_samples), (rng.randrange(n_samples), rng.randrange(1, 9))))
    for start in _chosen(raw, seed, rng):
        a = start + 240 + first * seed.width
        b = min(a + min(count, n_samples - first) * seed.width, len(raw))
        raw[a:b] = (word * (b - a))[: max(b - a, 0)]
    return raw


def _bits(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """A few bits anywhere, half of the time in the file's and the first trace's headers."""
    reach = min(len(raw), seed.first_trace + 240) if rng.random() < 0.5 else len(raw)
    for _ in range(rng.choice((1, 2, 8, 64)) if reach else 0):
        raw[rng.randrange(reach)] ^= 1 << rng.randrange(8)
    return raw


def _noise(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """A block of noise, zeros or ones."""
    count = rng.choice((1, 16, 240, 3200))
    at = rng.randrange(max(len(raw), 1))
    block = rng.choice((rng.randbytes(count), bytes(count), b"\xff" * count))[: len(raw) - at]
    raw[at : at + len(block)] = block
    return raw


def _text(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """Words, escape codes or NUL in the textual header."""
    if seed.first_trace:
        word = rng.choice(TEXTS)
        at = rng.randrange(3200)
        block = (word * rng.choice((1, 40, 3200)))[: min(3200, len(raw)) - at]
        raw[at : at + len(block)] = block
    return raw


def _swapped_bytes(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """Byte pairs or words of a part of the file are written in the other order."""
    width = rng.choice((2, 4))
    first, last = rng.choice(((0, len(raw)), (3200, 3600), (seed.first_trace, len(raw)), (3200, len(raw))))
    last = min(last, len(raw)) - (min(last, len(raw)) - first) % width
    if last > first:
        part = bytes(raw[first:last])
        for place in range(width):
            raw[first + place : last : width] = part[width - 1 - place :: width]
    return raw


# Length and order -----------------------------------------------------------------------------------------------------


def _cut(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """The file ends early: anywhere, or at a border, give or take a byte."""
    borders = [0, 240, 3200, 3600, seed.first_trace, seed.first_trace + 240, len(raw) - seed.trace_bytes, len(raw)]
    end = rng.choice((rng.randrange(len(raw) + 1), rng.choice(borders) + rng.choice((-1, 0, 0, 1))))
    return raw[: max(end, 0)]


def _grow(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """The file goes on behind its end: zeros, noise, text, a part of itself."""
    count = rng.choice((1, 2, 100, 240, seed.trace_bytes, 3200, 10 * seed.trace_bytes))
    more = rng.choice((bytes(count), rng.randbytes(count), b"text " * (count // 5), bytes(raw[:count])))
    return raw + more


def _traces(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """Traces are doubled, lost, turned round or shuffled."""
    head, body = raw[: seed.first_trace], raw[seed.first_trace :]
    whole = [body[a : a + seed.trace_bytes] for a in range(0, len(body), seed.trace_bytes)]
    at = rng.randrange(len(whole)) if whole else 0
    changes: tuple[Callable[[], list[bytearray]], ...] = (
        lambda: whole[: at + 1] + whole[at:],
        lambda: whole[:at] + whole[at + 1 :],
        lambda: whole[::-1],
        lambda: whole[at:] + whole[:at],
        lambda: rng.sample(whole, len(whole)),
        lambda: whole[::2],
        lambda: whole + whole,
    )
    return head + b"".join(rng.choice(changes)())


def _splice(raw: bytearray, seed: Seed, rng: Random) -> bytearray:
    """A part of another file: its head over this body, or a block of it in the middle."""
    seeds = all_seeds()
    other = seeds[rng.choice(sorted(name for name, one in seeds.items() if len(one.raw) < 15_000))]
    at = rng.randrange(len(raw) + 1)
    a = rng.randrange(len(other.raw))
    block = other.raw[a : a + rng.choice((4, 240, other.trace_bytes, len(other.raw)))]
    return rng.choice(
        (
            bytearray(other.raw[: other.first_trace]) + raw[seed.first_trace :],
            raw[:at] + block + raw[at:],
            raw[:at] + block + raw[at + len(block) :],
            raw + other.raw[other.first_trace :],
        )
    )


KINDS: dict[str, tuple[Callable[[bytearray, Seed, Random], bytearray], int]] = {
    "file word": (_file_word, 6),
    "trace word": (_trace_word, 12),
    "swapped words": (_swapped_words, 3),
    "samples": (_samples, 6),
    "bits": (_bits, 4),
    "noise": (_noise, 2),
    "text": (_text, 2),
    "swapped bytes": (_swapped_bytes, 1),
    "cut": (_cut, 1),
    "grow": (_grow, 2),
    "traces": (_traces, 4),
    "splice": (_splice, 1),
}
