import ast
import json
import pickle
from pathlib import Path

import pytest
import safetensors.torch
import torch

import seisfill
from seisfill._files import sha256_of
from seisfill.errors import WeightsError
from seisfill.nn import weights
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import find_weights, load_weights, save_weights

CONFIG = UNetConfig(widths=(4, 6), dilations=(1,), fold=2)


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(0)
    network = UNet(CONFIG)
    torch.nn.init.normal_(network.head.weight)
    save_weights(tmp_path / "deep" / "tiny.safetensors", network, card={"steps": 7, "licence": "Apache-2.0"})
    return tmp_path / "deep" / "tiny.safetensors", network


def change_card(path, **changes):
    card = json.loads(path.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps({**card, **changes}))


def test_weights_come_back_to_the_bit_with_their_card(saved):
    path, network = saved
    again, card = load_weights(path)
    assert again.config == CONFIG
    assert not again.training
    for name, value in network.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name
    assert (card["steps"], card["licence"], card["sha256"]) == (7, "Apache-2.0", sha256_of(path))


def test_weights_in_half_precision_come_back_as_float32(saved):
    path, network = saved
    save_weights(path, network, card={}, dtype=torch.float16)
    again, _ = load_weights(str(path))
    for name, value in network.state_dict().items():
        assert again.state_dict()[name].dtype == torch.float32
        assert torch.equal(again.state_dict()[name], value.half().float()), name


def test_shipped_weights_are_found_by_name(saved, monkeypatch):
    path, _ = saved
    monkeypatch.setattr(weights, "SHIPPED", path.parent)
    assert find_weights("tiny") == path
    assert load_weights("tiny")[0].config == CONFIG
    with pytest.raises(WeightsError, match=r"Invalid weights tini: must be a file or shipped; did you mean 'tiny'"):
        load_weights("tini")


def test_a_name_is_unknown_where_nothing_is_shipped(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "SHIPPED", tmp_path / "nothing")
    with pytest.raises(WeightsError, match="Invalid weights small: must be a file or shipped"):
        load_weights("small")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"absent\.safetensors: must exist"):
        load_weights(tmp_path / "absent.safetensors")


@pytest.mark.parametrize("cut", [0, 5, 100, -1])
def test_a_corrupt_file_is_refused_by_its_sum(saved, cut):
    path, _ = saved
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(WeightsError, match=r"must have the sha256 .* of their card"):
        load_weights(path)


@pytest.mark.parametrize("content", [b"", b"12345678", b"\xff" * 64, b"\x00" * 64])
def test_a_file_that_is_no_safetensors_is_refused_even_with_its_sum(saved, content):
    path, _ = saved
    path.write_bytes(content)
    change_card(path, sha256=sha256_of(path))
    with pytest.raises(WeightsError, match="must fit the network of their card"):
        load_weights(path)


def test_one_bit_that_fell_over_is_noticed(saved):
    path, _ = saved
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="corrupt or belongs to another card"):
        load_weights(path)


def test_a_missing_card_is_named(saved):
    path, _ = saved
    path.with_suffix(".json").unlink()
    with pytest.raises(WeightsError, match=r"must have a readable card tiny\.json beside them .*FileNotFoundError"):
        load_weights(path)


@pytest.mark.parametrize(
    "card",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"network": []}',
        b'{"network": {"colour": 1}}',
        b'{"network": {"widths": 5}}',
        b'{"network": {"widths": []}}',
        b'{"network": {"fold": "four"}}',
        b'{"network": {"widths": ["a", "b"]}}',
        b'{"network": {"widths": [0, 6]}}',
        b'{"network": {"dilations": [-1]}}',
    ],
)
def test_a_card_that_is_none_is_refused(saved, card):
    path, _ = saved
    path.with_suffix(".json").write_bytes(card)
    with pytest.raises(WeightsError, match="must have a readable card"):
        load_weights(path)


@pytest.mark.parametrize(
    "network",
    [
        {"widths": [4, 8], "blocks": 1, "dilations": [1], "fold": 2},
        {"widths": [4, 6], "blocks": 2, "dilations": [1], "fold": 2},
        {"widths": [4, 6], "blocks": 1, "dilations": [1], "fold": 4},
        {"widths": [4.5, 6], "blocks": 1, "dilations": [1], "fold": 2},
    ],
)
def test_a_card_of_another_network_is_refused(saved, network):
    path, _ = saved
    change_card(path, network=network)
    with pytest.raises(WeightsError, match="must fit the network of their card"):
        load_weights(path)


def test_a_tensor_too_few_or_too_many_is_refused(saved):
    path, network = saved
    state = network.state_dict()
    for wrong in ({**state, "more": torch.zeros(1)}, {k: v for k, v in state.items() if k != "head.bias"}):
        safetensors.torch.save_file(wrong, path)
        change_card(path, sha256=sha256_of(path))
        with pytest.raises(WeightsError, match="must fit the network of their card"):
            load_weights(path)


class Bomb:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def test_a_pickle_is_refused_and_never_run(saved, tmp_path):
    path, _ = saved
    fired = tmp_path / "fired"
    for write in (lambda: path.write_bytes(pickle.dumps(Bomb(fired))), lambda: torch.save(Bomb(fired), path)):
        write()
        change_card(path, sha256=sha256_of(path))
        with pytest.raises(WeightsError):
            load_weights(path)
        assert not fired.exists()
    pickle.loads(pickle.dumps(Bomb(fired)))
    assert fired.exists(), "the bomb was a dud"


def test_no_module_of_seisfill_unpickles():
    for path in Path(seisfill.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if path.name != "executors.py":  # a worker takes the job of its own parent, never a file
                assert not {"pickle", "dill", "cloudpickle", "joblib", "shelve"} & set(names), path
            if isinstance(node, ast.Attribute) and node.attr == "load" and isinstance(node.value, ast.Name):
                assert node.value.id != "torch", path
