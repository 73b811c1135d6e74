import numpy as np
import pytest
import torch

from seisfill.errors import FileAccessError, InvalidParameterError, WeightsError
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from seisfill.plotting import figure
from seisfill.workflows import plot_gates
from seisfill.workflows.plot_gates import plot_gates_of_file
from tests.workflows.surveys import write_shots

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _coarse(monkeypatch):
    monkeypatch.setattr(figure, "DPI", 30)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_weights(path, UNet(UNetConfig(widths=(4, 6), blocks=0, dilations=(1,), fold=2)), card={"name": "tiny"})
    return path


@pytest.fixture(scope="module")
def holes(tmp_path_factory):
    return write_shots(tmp_path_factory.mktemp("gates") / "holes.sgy", n_samples=64, channels=16, hide=[18, 20, 21, 25])


@pytest.fixture
def drawn(monkeypatch):
    """What would be drawn of each picture."""
    calls = []

    def draw(data, frame, maps, *, title):
        calls.append((data, frame, maps, title))
        return figure.new_figure(1, 1)

    monkeypatch.setattr(plot_gates, "plot_gates", draw)
    return calls


def test_a_picture_of_the_gates_over_the_first_gather_with_holes(holes, weights, tmp_path):
    assert plot_gates_of_file(holes, tmp_path / "a.png", weights=weights) == 2
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)


def test_every_layer_is_drawn_over_the_gather_that_the_network_saw(holes, weights, tmp_path, drawn):
    plot_gates_of_file(holes, tmp_path / "a.png", weights=weights, gather=2)
    ((data, frame, maps, title),) = drawn
    assert np.flatnonzero(~frame.live).tolist() == [2, 4, 5, 9]
    assert not data[~frame.live].any()
    assert np.abs(data[frame.live]).mean() < 10  # gained: amplitudes of the file are about 100
    assert list(maps) == ["stem", "shrink.0", "bottom.1.first", "bottom.1.second", "fuse.0"]
    assert {gates.shape for gates in maps.values()} == {data.shape} == {(16, 64)}
    assert title == "tiny: mean gate of each layer, by its path in the network; holes.sgy, gather 2"


def test_of_a_large_gather_the_part_with_most_holes_and_energy_is_drawn(holes, weights, tmp_path, drawn, monkeypatch):
    monkeypatch.setattr(plot_gates, "MOST", (4, 32))
    plot_gates_of_file(holes, tmp_path / "a.png", weights=weights)
    ((data, frame, *_),) = drawn
    assert data.shape == (4, 32)
    assert frame.axis.tolist() == [2, 3, 4, 5]
    assert frame.live.tolist() == [False, True, False, False]


def test_a_gather_without_amplitudes_has_gates_too(weights, tmp_path, drawn):
    silent = write_shots(tmp_path / "silent.sgy", n_samples=64, zero=range(8, 16))
    plot_gates_of_file(silent, tmp_path / "a.png", weights=weights, gather=2)
    assert not drawn[0][0].any()


def test_what_cannot_be_drawn_is_refused_before_the_weights_are_read(holes, weights, tmp_path):
    with pytest.raises(InvalidParameterError, match="Invalid suffix"):
        plot_gates_of_file(holes, tmp_path / "a.gif", weights="no such weights")
    with pytest.raises(FileAccessError, match="must not be the input"):
        plot_gates_of_file(holes, holes, weights="no such weights")
    with pytest.raises(WeightsError):
        plot_gates_of_file(holes, tmp_path / "a.png", weights="no such weights")
    with pytest.raises(InvalidParameterError, match="the nearest is 2"):
        plot_gates_of_file(holes, tmp_path / "a.png", weights=weights, gather=9)
