import json

import pytest
import torch

from seisfill.errors import InvalidParameterError, WeightsError
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from seisfill.workflows import weights
from seisfill.workflows.weights import check_weights, list_weights, plot_gates

TINY = UNetConfig(widths=(4, 6), dilations=(1,), fold=2)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder of two weights that stands for the shipped ones."""
    torch.manual_seed(0)
    for name in ("one", "two"):
        save_weights(tmp_path / f"{name}.safetensors", UNet(TINY), card={"name": name, "licence": "Apache-2.0"})
    monkeypatch.setattr(weights, "SHIPPED", tmp_path)
    return tmp_path


def test_weights_are_listed_with_what_their_card_says(shelf):
    one, two = list_weights()
    assert (one.name, two.name, one.card["licence"]) == ("one", "two", "Apache-2.0")
    assert one.n_parameters == sum(weight.numel() for weight in UNet(TINY).parameters())
    assert one.n_bytes == (shelf / "one.safetensors").stat().st_size
    assert check_weights(shelf / "two.safetensors").path == two.path


def test_bad_weights_stand_in_the_list_as_their_error(shelf):
    (shelf / "one.safetensors").write_bytes(b"cut")
    one, two = list_weights()
    assert isinstance(one, WeightsError)
    assert two.name == "two"
    with pytest.raises(WeightsError, match="must have the sha256"):
        check_weights(shelf / "one.safetensors")


def test_a_picture_of_the_gates(shelf, tmp_path):
    assert plot_gates(shelf / "one.safetensors", tmp_path / "gates.png") == tmp_path / "gates.png"
    assert (tmp_path / "gates.png").read_bytes().startswith(b"\x89PNG")


def test_a_network_without_gates_has_no_picture_of_them(tmp_path):
    save_weights(tmp_path / "plain.safetensors", UNet(UNetConfig(widths=(4,), convolution="plain")), card={})
    with pytest.raises(InvalidParameterError, match="must hold gated layers"):
        plot_gates(tmp_path / "plain.safetensors", tmp_path / "gates.png")


def test_the_card_is_json(shelf):
    assert json.loads((shelf / "one.json").read_text()) == list_weights()[0].card
