import json

import pytest
import torch

from seisfill import load_interpolator
from seisfill.config import load_train_config
from seisfill.errors import ConfigurationError
from seisfill.masks import GapMask, MixedMask, MixtureMask, RandomMask
from seisfill.nn.weights import load_weights
from seisfill.workflows.train import train, widest_gap

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
[stream]
patch = [12, 32]
batch = 2
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
        "state.safetensors",
        "tiny.json",
        "tiny.safetensors",
    ]
    assert [row["step"] for row in rows] == [1, 2, 3, 4]
    assert [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()] == rows
    _, card = load_weights(done.weights)
    assert (card["step"], card["max_gap"], card["licence"]) == (4, 3, "Apache-2.0")
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
