"""`seisfill adapt`: what it says, what it leaves, and its exit codes."""

import functools
import importlib
import json

import pytest

from seisfill.training import adapt
from seisfill.workflows import fill
from tests.workflows.surveys import sha256, write_shots

WORDS = ("adapt", "in.sgy", "--weights-out", "new.safetensors", "--device", "cpu", "--steps", 2)


@pytest.fixture
def survey(folder):
    return write_shots(folder / "in.sgy", channels=24, n_samples=64, hide=[5, 6, 30])


@pytest.fixture
def margin(monkeypatch):
    """Set by how much new weights must be better [dB]."""

    importlib.import_module("seisfill.workflows.adapt")  # its annotations name the class

    def set_margin(least):
        changed = functools.partial(adapt.AdaptConfig, least=least, every=1, size=(16, 48))
        monkeypatch.setattr(adapt, "AdaptConfig", changed)

    return set_margin


def test_better_weights_are_written_and_named(seisfill, folder, survey, tiny, margin):
    margin(-1e3)
    code, out, _ = seisfill(*WORDS, "--weights", tiny)
    assert code == 0
    assert out.startswith("new.safetensors: ")
    assert "live traces kept apart; 2 steps on 2 gathers" in out
    assert (folder / "new.json").exists()
    code, out, _ = seisfill("fill", "in.sgy", "out.sgy", "--method", "network", "--weights", "new.safetensors")
    assert code == 0
    code, _, err = seisfill(*WORDS, "--weights", tiny)
    assert (code, "must not exist. Name another, or give --force" in err) == (2, True)


def test_weights_that_are_not_better_are_not_written_and_the_code_says_so(seisfill, folder, survey, tiny, margin):
    margin(1e3)
    code, out, _ = seisfill(*WORDS, "--weights", tiny)
    assert (code, "was not bettered" in out, "Nothing was written" in out) == (3, True, True)
    assert not (folder / "new.safetensors").exists()


def test_machines_get_json(seisfill, survey, tiny, margin):
    for least, code in ((1e3, 3), (-1e3, 0)):
        margin(least)
        found, out, _ = seisfill(*WORDS, "--weights", tiny, "--json")
        told = json.loads(out)
        assert (found, told["steps"], told["n_gathers"]) == (code, 2, 2)
        assert told["weights"] == (None if code else "new.safetensors")


@pytest.mark.parametrize("step", ["_fill_and_prove", "_check"])
def test_a_fill_that_was_stopped_behind_its_adaptation_goes_on(
    seisfill, folder, survey, tiny, margin, monkeypatch, step
):
    margin(-1e3)
    (folder / "again").mkdir()
    words = ("--method", "network", "--weights", tiny, "--device", "cpu", "--check", "none", "--threads", 1, "--adapt")
    assert seisfill("fill", "in.sgy", "again/out.sgy", *words)[0] == 0

    class Killed(BaseException):
        """Nothing cleans up behind it but what a kill would leave too."""

    def stop(*_, **__):
        raise KeyboardInterrupt if step == "_check" else Killed

    with monkeypatch.context() as patch:
        patch.setattr(fill, step, stop)
        if step == "_check":
            assert seisfill("fill", "in.sgy", "out.sgy", *words)[0] == 130
        else:
            with pytest.raises(Killed):
                seisfill("fill", "in.sgy", "out.sgy", *words)
    code, out, _ = seisfill("fill", "in.sgy", "out.sgy", *words, "--resume")
    assert (code, "out.sgy.adapted.safetensors: adapted to this file before" in out) == (0, True)
    for name in ("out.sgy", "out.sgy.fill.jsonl", "out.sgy.adapted.safetensors"):
        assert sha256(folder / name) == sha256(folder / "again" / name), name


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("adapt", "none.sgy", "--weights-out", "n.safetensors"), "No such file"),
        (("adapt", "in.sgy", "--weights-out", "n.pt"), "must end in .safetensors"),
        (("adapt", "in.sgy", "--weights-out", "no/n.safetensors"), "must lie in a folder that exists"),
        (("adapt", "truth.sgy", "--weights-out", "n.safetensors"), "must lack traces"),
        (("adapt", "in.sgy", "--weights-out", "n.safetensors", "--minutes", 0), "Invalid minutes 0.0"),
        (("adapt", "in.sgy", "--weights-out", "n.safetensors", "--steps", 0), "Invalid steps 0"),
        (("adapt", "in.sgy"), "--weights-out"),
    ],
)
def test_what_cannot_be_done_is_one_line(seisfill, survey, words, sentence):
    code, _, err = seisfill(*words)
    assert (code, sentence in err) == (2, True)
    assert len(err.splitlines()) == 1
