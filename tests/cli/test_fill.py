"""What only `seisfill fill` has: densifying, guides, and refusing early."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from seisfill.interpolators import load
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from seisfill.workflows import adapted, report
from tests.faults import fault
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


@pytest.fixture
def holed(folder):
    """Two shots of 30 channels, some missing: enough for a check."""
    write_shots(folder / "long.sgy", channels=30, n_samples=64, hide=[3, 4, 9, 15, 21, 22, 40, 41, 47, 55])
    return folder


def test_a_fill_is_checked_beforehand_and_says_in_one_line_what_to_expect(seisfill, holed):
    code, out, _ = seisfill("fill", "long.sgy", "out.sgy", *LINEAR, "--sigma", "sigma.sgy", "--error-field", 201)
    line = next(line for line in out.splitlines() if line.startswith("check:"))
    assert code == 0
    assert re.fullmatch(
        r"check: \d+ held-out traces in 2 gathers: predicted \d+\.\d dB "
        r"\(80 % interval covers \d+% of the errors there\)",
        line,
    )
    assert {path.name for path in holed.glob("*.sgy*")} >= {"sigma.sgy", "out.sgy.check.npz", "out.sgy.fill.jsonl"}


def test_a_check_may_be_left_out(seisfill, holed):
    code, out, _ = seisfill("fill", "long.sgy", "out.sgy", *LINEAR, "--check", "none")
    assert (code, "check:" in out, (holed / "out.sgy.check.npz").exists()) == (0, False, False)
    for words, sentence in (
        (("--check", "some"), "Invalid check 'some': must be a number of gathers, or none"),
        (("--check", "0"), "Invalid check '0'"),
        (("--check", "none", "--refuse-beyond", 3), "must come with a check. Give --check N"),
    ):
        code, _, err = seisfill("fill", "long.sgy", "new.sgy", *LINEAR, *words)
        assert (code, sentence in err) == (2, True)


def test_what_is_refused_for_its_quality_is_left_with_code_3_and_a_hint(seisfill, holed):
    fill_it = ("fill", "long.sgy", "out.sgy", *LINEAR, "--force")
    seisfill(*fill_it)
    rows = [json.loads(line) for line in (holed / "out.sgy.fill.jsonl").read_text().splitlines()][1:-1]
    bar = float(np.mean(sorted(row["snr"] for row in rows)[4:6]))
    code, out, _ = seisfill(*fill_it, "--refuse-beyond", bar)
    assert (code, f"5 traces left unfilled: predicted SNR below {bar:g} dB" in out) == (3, True)
    assert "To fill them all the same: a lower --refuse-beyond" in out
    code, _, err = seisfill(*fill_it, "--refuse-beyond", 99)
    assert (code, "all 10 were refused" in err) == (2, True)


def test_gathers_too_small_for_a_check_are_filled_and_flagged(seisfill, folder):
    code, out, _ = seisfill("fill", "holes.sgy", "out.sgy", *LINEAR)
    assert code == 0
    assert "check: no trial was possible" in out
    assert "out.sgy: 3 filled traces flagged; out.sgy.fill.jsonl says why" in out


def test_a_report_follows_where_it_is_wanted(seisfill, holed, monkeypatch):
    told = []

    def write_report(source, target, **options):
        told.append((source.name, target.name, options))
        return SimpleNamespace(path=Path("out.sgy.report.html"), size=1_200_000)

    monkeypatch.setattr(report, "write_report", write_report)
    code, out, _ = seisfill("fill", "long.sgy", "out.sgy", *LINEAR, "--report", "--sigma", "s.sgy")
    assert (code, "out.sgy.report.html: 1.2 MB" in out) == (0, True)
    assert told == [("long.sgy", "out.sgy", {"sigma": "s.sgy", "force": False})]


@pytest.mark.parametrize("better", [True, False])
def test_a_network_is_adapted_first_where_that_is_wanted(seisfill, holed, monkeypatch, tiny, better):
    asked = []

    def adapt_file(source, target, *, weights, device, options, progress):
        asked.append((source.name, target.name, str(weights), options.config.seed))
        return SimpleNamespace(weights=tiny if better else None, before=1.0, after=2.0 if better else 0.9, n_apart=5)

    monkeypatch.setattr(adapted, "adapt_file", adapt_file)
    words = ("--method", "network", "--weights", tiny, "--device", "cpu", "--check", 1, "--adapt", "--seed", 4)
    code, out, _ = seisfill("fill", "long.sgy", "out.sgy", *words)
    assert (code, asked) == (0, [("long.sgy", "out.sgy.adapted.safetensors", str(tiny), 4)])
    said = "tiny.safetensors: 1.00 dB before, 2.00 dB after" if better else "not better, so the weights"
    assert said in out
    code, _, err = seisfill("fill", "long.sgy", "new.sgy", *LINEAR, "--adapt")
    assert (code, "Invalid method 'linear' with --adapt: must be network or auto" in err) == (2, True)


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


@fault("a GPU asked for in vain", "refused, where there is none and where the method takes none; `auto` is quiet")
@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        ("linear", "Invalid device 'cuda' with method 'linear': must be auto or cpu"),
        ("network", "Invalid device 'cuda': must be present, and torch sees no GPU. Use --device cpu."),
        ("prediction", "Invalid device 'cuda': must be present, and torch sees no GPU. Use --device cpu."),
    ],
)
def test_a_gpu_that_is_asked_for_in_vain_is_one_line(seisfill, folder, monkeypatch, method, sentence):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    code, _, err = seisfill("fill", "holes.sgy", "out.sgy", "--method", method, "--device", "cuda")
    assert (code, sentence in err, len(err.splitlines())) == (2, True, 1)
    assert not Path("out.sgy").exists()


def test_a_report_in_the_way_is_found_before_anything_is_filled(seisfill, holed):
    Path("out.sgy.report.html").write_text("old")
    code, _, err = seisfill("fill", "long.sgy", "out.sgy", *LINEAR, "--report")
    assert (code, "out.sgy.report.html" in err, "--force" in err) == (2, True, True)
    assert not Path("out.sgy").exists()


def test_turns_change_predicted_errors_and_nothing_else(seisfill, holed):
    network = UNet(UNetConfig(widths=(4, 6), dilations=()))
    torch.nn.init.normal_(network.head.weight, 0, 0.05, generator=torch.Generator().manual_seed(0))
    save_weights(holed / "some.safetensors", network, card={"name": "some", "max_gap": 20})
    common = ("--method", "network", "--weights", "some.safetensors", "--device", "cpu", "--no-moveout", "--check", "1")
    for name, turns in (("plain", 0), ("turned", 2)):
        words = (*common, "--sigma", f"{name}.sigma.sgy", "--turns", turns)
        assert seisfill("fill", "long.sgy", f"{name}.sgy", *words)[0] == 0
    assert sha256(holed / "plain.sgy") == sha256(holed / "turned.sgy")
    assert sha256(holed / "plain.sigma.sgy") != sha256(holed / "turned.sigma.sgy")


@pytest.mark.parametrize("words", [["--method", "auto"], ["--method", "network", "--check", "none"]])
def test_turns_that_nothing_would_ask_for_are_refused(seisfill, holed, words):
    code, _, err = seisfill("fill", "long.sgy", "out.sgy", *words, "--turns", 2)
    assert (code, "Invalid --turns 2: must come with --method network" in err) == (2, True)
