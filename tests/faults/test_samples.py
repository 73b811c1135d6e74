"""Samples that no instrument records, or that a format can write in a way of its own."""

import numpy as np
import pytest
import segyio

from seisfill.errors import SeisfillWarning
from seisfill.segy.reader import SegyReader, read_gathers
from tests.faults import fault, faults
from tests.faults.bad_files import TRACE_BYTES, good, set_samples

ODD = 3  # the trace that is spoilt: channel 5 of the first shot; channels 3 and 6 are absent


def words(samples, kind=">f4"):
    return samples.copy().view(kind)


def spoilt(user, samples, value, *, code=5, kind=">f4"):
    """A good file, and one of whose traces has other words."""
    good(user.folder / "good.sgy", format_code=code)
    good(user.folder / "bad.sgy", format_code=code)
    set_samples(user.folder / "bad.sgy", ODD, samples, value, kind)


@fault("dirty zeros", "filled: IBM zeros with an exponent are zeros, and keep their bytes; segyio reads them wrongly")
def test_zeros_with_an_exponent_are_zeros(user):
    spoilt(user, slice(20, 40), 0x45000000, code=1, kind=">u4")
    good(user.folder / "clean.sgy", format_code=1)
    set_samples(user.folder / "clean.sgy", ODD, slice(20, 40), 0, ">u4")
    dirty, clean = user.filled("bad.sgy")[0], user.filled("clean.sgy")[0]
    assert (words(dirty[4], ">u4")[20:40] == 0x45000000).all()
    assert np.array_equal(np.delete(dirty, 4, axis=0), np.delete(clean, 4, axis=0))


@fault("dirty zeros", "a trace of nothing else is dead, and filled in its place")
def test_a_trace_of_zeros_with_exponents_is_dead(user):
    spoilt(user, slice(None), np.arange(64) << 24, code=1, kind=">u4")
    assert "1 dead traces filled in place" in user.filled("bad.sgy")[1]


@fault(
    "un-normalised IBM words", "filled: read for what they are worth, and kept byte by byte; segyio reads them wrongly"
)
def test_words_with_leading_zeros_are_read_for_what_they_are_worth(user):
    spoilt(user, slice(20, 40), 0x44000A00, code=1, kind=">u4")  # 0xA00 / 2**24 * 16**4 = 10
    samples, _ = user.filled("bad.sgy")
    assert (words(samples[4], ">u4")[20:40] == 0x44000A00).all()
    data = next(iter(read_gathers("bad.sgy"))).data
    assert (data[4, 20:40] == 10).all()
    with segyio.open("bad.sgy", ignore_geometry=True) as file:
        theirs = file.trace[ODD]
    usual = np.r_[:20, 40:64]
    assert np.array_equal(theirs[usual], data[4, usual])


BEYOND = "samples beyond 1e30 are left as they are, and nothing is learnt from them"
ABSURD = {
    "overflowing IBM words": (1, 0x7FFFFFFF, ">u4"),
    "a spike of 1e30": (5, 1e30, ">f4"),
}


@faults(dict.fromkeys(ABSURD, f"filled, with a warning: *{BEYOND}*"))
@pytest.mark.parametrize("kind", ABSURD)
def test_absurd_samples_stay_and_spoil_no_neighbour(user, kind):
    code, value, stored = ABSURD[kind]
    spoilt(user, 30, value, code=code, kind=stored)
    samples, _ = user.filled("bad.sgy", warned=[BEYOND])
    assert words(samples[4], stored)[30] == np.array(value, stored)
    with pytest.warns(SeisfillWarning, match="beyond 1e30"):
        (gather, _) = (item.gather for item in SegyReader.open("out.sgy", dead="none"))
    others = np.delete(gather.data, 4, axis=0)
    assert np.abs(others).max() < 1000
    clean = user.filled("good.sgy")[0]
    assert np.array_equal(
        np.delete(samples, [30 * 4 + byte for byte in range(4)], axis=1)[[0, 1, 2, 4]],
        np.delete(clean, [30 * 4 + byte for byte in range(4)], axis=1)[[0, 1, 2, 4]],
    )


NO_NUMBERS = "filled: such samples of a good trace are holes, and filled too; a trace of mostly such ones is dead"


@faults(dict.fromkeys(("NaN samples", "infinite samples"), NO_NUMBERS))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_holes(user, value):
    spoilt(user, [30, 31], value)
    samples, out = user.filled("bad.sgy")
    assert "holes of 1 live traces filled" in out
    assert np.isfinite(words(samples)).all()
    set_samples(user.folder / "bad.sgy", ODD, slice(40), value)
    samples, out = user.filled("bad.sgy")
    assert "1 dead traces filled in place" in out
    assert np.isfinite(words(samples)).all()


@fault("constant traces", "filled: a trace of one value is dead, unless `--dead flag` or `none` says otherwise")
@pytest.mark.parametrize("value", [0.0, 3.5])
def test_a_trace_of_one_value_is_dead(user, value):
    spoilt(user, slice(None), value)
    assert "1 dead traces filled in place" in user.filled("bad.sgy")[1]
    assert "0 dead traces filled in place" in user.filled("bad.sgy", "--dead", "flag")[1]


FLAGGED = (
    "traces that are flagged dead (code 2 in bytes 29-30) hold samples, and count as missing; --dead none keeps them"
)


@fault("dead flag contradicting samples", f"filled, with a warning: *{FLAGGED}*; the sidecar keeps what stood there")
def test_a_flagged_trace_with_signal_is_filled_with_a_warning_or_kept(user):
    good(user.folder / "bad.sgy", headers={"trid": np.where(np.arange(16) == 4, 2, 1)})
    assert "1 dead traces filled in place" in user.filled("bad.sgy", warned=[FLAGGED])[1]
    assert "0 dead traces filled in place" in user.filled("bad.sgy", "--dead", "none")[1]


CLIPPED = "integer samples are clipped at the end of their range; fills beside them may be too low"


@fault("clipped integers", f"filled, with a warning: *{CLIPPED}*")
@pytest.mark.parametrize(("code", "kind", "factor"), [(3, ">i2", 1000), (8, ">i1", 5), (2, ">i4", 2e7)])
def test_integers_at_the_end_of_their_range_are_warned_of(user, code, kind, factor):
    path = good(user.folder / "bad.sgy", format_code=2)
    limits = np.iinfo(kind)
    raw = path.read_bytes()
    traces = np.frombuffer(raw[3600:], np.uint8).reshape(-1, TRACE_BYTES)
    amplitudes = np.clip(traces[:, 240:].copy().view(">i4") * float(factor), limits.min, limits.max)
    stored = amplitudes.astype(kind).view(np.uint8).reshape(len(traces), -1)
    head = bytearray(raw[:3600])
    head[3224:3226] = bytes([0, code])
    path.write_bytes(bytes(head) + np.hstack([traces[:, :240], stored]).tobytes())
    samples, _ = user.filled("bad.sgy", warned=[CLIPPED])
    assert len(samples) == 16


def test_warnings_of_workers_reach_the_user_once(user):
    spoilt(user, 30, 1e30)
    alone = user.filled("bad.sgy", warned=[BEYOND])[0]
    assert np.array_equal(alone, user.filled("bad.sgy", "--workers", "2", warned=[BEYOND])[0])
