"""The recipes for a GPU, as far as a machine without one can tell: they load, keep promises, and run when tiny."""

import dataclasses
from pathlib import Path

import pytest
import torch

from seisfill.config import load_train_config
from seisfill.nn.unet import UNet
from seisfill.training.loop import Trainer

CONFIGS = Path(__file__).parents[2] / "configs"
SIZES = {"small": (1e6, 2e6), "base": (4e6, 7e6)}


@pytest.fixture(params=SIZES)
def recipe(request):
    return load_train_config(CONFIGS / f"train_gpu_{request.param}.toml")


def test_the_networks_are_of_the_size_that_their_names_promise(recipe):
    with torch.device("meta"):
        network = UNet(recipe.network)
    low, high = SIZES[recipe.name]
    assert low < sum(weight.numel() for weight in network.parameters()) < high


def test_a_gap_of_twenty_traces_sees_both_of_its_sides(recipe):
    network = dataclasses.replace(recipe.network, widths=(2, 2, 2), blocks=1, convolution="partial", guides=False)
    mask = torch.zeros(1, 1, 96, 32)
    mask[:, :, 0] = 1
    unet, reached = UNet(network), []
    unet.head.register_forward_pre_hook(lambda _, inputs: reached.append(inputs[0][0].abs().sum(dim=(0, 2)) > 0))
    with torch.no_grad():
        unet(mask, mask)
    assert reached[0].sum() >= 40  # how far one live trace makes others valid


def test_legs_batches_and_chunks_fit_together(recipe):
    assert recipe.stream.batch >= 64
    assert recipe.stream.batch // recipe.stream.chunk >= 2  # for two processes
    assert recipe.checkpoint_every % recipe.log_every == 0
    assert recipe.validation.every % recipe.checkpoint_every == 0


def test_a_tiny_one_trains(recipe, monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(torch, "compile", lambda function: function)
    tiny = dataclasses.replace(
        recipe,
        steps=2,
        network=dataclasses.replace(recipe.network, widths=(4, 6, 8)),
        stream=dataclasses.replace(recipe.stream, patch=(12, 64), batch=2, chunk=1),
    )
    rows = list(Trainer(tiny).run())
    assert all(torch.isfinite(row["loss"]) for row in rows)
    assert {"spectrum", "missing", "linear"} <= rows[0].keys()
