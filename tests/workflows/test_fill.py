"""Single cases of a fill that one can check by eye; the property that rules them all is in test_round_trip.py."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import segyio
from numpy.testing import assert_array_equal

from seisfill import load_interpolator
from seisfill.errors import FileAccessError, InvalidParameterError, NothingToFillError, SeisfillWarning
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.fields import find_field, read_field
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.marks import MARK, mark_field, sidecar_path
from seisfill.segy.samples import decode
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.fill import FillOptions, fill_file
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file
from tests.workflows.surveys import Constant, fill, listing, sha256, trace_bytes_of, write_shots

N = 24
LINEAR = LinearInterpolator()


def words(path, *names, n_samples=N, code=1):
    """Header words and the first sample of every trace of a file, read without the package's index."""
    traces = trace_bytes_of(path, n_samples, code)
    columns = [read_field(traces[:, :240].copy(), find_field(name, dialect="segy"), ">").tolist() for name in names]
    return [*columns, decode(traces[:, 240:], code, ">")[:, 0].tolist()]


def rows_of(path):
    return [json.loads(line) for line in sidecar_path(path).read_text().splitlines()][1:-1]


def test_absent_traces_are_inserted_where_they_belong(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[1, 2, 12])
    done = fill(source, tmp_path / "out.sgy")
    assert (done.n_gathers, done.inserted, done.in_place, done.holes, done.refused) == (2, 3, 0, 0, {})
    assert done.n_filled == 3
    shot, channel, mark, first = words(tmp_path / "out.sgy", "fldr", "tracf", "byte233")
    assert shot == [1] * 8 + [2] * 8
    assert channel == [*range(1, 9)] * 2
    new = [number for number, word in enumerate(mark) if word == MARK]
    assert new == [1, 2, 12]
    assert [first[number] for number in new] == [7, 7, 7]


def test_new_headers_agree_with_the_geometry(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[3, 4, 9])
    complete = write_shots(tmp_path / "all.sgy")
    fill(source, tmp_path / "out.sgy")
    for name in ("fldr", "tracf", "sx", "gx", "offset", "trid"):
        assert words(tmp_path / "out.sgy", name)[0] == words(complete, name)[0]
    assert words(tmp_path / "out.sgy", "tracl")[0][2:6] == [3, 3, 3, 4]  # sequence numbers are nobody's to invent


def test_dead_traces_are_filled_in_their_places_and_keep_their_headers(tmp_path):
    source = write_shots(tmp_path / "in.sgy", zero=[2, 9])
    done = fill(source, tmp_path / "out.sgy")
    assert (done.inserted, done.in_place) == (0, 2)
    before, after = trace_bytes_of(source, N), trace_bytes_of(tmp_path / "out.sgy", N)
    changed = np.flatnonzero((before[:, :240] != after[:, :240]).any(axis=0)) + 1
    assert set(changed) <= {30, *range(233, 237)}  # the code of a dead trace, and the mark
    trid, mark, first = words(tmp_path / "out.sgy", "trid", "byte233")
    assert (trid[2], trid[9], mark[2], mark[9], first[2]) == (1, 1, MARK, MARK, 7)
    assert [row["kind"] for row in rows_of(tmp_path / "out.sgy")] == ["in_place"] * 2


def write_with_holes(path, places):
    """IEEE floats of which some samples, (trace, sample), are NaN."""
    write_shots(path, format_code=5)
    raw = np.fromfile(path, np.uint8)
    traces = raw[3600:].reshape(-1, 240 + 4 * N)
    samples = traces[:, 240:].copy().view(">f4")
    samples[tuple(np.transpose(places))] = np.nan
    traces[:, 240:] = samples.view(np.uint8)
    raw.tofile(path)
    return path


def test_holes_are_filled_and_nothing_beside_them(tmp_path):
    source = write_with_holes(tmp_path / "in.sgy", [(1, 3), (1, 4), (5, 0)])
    done = fill(source, tmp_path / "out.sgy", LINEAR)
    assert (done.inserted, done.in_place, done.holes) == (0, 0, 2)
    before, after = trace_bytes_of(source, N, 5), trace_bytes_of(tmp_path / "out.sgy", N, 5)
    was, now = (decode(traces[:, 240:], 5, ">") for traces in (before, after))
    assert np.argwhere(~np.isfinite(was)).tolist() == [[1, 3], [1, 4], [5, 0]]
    assert np.isfinite(now).all()
    assert_array_equal(now[np.isfinite(was)], was[np.isfinite(was)])
    assert_array_equal(before[:, :240], after[:, :240])
    assert [row["holes"][0][:2] for row in rows_of(tmp_path / "out.sgy")] == [[3, 2], [0, 1]]


