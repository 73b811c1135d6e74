"""New traces between recorded ones: where they stand, what their headers say, and that they can be taken out again."""

import json

import numpy as np
import pytest
import segyio

from seisfill.errors import GeometryError, NothingToFillError, SeisfillWarning
from seisfill.gather import Filled
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.fields import find_field, read_field
from seisfill.segy.marks import MARK, sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file
from tests.field_data import field_file
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import fill, sha256, trace_bytes_of, waves, write_shots

N = 24
LINEAR = LinearInterpolator()


def densify(source, target, times, interpolator=LINEAR, *, fields=None, **options):
    return fill(source, target, interpolator, gathers=GatherOptions(densify=times, **(fields or {})), **options)


def words(path, *names):
    traces = trace_bytes_of(path, N)
    return [read_field(traces[:, :240].copy(), find_field(name, dialect="segy"), ">").tolist() for name in names]


def rows_of(path, kind="inserted"):
    rows = [json.loads(line) for line in sidecar_path(path).read_text().splitlines()][1:-1]
    return [row for row in rows if row["kind"] == kind]


def keys_of(path, **options):
    """Keys of all places of the first gather, and how many of them no trace has."""
    survey = SegyReader.open(path, gathers=GatherOptions(**options)).survey
    return survey.axis.keys(0, np.arange(survey.axis.count[0])).round(6).tolist(), survey.n_absent


def test_one_new_trace_stands_between_every_two(tmp_path):
    source = write_shots(tmp_path / "in.sgy", channels=3)
    done = densify(source, tmp_path / "out.sgy", 2)
    assert (done.inserted, done.in_place, done.refused) == (4, 0, {})
    shot, channel, receiver, offset, sequence, mark = words(
        tmp_path / "out.sgy", "fldr", "tracf", "gx", "offset", "tracl", "byte233"
    )
    assert shot == [1] * 5 + [2] * 5
    assert channel == [1, 1, 2, 2, 3] * 2  # 1.5 is no whole number
    assert receiver[:5] == [900, 888, 875, 862, 850]  # 887.5 and 862.5, rounded half to even
    assert offset[:5] == [-100, -112, -125, -138, -150]
    assert sequence == [1, 1, 2, 2, 3, 4, 4, 5, 5, 6]
    assert [word == MARK for word in mark] == [False, True, False, True, False] * 2
    assert [(row["key"], row["position"]) for row in rows_of(tmp_path / "out.sgy")[:2]] == [(1.5, 12.5), (2.5, 37.5)]


def test_linear_traces_lie_on_the_line_between_their_neighbours(tmp_path):
    truth = np.linspace(0, 40, 5)[:, None] + np.arange(N) % 3
    headers = {"fldr": 1, "tracf": [2, 4, 6, 8, 10], "gx": np.arange(5) * 40}
    write_segy(tmp_path / "in.sgy", truth, headers=headers, format_code=5)
    densify(tmp_path / "in.sgy", tmp_path / "out.sgy", 4, fields={"gather": "shot"})
    samples = trace_bytes_of(tmp_path / "out.sgy", N, 5)[:, 240:].copy().view(">f4")
    assert samples[:, 0].tolist() == [2.5 * n for n in range(17)]


@pytest.mark.parametrize(
    ("keys", "times", "written"),
    [
        ([2, 4, 6], 2, [2, 3, 4, 5, 6]),  # there is a whole number between
        ([2, 4, 6], 4, [2, 2, 3, 3, 4, 4, 5, 5, 6]),
        ([1, 2, 3], 3, [1, 1, 1, 2, 2, 2, 3]),
        ([10, 15, 20], 2, [10, 12, 15, 18, 20]),
        ([-3, -2, -1], 2, [-3, -3, -2, -2, -1]),
    ],
)
def test_a_key_without_a_whole_number_of_its_own_repeats_the_left_one(tmp_path, keys, times, written):
    write_segy(tmp_path / "in.sgy", waves(3), headers={"fldr": 7, "tracf": keys, "cdp": [100, 99, 98]})
    densify(tmp_path / "in.sgy", tmp_path / "out.sgy", times, fields={"gather": "shot"})
    found, cdp = words(tmp_path / "out.sgy", "tracf", "cdp")
    assert found == written
    assert cdp == np.repeat([100, 99, 98], [times, times, 1]).tolist()  # towards the left neighbour, down too
    true, lacking = keys_of(tmp_path / "out.sgy")
    assert true == np.linspace(keys[0], keys[-1], 2 * times + 1).round(6).tolist()
    assert lacking == 0


