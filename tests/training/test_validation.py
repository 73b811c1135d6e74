import dataclasses
import math

import numpy as np
import pytest
import torch

from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.metrics import snr_db
from seisfill.neighbours import interpolate_linear
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.training.loop import TrainConfig, ValidationConfig
from seisfill.training.streams import SyntheticStream
from seisfill.training.validation import validate

PATTERNS = ("every:2", "gap:3")
VALIDATION = ValidationConfig(patches=2, patch=(12, 48), patterns=PATTERNS)
STREAM = SyntheticStream(patch=(8, 32), batch=2, chunk=2)
STREAM = dataclasses.replace(STREAM, surveys=dataclasses.replace(STREAM.surveys, weights={"sparse": 1, "section": 2}))
CONFIG = TrainConfig(network=UNetConfig(widths=(4,), dilations=()), stream=STREAM, validation=VALIDATION)


def untrained(**changes):
    torch.manual_seed(0)
    return UNet(dataclasses.replace(CONFIG.network, **changes)).eval()


def ramp(missing=()):
    """Traces that grow evenly: a line is exact between them. One may be missing from the beginning."""
    data = np.arange(1.0, 10.0)[:, None] * np.sin(np.arange(40.0))
    live = ~np.isin(np.arange(9), missing)
    return Gather(data=data.astype(np.float32), live=live, dt=0.004)


def test_a_sheet_has_a_row_for_each_set_and_pattern_and_an_example_for_each_set():
    sheet = validate(untrained(), CONFIG, fields=[("ramp", [ramp()])])
    assert [(row["set"], row["pattern"]) for row in sheet.rows] == [
        (name, pattern) for name in ("sparse", "section", "ramp") for pattern in PATTERNS
    ]
    assert [example.title.partition(":")[0] for example in sheet.examples] == [
        "sparse, every",
        "section, gap",
        "ramp, every",
    ]
    for example in sheet.examples:
        assert example.truth.shape == example.filled.shape
        assert example.live.shape == example.truth.shape[:1]
        assert not example.live.all()
    assert sheet.mean_db == pytest.approx(np.mean([row["snr_db"] for row in sheet.rows]))


def test_an_untrained_network_scores_like_the_linear_fill():
    for row in validate(untrained(), CONFIG).rows:
        assert row["snr_db"] == row["linear_db"]


def test_field_gathers_are_scored_in_their_own_amplitudes_on_what_was_hidden():
    gather = ramp(missing=[4])
    sheet = validate(untrained(), CONFIG, fields=[("ramp", [gather, gather])])
    row, example = sheet.rows[-2], sheet.examples[-1]
    assert (row["set"], row["pattern"]) == ("ramp", "every:2")
    live = gather.live & (np.arange(9) % 2 == 0)
    assert example.live.tolist() == live.tolist()
    assert (example.filled[live] == gather.data[live]).all()
    line = interpolate_linear(gather.data, np.broadcast_to(live[:, None], gather.data.shape))
    scored = gather.live & ~live
    assert row["linear_db"] == pytest.approx(snr_db(gather.data, line, traces=scored), abs=0.006)
    assert row["snr_db"] == pytest.approx(snr_db(gather.data, example.filled, traces=scored), abs=0.006)


def test_a_network_without_gain_sees_other_amplitudes_and_is_scored_in_the_same_ones():
    plain = dataclasses.replace(CONFIG, stream=dataclasses.replace(STREAM, gain=False))
    network = untrained()  # answers the linear fill of what it is shown
    curved = dataclasses.replace(ramp(), data=ramp().data ** 2)
    with_gain, without = (validate(network, config, fields=[("curved", [curved])]).rows for config in (CONFIG, plain))
    for one, other in zip(with_gain[:4], without[:4], strict=True):
        assert one["linear_db"] != other["linear_db"]  # lines between gained traces are others
        assert abs(one["linear_db"] - other["linear_db"]) < 3  # and score in the same amplitudes, so nearly alike
    for row in without[-2:]:
        assert row["snr_db"] == row["linear_db"]  # one number changes nothing about a line
    assert any(row["snr_db"] != row["linear_db"] for row in with_gain[-2:])


def test_a_sheet_is_the_same_every_time_and_leaves_the_training_alone():
    network = untrained()
    torch.nn.init.normal_(network.head.weight, 0, 0.1)
    before = torch.get_rng_state()
    one, two = (validate(network, CONFIG, fields=[("ramp", [ramp()])]) for _ in range(2))
    assert one.rows == two.rows
    assert torch.equal(torch.get_rng_state(), before)
    other = dataclasses.replace(CONFIG, validation=dataclasses.replace(VALIDATION, seed=5))
    assert validate(network, other).rows != one.rows[:4]


def test_a_network_with_guides_is_judged_with_and_without():
    rows = validate(untrained(guides=True), CONFIG).rows
    assert {"snr_db", "linear_db", "guided_db"} <= rows[0].keys()
    assert all(row["snr_db"] == row["linear_db"] for row in rows)
    assert any(row["guided_db"] != row["snr_db"] for row in rows)


def test_what_has_no_score_is_none_and_out_of_the_mean():
    silent = Gather(data=np.zeros((9, 40), np.float32), live=np.ones(9, bool), dt=0.004)
    config = dataclasses.replace(CONFIG, stream=dataclasses.replace(STREAM, surveys=STREAM.surveys))
    sheet = validate(untrained(), config, fields=[("silence", [silent])])
    assert [row["snr_db"] for row in sheet.rows[-2:]] == [None, None]
    assert sheet.examples[-1].title == "silence, every:2: no score"
    assert math.isfinite(sheet.mean_db)


def test_what_no_sheet_can_be_made_of_is_refused():
    with pytest.raises(InvalidParameterError, match="Invalid mask 'evry:2'"):
        ValidationConfig(patterns=("evry:2",))
    with pytest.raises(InvalidParameterError, match="Invalid number of patterns 0"):
        ValidationConfig(patterns=())
    with pytest.raises(InvalidParameterError, match="Invalid seed 7: must not be that of the validation"):
        TrainConfig(seed=7, validation=ValidationConfig(seed=7))
