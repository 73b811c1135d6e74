import json
import pickle

import numpy as np
import pytest

from seisfill.errors import InvalidParameterError, SeisfillWarning
from seisfill.gather import Filled
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.workflows import along
from seisfill.workflows.along import fill_both_ways
from seisfill.workflows.fill import FillOptions, fill_file
from seisfill.workflows.strip import strip_file
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import sha256

SHAPE = (9, 12)


def write_cube(path, *, hide=(), lines=(), zero=(), n_samples=40, truth=None):
    """Inlines 11, 12, ... of crosslines 101, 102, ..., sorted by inline; *hide* pairs and whole *lines* left out."""
    inline, crossline = (grid.ravel() for grid in np.indices(SHAPE))
    time = np.arange(n_samples)
    data = np.sin(0.5 * (time - 0.4 * inline[:, None] - 0.2 * crossline[:, None])) if truth is None else truth
    data = np.where([[(i, x) in zero] for i, x in zip(inline, crossline, strict=True)], 0, data)
    keep = [(i, x) not in hide and i not in lines for i, x in zip(inline, crossline, strict=True)]
    headers = {"iline": inline + 11, "xline": crossline + 101, "cdpx": 25 * crossline, "cdpy": 25 * inline}
    return write_segy(path, data[keep], headers={k: v[keep] for k, v in headers.items()}, format_code=5)


def cube_of(path):
    """Samples by inline and crossline, and which are there."""
    reader = SegyReader.open(path, gathers=GatherOptions(gather="inline"), dead="none")
    cube = np.zeros((*SHAPE, reader.layout.n_samples), np.float32)
    there = np.zeros(SHAPE, bool)
    for item in reader:
        inline = int(reader.survey.gather_keys[item.number]) - 11
        crosslines = np.round(reader.survey.axis.keys(item.number, item.places)).astype(int) - 101
        cube[inline, crosslines], there[inline, crosslines] = item.gather.data[item.places], True
    return cube, there


class ByAxis:
    """Fills inlines (12 traces long) with 1 and crosslines with 3."""

    def fill(self, gather, *, context=()):
        level = 1 if gather.n_traces > SHAPE[0] else 3
        data = np.where(gather.known, gather.data, np.float32(level))
        return Filled(data=data, filled=~gather.live, method="by axis")


HIDE = [(2, 3), (4, 6), (4, 7), (6, 2), (7, 9)]