def test_holes_and_dead_traces_are_filled_on_the_way(tmp_path):
    source = write_shots(tmp_path / "in.sgy", shots=1, hide=[2, 3], zero=[5])
    done = densify(source, tmp_path / "out.sgy", 2)
    assert (done.inserted, done.in_place) == (2 + 7, 1)
    assert [row["key"] for row in rows_of(tmp_path / "out.sgy")] == [1.5, 2.5, 3, 3.5, 4, 4.5, 5.5, 6.5, 7.5]
    assert [(row["key"], row["gap"]) for row in rows_of(tmp_path / "out.sgy", "in_place")] == [(6, 3)]
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


def test_the_filler_sees_the_fine_axis(tmp_path):
    class Spy:
        def fill(self, gather, *, context=()):
            self.gather = gather
            return Filled(data=gather.data, filled=~gather.live, method="spy")

    spy = Spy()
    densify(write_shots(tmp_path / "in.sgy", shots=1, channels=3), tmp_path / "out.sgy", 4, spy)
    assert spy.gather.position.tolist() == [6.25 * n for n in range(9)]
    assert spy.gather.offset.tolist() == [-100 - 6.25 * n for n in range(9)]
    assert np.flatnonzero(spy.gather.live).tolist() == [0, 4, 8]


@pytest.mark.parametrize("order", ["up", "down", "key first", "shuffled"])
@pytest.mark.parametrize("byte_order", ["big", "little"])
@pytest.mark.parametrize("dialect", ["segy", "su"])
def test_stripping_gives_the_input_back_whatever_the_file(tmp_path, dialect, byte_order, order):
    shot, channel = (grid.ravel() for grid in np.indices((2, 6)))
    rank = {
        "up": np.lexsort((channel, shot)),
        "down": np.lexsort((-channel, shot)),
        "key first": np.lexsort((shot, channel)),
        "shuffled": np.random.default_rng(0).permutation(12),
    }[order]
    rank = rank[rank != 4]
    headers = {"fldr": shot[rank] + 1, "tracf": channel[rank], "gx": channel[rank] * 25}
    sign = ">" if byte_order == "big" else "<"
    source, out = tmp_path / "in", tmp_path / "out"
    write_segy(source, waves(11), headers=headers, dialect=dialect, byte_order=sign)
    done = densify(source, out, 3, fields={"gather": "shot"})
    assert done.inserted == 21
    verdict = verify_file(source, out)
    assert (verdict.untouched, verdict.recorded, verdict.inserted) == (True, 11, 21)
    strip_file(out, tmp_path / "back")
    assert sha256(tmp_path / "back") == sha256(source)
    opener = segyio.su.open if dialect == "su" else segyio.open
    with opener(str(out), ignore_geometry=True, endian=byte_order) as file:
        assert file.tracecount == 32
        numbers = [(file.header[n][9], file.header[n][13]) for n in range(32)]
    if order == "up":
        assert numbers == [(s, min(c // 3, 5)) for s in (1, 2) for c in range(16)]


def test_densified_files_are_densified_and_filled_again_and_undone_one_by_one(tmp_path):
    source = write_shots(tmp_path / "in.sgy", shots=2, channels=4)
    paths = [tmp_path / name for name in ("in.sgy", "two.sgy", "four.sgy", "twelve.sgy")]
    for before, after, times in zip(paths, paths[1:], (2, 2, 3), strict=False):
        densify(before, after, times)
        assert verify_file(before, after).untouched
    assert keys_of(paths[-1]) == ([round(1 + n / 12, 6) for n in range(37)], 0)
    at_once = tmp_path / "at_once.sgy"
    densify(source, at_once, 4)
    assert words(paths[2], "fldr", "tracf") == words(at_once, "fldr", "tracf")
    for filled, original in ((paths[3], paths[2]), (paths[2], paths[1]), (paths[1], paths[0])):
        strip_file(filled, tmp_path / "back.sgy", force=True)
        assert sha256(tmp_path / "back.sgy") == sha256(original)


def test_what_was_refused_between_traces_is_filled_by_the_next_fill(tmp_path):
    source = write_shots(tmp_path / "in.sgy", shots=1, hide=[3])
    first = densify(source, tmp_path / "one.sgy", 2, LinearInterpolator(limits=Limits(max_gap=1)))
    assert (first.inserted, first.refused) == (5, {"gap of 3 traces; this method supports 1": 3})
    second = fill(tmp_path / "one.sgy", tmp_path / "two.sgy", LINEAR)
    assert (second.inserted, second.in_place) == (0, 3)
    placed = rows_of(tmp_path / "two.sgy", "placed")
    assert [row["key"] for row in placed] == [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]  # nobody else knows them
    assert keys_of(tmp_path / "two.sgy") == ([1 + n / 2 for n in range(15)], 0)
    assert verify_file(tmp_path / "one.sgy", tmp_path / "two.sgy").untouched
    strip_file(tmp_path / "two.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(tmp_path / "one.sgy")


def test_densifying_a_decimated_file_is_filling_it_at_the_true_step(tmp_path):
    source = write_shots(tmp_path / "in.sgy", channels=9, hide=[1, 3, 5, 7, 10, 12, 14, 16])
    densify(source, tmp_path / "two.sgy", 2)
    fill(source, tmp_path / "step.sgy", LINEAR, gathers=GatherOptions(trace_step=1))
    assert sha256(tmp_path / "two.sgy") == sha256(tmp_path / "step.sgy")


def test_gathers_keep_the_words_that_they_were_densified_by(tmp_path):
    headers = {"cdp": 1010, "fldr": np.arange(30), "offset": 175 * np.arange(30)}  # each trace of another record
    write_segy(tmp_path / "in.sgy", waves(30), headers=headers)
    told = {"gather": "cdp", "trace": "offset"}
    densify(tmp_path / "in.sgy", tmp_path / "out.sgy", 3, fields=told)
    assert set(words(tmp_path / "out.sgy", "fldr")[0]) == set(range(30))  # by which threes would be shots
    reader = SegyReader.open(tmp_path / "out.sgy")
    assert (reader.survey.keys.kind, len(reader), reader.survey.n_absent) == ("cdp", 1, 0)
    assert "the sidecar out.sgy.fill.jsonl" in reader.survey.keys.reason


def test_a_float_key_of_su_needs_no_sidecar(tmp_path):
    write_segy(tmp_path / "in.su", waves(4), headers={"d2": [0.5, 1.0, 1.5, 2.0]}, dialect="su")
    told = {"gather": "line", "trace": "d2"}
    densify(tmp_path / "in.su", tmp_path / "out.su", 2, fields=told)
    sidecar_path(tmp_path / "out.su").unlink()
    assert keys_of(tmp_path / "out.su", **told) == ([0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0], 0)


def test_without_their_sidecar_traces_between_whole_numbers_are_duplicates(tmp_path):
    densify(write_shots(tmp_path / "in.sgy"), tmp_path / "out.sgy", 2)
    assert keys_of(tmp_path / "out.sgy", gather="shot")[1] == 0
    sidecar = sidecar_path(tmp_path / "out.sgy")
    text = sidecar.read_text()
    sidecar.write_text(text[:-30])
    with (
        pytest.warns(SeisfillWarning, match="Keys in headers are believed, .* found it cut off"),
        pytest.raises(GeometryError, match="duplicates"),
    ):
        keys_of(tmp_path / "out.sgy", gather="shot")
    for spoilt in ("[]", "{}", "no json", text.replace('"dialect":"segy"', '"dialect":"su"')):
        sidecar.write_text(spoilt)
        with pytest.raises(GeometryError, match=r"tracf of traces .* Their sidecar out.sgy.fill.jsonl knows"):
            keys_of(tmp_path / "out.sgy", gather="shot")


def test_irregular_spacing_is_refused_and_nothing_is_written(tmp_path):
    receiver = 25 * np.arange(16)
    receiver[9:] += 10
    source = write_shots(tmp_path / "in.sgy", shots=1, channels=16, headers={"gx": receiver})
    message = r"traces 9 and 10 of fldr 1 \(tracf 9 and 10\): must be 25 m a step, .* within 6.5 m, found 35 m"
    with pytest.raises(GeometryError, match=message):
        densify(source, tmp_path / "out.sgy", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["in.sgy"]
    assert fill(write_shots(tmp_path / "holes.sgy", hide=[3]), tmp_path / "out.sgy").inserted == 1  # holes need it not


def test_single_traces_have_nothing_between_them(tmp_path):
    write_segy(tmp_path / "in.sgy", waves(3), headers={"fldr": [1, 2, 3], "tracf": 5})
    with pytest.raises(NothingToFillError, match="found none in 3 gathers"):
        densify(tmp_path / "in.sgy", tmp_path / "out.sgy", 2, fields={"gather": "shot"})


@pytest.mark.parametrize(
    ("name", "n_between"),
    [("viking_small.segy", 4 * 119), ("f3.sgy", 23 * 17), ("gom_cdp_nmo.su", 91), ("cdp601to610.su", 10 * 29)],
)
@pytest.mark.filterwarnings("ignore::seisfill.errors.SeisfillWarning")
@pytest.mark.parametrize("times", [2, 3])
def test_field_files_are_densified_and_come_back(tmp_path, name, n_between, times):
    source, out = field_file(name), tmp_path / f"out{name}"
    assert densify(source, out, times).inserted == n_between * (times - 1)
    assert verify_file(source, out).untouched
    strip_file(out, tmp_path / "back")
    assert sha256(tmp_path / "back") == sha256(source)
    once = SegyReader.open(source).survey
    again = SegyReader.open(out).survey
    assert (again.n_gathers, again.n_absent, again.keys.trace) == (once.n_gathers, 0, once.keys.trace)
    assert again.axis.step == pytest.approx(once.axis.step / times, rel=1e-3)  # rounded keys fit a little otherwise
