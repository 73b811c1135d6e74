"""`seisfill plot`: which picture its words ask for."""

import pytest

from seisfill.plotting import figure
from seisfill.trust.records import check_path, save_trials
from tests.workflows.test_plot_held_out import make_trial


@pytest.fixture(autouse=True)
def _coarse(monkeypatch):
    monkeypatch.setattr(figure, "DPI", 20)


def test_what_a_fill_lost_at_held_out_traces(seisfill, folder):
    save_trials(check_path(folder / "truth.sgy"), [make_trial(1, [3, 7])], head={})
    code, out, _ = seisfill("plot", "truth.sgy", "--held-out", "--save", "a.svg")
    assert (code, out) == (0, "a.svg: gather 2\n")
    assert (folder / "a.svg").read_bytes().startswith(b"<?xml")


def test_the_gates_of_a_network(seisfill, folder, tiny):
    code, out, _ = seisfill("plot", "holes.sgy", "--gates", "--weights", tiny, "--gather", 2, "--save", "a.pdf")
    assert (code, out) == (0, "a.pdf: gather 2\n")
    assert (folder / "a.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["--held-out", "--gates"], "--gates"),
        (["--held-out", "--weights", "small"], "--weights"),
        (["holes.sgy", "--held-out"], "FILLED"),
        (["holes.sgy", "--gates"], "FILLED"),
        (["--gates", "--sigma", "holes.sgy"], "--sigma"),
        (["--gates", "--decimated", "holes.sgy"], "--decimated"),
        (["--weights", "small"], "--weights"),
    ],
)
def test_words_that_would_change_nothing_are_refused(seisfill, folder, words, word):
    code, _, err = seisfill("plot", "truth.sgy", *words, "--save", "a.png")
    assert code == 2
    assert f"Invalid {word} with" in err
    assert not (folder / "a.png").exists()


def test_another_format_is_refused_with_those_that_there_are(seisfill, folder):
    code, _, err = seisfill("plot", "truth.sgy", "--save", "a.gif")
    assert code == 2
    assert "Invalid suffix '.gif' of a.gif: must be one of .pdf, .png, .svg." in " ".join(err.split())
