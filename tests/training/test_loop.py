import dataclasses
import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from seisfill.training import loop
from seisfill.training.loop import OptimizerConfig, TrainConfig, Trainer, learning_rate
from seisfill.training.streams import SyntheticStream

CONFIG = TrainConfig(
    seed=3,
    steps=7,
    bfloat16=False,
    network=UNetConfig(widths=(4, 6), dilations=(1,)),
    stream=SyntheticStream(patch=(16, 64), batch=2, chunk=1),
    optimizer=OptimizerConfig(warm_up=2),
)


def losses(rows):
    return [{name: float(value) for name, value in row.items() if name != "seconds"} for row in rows]


def states(trainer):
    return {**{f"network {k}": v for k, v in trainer.network.state_dict().items()}, **trainer.average}


def test_steps_are_counted_and_rows_name_the_parts_of_the_loss():
    rows = list(Trainer(CONFIG).run())
    assert [row["step"] for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert {"loss", "missing", "live", "scale", "seconds"} <= rows[0].keys()
    assert all(math.isfinite(row["loss"]) for row in rows)
    assert not rows[0]["loss"].requires_grad


@pytest.mark.parametrize("bfloat16", [False, True])
@pytest.mark.parametrize("first", [0, 3])
def test_a_training_that_was_interrupted_ends_at_the_same_bits(tmp_path, bfloat16, first):
    config = dataclasses.replace(CONFIG, bfloat16=bfloat16)
    whole = Trainer(config)
    expected = losses(whole.run())

    begun = Trainer(config)
    rows = losses(itertools.islice(begun.run(), first))
    begun.save(tmp_path / "state.safetensors")
    torch.manual_seed(99)  # another process stands elsewhere in its random numbers
    resumed = Trainer(config)
    resumed.resume(tmp_path / "state.safetensors")
    rows += losses(resumed.run())

    assert rows == expected
    for name, value in states(whole).items():
        assert torch.equal(states(resumed)[name], value), name


def test_two_trainings_of_one_seed_are_one_and_of_two_seeds_are_two():
    short = dataclasses.replace(CONFIG, steps=2)
    one, again, other = Trainer(short), Trainer(short), Trainer(dataclasses.replace(short, seed=4))
    assert losses(one.run()) == losses(again.run()) != losses(other.run())


def test_the_wall_clock_stops_a_training_between_steps(tmp_path, monkeypatch):
    clock = itertools.count(100.0)  # one second at each look: two looks in a step
    monkeypatch.setattr(loop.time, "monotonic", lambda: next(clock))
    trainer = Trainer(CONFIG)
    assert [row["step"] for row in trainer.run(seconds=5)] == [1, 2]
    assert trainer.seconds == 4
    assert list(trainer.run(seconds=0)) == []
    trainer.save(tmp_path / "state.safetensors")
    resumed = Trainer(CONFIG)
    resumed.resume(tmp_path / "state.safetensors")
    assert next(resumed.run())["seconds"] == 4 + 2, "seconds of both runs count"


def test_a_training_that_is_done_does_nothing_more():
    trainer = Trainer(dataclasses.replace(CONFIG, steps=1))
    assert len(list(trainer.run())) == 1
    assert list(trainer.run()) == []


def test_the_average_follows_the_weights_and_is_what_is_handed_out():
    trainer = Trainer(CONFIG)
    first = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    next(trainer.run())
    for name, value in trainer.network.state_dict().items():
        # the decay begins at one tenth; one rounding of float32 on weights below three
        torch.testing.assert_close(trainer.average[name], 0.1 * first[name] + 0.9 * value, atol=1e-6, rtol=0)
    averaged = trainer.averaged()
    assert isinstance(averaged, UNet)
    assert not averaged.training
    assert all(torch.equal(value, trainer.average[name]) for name, value in averaged.state_dict().items())


def test_a_tiny_network_learns_one_batch():
    config = dataclasses.replace(CONFIG, steps=60, optimizer=OptimizerConfig(rate=1e-2, warm_up=5))
    trainer, batch = Trainer(config), config.stream.draw(0, seed=1)
    missing = []
    for trainer.step in range(60):
        missing.append(trainer.train_step(batch)["missing"].item())
    assert missing[-1] < 0.9 * missing[0]  # missing[0] is the error of the linear fill


def test_the_rate_warms_up_and_falls_along_half_a_cosine():
    config = TrainConfig(steps=110, optimizer=OptimizerConfig(rate=2.0, warm_up=10))
    assert learning_rate(0, config) == 0.2
    assert learning_rate(9, config) == learning_rate(10, config) == 2.0
    assert learning_rate(60, config) == pytest.approx(2.0 * (0.01 + 0.99 / 2), rel=1e-12)  # halfway
    assert learning_rate(110, config) == learning_rate(500, config) == pytest.approx(0.02, rel=1e-12)


@given(steps=st.integers(1, 300), warm_up=st.integers(0, 50), rate=st.floats(1e-5, 1.0))
def test_the_rate_is_positive_rises_and_then_falls(steps, warm_up, rate):
    config = TrainConfig(steps=steps, optimizer=OptimizerConfig(rate=rate, warm_up=warm_up))
    rates = [learning_rate(step, config) for step in range(steps + 1)]
    assert all(0 < value <= rate * (1 + 1e-12) for value in rates)
    assert rates[:warm_up] == sorted(rates[:warm_up])
    assert rates[warm_up:] == sorted(rates[warm_up:], reverse=True)


def test_gradients_are_clipped(monkeypatch):
    seen = []
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda weights, norm: seen.append(norm))
    trainer = Trainer(dataclasses.replace(CONFIG, steps=1, optimizer=OptimizerConfig(clip=0.25)))
    list(trainer.run())
    assert seen == [0.25]


