import numpy as np
import pytest

from seisfill.errors import FileAccessError, InvalidParameterError
from seisfill.gather import Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.plotting import figure
from seisfill.trust.records import check_path, save_trials
from seisfill.trust.trial import Trial
from seisfill.workflows import plot_held_out
from seisfill.workflows.plot_held_out import held_out_traces, plot_held_out_of_file
from tests.workflows.surveys import waves, write_shots

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _coarse(monkeypatch):
    monkeypatch.setattr(figure, "DPI", 30)


def make_trial(number, hidden, *, roughness=0.0, valid=None):
    """A gather of twelve traces of which some were hidden and filled by straight lines."""
    data = waves(12) + roughness * np.random.default_rng(0).normal(size=(12, 24))
    gather = Gather(data=data, live=np.ones(12, dtype=bool), dt=0.004, valid=valid)
    hidden = np.isin(np.arange(12), hidden)
    answer = LinearInterpolator().fill(Gather(data=data, live=~hidden, dt=0.004, valid=valid))
    return Trial(gather=gather, hidden=hidden, answer=answer, number=number)


@pytest.fixture
def filled(tmp_path):
    """A file of three shots; of the second and the third some traces were held out, of the first none was filled."""
    path = write_shots(tmp_path / "filled.sgy", shots=3)
    trials = [make_trial(0, [0]), make_trial(1, [3, 7], roughness=500.0), make_trial(2, [4, 8])]
    save_trials(check_path(path), trials, head={})
    return path


@pytest.fixture
def drawn(monkeypatch):
    calls = []

    def draw(held, *, title):
        calls.append((held, title))
        return figure.new_figure(1, 1)

    monkeypatch.setattr(plot_held_out, "plot_held_out", draw)
    return calls


def test_the_gather_that_was_filled_worst_is_drawn(filled, tmp_path):
    assert plot_held_out_of_file(filled, tmp_path / "a.png") == 2
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)


def test_another_gather_may_be_asked_for(filled, tmp_path, drawn):
    assert plot_held_out_of_file(filled, tmp_path / "a.png", gather=3.0) == 3
    ((held, title),) = drawn
    trial = make_trial(2, [4, 8])
    assert np.array_equal(held.leakage, trial.truth.astype(float) - trial.estimate)
    assert held.places.tolist() == [4, 8]
    assert title == "filled.sgy, gather 3: live traces held out from the fill"


def test_where_the_truth_is_not_known_nothing_is_lost():
    valid = np.ones((12, 24), dtype=bool)
    valid[4, 5:9] = False
    held = held_out_traces(make_trial(0, [4], valid=valid))
    assert not held.leakage[0, 5:9].any()
    assert held.leakage[0, :5].all()


def test_a_gather_that_was_not_tried_is_refused_with_those_that_were(filled, tmp_path):
    with pytest.raises(InvalidParameterError, match="Invalid gather 1: must be one that the check tried: 2, 3"):
        plot_held_out_of_file(filled, tmp_path / "a.png", gather=1)


def test_a_file_without_a_check_or_with_an_empty_one_is_refused(filled, tmp_path):
    save_trials(check_path(filled), [make_trial(0, [0])], head={})
    with pytest.raises(InvalidParameterError, match="must hold a trace that was hidden and filled"):
        plot_held_out_of_file(filled, tmp_path / "a.png")
    check_path(filled).unlink()
    with pytest.raises(FileAccessError, match="Invalid check"):
        plot_held_out_of_file(filled, tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


def test_a_picture_never_replaces_the_check(filled):
    link = filled.with_name("a.png")
    link.hardlink_to(check_path(filled))
    with pytest.raises(FileAccessError, match="must not be the input"):
        plot_held_out_of_file(filled, link)
