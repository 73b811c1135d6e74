"""The benchmark from the command line: a table, files, and refusals of one line."""

import json

import pytest

TINY = """
[[data]]
name = "lines"
survey = "synthetic-lines"
[[pattern]]
name = "every 2nd"
mask = "every:2"
[[filler]]
name = "linear"
method = "linear"
[[filler]]
name = "careful"
method = "linear"
limits = { max_gap = 1 }
"""


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A tiny benchmark where the user is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.toml").write_text(TINY)
    return "b.toml"


def test_the_table_names_every_filler_and_where_the_rest_is(seisfill, config):
    code, out, err = seisfill("benchmark", config)
    assert (code, err) == (0, "")
    for words in ("linear", "careful", "oracle", "every 2nd", "Synthetic gathers", "runs/benchmark/snr.png"):
        assert words in out


def test_a_subset_and_then_the_rest(seisfill, config):
    assert seisfill("benchmark", config, "--out", "o", "--filler", "careful")[0] == 0
    code, out, _ = seisfill("benchmark", config, "--out", "o", "--resume", "--json", "--data", "lines")
    told = json.loads(out)
    assert code == 0
    assert [filler["name"] for filler in told["fillers"]] == ["linear", "careful", "oracle"]


def test_cells_that_judge_nothing_are_told(seisfill, config, tmp_path):
    seisfill("benchmark", config, "--out", "o")
    cells = tmp_path / "o" / "cells.jsonl"
    row = json.loads(cells.read_text().splitlines()[0])
    cells.write_text(json.dumps({**row, "snr_db": "inf"}) + "\n" + cells.read_text().splitlines()[1] + "\n")
    assert "1 cells left out" in seisfill("benchmark", config, "--out", "o", "--resume")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("b.toml", "--filler", "liner"), "Invalid filler 'liner': must be known; did you mean 'linear'?"),
        (("none.toml",), "Invalid configuration none.toml: must be readable"),
        (("b.toml", "--resume"), "must hold benchmark.json to resume from. Drop --resume."),
    ],
)
def test_refusals_are_one_line(seisfill, config, words, said):
    code, _, err = seisfill("benchmark", *words)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1


def test_without_field_data_the_synthetic_sets_serve_and_it_is_said(seisfill, config, monkeypatch, tmp_path):
    monkeypatch.setenv("SEISFILL_DATA", str(tmp_path))
    monkeypatch.setattr("seisfill.datasets.cache_folder", lambda: tmp_path)
    code, out, err = seisfill("benchmark", "--filler", "linear", "--pattern", "every 2nd", "--out", "o")
    assert code == 0
    assert err.count("skipped") == 7
    assert "Set SEISFILL_DATA to a folder that has it, or fetch it with --download." in err
    assert "Synthetic gathers" in out
