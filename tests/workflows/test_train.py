import json
import sys

import pytest
import torch

from seisfill import load_interpolator
from seisfill.config import load_train_config
from seisfill.errors import ConfigurationError, WeightsError
from seisfill.masks import GapMask, MixedMask, MixtureMask, RandomMask
from seisfill.nn.weights import load_weights
from seisfill.workflows.train import train, widest_gap
from seisfill.workflows.training_log import TrainingLog
from tests.workflows.surveys import write_shots

TINY = """
name = "tiny"
steps = 4
checkpoint_every = 2
log_every = 1
bfloat16 = false
[network]
widths = [4, 6]
blocks = 1
dilations = []
[optimizer]
warm_up = 1
[validation]
every = 3
patches = 1
patch = [12, 32]
patterns = ["every:2", "gap:3"]
[stream]
patch = [12, 32]
batch = 2
chunk = 1
[stream.surveys]
weights = { sparse = 1.0, section = 1.0 }
[[stream.masks]]
rule = "gap"
width = [1, 3]
"""


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def config_in(folder, text=TINY):
    path = folder / "c.toml"
    path.write_text(text)
    return load_train_config(path)


def test_a_training_leaves_weights_card_log_and_state(tmp_path):
    rows = []
    done = train(config_in(tmp_path), out=tmp_path / "run", report=rows.append)
    assert (done.step, done.steps, done.weights) == (4, 4, tmp_path / "run" / "tiny.safetensors")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "log.jsonl",
        "loss.png",
        "state.safetensors",
        "tiny.json",
        "tiny.safetensors",
        "validation.jsonl",
        "validation.png",
    ]
    assert [row["step"] for row in rows] == [1, 2, 3, 4]
    assert [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()] == rows
    _, card = load_weights(done.weights)
    assert (card["step"], card["max_gap"], card["licence"]) == (4, 3, "Apache-2.0")
    assert [(leg["begin"], leg["config"]["steps"]) for leg in card["legs"]] == [(0, 4)]
    sheet = [json.loads(line) for line in (tmp_path / "run" / "validation.jsonl").read_text().splitlines()]
    assert [(row["step"], row["set"], row["pattern"]) for row in sheet] == [
        (3, name, pattern) for name in ("sparse", "section") for pattern in ("every:2", "gap:3")
    ]
    assert card["scores"]["step"] == 3
    assert card["scores"]["section"] == pytest.approx((sheet[2]["snr_db"] + sheet[3]["snr_db"]) / 2, abs=0.01)
    assert load_interpolator("network", weights=done.weights, device="cpu").limits.max_gap == 3


def test_legs_of_a_training_make_what_one_makes(tmp_path):
    whole = train(config_in(tmp_path), out=tmp_path / "whole")
    short = config_in(tmp_path, TINY.replace("steps = 4", "steps = 2\nseed = 1"))
    first = train(short, out=tmp_path / "legs", minutes=0)
    assert first.step == 0
    again = train(config_in(tmp_path), out=tmp_path / "legs", resume=True)
    assert (whole.step, again.step) == (4, 4)
    one, two = (load_weights(done.weights)[0].state_dict() for done in (whole, again))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_training_is_neither_overwritten_nor_taken_up_by_mistake(tmp_path):
    config = config_in(tmp_path)
    with pytest.raises(ConfigurationError, match=r"must hold state\.safetensors to resume from"):
        train(config, out=tmp_path / "run", resume=True)
    assert not (tmp_path / "run").exists()
    train(config, out=tmp_path / "run", minutes=0)
    with pytest.raises(ConfigurationError, match=r"must hold no training yet. Add --resume"):
        train(config, out=tmp_path / "run")


def test_the_widest_gap_is_found_in_any_mixture():
    assert widest_gap(GapMask(width=5)) == 5
    assert widest_gap(RandomMask()) is None
    thin = MixedMask(rules=(RandomMask(), GapMask(width=(2, 12))))
    assert widest_gap(MixtureMask(rules=(GapMask(width=3), thin, RandomMask()))) == 12


def rows_of(folder, name="log.jsonl"):
    rows = [json.loads(line) for line in (folder / name).read_text().splitlines()]
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def test_the_loss_curve_is_the_same_before_and_after_an_interruption(tmp_path):
    train(config_in(tmp_path), out=tmp_path / "whole")

    class CutError(Exception):
        """The lights go out."""

    def cut_after_three(row):
        if row["step"] == 3:
            raise CutError

    with pytest.raises(CutError):
        train(config_in(tmp_path), out=tmp_path / "cut", report=cut_after_three)
    assert [row["step"] for row in rows_of(tmp_path / "cut")] == [1, 2, 3]
    again = train(config_in(tmp_path), out=tmp_path / "cut", resume=True)  # from the checkpoint of step 2
    assert again.step == 4
    assert rows_of(tmp_path / "cut") == rows_of(tmp_path / "whole")
    assert rows_of(tmp_path / "cut", "validation.jsonl") == rows_of(tmp_path / "whole", "validation.jsonl")
    assert (tmp_path / "cut" / "tiny.safetensors").read_bytes() == (
        tmp_path / "whole" / "tiny.safetensors"
    ).read_bytes()


def test_a_changed_configuration_is_a_new_leg_or_refused(tmp_path):
    train(config_in(tmp_path), out=tmp_path / "run")
    changed = config_in(tmp_path, TINY.replace("steps = 4", "steps = 5").replace("warm_up = 1", "warm_up = 2"))
    with pytest.raises(WeightsError, match=r"Invalid optimizer\.warm_up 2: must be 1"):
        train(changed, out=tmp_path / "run", resume=True)
    done = train(changed, out=tmp_path / "run", resume=True, new_leg=True)
    legs = load_weights(done.weights)[1]["legs"]
    assert [(leg["begin"], leg["config"]["optimizer"]["warm_up"]) for leg in legs] == [(0, 1), (4, 2)]


def test_field_files_are_on_the_sheet(tmp_path):
    write_shots(tmp_path / "shots.sgy", n_samples=64)
    train(config_in(tmp_path), out=tmp_path / "run", fields=[tmp_path / "shots.sgy"])
    rows = rows_of(tmp_path / "run", "validation.jsonl")
    assert [row["set"] for row in rows[-2:]] == ["shots", "shots"]
    assert all(row["linear_db"] is not None for row in rows)


def test_tensorboard_gets_the_same_numbers(tmp_path):
    pytest.importorskip("tensorboard", reason="the extra `train` is not installed")
    train(config_in(tmp_path), out=tmp_path / "run", tensorboard=True)
    written = list((tmp_path / "run" / "tensorboard").iterdir())
    assert len(written) == 1
    content = written[0].read_bytes()
    assert all(tag in content for tag in (b"train/missing", b"validation/sparse, every:2", b"validation/mean"))


def test_tensorboard_that_is_not_installed_is_said_before_a_step_is_made(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(
        ConfigurationError, match=r"must find the package tensorboard .* pip install 'seisfill\[train\]'"
    ):
        train(config_in(tmp_path), out=tmp_path / "run", tensorboard=True)
    assert not (tmp_path / "run" / "log.jsonl").exists()


def test_a_line_of_the_log_that_was_cut_short_is_left_out(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"step": 1}\n{"step": 2}\n{"st')
    TrainingLog(tmp_path, step=1)
    assert rows_of(tmp_path) == [{"step": 1}]


def test_without_a_sheet_there_are_no_scores(tmp_path):
    done = train(config_in(tmp_path), out=tmp_path / "run", minutes=0)
    assert load_weights(done.weights)[1]["scores"] is None
