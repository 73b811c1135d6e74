import hashlib
import json

import numpy as np
import pytest

from seisfill.errors import FileAccessError, InvalidParameterError, MarkError
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.plotting import figure
from seisfill.segy.marks import Sidecar, sidecar_path
from seisfill.trust.error_model import ErrorModel
from seisfill.workflows import plot
from seisfill.workflows.plot import Known, plot_file, read_gather
from seisfill.workflows.plot_band import FilledFile, read_band
from seisfill.workflows.score import match_gathers
from tests.workflows.surveys import fill, sha256, write_shots

PNG = b"\x89PNG\r\n\x1a\n"


def positive(path, of):
    """A file of four-byte IBM floats with all samples positive, as errors are: their sign is the first bit."""
    whole = of.read_bytes()
    traces = np.frombuffer(bytearray(whole[3600:]), np.uint8).reshape(-1, 240 + 4 * 64)
    traces[:, 240::4] &= 0x7F
    path.write_bytes(whole[:3600] + traces.tobytes())
    return path


def rewrite_head(path, **more):
    """Put more into the head of a sidecar, and the hash that it then needs into its foot."""
    head, *rows, foot = path.read_bytes().splitlines(keepends=True)
    head = json.dumps({**json.loads(head), **more}).encode() + b"\n"
    digest = hashlib.sha256(b"".join([head, *rows])).hexdigest()
    path.write_bytes(b"".join([head, *rows, json.dumps({**json.loads(foot), "sha256": digest}).encode() + b"\n"]))


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
def bands():
    """The predicted errors of each comparison that `shown` holds."""
    return []


@pytest.fixture
def shown(monkeypatch, bands):
    """What would be drawn: the sections of each comparison, without the seconds that paper takes."""
    calls = []

    def compare(truth, filled, **more):
        calls.append((truth, filled, more["decimated"], more["live"]))
        bands.append(more["page"].band)
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


def test_without_a_predicted_error_there_is_no_band(files, tmp_path, shown, bands):
    truth, holes, filled = files
    plot_file(truth, tmp_path / "a.png", filled=filled, decimated=holes)
    plot_file(truth, tmp_path / "a.png", filled=truth, decimated=holes)
    assert bands == [None, None]


def test_the_sidecar_tells_one_error_for_each_filled_trace(tmp_path, shown, bands):
    holes = write_shots(tmp_path / "holes.sgy", n_samples=64, channels=16, hide=[18, 20, 21, 25])
    fill(holes, tmp_path / "filled.sgy", LinearInterpolator(), check=1)
    plot_file(holes, tmp_path / "a.png", filled=tmp_path / "filled.sgy")
    (band,) = bands
    assert band.sigma.shape == (16, 64)
    assert (band.sigma == band.sigma[:, :1]).all()
    told = [row["error"] for row in Sidecar.read(sidecar_path(tmp_path / "filled.sgy")).rows()]
    assert band.sigma[[2, 4, 5, 9], 0].tolist() == told
    assert min(told) > 0
    assert band.sigma.any(axis=1).sum() == 4


def test_a_volume_of_errors_tells_one_for_each_sample(files, tmp_path, shown, bands):
    truth, holes, filled = files
    sigma = positive(tmp_path / "sigma.sgy", filled)
    for path, more in ((truth, {"decimated": holes}), (holes, {}), (truth, {})):
        plot_file(path, tmp_path / "a.png", filled=filled, sigma=sigma, gather=2, **more)
    want = np.abs(next(match_gathers(truth, sigma, decimated=None, only=2)).filled)
    assert [band.sigma.tolist() for band in bands] == [want.tolist()] * 3


def test_a_volume_of_a_checked_fill_has_bands_of_80_and_95_per_cent(files, tmp_path, shown, bands):
    _, holes, _ = files
    filled, sigma = tmp_path / "filled.sgy", tmp_path / "sigma.sgy"
    model = ErrorModel(n_traces=3)
    fill(holes, filled, LinearInterpolator())
    rewrite_head(sidecar_path(filled), check={"error_model": model.as_dict()})
    positive(sigma, filled)
    plot_file(holes, tmp_path / "a.png", filled=filled, sigma=sigma)
    assert bands[0].factors == {"80 %": model.factor(0.8), "95 %": model.factor(0.95)}


def test_a_gather_that_the_fill_has_not_has_no_band(files):
    file = FilledFile.open(files[2], None)
    assert read_band(file, None, key=7, traces=np.arange(3)) is None


def test_errors_without_a_fill_are_refused(files, tmp_path):
    with pytest.raises(InvalidParameterError, match="must go with a filled file"):
        plot_file(files[1], tmp_path / "a.png", sigma=files[0])


def test_the_first_gather_that_lacks_traces_is_drawn_alone(files, tmp_path):
    truth, holes, _ = files
    assert plot_file(holes, tmp_path / "a.png") == 2
    assert plot_file(truth, tmp_path / "a.png") == 1
    dead = write_shots(tmp_path / "dead.sgy", shots=3, n_samples=64, zero=[17])
    assert read_gather(dead, None, Known())[1] == 3


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
    with pytest.raises(FileAccessError, match=r"must lie in a folder that exists"):
        plot_file(files[0], tmp_path / "no" / "a.png")
    with pytest.raises(InvalidParameterError, match=r"Invalid suffix '\.gif'"):
        plot_file(files[0], tmp_path / "a.gif")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(FileAccessError, match="found a directory"):
        plot_file(files[0], tmp_path / "folder.png")
