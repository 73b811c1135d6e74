import numpy as np
import pytest

from seisfill.errors import FileAccessError, InvalidParameterError, MarkError
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.plotting import figure
from seisfill.workflows import plot
from seisfill.workflows.plot import plot_file
from tests.workflows.surveys import fill, sha256, write_shots

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _coarse(monkeypatch):
    monkeypatch.setattr(figure, "DPI", 30)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Truth, the same with four traces missing in shot 2, and a fill of that."""
    folder = tmp_path_factory.mktemp("plot")
    truth = write_shots(folder / "truth.sgy", n_samples=64, channels=16)
    holes = write_shots(folder / "holes.sgy", n_samples=64, channels=16, hide=[18, 20, 21, 25])
    fill(holes, folder / "filled.sgy", LinearInterpolator())
    return truth, holes, folder / "filled.sgy"


def test_a_file_alone(files, tmp_path):
    assert plot_file(files[1], tmp_path / "a.png", gather=2) == 2
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)


def test_a_file_and_its_fill_show_the_first_gather_that_lacked_something(files, tmp_path):
    _, holes, filled = files
    assert plot_file(holes, tmp_path / "a.png", filled=filled) == 2
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)


@pytest.fixture
def shown(monkeypatch):
    """What would be drawn: the sections of each comparison, without the seconds that paper takes."""
    calls = []

    def compare(truth, filled, **more):
        calls.append((truth, filled, more["decimated"], more["live"]))
        return figure.new_figure(2, 2)

    monkeypatch.setattr(plot, "plot_comparison", compare)
    return calls


def test_the_truth_and_a_fill_are_told_apart_by_the_sidecar(files, tmp_path, shown):
    truth, _, filled = files
    assert plot_file(truth, tmp_path / "a.png", filled=filled) == 2
    ((whole, filling, holed, live),) = shown
    assert np.flatnonzero(~live).tolist() == [2, 4, 5, 9]
    assert (whole[live] == filling[live]).all()
    assert not (whole[~live] == filling[~live]).all(axis=1).any()
    assert not holed[~live].any()


def test_truth_fill_and_what_was_filled(files, tmp_path, shown):
    truth, holes, filled = files
    assert plot_file(truth, tmp_path / "a.png", filled=filled, decimated=holes) == 2
    assert plot_file(truth, tmp_path / "one.png", filled=filled, decimated=holes, gather=1) == 1
    assert [np.flatnonzero(~live).tolist() for *_, live in shown] == [[2, 4, 5, 9], []]


def test_a_gather_that_is_not_there_is_refused(files, tmp_path):
    truth, holes, filled = files
    with pytest.raises(InvalidParameterError, match=r"Invalid gather 7: must be a key of .*; the nearest is 2"):
        plot_file(truth, tmp_path / "a.png", gather=7)
    with pytest.raises(InvalidParameterError, match="Invalid gather 7: must be a key of the file"):
        plot_file(truth, tmp_path / "a.png", filled=filled, decimated=holes, gather=7)
    assert list(tmp_path.iterdir()) == []


def test_two_files_of_which_none_lacks_a_trace_are_refused(files, tmp_path):
    truth, _, filled = files
    with pytest.raises(InvalidParameterError, match="must differ in missing traces, and none is missing or marked"):
        plot_file(truth, tmp_path / "a.png", filled=filled, gather=1)
    with pytest.raises(MarkError, match="must lie beside the filled file"):
        plot_file(truth, tmp_path / "a.png", filled=truth)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_picture_never_replaces_what_it_is_made_of(files, tmp_path, which):
    link = tmp_path / "a.png"
    link.hardlink_to(files[which])
    before = sha256(link)
    with pytest.raises(FileAccessError, match="must not be the input"):
        plot_file(files[0], link, filled=files[2], decimated=files[1])
    assert sha256(link) == before


def test_a_picture_needs_a_folder_and_a_suffix(files, tmp_path):
    with pytest.raises(FileAccessError, match="must lie in a folder that exists"):
        plot_file(files[0], tmp_path / "no" / "a.png")
    with pytest.raises(InvalidParameterError, match=r"Invalid suffix '\.gif'"):
        plot_file(files[0], tmp_path / "a.gif")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(FileAccessError, match="found a directory"):
        plot_file(files[0], tmp_path / "folder.png")
