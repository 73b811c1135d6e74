import html
import re

import numpy as np
import pytest

from seisfill.errors import FileAccessError, GeometryError, InvalidParameterError, MarkError
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.marks import sidecar_path
from seisfill.segy.samples import encode
from seisfill.segy.survey import GatherOptions
from seisfill.trust.records import check_path, save_trials
from seisfill.workflows import report
from seisfill.workflows.report import write_report
from tests.report.fills import edit_sidecar, make_fill, write_check
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import fill, listing, sha256, waves, write_shots


def words_of(path):
    """The text of a page, without tags, scripts and styles."""
    raw = re.sub(r"<(script|style)>.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", raw)).split())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_fill(tmp_path_factory.mktemp("fill"))


def test_the_page_says_what_was_filled_how_good_and_where_not(made, tmp_path):
    truth, source, target = made
    done = write_report(source, target, truth=truth, out=tmp_path / "r.html")
    assert done.size == (tmp_path / "r.html").stat().st_size < 3e6
    assert len(done.gathers) == 3
    words = words_of(done.path)
    assert "24 traces of 72 (33 %) were missing in 3 gathers; all of them are filled, by linear." in words
    assert re.search(r"Against the known truth the fill reaches −?\d+\.\d dB", words)
    assert "Held-out traces of gather" in words
    assert "Are the error bands honest?" in words
    assert sha256(source) in words
    assert "compared byte by byte with the input when this page was made: untouched" in words
    assert "CLIENT SEISFILL TEST" in words
    assert "The interval that should hold 80 % of the errors holds" in words
    for word in (
        "By offset",
        "By time",
        "By frequency",
        "best",
        "median",
        "worst",
        "before, f-k",
        "difference",
        "wiggles where it is hardest",
    ):
        assert word in words


def test_the_same_files_give_the_same_page(made, tmp_path):
    truth, source, target = made
    pages = [
        write_report(source, target, truth=truth, out=tmp_path / name, most=1).path for name in ("a.html", "b.html")
    ]
    assert sha256(pages[0]) == sha256(pages[1])


def test_a_page_without_check_and_truth_says_that_nothing_is_known(tmp_path):
    _, source, target = make_fill(tmp_path, check=False)
    done = write_report(source, target, most=2)
    assert done.path == tmp_path / "filled.sgy.report.html"
    words = words_of(done.path)
    assert "No held-out check was run" in words
    assert "not checked" in words
    assert "from the smallest holes to the largest" in words
    assert "smallest holes" in words
    assert len(done.gathers) == 2


def test_what_headers_and_names_hold_is_never_markup(tmp_path):
    name = "<script>alert(1)<script>&.sgy"
    source = write_shots(tmp_path / name, hide=[3])
    raw = bytearray(source.read_bytes())
    raw[160:240] = "</pre><script>alert(2)</script>\"'&".ljust(80).encode("cp037")
    source.write_bytes(raw)
    target = tmp_path / "<img src=x onerror=alert(3)>.sgy"
    fill(source, target, LinearInterpolator())
    bad = "<b onclick=alert(4)>"
    edit_sidecar(target, lambda row: row | {"method": bad, "flags": [bad]}, lambda head: head | {"method": bad})
    page = write_report(source, target).path
    text = page.read_text(encoding="utf-8")
    assert text.count("<script") == 1
    for mark in ("<script>alert", "<img src=x", "<b onclick"):
        assert mark not in text
    words = words_of(page)
    for shown in (name, "</pre><script>alert(2)</script>\"'&", "<img src=x onerror=alert(3)>.sgy", bad):
        assert " ".join(shown.split()) in words


def test_a_volume_of_sigma_makes_the_bands(made, tmp_path):
    _, source, target = made
    raw = bytearray(target.read_bytes())
    n_samples = 96
    trace_bytes = 240 + 4 * n_samples
    ramp = encode(np.linspace(1, 9, n_samples)[None, :], 1, ">").tobytes()
    for start in range(3600, len(raw), trace_bytes):
        raw[start + 240 : start + trace_bytes] = ramp
    (tmp_path / "sigma.sgy").write_bytes(raw)
    page = write_report(source, target, sigma=tmp_path / "sigma.sgy", out=tmp_path / "r.html").path
    words = words_of(page)
    assert "predicted error" in words
    assert "± predicted error (1 σ)" in words