def test_holes_without_a_known_sample_on_both_sides_are_left_and_said(tmp_path):
    edge = write_with_holes(tmp_path / "edge.sgy", [(0, 3), (15, 3)])
    with pytest.raises(NothingToFillError, match="2 of them: holes of a live trace without a known"):
        fill(edge, tmp_path / "out.sgy", LINEAR)
    source = write_with_holes(tmp_path / "in.sgy", [(0, 3), (1, 3), (1, 5), (4, 7)])
    done = fill(source, tmp_path / "out.sgy", LINEAR)
    assert done.holes == 2
    assert list(done.refused.values()) == [2]
    now = decode(trace_bytes_of(tmp_path / "out.sgy", N, 5)[:, 240:], 5, ">")
    assert np.argwhere(~np.isfinite(now)).tolist() == [[0, 3], [1, 3]]
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


def test_a_gather_that_cannot_be_filled_is_left_dead_and_said(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[1, 8, 9, 10, 12, 13, 14, 15])  # of shot 2 only channel 4 is there
    span = GatherOptions(trace_range=(1, 8))
    done = fill(source, tmp_path / "out.sgy", LINEAR, gathers=span)
    assert (done.inserted, done.n_filled) == (1, 1)
    assert done.refused == {"1 live traces; at least 2 are needed": 7}
    shot, trid, mark, first = words(tmp_path / "out.sgy", "fldr", "trid", "byte233")
    left = [n for n, row in enumerate(mark) if row == MARK and shot[n] == 2]
    assert left == [8, 9, 10, 12, 13, 14, 15]
    assert {trid[n] for n in left} == {2}
    assert {first[n] for n in left} == {0.0}
    assert {row.get("reason") for row in rows_of(tmp_path / "out.sgy")} == {
        None,
        "1 live traces; at least 2 are needed",
    }
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


def test_edges_are_extrapolated_only_on_request(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[0, 15])
    span = GatherOptions(trace_range=(1, 8))
    with pytest.raises(NothingToFillError, match="beyond the last live trace"):
        fill(source, tmp_path / "out.sgy", LINEAR, gathers=span)
    asked = LinearInterpolator(limits=Limits(extrapolate=True))
    assert fill(source, tmp_path / "out.sgy", asked, gathers=span).inserted == 2
    channel, first = words(tmp_path / "out.sgy", "tracf")
    assert channel == [*range(1, 9)] * 2
    assert first[0] == first[1]


def test_every_second_channel_missing_needs_the_step(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[1, 3, 5, 9, 11, 13])
    with pytest.raises(NothingToFillError, match=r"found none in 2 gathers along tracf \(step 2\).* --trace-step"):
        fill(write_shots(tmp_path / "odd.sgy", hide=range(1, 16, 2)), tmp_path / "out.sgy")
    assert fill(source, tmp_path / "out.sgy", gathers=GatherOptions(trace_step=1)).inserted == 6


def test_a_complete_file_holds_nothing_to_fill(tmp_path):
    write_shots(tmp_path / "in.sgy")
    before = listing(tmp_path)
    with pytest.raises(NothingToFillError, match="must hold missing traces, found none in 2 gathers"):
        fill(tmp_path / "in.sgy", tmp_path / "out.sgy")
    assert listing(tmp_path) == before


def test_where_all_is_refused_nothing_is_written(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[2, 3])
    with pytest.raises(NothingToFillError, match=r"all 2 were refused \(2 of them: gap of 2 traces"):
        fill(source, tmp_path / "out.sgy", LinearInterpolator(limits=Limits(max_gap=1)))
    assert list(listing(tmp_path)) == ["in.sgy"]


@pytest.mark.parametrize("code", [2, 3, 8])
def test_integers_are_rounded_and_clipped(tmp_path, code):
    source = write_shots(tmp_path / "in.sgy", hide=[2], format_code=code)
    fill(source, tmp_path / "out.sgy", Constant(1e12))
    top = {2: 2**31 - 1, 3: 32767, 8: 127}[code]
    assert words(tmp_path / "out.sgy", "tracf", code=code)[1][2] == np.float32(top)


def test_bytes_in_use_are_not_marked_and_the_sidecar_alone_tells(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[2], zero=[5], junk=1)
    with pytest.warns(SeisfillWarning, match=r"Bytes 233-236 .* carry no mark .* Name free bytes with --mark-field"):
        fill(source, tmp_path / "out.sgy")
    assert MARK not in words(tmp_path / "out.sgy", "byte233")[0]
    assert verify_file(source, tmp_path / "out.sgy").untouched
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