def test_each_trace_is_the_blend_of_both_axes(tmp_path):
    source = write_cube(tmp_path / "in.sgy", hide=HIDE)
    done = fill_both_ways(source, tmp_path / "out.sgy", interpolator=ByAxis())
    assert done.inserted == len(HIDE)
    cube, there = cube_of(tmp_path / "out.sgy")
    assert there.all()
    for place in HIDE:
        assert 1 < cube[place].mean() < 3
    rows = [json.loads(line) for line in (tmp_path / "out.sgy.fill.jsonl").read_text().splitlines()[1:]]
    assert {row["method"] for row in rows if "gather" in row} == {"by axis, both ways"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.sgy", "out.sgy", "out.sgy.fill.jsonl"]
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


def test_a_missing_inline_is_filled_along_crosslines_and_dead_traces_in_their_places(tmp_path):
    source = write_cube(tmp_path / "in.sgy", hide=HIDE, lines=[5], zero=[(1, 1)])
    done = fill_both_ways(source, tmp_path / "out.sgy", interpolator=ByAxis())
    assert (done.inserted, done.in_place) == (len(HIDE) + SHAPE[1], 1)
    cube, there = cube_of(tmp_path / "out.sgy")
    assert there.all()
    assert (cube[5] == 3).all()  # no inline to fill
    assert 1 < cube[1, 1].mean() < 3


def test_where_one_axis_refuses_the_other_answers(tmp_path):
    hide = [(4, crossline) for crossline in range(2, 8)]
    source = write_cube(tmp_path / "in.sgy", hide=hide)
    narrow = LinearInterpolator(limits=Limits(max_gap=2))
    done = fill_both_ways(source, tmp_path / "out.sgy", interpolator=narrow)
    assert (done.inserted, done.refused) == (6, {})
    crosswise = fill_file(
        source,
        tmp_path / "inline.sgy",
        interpolator=LinearInterpolator(limits=narrow.limits),
        options=FillOptions(gathers=GatherOptions(gather="crossline")),
    )
    assert crosswise.inserted == 6
    both, one = cube_of(tmp_path / "out.sgy")[0], cube_of(tmp_path / "inline.sgy")[0]
    np.testing.assert_array_equal(both[4, 2:8], one[4, 2:8])


def test_the_better_axis_weighs_more(tmp_path):
    """Events are flat along inlines and steep along crosslines."""
    inline = np.indices(SHAPE)[0].ravel()
    truth = np.sin(0.9 * (np.arange(60) - 2.5 * inline[:, None])) * np.exp(-np.arange(60) / 40)
    hide = [(2, 3), (3, 8), (5, 5), (6, 2), (6, 9)]
    source = write_cube(tmp_path / "in.sgy", hide=hide, truth=truth)
    fill_both_ways(source, tmp_path / "out.sgy", interpolator=LinearInterpolator())
    cube, whole = cube_of(tmp_path / "out.sgy")[0], truth.reshape(*SHAPE, -1)
    for place in hide:
        wrong = 0.5 * (whole[place[0] - 1, place[1]] + whole[place[0] + 1, place[1]]) - whole[place]
        assert np.sqrt(np.mean((cube[place] - whole[place]) ** 2)) < 0.1 * np.sqrt(np.mean(wrong**2))


def test_traces_that_only_the_other_axis_sees_are_told(tmp_path):
    source = write_cube(tmp_path / "in.sgy", hide=[(4, 0), (3, 5), (0, 6)])
    with pytest.warns(SeisfillWarning, match="1 missing traces lie at the ends of"):
        done = fill_both_ways(source, tmp_path / "out.sgy", interpolator=ByAxis())
    assert done.inserted == 2


def test_what_workers_are_given_answers_the_same_elsewhere(tmp_path, monkeypatch):
    given = []
    fill = along.fill_file

    def fill_by_copy(*arguments, interpolator, **more):
        given.append(pickle.loads(pickle.dumps(interpolator)))
        return fill(*arguments, interpolator=given[0], **more)

    monkeypatch.setattr(along, "fill_file", fill_by_copy)
    source = write_cube(tmp_path / "in.sgy", hide=HIDE)
    fill_both_ways(source, tmp_path / "copy.sgy", interpolator=LinearInterpolator())
    monkeypatch.setattr(along, "fill_file", fill)
    fill_both_ways(source, tmp_path / "out.sgy", interpolator=LinearInterpolator())
    assert sha256(tmp_path / "copy.sgy") == sha256(tmp_path / "out.sgy")
    assert given[0].limits == LinearInterpolator().limits
    assert (given[0].weights_sha256, given[0].trained_gap, given[0].notes) == (None, None, ())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (FillOptions(gathers=GatherOptions(gather="inline")), "Invalid gathers with --along both"),
        (FillOptions(guides=("slope:x.sgy",)), "Invalid guide 'slope:x.sgy' with --along both"),
    ],
)
def test_what_is_said_of_one_axis_is_refused(tmp_path, options, said):
    source = write_cube(tmp_path / "in.sgy", hide=HIDE)
    with pytest.raises(InvalidParameterError, match=said):
        fill_both_ways(source, tmp_path / "out.sgy", interpolator=ByAxis(), options=options)
    assert [path.name for path in tmp_path.iterdir()] == ["in.sgy"]


def test_nothing_stays_where_it_breaks(tmp_path):
    class Broken(ByAxis):
        def fill(self, gather, *, context=()):
            if gather.n_traces == SHAPE[0]:
                raise InvalidParameterError("Invalid day: must be another.")
            return super().fill(gather)

    source = write_cube(tmp_path / "in.sgy", hide=HIDE)
    with pytest.raises(InvalidParameterError, match="Invalid day"):
        fill_both_ways(source, tmp_path / "out.sgy", interpolator=Broken())
    assert [path.name for path in tmp_path.iterdir()] == ["in.sgy"]
