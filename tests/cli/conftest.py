"""The command line in this process, so that it is quick and counted."""

import sys

import pytest
import torch

from seisfill.cli.main import run
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from tests.workflows.surveys import write_shots


@pytest.fixture
def seisfill(monkeypatch, capsys):
    """Call it with words; exit code, standard output and standard error come back."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["seisfill", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            run()
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the user is: a complete file, one with holes, one with zeroed traces."""
    monkeypatch.chdir(tmp_path)
    write_shots(tmp_path / "truth.sgy", n_samples=64)
    write_shots(tmp_path / "holes.sgy", n_samples=64, hide=[2, 5, 11])
    return tmp_path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Weights of a network as small as can be."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_weights(path, UNet(UNetConfig(widths=(4, 6), dilations=())), card={"name": "tiny", "max_gap": 20})
    return path