def test_refused_traces_are_listed_with_their_reason(tmp_path):
    source = write_shots(tmp_path / "a.sgy", channels=12, hide=[3, 7, 8, 9], zero=[16])
    fill(source, tmp_path / "b.sgy", LinearInterpolator(limits=Limits(max_gap=2)))
    words = words_of(write_report(source, tmp_path / "b.sgy").path)
    assert "3 traces could not be filled honestly" in words
    assert words.count("left unfilled: gap of 3 traces; this method supports 2") == 3
    assert "2 of them are filled" in words


def test_a_file_of_one_gather_is_called_the_whole_file(tmp_path):
    source = write_segy(tmp_path / "a.sgy", waves(9), headers={"cdp": np.array([1, 2, 3, 5, 6, 7, 9, 10, 11])})
    fill(source, tmp_path / "b.sgy", LinearInterpolator())
    words = words_of(write_report(source, tmp_path / "b.sgy").path)
    assert "The whole file only" in words
    assert "whole file by cdp" in words


def test_in_regular_data_the_trial_is_said_to_be_harder_than_the_fill(tmp_path):
    source = write_shots(tmp_path / "a.sgy", channels=25, n_samples=64, hide=[n for n in range(50) if n % 25 % 2])
    step = GatherOptions(trace_step=1)
    fill(source, tmp_path / "b.sgy", LinearInterpolator(), gathers=step)
    write_check(source, tmp_path / "b.sgy", gathers=step)
    words = words_of(write_report(source, tmp_path / "b.sgy").path)
    assert "hidden in holes 2 times as wide and filled, came back with" in words
    assert "In regular data every second live trace has to be hidden" in words
    assert "live traces lie 2 apart and alias beyond ±0.25" in words


def test_a_densified_su_file_has_its_page_too(tmp_path):
    keys = {"fldr": np.repeat([1, 2], 6), "tracf": np.tile(np.arange(1, 7), 2)}
    source = write_segy(tmp_path / "a.su", waves(12), headers=keys, dialect="su")
    fill(source, tmp_path / "b.su", LinearInterpolator(), gathers=GatherOptions(densify=2))
    words = words_of(write_report(source, tmp_path / "b.su").path)
    assert "10 traces of 22 (45 %) were missing in 2 gathers; all of them are filled" in words
    assert "option gathers.densify 2" in words
    assert "Text header" not in words


def test_a_check_of_another_input_is_not_believed(tmp_path):
    _, source, target = make_fill(tmp_path)
    save_trials(check_path(target), write_check(source, target), head={"input": {"sha256": "0" * 64}})
    assert "No held-out check lies beside the output" in words_of(write_report(source, target, most=1).path)


def test_what_does_not_belong_together_is_refused_and_nothing_is_written(made, tmp_path):
    truth, source, target = made
    before = listing(target.parent)
    with pytest.raises(FileAccessError, match="must be the file that was filled"):
        write_report(truth, target, out=tmp_path / "r.html")
    with pytest.raises(MarkError, match="must lie beside"):
        write_report(source, source, out=tmp_path / "r.html")
    with pytest.raises(GeometryError, match="must hold traces that"):
        write_report(source, target, truth=source, out=tmp_path / "r.html")
    with pytest.raises(InvalidParameterError, match="Invalid number of gathers 0"):
        write_report(source, target, most=0, out=tmp_path / "r.html")
    with pytest.raises(FileAccessError, match="must not be the input"):
        write_report(source, target, out=target, force=True)
    with pytest.raises(FileAccessError, match="must not be the input"):
        write_report(source, target, out=sidecar_path(target), force=True)
    assert (listing(target.parent), list(tmp_path.iterdir())) == (before, [])


def test_a_page_that_exists_is_replaced_only_when_asked(made, tmp_path):
    _, source, target = made
    page = tmp_path / "r.html"
    page.write_text("mine")
    with pytest.raises(FileAccessError, match="must not exist"):
        write_report(source, target, out=page)
    assert page.read_text() == "mine"
    write_report(source, target, out=page, force=True, most=1)
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_page_that_would_be_too_large_is_refused(made, tmp_path, monkeypatch):
    _, source, target = made
    monkeypatch.setattr(report, "MOST_BYTES", 1000)
    with pytest.raises(FileAccessError, match="Show fewer gathers"):
        write_report(source, target, out=tmp_path / "r.html", most=1)
    assert list(tmp_path.iterdir()) == []


def test_recorded_bytes_that_changed_since_the_fill_are_said(tmp_path):
    _, source, target = make_fill(tmp_path, check=False)
    raw = bytearray(target.read_bytes())
    raw[3600 + 240 + 7] ^= 1
    target.write_bytes(raw)
    assert "NOT as they were: trace 1 of the input differs in the output" in words_of(
        write_report(source, target, most=1).path
    )
