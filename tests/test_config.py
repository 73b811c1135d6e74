from pathlib import Path

import pytest

from seisfill.config import build, load_train_config
from seisfill.errors import ConfigurationError
from seisfill.masks import GapMask, MixedMask, MixtureMask, RandomMask, RegularMask
from seisfill.nn.unet import UNetConfig
from seisfill.synthetic.surveys import SyntheticSurveys
from seisfill.training.loop import OptimizerConfig, TrainConfig
from seisfill.training.sources import SourceConfig

SHIPPED = sorted((Path(__file__).parents[1] / "configs").glob("[!ab]*.toml"))  # others tell no training


def load(folder, text):
    path = folder / "c.toml"
    path.write_text(text)
    return load_train_config(path)


def test_an_empty_file_is_the_defaults(tmp_path):
    assert load(tmp_path, "") == TrainConfig()


def test_the_keys_are_the_fields(tmp_path):
    config = load(
        tmp_path,
        """
        name = "mine"
        steps = 7
        [network]
        widths = [4, 6]
        [optimizer]
        rate = 1
        [loss]
        live = 0.5
        [stream]
        patch = [12, 32]
        [stream.surveys]
        noise = [0.1, 0.2]
        [stream.free_form]
        holes = 2
        [stream.field]
        files = ["a.sgy"]
        share = 0.1
        [stream.modelled]
        files = ["shots"]
        [[stream.masks]]
        rule = "every"
        every = [2, 5]
        phase = "any"
        weight = 0.25
        [[stream.masks]]
        rule = "random"
        missing = 0.3
        also = [{ rule = "gap", width = 4 }]
        """,
    )
    assert (config.name, config.steps, config.seed) == ("mine", 7, TrainConfig().seed)
    assert config.network == UNetConfig(widths=(4, 6))
    assert config.optimizer == OptimizerConfig(rate=1.0)
    assert (config.loss.live, config.stream.patch, config.stream.free_form.holes) == (0.5, (12, 32), 2)
    assert config.stream.surveys == SyntheticSurveys(noise=(0.1, 0.2))
    assert config.stream.field == SourceConfig(files=("a.sgy",), share=0.1)
    assert config.stream.modelled == SourceConfig(files=("shots",), share=0.2)
    assert config.stream.masks == MixtureMask(
        rules=(
            RegularMask(every=(2, 5), phase="any"),
            MixedMask(rules=(RandomMask(missing=0.3), GapMask(width=4))),
        ),
        weights=(0.25, 1.0),
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_configuration_loads(path):
    assert load_train_config(path).name


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("setps = 3", "key 'setps' must be known; did you mean 'steps'?"),
        ("[network]\nwidth = [3]", r"key 'width' in \[network\] must be known; did you mean 'widths'?"),
        ("[optimiser]\nrate = 1", "key 'optimiser' must be known"),
        ("[stream]\npatches = [3, 4]", r"key 'patches' in \[stream\] must be known; did you mean 'patch'?"),
        ("[stream.free_form]\nhole = 1", r"key 'hole' in \[stream.free_form\] must be known; did you mean 'holes'?"),
        ("[stream.field]\nshare = 0.1", r"Invalid files \(\): must hold at least one"),
        ("[stream.surveys]\nnoises = 1", r"key 'noises' in \[stream.surveys\] must be known"),
        (
            "[[stream.masks]]\nrule = 'rando'",
            r"rule 'rando' in \[stream.masks\[0\]\] must be known; did you mean 'random'",
        ),
        ("[[stream.masks]]\nmissing = 1", r"rule 'None' in \[stream.masks\[0\]\] must be known"),
        ("[[stream.masks]]\nrule = 'gap'\nmissing = 1", r"key 'missing' in \[stream.masks\[0\]\] must be known"),
        ("[[stream.masks]]\nrule = 'gap'\nalso = [{rule = 'gapp'}]", "did you mean 'gap'"),
        ("steps = 'many'", "steps = 'many' must be valid: input should be a valid integer"),
        ("steps = 3.5", "steps = 3.5 must be valid"),
        ("[network]\nwidths = 'wide'", "network.widths = 'wide' must be valid"),
        ("[stream]\npatch = [3]", r"stream.patch = \[3\] must be valid"),
        ("[[stream.masks]]\nrule = 'gap'\nweight = 'a lot'", r"stream.masks\[0\].weight = 'a lot' must be valid"),
        ("network = 3", r"network = 3 must be a table, \[network\]"),
        ("stream = 'x'", "stream = 'x' must be a table"),
        ("[stream]\nmasks = 'gap'", r"stream.masks = 'gap' must be a list of tables, \[\[stream.masks\]\]"),
        ("[stream]\nmasks = ['gap']", r"stream.masks\[0\] = 'gap' must be a table"),
        ("[[stream.masks]]\nrule = 'gap'\nalso = 3", r"stream.masks\[0\].also = 3 must be a list of tables"),
        ("[stream]\nmasks = []", r"Invalid rules \(\): must hold at least one"),
        ("[network]\nwidths = []", "Invalid number of levels 0"),
        ("[[stream.masks]]\nrule = 'every'\nevery = 0", "Invalid every 0"),
        ("[[stream.masks]]\nrule = 'random'\nmissing = 3", "Invalid missing 3"),
        ("[[stream.masks]]\nrule = 'gap'\nweight = -1", "must not be negative"),
        ("steps = = 3", "must be TOML"),
        ("\0", "must be TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, text, sentence):
    with pytest.raises(ConfigurationError, match=rf"^Invalid configuration .*c\.toml: .*{sentence}"):
        load(tmp_path, text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="must be readable; No such file"):
        load_train_config(tmp_path / "c.toml")
    with pytest.raises(ConfigurationError, match="must be readable; Is a directory"):
        load_train_config(tmp_path)
    (tmp_path / "c.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigurationError, match="must be TOML"):
        load_train_config(tmp_path / "c.toml")


def test_fields_that_no_plain_value_can_fill_are_not_keys():
    with pytest.raises(ConfigurationError, match="key 'network' must be known"):
        build(TrainConfig, {"network": 3}, "", skip=("network",))