@pytest.mark.parametrize("byte", [205, 225, None])
def test_the_mark_goes_where_the_user_says_or_nowhere(tmp_path, byte):
    source = write_shots(tmp_path / "in.sgy", hide=[2], zero=[5], junk=1)
    fill(source, tmp_path / "out.sgy", mark_byte=byte)
    if byte:
        field = mark_field(byte)
        marks = read_field(trace_bytes_of(tmp_path / "out.sgy", N)[:, :240].copy(), field, ">")
        assert np.flatnonzero(marks == MARK).tolist() == [2, 5]
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


@pytest.mark.parametrize("byte", [0, 238, -4])
def test_a_mark_must_fit_the_header(byte):
    with pytest.raises(InvalidParameterError, match="must be a byte from 1 to 237, or none"):
        FillOptions(mark_byte=byte)


def test_fills_nest_and_are_undone_one_by_one(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[1, 4, 5, 9], zero=[11])
    one, two, three = (tmp_path / f"{name}.sgy" for name in ("one", "two", "three"))
    narrow = LinearInterpolator(limits=Limits(max_gap=1))
    assert fill(source, one, narrow).refused == {"gap of 2 traces; this method supports 1": 2}
    done = fill(one, two, LINEAR)  # the two that were left are dead traces now
    assert (done.inserted, done.in_place) == (0, 2)
    asked = LinearInterpolator(limits=Limits(extrapolate=True))
    assert fill(two, three, asked, gathers=GatherOptions(trace_range=(0, 9))).inserted == 4
    assert words(three, "byte233")[0].count(MARK) == 4 + 4 + 1
    backs = [tmp_path / f"back{n}.sgy" for n in (1, 2, 3)]
    strip_file(three, backs[0])
    strip_file(backs[0], backs[1], sidecar=sidecar_path(two))
    strip_file(backs[1], backs[2], sidecar=sidecar_path(one))
    assert [sha256(path) for path in backs] == [sha256(path) for path in (two, one, source)]


def test_gathers_of_other_lengths_and_phases_are_each_their_own(tmp_path):
    source = write_shots(tmp_path / "in.sgy", shots=3, hide=[0, 1, 4, 13, 14, 15, 10, 17])
    fill(source, tmp_path / "out.sgy", gathers=GatherOptions(trace_step=1))
    shot, channel, _ = words(tmp_path / "out.sgy", "fldr", "tracf")
    assert [channel[i] for i in range(len(shot)) if shot[i] == 1] == [3, 4, 5, 6, 7, 8]
    assert [channel[i] for i in range(len(shot)) if shot[i] == 2] == [1, 2, 3, 4, 5]
    assert [channel[i] for i in range(len(shot)) if shot[i] == 3] == [*range(1, 9)]


def test_traces_of_one_sample_are_traces(tmp_path):
    source = write_shots(tmp_path / "in.sgy", n_samples=1, hide=[3], format_code=5)
    told = LayoutOptions(n_samples=1, format=5, byte_order="big")
    assert fill(source, tmp_path / "out.sgy", LINEAR, layout=told).inserted == 1
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


def test_dead_means_what_the_user_says(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[3], zero=[9, 10], headers={"trid": [1] * 9 + [2] + [1] * 6})
    found = {rule: fill(source, tmp_path / f"{rule}.sgy", dead=rule).in_place for rule in ("auto", "flag", "none")}
    assert found == {"auto": 2, "flag": 1, "none": 0}


def test_the_same_fill_gives_the_same_bytes(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[3, 9], zero=[12])
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        fill(source, tmp_path / name / "out.sgy", LINEAR)
    assert sha256(tmp_path / "one" / "out.sgy") == sha256(tmp_path / "two" / "out.sgy")
    one, two = (sidecar_path(tmp_path / name / "out.sgy").read_text() for name in ("one", "two"))
    assert one == two


def test_paths_may_be_words_and_segyio_reads_what_is_written(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[3, 9])
    fill_file(str(source), str(tmp_path / "out.sgy"), interpolator=load_interpolator("linear"))
    with segyio.open(str(tmp_path / "out.sgy"), ignore_geometry=True) as file:
        assert file.tracecount == 16
        assert file.attributes(segyio.TraceField.TraceNumber)[:].tolist() == [*range(1, 9)] * 2
        assert "SEISFILL" in bytes(file.text[0]).decode("latin-1")


def test_progress_is_told_by_stages(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[3, 9])
    told = []

    def listen(stage, done, total):
        told.append((stage, done, total))

    fill_file(source, tmp_path / "out.sgy", interpolator=Constant(), progress=listen)
    assert ("fill", 2, 2) in told
    assert ("verify", 16, 16) in told


def test_the_sidecar_of_another_fill_is_not_overwritten(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[3, 9], zero=[12])
    fill(source, tmp_path / "out.sgy")
    (tmp_path / "out.sgy").rename(tmp_path / "moved.sgy")
    with pytest.raises(FileAccessError, match=r"out\.sgy\.fill\.jsonl: must not exist"):
        fill(source, tmp_path / "out.sgy")
    strip_file(tmp_path / "moved.sgy", tmp_path / "back.sgy", sidecar=tmp_path / "out.sgy.fill.jsonl")
    assert sha256(tmp_path / "back.sgy") == sha256(source)
    assert fill(source, tmp_path / "out.sgy", force=True).n_filled == 3


