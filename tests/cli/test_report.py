"""`seisfill report` writes its page, and says where."""

from tests.workflows.surveys import fill


def test_a_page_is_written_beside_the_fill(seisfill, folder):
    fill(folder / "holes.sgy", folder / "filled.sgy")
    code, out, err = seisfill("report", "holes.sgy", "filled.sgy", "--truth", "truth.sgy")
    assert (code, err) == (0, "")
    assert out.startswith("filled.sgy.report.html: ")
    assert sorted(out.split("shows gathers ")[1].strip().split(", ")) == ["1", "2"]
    assert (folder / "filled.sgy.report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_page_that_exists_is_refused_in_one_line(seisfill, folder):
    fill(folder / "holes.sgy", folder / "filled.sgy")
    (folder / "r.html").write_text("mine")
    code, _, err = seisfill("report", "holes.sgy", "filled.sgy", "--out", "r.html")
    assert code == 2
    assert "--force" in err
    assert seisfill("report", "holes.sgy", "filled.sgy", "--out", "r.html", "--gathers", "1", "--force")[0] == 0
