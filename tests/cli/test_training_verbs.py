import json

import pytest

from seisfill.errors import ConfigurationError
from seisfill.nn import weights
from seisfill.workflows import modelling, worlds
from seisfill.workflows import weights as shelf_of_workflow

TINY = """
name = "tiny"
steps = 2
log_every = 1
bfloat16 = false
[network]
widths = [4, 6]
dilations = []
[stream]
patch = [12, 32]
batch = 2
chunk = 1
[validation]
every = 2
patches = 1
patch = [12, 32]
patterns = ["every:2"]
"""


@pytest.fixture
def config(folder):
    (folder / "tiny.toml").write_text(TINY)
    return folder / "tiny.toml"


def test_a_training_is_run_and_resumed_and_its_weights_are_listed(seisfill, config):
    code, out, err = seisfill("train", config, "--out", "run", "--minutes", 0, "--device", "cpu")
    assert (code, out) == (0, "run/tiny.safetensors: step 0 of 2, 0.0 minutes\n")
    code, out, err = seisfill("train", config, "--out", "run", "--resume", "--validate", "truth.sgy", "--device", "cpu")
    assert code == 0
    assert "step 2/2" in err
    code, out, _ = seisfill("weights", "run/tiny.safetensors", "--json")
    assert code == 0
    (told,) = json.loads(out)
    assert (told["name"], told["step"], set(told["scores"]) >= {"sparse", "truth"}) == ("tiny", 2, True)
    code, out, err = seisfill("weights", "run/tiny.safetensors", "--gates", "gates.png")
    assert code == 0
    assert "tiny" in out
    assert "gates.png: gates of tiny" in err


def test_a_changed_configuration_is_refused_with_its_key_and_the_option(seisfill, config):
    assert seisfill("train", config, "--out", "run", "--device", "cpu")[0] == 0
    config.write_text(TINY.replace("steps = 2", "steps = 3").replace("widths", "limit = 4.0\nwidths"))
    code, _, err = seisfill("train", config, "--out", "run", "--resume", "--device", "cpu")
    assert code == 2
    assert "Invalid network.limit 4.0: must be None" in err
    assert "--new-leg" in err
    assert seisfill("train", config, "--out", "run", "--resume", "--new-leg", "--json", "--device", "cpu")[0] == 0


def test_a_training_is_measured(seisfill, config, monkeypatch):
    from seisfill.workflows import measure

    monkeypatch.setattr(measure, "repeat", lambda work, **_: 2.0)
    code, out, _ = seisfill("train", config, "--measure", "--json", "--device", "cpu")
    assert code == 0
    assert {"generator alone [patches/s]", "step alone [patches/s]", "both [patches/s]"} <= json.loads(out).keys()
    code, out, _ = seisfill("train", config, "--measure", "--device", "cpu")
    assert code == 0
    assert "achieved fraction" in out
    assert not (config.parent / "runs").exists()


def test_the_shipped_weights_are_good(seisfill):
    code, out, _ = seisfill("weights", "--json")
    assert code == 0
    assert "small" in [told["name"] for told in json.loads(out)]
    assert seisfill("weights", "smal")[0] == 2


def test_one_bad_file_among_the_shipped_is_refused_after_the_good_ones(seisfill, tiny, tmp_path, monkeypatch):
    for name in ("a", "b"):
        for suffix in (".safetensors", ".json"):
            (tmp_path / f"{name}{suffix}").write_bytes(tiny.with_suffix(suffix).read_bytes())
    (tmp_path / "a.safetensors").write_bytes(b"cut")
    for module in (weights, shelf_of_workflow):
        monkeypatch.setattr(module, "SHIPPED", tmp_path)
    code, out, err = seisfill("weights")
    assert code == 2
    assert "b" in out
    assert "a.safetensors: must have the sha256" in err
    (tmp_path / "a.safetensors").unlink()
    assert seisfill("weights", "--gates", tmp_path / "gates.png")[0] == 0
    assert (tmp_path / "gates_b.png").exists()


def test_worlds_draws_a_sheet_and_refuses_a_family_that_is_not_known(seisfill, monkeypatch, folder):
    monkeypatch.setattr(worlds, "SIDE", 2)
    monkeypatch.setattr(worlds, "PATCH", (8, 32))
    assert seisfill("worlds", "land.png", "--family", "land") == (0, "land.png\n", "")
    assert (folder / "land.png").read_bytes().startswith(b"\x89PNG")
    code, out, err = seisfill("worlds", "sea.png", "--family", "sea")
    assert (code, out) == (2, "")
    assert "Invalid family 'sea': must be known" in err


def test_model_says_which_extra_it_needs_or_how_many_shots_it_wrote(seisfill, monkeypatch, folder):
    def without(out, **_):
        raise ConfigurationError("Invalid installation: must have deepwave. Install seisfill[modelling].")

    def written(out, *, shots, report, **_):
        report(shots)
        return out / "shots.npy"

    monkeypatch.setattr(modelling, "model_shots", without)
    assert seisfill("model", "shots")[0] == 2
    monkeypatch.setattr(modelling, "model_shots", written)
    code, out, err = seisfill("model", "shots", "--shots", 3, "--device", "cpu")
    assert (code, out, err) == (0, "shots/shots.npy: 3 shots\n", "3 of 3 shots\n")
