from contextlib import nullcontext

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from seisfill.errors import GeometryError, InvalidParameterError, LayoutError, SeisfillWarning
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.reader import SegyReader, coordinate_scale, read_gathers
from seisfill.segy.survey import GatherOptions
from tests.field_data import field_file
from tests.segy.make_segy import write_segy

N = 20
FOUR = {"fldr": 1, "tracf": [1, 2, 4, 5]}


def noise(n, n_samples=N):
    return np.random.default_rng(1).normal(0, 10, (n, n_samples)).astype(np.float32)


def read(tmp_path, samples, headers=None, *, dead="auto", gathers=None, **options):
    """The first gather of a file of these traces."""
    headers = {"fldr": 1, "tracf": np.arange(len(samples)), **(headers or {})}
    path = write_segy(tmp_path / "a.sgy", samples, headers=headers, **{"format_code": 5, **options})
    return SegyReader.open(path, gathers=gathers or GatherOptions(gather="shot", trace_step=1), dead=dead).read(0)


def test_traces_stand_at_their_places_and_absent_ones_are_not_live(tmp_path):
    samples = noise(4)
    item = read(tmp_path, samples, FOUR)
    assert item.gather.live.tolist() == [True, True, False, True, True]
    assert_array_equal(item.gather.data[[0, 1, 3, 4]], samples)
    assert not item.gather.data[2].any()
    assert (item.rows.tolist(), item.places.tolist(), item.dead.any()) == ([0, 1, 2, 3], [0, 1, 3, 4], False)
    assert (item.gather.dt, item.gather.valid, item.gather.t0) == (0.004, None, 0.0)
    assert item.traces.shape == (4, 240 + 4 * N)


def test_traces_of_a_file_that_is_not_sorted_are_sorted(tmp_path):
    samples = noise(3)
    item = read(tmp_path, samples, {"tracf": [3, 1, 2]})
    assert_array_equal(item.gather.data, samples[[1, 2, 0]])
    assert item.rows.tolist() == [1, 2, 0]


