import dataclasses
import json

import pytest
import safetensors
import safetensors.torch
import torch

from seisfill.errors import WeightsError
from seisfill.masks import RandomMask
from seisfill.nn.losses import FillLoss
from seisfill.nn.unet import UNetConfig
from seisfill.training.loop import OptimizerConfig, TrainConfig, Trainer
from seisfill.training.streams import SyntheticStream

TINY = UNetConfig(widths=(4, 6), dilations=(1,))
CONFIG = TrainConfig(steps=2, bfloat16=False, network=TINY, stream=SyntheticStream(patch=(8, 32), batch=1, chunk=1))


@pytest.fixture(scope="module")
def trained():
    trainer = Trainer(CONFIG)
    list(trainer.run())
    return trainer


@pytest.fixture
def saved(trained, tmp_path):
    trained.save(tmp_path / "state.safetensors")
    return tmp_path / "state.safetensors"


def test_a_state_comes_back_whole(trained, saved):
    again = Trainer(CONFIG)
    again.resume(saved)
    assert (again.step, again.seconds) == (2, trained.seconds)
    for one, other in ((again.network.state_dict(), trained.network.state_dict()), (again.average, trained.average)):
        assert all(torch.equal(one[name], other[name]) for name in other)
    mine, theirs = again.optimizer.state_dict()["state"], trained.optimizer.state_dict()["state"]
    assert mine.keys() == theirs.keys()
    for index, state in theirs.items():
        assert state.keys() == mine[index].keys()
        assert all(torch.equal(mine[index][key], value) for key, value in state.items())


def test_a_state_without_a_step_comes_back_too(tmp_path):
    Trainer(CONFIG).save(tmp_path / "fresh.safetensors")
    again = Trainer(CONFIG)
    again.resume(tmp_path / "fresh.safetensors")
    assert again.step == 0
    assert len(list(again.run())) == 2


def test_only_the_whole_file_appears(trained, saved):
    assert [path.name for path in saved.parent.iterdir()] == ["state.safetensors"]
    trained.save(saved)
    assert [path.name for path in saved.parent.iterdir()] == ["state.safetensors"]


def test_a_write_that_fails_leaves_the_old_state(trained, saved, monkeypatch):
    before = saved.read_bytes()

    def full_disk(tensors, path, metadata):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full_disk)
    with pytest.raises(OSError, match="No space"):
        trained.save(saved)
    assert saved.read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"garbage!" * 9, b"\x00" * 64])
def test_a_state_that_is_absent_or_corrupt_is_refused(saved, content):
    if content is None:
        saved.unlink()
    else:
        saved.write_bytes(content)
    with pytest.raises(WeightsError, match=r"Invalid checkpoint .*state\.safetensors: must be a training state"):
        Trainer(CONFIG).resume(saved)


def test_a_state_that_was_cut_is_refused(saved):
    saved.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="must be a training state"):
        Trainer(CONFIG).resume(saved)


@pytest.mark.parametrize(
    "network", [UNetConfig(widths=(4, 8), dilations=(1,)), UNetConfig(widths=(4, 6), dilations=())]
)
def test_a_state_of_another_network_is_refused(saved, network):
    with pytest.raises(WeightsError, match="of this network"):
        Trainer(dataclasses.replace(CONFIG, network=network)).resume(saved)


def test_a_state_without_the_average_is_refused(saved):
    with safetensors.safe_open(saved, "pt") as file:
        names = [name for name in file.keys() if not name.startswith("average/head")]  # noqa: SIM118 (not a mapping)
        tensors, metadata = {name: file.get_tensor(name) for name in names}, file.metadata()
    safetensors.torch.save_file(tensors, saved, metadata=metadata)
    with pytest.raises(WeightsError, match="average/head"):
        Trainer(CONFIG).resume(saved)


@pytest.mark.parametrize("metadata", [None, {"other": "x"}, {"head": "{"}])
def test_a_file_with_no_head_is_refused(saved, metadata):
    with safetensors.safe_open(saved, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
    safetensors.torch.save_file(tensors, saved, metadata=metadata)
    with pytest.raises(WeightsError, match="must be a training state"):
        Trainer(CONFIG).resume(saved)


def test_the_head_says_where_the_training_stands(saved):
    with safetensors.safe_open(saved, "pt") as file:
        head = json.loads(file.metadata()["head"])
    assert head["step"] == 2
    assert head["seed"] == CONFIG.seed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": 1}, "Invalid steps 1: must be 2, with which the last leg of"),
        ({"bfloat16": True}, "Invalid bfloat16 True: must be False"),
        ({"loss": FillLoss(live=0.5)}, r"Invalid loss\.live 0\.5: must be 0\.1"),
        ({"optimizer": OptimizerConfig(begin=2)}, r"Invalid optimizer\.begin 2: must be 0, .* or add --new-leg"),
        ({"stream": SyntheticStream(patch=(8, 64), batch=1, chunk=1)}, r"Invalid stream\.patch \[8, 64\]: must be"),
        ({"stream": SyntheticStream(patch=(8, 32), batch=1, chunk=1, masks=RandomMask())}, r"Invalid stream\.masks"),
        ({"seed": 8}, "Invalid seed 8: must be 1, with which .* was begun"),
    ],
)
def test_a_changed_configuration_is_refused_by_its_key(saved, change, said):
    with pytest.raises(WeightsError, match=said):
        Trainer(dataclasses.replace(CONFIG, **change)).resume(saved)


def test_what_no_step_depends_on_may_change_and_steps_may_grow(saved):
    again = Trainer(dataclasses.replace(CONFIG, steps=3, name="other", log_every=1, checkpoint_every=1))
    again.resume(saved)
    assert [row["step"] for row in again.run()] == [3]
    assert [(leg.begin, leg.config["steps"]) for leg in again.legs] == [(0, 3)]


def test_a_new_leg_may_change_all_but_the_seed_and_is_remembered(saved):
    config = dataclasses.replace(CONFIG, steps=4, loss=FillLoss(balance=0.03))
    again = Trainer(config)
    again.resume(saved, new_leg=True)
    assert [(leg.begin, leg.config["loss"]["balance"]) for leg in again.legs] == [(0, None), (2, 0.03)]
    again.save(saved)
    third = Trainer(config)
    third.resume(saved)
    assert third.legs == again.legs
    with pytest.raises(WeightsError, match="Invalid seed"):
        Trainer(dataclasses.replace(config, seed=2)).resume(saved, new_leg=True)


def test_a_state_that_tells_no_legs_begins_one(saved):
    with safetensors.safe_open(saved, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        head = json.loads(file.metadata()["head"])
    del head["legs"]
    safetensors.torch.save_file(tensors, saved, metadata={"head": json.dumps(head)})
    again = Trainer(CONFIG)
    again.resume(saved)
    assert [leg.begin for leg in again.legs] == [2]
