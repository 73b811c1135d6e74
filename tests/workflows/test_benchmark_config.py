from pathlib import Path

import pytest

from seisfill.errors import ConfigurationError, InvalidParameterError
from seisfill.interpolators.base import Limits
from seisfill.workflows.benchmark_config import default_benchmark, load_benchmark_config
from seisfill.workflows.benchmark_data import SYNTHETIC

CONFIGS = Path(__file__).parents[2] / "configs"
TINY = """
[[data]]
name = "lines"
survey = "synthetic-lines"
[[pattern]]
name = "every 2nd"
mask = "every:2"
[[pattern]]
name = "gap of 3"
mask = "gap:3"
draws = 2
[[filler]]
name = "linear"
method = "linear"
[[filler]]
name = "careful"
method = "linear"
limits = { max_gap = 2 }
"""


def config_in(folder, text=TINY):
    path = folder / "b.toml"
    path.write_text(text)
    return load_benchmark_config(path)


def test_the_shipped_configurations_are_what_they_say():
    assert load_benchmark_config(CONFIGS / "benchmark.toml") == default_benchmark()
    short = load_benchmark_config(CONFIGS / "benchmark_synthetic.toml")
    assert {data.survey for data in short.data} == set(SYNTHETIC)
    assert [filler.method for filler in short.fillers] == ["linear", "network"]
    assert short.patterns == default_benchmark().patterns


def test_lists_and_limits_of_a_filler_become_what_its_method_takes(tmp_path):
    told = TINY.replace("limits = { max_gap = 2 }", "limits = { max_gap = 2 }\nwindow = [3, 4]")
    assert config_in(tmp_path, told).fillers[1].options == {"limits": Limits(max_gap=2), "window": (3, 4)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[data]]", "[[dta]]", "key 'dta' must be known; did you mean 'data'"),
        ("survey =", "survy =", r"key 'survy' in \[data\[0\]\] must be known; did you mean 'survey'"),
        ("draws =", "drawz =", r"key 'drawz' in \[pattern\[1\]\] must be known; did you mean 'draws'"),
        ("draws = 2", "draws = 0", "Invalid draws 0 of 'gap of 3': must be at least 1"),
        ("synthetic-lines", "synthetic-line", "Invalid survey 'synthetic-line': must be known; did you mean"),
        ('survey = "synthetic-lines"', "", "must have either a survey or a file"),
        ('"synthetic-lines"', '"viking"\ntrace_rms = true', "must not crop a survey"),
        ('survey = "synthetic-lines"', 'file = "a"\nsamples = [9, 3]', r"Invalid samples \(9, 3\)"),
        ('"gap:3"', '"gip:3"', "Invalid mask 'gip:3'"),
        ('method = "linear"\nlimits', "limits", r"key 'method' in \[filler\[1\]\] must be given"),
        ("max_gap", "max_gop", r"key 'max_gop' in \[filler\[1\]\.limits\] must be known; did you mean 'max_gap'"),
        ('"careful"', '"linear"', r"Invalid \[\[filler\]\] name 'linear': must not stand twice"),
        (TINY, TINY.partition("[[filler]]")[0], r"must hold at least one \[\[filler\]\]"),
        (TINY, "data = 3", r"data must be a list of tables, \[\[data\]\]"),
        (TINY, "data = [", "must be TOML"),
    ],
)
def test_a_wrong_configuration_says_where_and_what(tmp_path, old, new, said):
    assert old in TINY
    with pytest.raises(ConfigurationError, match=said):
        config_in(tmp_path, TINY.replace(old, new, 1))
    with pytest.raises(ConfigurationError, match="must be readable"):
        load_benchmark_config(tmp_path)


def test_a_choice_must_be_known(tmp_path):
    config = config_in(tmp_path)
    assert [p.name for p in config.choose(patterns=["gap of 3"]).patterns] == ["gap of 3"]
    with pytest.raises(InvalidParameterError, match="Invalid pattern 'every 2th': must be known; did you mean"):
        config.choose(patterns=["every 2th"])