SPOILT = {
    "flagged": lambda x: x,
    "zeros": lambda x: 0 * x,
    "one value": lambda x: 0 * x + 7,
    "ends alike": lambda x: np.where(np.isin(np.arange(N), [0, N - 1]), 3, x),
    "mostly nan": lambda x: np.where(np.arange(N) < N // 2 + 1, np.nan, x),
    "half nan": lambda x: np.where(np.arange(N) < N // 2, np.inf, x),
    "muted": lambda x: np.where(np.arange(N) < N - 1, 0, x),
    "all nan": lambda x: 0 * x + np.nan,
}


@pytest.mark.parametrize(
    ("rule", "dead"),
    [("auto", ["flagged", "zeros", "one value", "mostly nan", "all nan"]), ("flag", ["flagged"]), ("none", [])],
)
def test_what_counts_as_dead(tmp_path, rule, dead):
    samples = np.stack([spoil(trace) for spoil, trace in zip(SPOILT.values(), noise(len(SPOILT)), strict=True)])
    trid = [2 if name == "flagged" else 1 for name in SPOILT]
    with nullcontext() if rule == "none" else pytest.warns(SeisfillWarning, match="flagged dead .* --dead none"):
        item = read(tmp_path, samples, {"trid": trid}, dead=rule)
    assert [name for name, is_dead in zip(SPOILT, item.dead, strict=True) if is_dead] == dead
    assert_array_equal(item.gather.live, ~item.dead)
    assert not item.gather.data[item.dead].any()


@pytest.mark.parametrize("code", [1, 5, 6])
def test_zeros_in_disguise_are_dead(tmp_path, code):
    path = write_segy(tmp_path / "a.sgy", noise(3), headers={"fldr": 1, "tracf": [1, 2, 3]}, format_code=code)
    raw = np.fromfile(path, np.uint8)
    width = (len(raw) - 3600) // 3
    trace = raw[3600 + width + 240 : 3600 + 2 * width].reshape(N, -1)
    trace[:] = 0
    trace[::2, 0] = 0x41 if code == 1 else 0x80  # a zero with an exponent, a negative zero
    raw.tofile(path)
    assert SegyReader.open(path).read(0).dead.tolist() == [False, True, False]


def test_a_single_sample_is_not_a_constant_trace(tmp_path):
    path = write_segy(tmp_path / "a.sgy", [[1.0], [0.0], [2.0]], headers={"fldr": 1, "tracf": [1, 2, 3]}, format_code=5)
    reader = SegyReader.open(path, layout=LayoutOptions(n_samples=1, format=5, byte_order="big"))
    assert reader.read(0).dead.tolist() == [False, True, False]


@pytest.mark.parametrize("code", [5, 6])
def test_nan_and_inf_inside_a_live_trace_are_holes(tmp_path, code):
    samples = noise(3)
    samples[1, 3], samples[1, 4], samples[2, 0] = np.nan, -np.inf, np.inf
    item = read(tmp_path, samples, format_code=code)
    assert not item.dead.any()
    assert [np.flatnonzero(row).tolist() for row in item.holes] == [[], [3, 4], [0]]
    assert_array_equal(item.gather.valid, ~item.holes)
    assert not item.gather.data[item.holes].any()


@pytest.mark.parametrize(("code", "size"), [(5, 3e38), (6, 1e200), (1, 7e75)])
def test_absurd_amplitudes_are_neither_believed_nor_holes(tmp_path, code, size):
    samples = noise(3).astype(np.float64)
    samples[1, 3] = size
    with pytest.warns(SeisfillWarning, match="beyond 1e30"):
        item = read(tmp_path, samples, format_code=code)
    assert not item.holes.any()
    assert not item.dead.any()
    assert np.argwhere(~item.gather.valid).tolist() == [[1, 3]]
    assert item.gather.data[1, 3] == 0


def test_coordinates_are_in_metres_and_absent_traces_lie_between(tmp_path):
    headers = {
        **FOUR,
        "gx": [1000, 200, 4000, 500],
        "gy": [50, 5, 50, 5],
        "sx": [700, 70, 700, 70],
        "scalco": [-10, 1, -10, 0],
        "offset": [-30, -130, -330, -430],
        "delrt": 100,
    }
    gather = read(tmp_path, noise(4), headers).gather
    assert gather.receiver.tolist() == [[100, 5], [200, 5], [300, 5], [400, 5], [500, 5]]
    assert gather.source.tolist() == [[70, 0]] * 5
    assert gather.offset.tolist() == [-30, -130, -230, -330, -430]
    assert gather.position.tolist() == [0, 100, 200, 300, 400]
    assert gather.t0 == 0.1


def test_positions_come_from_offsets_where_these_are_the_key(tmp_path):
    words = {"cdp": 7, "offset": [100, 150, 250], "gx": [1, 2, 3]}
    options = GatherOptions(gather="cdp", trace_step=50)
    assert read(tmp_path, noise(3), words, gathers=options).gather.position.tolist() == [100, 150, 200, 250]


@pytest.mark.parametrize("gx", [[0, 0, 0, 0], [5, 5, 6, 7], [1, 2, 3, 900]])
def test_positions_that_stand_still_or_leap_are_not_believed(tmp_path, gx):
    gather = read(tmp_path, noise(4), {"gx": gx}).gather
    assert gather.position is None
    assert gather.axis.tolist() == [0, 1, 2, 3]


def test_cdp_coordinates_are_positions_from_rev_1_on(tmp_path):
    words = {"cdpx": [0, 30, 60], "cdpy": [0, 40, 80]}
    assert read(tmp_path, noise(3), words).gather.position.tolist() == [0, 50, 100]
    assert read(tmp_path, noise(3), words, revision=0).gather.position is None


def test_scalars_multiply_and_divide():
    assert coordinate_scale(np.array([1, 0, -1, 10, -1000])).tolist() == [1, 1, 1, 10, 0.001]


def test_every_gather_is_read_in_its_turn(tmp_path):
    headers = {"fldr": [2, 2, 2, 1, 1, 1], "tracf": [1, 2, 3, 1, 2, 3]}
    path = write_segy(tmp_path / "a.sgy", noise(6), headers=headers, format_code=5)
    reader = SegyReader.open(path)
    assert len(reader) == 2
    assert [item.number for item in reader] == [0, 1]
    assert_array_equal(np.concatenate([gather.data for gather in read_gathers(str(path))]), noise(6))


def test_fields_that_were_not_believed_are_warned_of():
    with pytest.warns(SeisfillWarning, match=r"^viking_small\.segy: trace header bytes 115-116 .* say 1500"):
        SegyReader.open(field_file("viking_small.segy"))


def test_errors_come_before_any_sample_is_read(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise(3), headers={"fldr": 1, "tracf": [1, 2, 3]})
    with pytest.raises(InvalidParameterError, match="Invalid dead 'maybe': must be auto, flag or none"):
        SegyReader.open(path, dead="maybe")
    with pytest.raises(GeometryError, match="both 0"):
        read_gathers(path, gathers=GatherOptions(trace="offset"))
    with pytest.raises(LayoutError):
        read_gathers(path, layout=LayoutOptions(n_samples=7))
