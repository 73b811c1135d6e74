import dataclasses
import json
import math
import shutil
from pathlib import Path

import pytest
import torch

from seisfill.errors import ConfigurationError
from seisfill.nn.weights import load_weights
from seisfill.training.validation import validate
from seisfill.workflows import ablation
from seisfill.workflows.ablation import count_flops, judged_as, read_surveys, run_ablation
from seisfill.workflows.ablation_config import UNTRAINED, load_ablation_config
from seisfill.workflows.ablation_figure import draw_ablation
from seisfill.workflows.ablation_folder import Result
from seisfill.workflows.ablation_summary import LINEAR, SURVEYS, SYNTHETIC, summarise, tables

TINY = """
seeds = [1]
[base]
name = "gated"
about = "all as it is"
steps = 3
log_every = 1
checkpoint_every = 2
bfloat16 = false
network = { widths = [4, 6], blocks = 0, dilations = [] }
optimizer = { warm_up = 1, average = 0.5 }
stream = { patch = [12, 32], batch = 2, chunk = 1, surveys = { weights = { sparse = 1.0, section = 1.0 } } }
validation = { every = 1000, patches = 1, patch = [12, 32], patterns = ["every:2", "gap:3"] }
[[variant]]
name = "plain"
about = "ordinary convolution"
network = { convolution = "plain" }
"""
GUIDES = '[[variant]]\nname = "guides"\nnetwork = { guides = true }\n'
NO_GAIN = '[[variant]]\nname = "no-gain"\nstream = { gain = false }\n'
RECIPE = Path(__file__).parents[2] / "configs" / "ablation.toml"


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def config_in(folder, text=TINY):
    path = folder / "ablation.toml"
    path.write_text(text)
    return load_ablation_config(path)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder of a whole ablation, and what was told on the way; copy it to change it."""
    folder = tmp_path_factory.mktemp("ablation")
    told, counts = [], []
    summary = run_ablation(
        config_in(folder), out=folder / "run", report=told.append, progress=lambda *count: counts.append(count)
    )
    return folder / "run", summary, told, counts


def result(variant="gated", seed=1, *, snr=(5.0, 1.0), linear=(3.0, -1.0), names=("sparse",), **columns):
    """What a training came to: the same scores for each set of data."""
    rows = [
        {"set": name, "pattern": pattern, "snr_db": snr[i], "linear_db": linear[i], **columns}
        for name in names
        for i, pattern in enumerate(("every:2", "gap:3"))
    ]
    return Result(variant=variant, seed=seed, told={}, parameters=9, flops=2e6, seconds=4.0, rows=tuple(rows))


def test_means_over_patterns_and_seeds_and_the_difference_from_the_base_at_the_same_seed(tmp_path):
    config = dataclasses.replace(config_in(tmp_path), seeds=(1, 2))
    plain = [result("plain", seed, snr=(snr, 0.0)) for seed, snr in ((1, 3.0), (2, 4.0))]
    summary = summarise(config, [result(seed=1), result(seed=2, snr=(7.0, 1.0)), *plain])
    gated, other, line = summary.lines[SYNTHETIC]
    assert (gated.name, other.name, line.name) == ("gated", "plain", LINEAR)
    assert (gated.patterns["every:2"].mean_db, gated.seeds["every:2"], gated.mean.mean_db) == (6.0, (5.0, 7.0), 3.5)
    assert gated.patterns["every:2"].spread_db == pytest.approx(math.sqrt(2))
    assert (gated.beside.mean_db, gated.beside.spread_db) == (0.0, 0.0)
    assert other.beside.mean_db == -1.75  # of -1.5 and -2
    assert other.beside.spread_db == pytest.approx(0.5 / math.sqrt(2))
    assert line.mean.mean_db == 1.0
    assert line.beside.mean_db == -2.5  # of the base's mean over seeds
    assert tables(summary)["Synthetic sheet: SNR on missing traces in dB"][1] == [
        ["gated", "6.00 ± 1.41", "1.00 ± 0.00", "3.50 ± 0.71", "0.00 ± 0.00"],
        ["plain", "3.50 ± 0.71", "0.00 ± 0.00", "1.75 ± 0.35", "-1.75 ± 0.35"],
        [LINEAR, "3.00", "-1.00", "1.00", "-2.50"],
    ]
    assert tables(summary)["What they are and cost"][1][1] == ["plain", "9", "2", "4", "2", "ordinary convolution"]


def test_surveys_have_a_table_of_their_own_and_told_slopes_a_line(tmp_path):
    config = dataclasses.replace(config_in(tmp_path, TINY + GUIDES), surveys=("viking",))
    own = dataclasses.replace(
        result("guides"), rows=result("guides", guided_db=9.0).rows + result(names=["viking"]).rows
    )
    summary = summarise(config, [result(names=["sparse", "viking"]), own])
    assert [line.name for line in summary.lines[SURVEYS]] == ["gated", "guides", LINEAR]
    assert [line.name for line in summary.lines[SYNTHETIC]] == ["gated", "guides", "guides, slope told", LINEAR]
    assert summary.lines[SYNTHETIC][2].mean.mean_db == 9.0
    titles = [f"{kind}: SNR on missing traces in dB" for kind in (SYNTHETIC, SURVEYS)]
    assert list(tables(summary)) == [*titles, "What they are and cost"]


def test_a_score_that_is_not_there_is_left_out_of_the_means_and_of_the_picture(tmp_path):
    config = config_in(tmp_path)
    summary = summarise(config, [result(snr=(5.0, None)), result("plain", snr=(None, None))])
    gated, plain, _ = summary.lines[SYNTHETIC]
    assert gated.mean.mean_db == 5.0
    assert math.isnan(plain.mean.mean_db)
    assert draw_ablation(summary, tmp_path / "snr.png").stat().st_size > 5000
    nothing = summarise(config, [])
    assert nothing.lines == {}
    draw_ablation(nothing, tmp_path / "none.png")


def test_every_training_leaves_its_folder_and_all_of_them_a_table_and_a_picture(finished):
    out, summary, told, counts = finished
    assert sorted(path.name for path in out.iterdir()) == [
        "ablation.json", "gated", "plain", "snr.png", "summary.json", "summary.md", "untrained"
    ]  # fmt: skip
    assert {"scores.json", "log.jsonl", "loss.png", "gated.safetensors"} <= {
        path.name for path in (out / "gated" / "seed-1").iterdir()
    }
    assert [line.partition(":")[0] for line in told] == ["gated, seed 1", "plain, seed 1"]
    assert counts[0] == ("steps", 1, 6)
    assert counts[-1] == ("steps", 6, 6)
    assert [count[1] for count in counts] == sorted(count[1] for count in counts)
    assert summary.failed == ()
    cost = {cost.name: cost for cost in summary.costs}
    assert cost["gated"].parameters > cost["plain"].parameters
    assert "| plain |" in (out / "summary.md").read_text()
    assert json.loads((out / "summary.json").read_text())["costs"][0]["name"] == "gated"


def test_an_untrained_base_stands_beside_them_so_that_what_is_built_in_does_not_pass_for_learned(finished):
    _, summary, _, _ = finished
    names = [line.name for line in summary.lines[SYNTHETIC]]
    assert names == ["gated", "plain", UNTRAINED, LINEAR]
    untrained, line = summary.lines[SYNTHETIC][2:]
    assert untrained.seeds == line.seeds  # without a fan, it is the linear fill
    assert untrained.beside.mean_db == line.beside.mean_db
    assert summary.lines[SYNTHETIC][0].seeds != line.seeds


def test_what_is_judged_are_the_averaged_weights_on_the_sheet_of_the_base(finished):
    out, _, _, _ = finished
    network, _ = load_weights(out / "plain" / "seed-1" / "plain.safetensors")
    base = load_ablation_config(out.parent / "ablation.toml").base.config
    scores = json.loads((out / "plain" / "seed-1" / "scores.json").read_text())
    assert scores["rows"] == list(validate(network, base).rows)
    assert scores["flops"] == count_flops(network, (12, 32)) > 0


def test_all_are_judged_on_the_data_of_the_base_with_the_gain_they_know(tmp_path):
    other = '[[variant]]\nname = "other"\nstream = { gain = false, surveys = { weights = { shot = 1.0 } } }\n'
    config = config_in(tmp_path, TINY + other)
    judged = judged_as(config.variants[2].config, config.base.config)
    assert (judged.stream.gain, judged.stream.surveys) == (False, config.base.config.stream.surveys)


def test_a_finished_training_is_not_trained_again_and_new_variants_are_added(finished, tmp_path, monkeypatch):
    out = tmp_path / "run"
    shutil.copytree(finished[0], out)
    before = (out / "gated" / "seed-1" / "state.safetensors").stat().st_mtime_ns
    trained = []
    real = ablation.train
    monkeypatch.setattr(ablation, "train", lambda config, **rest: trained.append(config) or real(config, **rest))
    summary = run_ablation(config_in(tmp_path, TINY + GUIDES + NO_GAIN), out=out, resume=True)
    assert [(config.name, config.seed) for config in trained] == [("guides", 1), ("no-gain", 1)]
    assert (out / "gated" / "seed-1" / "state.safetensors").stat().st_mtime_ns == before
    names = [line.name for line in summary.lines[SYNTHETIC]]
    assert names == ["gated", "plain", "guides", "guides, slope told", "no-gain", UNTRAINED, LINEAR]
    (out / "plain" / "seed-1" / "scores.json").unlink()  # as after a training that was cut short
    run_ablation(config_in(tmp_path, TINY + GUIDES + NO_GAIN), out=out, resume=True)
    assert [config.name for config in trained[2:]] == ["plain"]


def test_a_variant_that_breaks_does_not_lose_the_others_and_is_tried_again(tmp_path, monkeypatch):
    real = ablation.train

    def broken(config, **rest):
        if config.name == "gated":
            raise RuntimeError("out of luck")
        return real(config, **rest)

    monkeypatch.setattr(ablation, "train", broken)
    told = []
    summary = run_ablation(config_in(tmp_path), out=tmp_path / "run", report=told.append)
    assert summary.failed == ("gated, seed 1: RuntimeError: out of luck",)
    assert [line.name for line in summary.lines[SYNTHETIC]] == ["plain", UNTRAINED, LINEAR]
    assert math.isnan(summary.lines[SYNTHETIC][0].beside.mean_db)
    assert "failed: gated, seed 1: RuntimeError: out of luck" in told
    assert "broken" in (tmp_path / "run" / "gated" / "seed-1" / "failure.txt").read_text()
    assert "## Failed" in (tmp_path / "run" / "summary.md").read_text()
    monkeypatch.undo()
    again = run_ablation(config_in(tmp_path), out=tmp_path / "run", resume=True)
    assert (again.failed, len(again.costs)) == ((), 2)
    assert not (tmp_path / "run" / "gated" / "seed-1" / "failure.txt").exists()


def test_a_folder_is_neither_overwritten_nor_mixed_with_another_ablation(finished, tmp_path):
    out = finished[0]
    config = config_in(tmp_path)
    with pytest.raises(ConfigurationError, match=r"must hold no ablation yet\. Add --resume"):
        run_ablation(config, out=out)
    with pytest.raises(ConfigurationError, match=r"must hold ablation\.json to resume from"):
        run_ablation(config, out=tmp_path / "none", resume=True)
    assert not (tmp_path / "none").exists()
    with pytest.raises(ConfigurationError, match="of this base to resume, and differs in base"):
        run_ablation(config_in(tmp_path, TINY.replace("steps = 3", "steps = 4")), out=out, resume=True)
    changed = TINY.replace('"plain" }', '"plain", blocks = 1 }')
    with pytest.raises(ConfigurationError, match=r"Invalid variant 'plain': must be what .* was made from"):
        run_ablation(config_in(tmp_path, changed), out=out, resume=True)


def test_surveys_that_are_not_here_are_told_and_left_out(tmp_path, monkeypatch):
    monkeypatch.setenv("SEISFILL_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    told = []
    assert list(read_surveys(["viking"], report=told.append)) == []
    assert told[0].startswith("skipped 'viking': ")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("[[variant]]\nabout = 'x'", r"key 'name' in \[variant\[1\]\] must be given"),
        ("[[variant]]\nname = 'x'\nsteps = 9", "'x': must keep the budget of the base, and changes steps"),
        ("[[variant]]\nname = 'x'\nstream = { batch = 4 }", r"and changes stream\.batch"),
        ("[[variant]]\nname = 'x'\nvalidation = { seed = 4 }", "and changes validation"),
        ("[[variant]]\nname = 'x'\nnetwork = { width = 4 }", r"variant 'x': key 'width' in \[network\] must be known"),
        ("[[variant]]\nname = 'plain'", "Invalid variant 'plain': must not stand twice"),
        ("[[variant]]\nname = 'untrained'", "Invalid variant 'untrained': must not stand twice"),
        ("[[variants]]\nname = 'x'", "key 'variants' must be known; did you mean 'variant'"),
        ("[[variant]]\nname = 'a b'", "Invalid name 'a b'"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_place(tmp_path, more, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        config_in(tmp_path, TINY + more)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("seeds = []", r"Invalid seeds \(\): must be at least one"),
        ("seeds = [1, 1]", "none of them twice"),
        ("seeds = [1_000_003]", "Invalid seed 1000003: must not be that of the validation"),
        ("seeds = ['x']", r"seeds = \['x'\] must be valid"),
        ("seeds = [1]\nsurveys = ['vikin']", "Invalid survey 'vikin': must be known; did you mean 'viking'"),
    ],
)
def test_seeds_and_surveys_are_checked(tmp_path, line, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        config_in(tmp_path, TINY.replace("seeds = [1]", line))


def test_variants_are_chosen_by_name_and_the_base_is_always_there(tmp_path):
    config = config_in(tmp_path, TINY + GUIDES)
    assert [variant.name for variant in config.choose(("guides",)).variants] == ["gated", "guides"]
    assert config.choose(()) == config
    with pytest.raises(Exception, match="Invalid variant 'guide': must be known; did you mean 'guides'"):
        config.choose(("guide",))


def test_the_recipe_that_is_published_asks_every_question_of_the_issue():
    config = load_ablation_config(RECIPE)
    names = {variant.name for variant in config.variants}
    assert {"gated", "partial", "plain", "plain-wide", "no-gain", "random-masks", "guides"} <= names
    assert {"data-1x", "data-4x", "data-16x"} <= names
    by_name = {variant.name: variant.config for variant in config.variants}
    repeats = [by_name[f"data-{n}x"].stream.repeat for n in (1, 4, 16)]
    assert repeats == [repeats[0], 4 * repeats[0], 16 * repeats[0]]
    assert 16 * repeats[0] < config.base.config.steps
    assert all(variant.about for variant in config.variants)
