import json

import numpy as np
import pytest

from seisfill.errors import GeometryError, SeisfillWarning
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.info import describe_file
from tests.field_data import field_file
from tests.workflows.surveys import fill, write_shots


def test_counts_one_can_check_by_eye(tmp_path):
    path = write_shots(tmp_path / "a.sgy", hide=[2, 3, 9], zero=[5, 15], format_code=5)
    raw = np.fromfile(path, np.uint8)
    raw[3600:].reshape(13, -1)[0, 240:].view(">f4")[3] = np.nan
    raw.tofile(path)
    about = describe_file(path)
    one, two = about.gathers
    assert (one.gather, one.live, one.dead, one.absent, one.holed, one.widest_gap, one.to_fill) == (1, 5, 1, 2, 1, 2, 3)
    assert (two.gather, two.live, two.dead, two.absent, two.holed, two.widest_gap, two.to_fill) == (2, 6, 1, 1, 0, 1, 1)
    assert (about.total("to_fill"), about.total("dead")) == (4, 2)
    assert about.layout["format"] == "ieee32"
    assert about.keys == {
        "kind": "shot",
        "gather": "fldr",
        "trace": "tracf",
        "step": 1,
        "reason": "fldr and tracf tell the traces apart",
    }


def test_what_would_be_filled_is_what_is_filled(tmp_path):
    path = write_shots(tmp_path / "a.sgy", hide=[2, 3, 9], zero=[5])
    assert fill(path, tmp_path / "out.sgy").n_filled == describe_file(path).total("to_fill")


def test_amplitudes_are_those_of_live_samples(tmp_path):
    path = write_shots(tmp_path / "a.sgy", zero=[2], format_code=5)
    samples = np.delete(np.fromfile(path, np.uint8)[3600:].reshape(16, -1)[:, 240:], 2, axis=0).copy().view(">f4")
    about = describe_file(path).amplitude
    assert about["min"] == samples.min()
    assert about["max"] == samples.max()
    assert about["rms"] == pytest.approx(np.sqrt((samples.astype(float) ** 2).mean()))


def test_a_file_without_a_live_trace_has_no_amplitude(tmp_path):
    path = write_shots(tmp_path / "a.sgy", zero=range(16))
    assert set(describe_file(path).amplitude.values()) == {None}


def test_all_of_it_is_json_without_nan(tmp_path):
    told = []
    about = describe_file(
        write_shots(tmp_path / "a.sgy", hide=[2]), progress=lambda stage, done, total: told.append((stage, done, total))
    )
    value = json.loads(json.dumps(about.as_dict(), allow_nan=False))
    assert value["total"] == {"live": 15, "dead": 0, "absent": 1, "holed": 0, "to_fill": 1}
    assert value["layout"]["n_traces"] == 15
    assert told == [("read", 1, 2), ("read", 2, 2)]


def test_options_of_the_user_are_heard(tmp_path):
    path = write_shots(tmp_path / "a.sgy", hide=[1, 3, 5, 9, 11, 13], zero=[4])
    assert describe_file(path, gathers=GatherOptions(trace_step=1)).total("absent") == 6
    assert describe_file(path, gathers=GatherOptions(trace_step=1, trace_range=(0, 9))).total("absent") == 10
    assert describe_file(path, gathers=GatherOptions(trace_step=1), dead="none").total("dead") == 0
    with pytest.raises(GeometryError, match="must lie within"):
        describe_file(path, gathers=GatherOptions(trace_step=2))


def test_fields_that_were_not_believed_are_told():
    with pytest.warns(SeisfillWarning):
        about = describe_file(field_file("viking_small.segy"))
    assert about.warnings == ("trace header bytes 115-116 (samples) say 1500, the file fits 600",)
    assert about.total("live") == 480