class Fails:
    """A filler that breaks at its second gather."""

    def __init__(self):
        self.calls = 0

    def fill(self, gather, *, context=()):
        self.calls += 1
        if self.calls == 2:
            raise RuntimeError("half-way")
        return Constant().fill(gather)


@pytest.mark.parametrize("there", [False, True])
def test_a_fill_that_breaks_half_way_leaves_what_was_there(tmp_path, there):
    source = write_shots(tmp_path / "in.sgy", hide=[3, 9])
    if there:
        (tmp_path / "out.sgy").write_bytes(b"before")
        sidecar_path(tmp_path / "out.sgy").write_bytes(b"before")
    before = listing(tmp_path)
    with pytest.raises(RuntimeError, match="half-way"):
        fill(source, tmp_path / "out.sgy", Fails(), force=True)
    assert listing(tmp_path) == before


SLOW = """
import sys, time
from pathlib import Path
from seisfill.workflows.fill import fill_file
from tests.workflows.surveys import Constant

class Slow(Constant):
    def fill(self, gather, *, context=()):
        print("filling", flush=True)
        time.sleep(60)

fill_file(Path(sys.argv[1]), Path(sys.argv[2]), interpolator=Slow())
"""


def test_a_fill_that_is_killed_before_anything_is_done_is_simply_done_again(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[3, 9])
    before = sha256(source)
    command = [sys.executable, "-c", SLOW, str(source), str(tmp_path / "out.sgy")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout.readline() == b"filling\n"
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert {path.name for path in tmp_path.iterdir()} == {
        "in.sgy",
        "out.sgy.partial",
        "out.sgy.fill.jsonl.partial",
        "out.sgy.journal",
    }
    assert fill(source, tmp_path / "out.sgy").n_filled == 2
    assert {path.name for path in tmp_path.iterdir()} == {"in.sgy", "out.sgy", "out.sgy.fill.jsonl"}
    assert sha256(source) == before


FULL = """
import resource, sys
from pathlib import Path
from seisfill.errors import FileAccessError
from tests.workflows.surveys import fill, told_layout

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    fill(Path(sys.argv[1]), Path(sys.argv[2]), layout=told_layout(int(sys.argv[4]), int(sys.argv[5]), ">"))
except FileAccessError as error:
    print(error)
"""


@pytest.mark.parametrize("full_for", ["data", "sidecar"])
def test_a_disk_that_is_full_is_said_and_nothing_is_left(tmp_path, full_for):
    if full_for == "data":  # 8976 bytes, and a sidecar of less
        write_shots(tmp_path / "in", hide=[3, 9])
        told = (8000, N, 1)
    else:  # 29280 bytes, and a sidecar of more: it keeps the headers of dead traces, which are noise
        noise = np.random.default_rng(0).integers(0, 2**30, (10, 120))
        noisy = ("sx", "sy", "gx", "gy", "swdep", "gwdep", "sdepth", "gelev", "selev", "sdel")
        dead, headers = [*range(2, 58), *range(62, 118)], dict(zip(noisy, noise, strict=True))
        write_shots(tmp_path / "in", channels=60, n_samples=1, zero=dead, dialect="su", headers=headers)
        told = (30000, 1, 5)
    run = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path / "in", tmp_path / "out", *map(str, told)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert "must be writable to its end; File too large. The input is untouched" in run.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_fill_does_not_take_longer_than_its_gathers(tmp_path):
    source = write_shots(tmp_path / "in.sgy", shots=40, hide=range(3, 320, 7))
    start = time.monotonic()
    fill(source, tmp_path / "out.sgy")
    assert time.monotonic() - start < 10  # one gather is a millisecond; a loop over all traces for each would show


class Asks(Constant):
    """Wants to see the neighbours of gathers with fewer than four live traces, and remembers what it was shown."""

    def needs_neighbours(self, gather):
        return gather.live.sum() < 4

    def fill(self, gather, *, context=()):
        SHOWN.append((int(gather.live.sum()), [int(other.live.sum()) for other in context]))
        return super().fill(gather)


SHOWN: list = []


def test_a_gather_with_few_live_traces_comes_with_its_neighbours(tmp_path):
    source = write_shots(tmp_path / "in.sgy", shots=4, channels=8, zero=[1, *range(17, 23)])
    SHOWN.clear()
    fill(source, tmp_path / "out.sgy", Asks())
    assert SHOWN == [(7, []), (2, [7, 8, 8])]
