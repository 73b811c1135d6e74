"""What only `seisfill fill` has: densifying, guides, and refusing early."""

import json

import numpy as np
import pytest
import torch

from seisfill.interpolators import load
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from tests.workflows.surveys import sha256, write_shots

LINEAR = ("--method", "linear")


@pytest.fixture(scope="module")
def guided(tmp_path_factory):
    """Weights of a tiny network that takes guides."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "guided.safetensors"
    network = UNet(UNetConfig(widths=(4, 6), dilations=(), guides=True))
    save_weights(path, network, card={"name": "guided", "max_gap": 20})
    return path


def test_a_densified_file_is_verified_and_stripped_like_any_other(seisfill, folder):
    code, out, _ = seisfill("fill", "holes.sgy", "out.sgy", *LINEAR, "--densify", 2)
    assert code == 0
    assert out.startswith("out.sgy: 17 traces inserted")  # 14 between, 3 in the holes
    code, out, _ = seisfill("verify", "holes.sgy", "out.sgy")
    assert (code, "13 recorded traces equal byte for byte, 17 inserted" in out) == (0, True)
    assert seisfill("strip", "out.sgy", "back.sgy")[0] == 0
    assert sha256(folder / "back.sgy") == sha256(folder / "holes.sgy")
    told = json.loads(seisfill("info", "out.sgy", "--json")[1])
    assert told["total"] == {"live": 30, "dead": 0, "absent": 0, "holed": 0, "to_fill": 0}


@pytest.mark.parametrize("times", [0, 5, -1])
def test_other_densities_are_refused(seisfill, folder, times):
    code, _, err = seisfill("fill", "holes.sgy", "out.sgy", *LINEAR, "--densify", times)
    assert (code, f"Invalid densify {times}: must be 2, 3 or 4" in err) == (2, True)


def test_irregular_spacing_is_one_line(seisfill, folder):
    receiver = np.array([0, 25, 50, 75, 100, 150, 175, 200])
    write_shots(folder / "in.sgy", shots=1, headers={"gx": receiver})
    code, _, err = seisfill("fill", "in.sgy", "out.sgy", *LINEAR, "--densify", 2)
    assert (code, "Invalid spacing of traces 5 and 6 of fldr 1 (tracf 5 and 6)" in err) == (2, True)
    assert len(err.splitlines()) == 1


def test_guides_of_both_kinds_reach_the_network(seisfill, folder, guided):
    np.save("slopes.npy", np.full((13, 64), 2.0))
    (folder / "picks.csv").write_text("gather,trace,time_ms\n1,1,100\n1,8,130\n2,1,100\n2,8,130\n")
    words = ("--method", "network", "--weights", guided, "--device", "cpu", "--force")
    results = []
    for guides in (
        (),
        ("--guide", "slope:slopes.npy"),
        ("--guide", "slope:slopes.npy", "--guide", "horizon:picks.csv"),
    ):
        code, out, _ = seisfill("fill", "holes.sgy", "out.sgy", *words, *guides)
        assert (code, "3 traces inserted" in out) == (0, True)
        results.append(sha256(folder / "out.sgy"))
    assert len(set(results)) == 3
    head = json.loads((folder / "out.sgy.fill.jsonl").read_text().splitlines()[0])
    assert head["options"]["guides"] == ["slope:slopes.npy", "horizon:picks.csv"]
    assert head["guides_sha256"] == [sha256(folder / "slopes.npy"), sha256(folder / "picks.csv")]


def test_fillers_without_guides_say_what_to_do(seisfill, folder, tiny):
    np.save("slopes.npy", np.zeros((13, 64)))
    for method in (LINEAR, ("--weights", tiny, "--device", "cpu")):
        code, _, err = seisfill("fill", "holes.sgy", "out.sgy", *method, "--guide", "slope:slopes.npy")
        assert (code, "Use --method network with weights that were trained with guides" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("none.sgy", "out.sgy"), "No such file"),
        (("bad.sgy", "out.sgy"), "must be SEG-Y or SU"),
        (("holes.sgy", "holes.sgy"), "must not be the input"),
        (("holes.sgy", "no/out.sgy"), "must lie in a folder that exists"),
        (("holes.sgy", "out.sgy", "--guide", "slope:none.npy"), "Invalid slope file none.npy: must be a file"),
        (("holes.sgy", "out.sgy", "--guide", "dip.npy"), "Invalid guide 'dip.npy': must be slope:FILE or horizon:FILE"),
    ],
)
def test_what_cannot_be_done_is_said_before_the_network_loads(seisfill, folder, monkeypatch, words, sentence):
    (folder / "bad.sgy").write_text("no seismic data " * 500)

    def never(*_, **__):
        raise AssertionError("the network was loaded")

    monkeypatch.setattr(load, "load_interpolator", never)
    code, _, err = seisfill("fill", *words)
    assert (code, sentence in err) == (2, True)
