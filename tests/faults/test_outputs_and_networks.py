"""Outputs in the way, weights that are none, configurations with unknown words, files that cannot be scored."""

import json
import pickle

import pytest

from tests.faults import fault, faults
from tests.faults.bad_files import good


@fault("input = output by name", "refused, `--force` or not")
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_the_input_is_never_the_output(user, force):
    good(user.folder / "a.sgy")
    code, _, err = user.call("fill", "a.sgy", "./a.sgy", "--method", "linear", *force)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "must not be the input, found the same file. Name another." in err


def pickled(weights):
    with weights.open("wb") as file:
        pickle.dump({"layer": Trap()}, file)


class Trap:
    """Would leave a file behind if it were ever unpickled."""

    def __reduce__(self):
        return (open, ("trapped", "w"))


def cut(weights):
    weights.write_bytes(weights.read_bytes()[:-10])


def other_network(weights):
    card = json.loads(weights.with_suffix(".json").read_text())
    card["network"]["widths"] = [4, 8]
    weights.with_suffix(".json").write_text(json.dumps(card))


WEIGHTS = {
    "corrupt weights": (cut, "The file is corrupt or belongs to another card"),
    "pickled weights": (pickled, "corrupt or belongs to another card"),
    "mismatched weights": (other_network, "must fit the network of their card"),
}


@faults({name: f"refused: *{sentence}*; nothing is ever unpickled" for name, (_, sentence) in WEIGHTS.items()})
@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_that_are_none_are_refused(user, tiny, kind):
    good(user.folder / "a.sgy")
    weights = user.folder / "w.safetensors"
    for suffix in (".safetensors", ".json"):
        weights.with_suffix(suffix).write_bytes(tiny.with_suffix(suffix).read_bytes())
    spoil, sentence = WEIGHTS[kind]
    spoil(weights)
    options = ("--method", "network", "--weights", "w.safetensors", "--device", "cpu")
    user.refused("a.sgy", sentence, *options)
    assert not (user.folder / "trapped").exists()


@fault("unknown configuration key", "refused: *key 'setps' must be known; did you mean 'steps'?*")
def test_an_unknown_key_is_refused_with_the_word_that_was_meant(user):
    (user.folder / "c.toml").write_text("setps = 3")
    code, out, err = user.call("train", "c.toml", "--device", "cpu")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "key 'setps' must be known; did you mean 'steps'?" in err


@fault(
    "score of densified files", "refused: *must have the trace spacing of the truth, and was filled with --densify 2*"
)
def test_a_densified_file_is_not_scored(user):
    good(user.folder / "truth.sgy", hide=[])
    good(user.folder / "holes.sgy")
    assert user.call("fill", "truth.sgy", "dense.sgy", "--method", "linear", "--check", "none", "--densify", 2)[0] == 0
    code, out, err = user.call("score", "truth.sgy", "dense.sgy", "--decimated", "holes.sgy")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "must have the trace spacing of the truth, and was filled with --densify 2" in err