def test_a_training_starts_from_the_weights_that_it_names(tmp_path):
    old = UNet(UNetConfig(widths=(4, 6), dilations=(1,)))
    torch.nn.init.normal_(old.head.weight, 0, 0.1)
    save_weights(tmp_path / "old.safetensors", old, card={})
    bigger = UNetConfig(widths=(4, 6), dilations=(1, 2), guides=True)
    trainer = Trainer(dataclasses.replace(CONFIG, network=bigger, start=str(tmp_path / "old.safetensors")))
    assert trainer.network.training
    batch = trainer.draw()
    # float32 through a dozen convolutions, summed in another order
    started, begun = trainer.averaged()(batch.truth, batch.mask)[0], old(batch.truth, batch.mask)[0]
    torch.testing.assert_close(started, begun, atol=1e-4, rtol=0)
    assert len(list(trainer.run())) == CONFIG.steps


def test_guides_reach_the_networks_that_take_them():
    config = dataclasses.replace(CONFIG, network=dataclasses.replace(CONFIG.network, guides=True))
    trainer = Trainer(config)
    told = []
    trainer.shared.register_forward_pre_hook(lambda _, inputs: told.append(inputs))
    batch = trainer.draw()
    trainer.train_step(batch)
    assert told[0][2] is batch.guide
    assert len(told[0]) == 3
    other = Trainer(CONFIG)
    other.shared.register_forward_pre_hook(lambda _, inputs: told.append(inputs))
    other.train_step(batch)
    assert len(told[1]) == 2


def test_a_compiled_training_learns_what_another_does(monkeypatch):
    compiled = []

    def compile_without_kernels(function):
        compiled.append(function)
        return torch_compile(function, backend="eager")  # what is traced, without the minute that kernels take

    torch_compile = torch.compile
    monkeypatch.setattr(torch, "compile", compile_without_kernels)
    config = dataclasses.replace(CONFIG, steps=2, compile=True)
    trainer = Trainer(config)
    rows = losses(trainer.run())
    assert len(compiled) == 1
    assert rows == losses(Trainer(dataclasses.replace(config, compile=False)).run())
    assert list(trainer.averaged().state_dict()) == list(trainer.network.state_dict())
