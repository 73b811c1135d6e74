"""Files of a fill: no two of them are one, by name, by link or by the number of the file."""

import itertools
import os
from pathlib import Path

import pytest

from seisfill.errors import FileAccessError
from seisfill.segy.files import partial_path
from seisfill.workflows import fill_files
from seisfill.workflows.fill_files import adapted_path, check_files
from seisfill.workflows.fill_options import FillOptions
from tests.faults import fault
from tests.workflows.surveys import listing, write_shots

OWN = {
    "": "output",
    ".fill.jsonl": "sidecar",
    ".check.npz": "check",
    ".journal": "journal",
    ".prepass.npz": "trials",
    ".along": "estimates along the other axis",
    ".report.html": "report",
    ".adapted.safetensors": "adapted weights",
    ".adapted.json": "card of the adapted weights",
}
NAMES = [*OWN, *(f"{name}.partial" for name in OWN)]


@pytest.fixture
def source(tmp_path):
    return write_shots(tmp_path / "in.sgy", hide=[3, 9])


def refused(source, target, *, force=True, sigma=None, guides=(), **more):
    """The line that refuses; nothing was written."""
    before = listing(source.parent)
    options = FillOptions(force=force, check=1, sigma=None if sigma is None else str(sigma), guides=guides)
    with pytest.raises(FileAccessError) as error:
        check_files(source, target, options, **more)
    assert listing(source.parent) == before
    return str(error.value)


@fault(
    "two files of a fill are one",
    "refused: *sigma volume ...: must not be the report, found the same file. Name another.*",
)
@pytest.mark.parametrize("name", NAMES)
def test_predicted_errors_do_not_take_a_name_that_the_fill_needs(tmp_path, source, name):
    target = tmp_path / "out.sgy"
    line = refused(source, target, sigma=tmp_path / f"out.sgy{name}", adapt=True)
    assert line.startswith(f"Invalid sigma volume {target}{name}: must not be the {OWN[name.removesuffix('.partial')]}")
    assert line.endswith("found the same file. Name another.")


@fault("two files of a fill are one", "refused, `--force` or not: nothing that a fill reads is written")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reads", ["input", "guide", "weights"])
def test_what_is_read_is_never_written(tmp_path, source, reads, name):
    target, read = tmp_path / "out.sgy", tmp_path / f"out.sgy{name}"
    if reads == "input":
        source = source.rename(read)
    else:
        read.write_bytes(b"what a user made")
    more = {"guide": {"guides": (f"slope:{read}",)}, "weights": {"weights": str(read)}}.get(reads, {})
    line = refused(source, target, adapt=True, **more)
    assert f"{reads}, found " in line
    assert line.endswith("Name another.")


def test_the_card_of_weights_is_read_too(tmp_path, source):
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"weights")
    assert "Invalid output" in (line := refused(source, tmp_path / "w.json", weights=str(weights)))
    assert "must not be the card of the weights" in line


def test_links_do_not_hide_what_a_file_is(tmp_path, source):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    target = tmp_path / "folder" / "out.sgy"
    assert "must not be the journal" in refused(source, target, sigma=tmp_path / "link" / "out.sgy.journal")
    slopes = tmp_path / "slopes.npy"
    slopes.write_bytes(b"slopes")
    os.link(slopes, tmp_path / "also")
    found = "Invalid output {}: must not be the guide, found the same file. Name another."
    assert refused(source, tmp_path / "also", guides=(f"slope:{slopes}",)) == found.format(tmp_path / "also")
    os.link(slopes, partial_path(target))
    found = "must not be the guide, found it as out.sgy.partial, where the output is written first"
    assert found in refused(source, target, guides=(f"slope:{slopes}",))
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert "must lie in a folder" in refused(source, target, force=False, sigma=tmp_path / "round" / "s.sgy")


def test_names_of_their_own_are_taken(tmp_path, source):
    target = tmp_path / "out.sgy"
    check_files(source, target, FillOptions(check=1, sigma=str(tmp_path / "s.sgy")), adapt=True, report=True)
    (tmp_path / "small").write_bytes(b"not what --weights small means")
    check_files(source, target, FillOptions(), weights="no file of this name")
    adapted_path(target).write_bytes(b"of an earlier fill")
    check_files(source, target, FillOptions(), weights=str(adapted_path(target)))  # read, and not written without adapt
    assert "must not be the weights" in refused(source, target, weights=str(adapted_path(target)), adapt=True)


def test_a_report_is_in_the_way_only_of_a_report(tmp_path, source):
    target = tmp_path / "out.sgy"
    fill_files.report_path(target).write_text("<html>")
    check_files(source, target, FillOptions())
    assert "out.sgy.report.html: must not exist" in refused(source, target, force=False, report=True)
    check_files(source, target, FillOptions(force=True), report=True)


def test_every_two_names_of_one_fill_differ(tmp_path, source):
    named = fill_files._written(tmp_path / "out.sgy", FillOptions(check=1, sigma="s.sgy"), adapt=True)
    paths = [name for _, path in named for name in (path, partial_path(path))]
    assert not [pair for pair in itertools.combinations(paths, 2) if pair[0] == pair[1]]


def test_a_folder_is_no_output(tmp_path, source):
    for target in (tmp_path, Path(), Path("/")):
        assert "must be a file, found a directory" in refused(source, target)
    for sigma in (tmp_path, ".", ""):
        assert "must be a file, found a directory" in refused(source, tmp_path / "out.sgy", sigma=sigma)
