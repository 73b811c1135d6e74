import json

import pytest

from seisfill.workflows import ablation

TINY = """
seeds = [1]
[base]
name = "gated"
steps = 1
bfloat16 = false
network = { widths = [4], blocks = 0, dilations = [] }
stream = { patch = [12, 32], batch = 1, chunk = 1, surveys = { weights = { sparse = 1.0 } } }
validation = { every = 1000, patches = 1, patch = [12, 32], patterns = ["every:2"] }
[[variant]]
name = "plain"
network = { convolution = "plain" }
"""


@pytest.fixture
def config(folder):
    (folder / "ablation.toml").write_text(TINY)
    return folder / "ablation.toml"


def test_variants_are_compared_in_a_table_and_taken_up_again(seisfill, config):
    code, out, err = seisfill("ablate", config, "--out", "run", "--device", "cpu", "--variant", "plain")
    assert code == 0
    assert "plain" in out
    assert "The table is in run/summary.md, the picture in run/snr.png" in out
    assert "gated, seed 1: " in err
    code, out, _ = seisfill("ablate", config, "--out", "run", "--device", "cpu", "--resume", "--json")
    assert code == 0
    assert [cost["name"] for cost in json.loads(out)["costs"]] == ["gated", "plain"]


def test_a_variant_that_breaks_is_told_with_the_code_of_what_is_unfinished(seisfill, config, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(ablation, "train", broken)
    code, _, err = seisfill("ablate", config, "--out", "run", "--device", "cpu")
    assert code == 3
    assert "failed: plain, seed 1: RuntimeError: out of luck" in err


def test_what_cannot_be_compared_is_refused_before_anything_is_written(seisfill, config):
    code, _, err = seisfill("ablate", config, "--out", "run", "--variant", "plane")
    assert code == 2
    assert "Invalid variant 'plane': must be known; did you mean 'plain'" in err
    assert not (config.parent / "run").exists()
