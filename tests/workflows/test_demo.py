import numpy as np
import segyio

from seisfill.interpolators.linear import LinearInterpolator
from seisfill.plotting import figure
from seisfill.synthetic.demo import DT, N_CHANNELS, N_SHOTS, make_demo_survey
from seisfill.workflows import demo
from seisfill.workflows.demo import PATTERNS, run_demo, write_survey
from seisfill.workflows.verify import verify_file


def test_the_demo_leaves_files_figures_and_a_score_for_each_pattern(tmp_path, monkeypatch):
    told, drawn = [], []
    monkeypatch.setattr(figure, "DPI", 30)
    monkeypatch.setattr(demo, "plot_file", lambda *paths, **more: drawn.append((*paths, *more.values())))
    rows = run_demo(tmp_path / "out", interpolators={"linear": LinearInterpolator()}, report=told.append)
    assert [(row.pattern, row.method) for row in rows] == [(name, "linear") for name in PATTERNS.values()]
    assert [row.n_missing for row in rows] == [4 * 48, 4 * 47, 4 * 8]
    for row in rows:
        assert -6 < row.snr_db < row.section_snr_db  # a line between aliased traces is poor, and still no catastrophe
    names = {path.name for path in (tmp_path / "out").iterdir()}
    for word in ("random_05", "every_2", "gap_8"):
        wanted = {f"{word}.sgy", f"{word}_linear.sgy", f"{word}_linear.sgy.fill.jsonl", f"{word}.sgy.truth.jsonl"}
        assert wanted <= names
        verdict = verify_file(tmp_path / "out" / f"{word}.sgy", tmp_path / "out" / f"{word}_linear.sgy")
        assert verdict.untouched
    assert any("made" in line for line in told)
    assert {"report.html", "random_05_linear_sigma.sgy", "random_05_linear.sgy.check.npz"} <= names
    assert any("on one page" in line for line in told)
    figures = [path.name for call in drawn for path in call if path.suffix == ".png"]
    assert len(figures) == len(set(figures)) >= 3
    assert all(path.exists() for call in drawn for path in call if path.suffix != ".png")


def test_the_survey_is_written_as_it_is_made(tmp_path):
    survey = make_demo_survey()
    before = survey.data.copy()
    write_survey(tmp_path / "a.sgy", survey)
    assert np.array_equal(survey.data, before)
    with segyio.open(str(tmp_path / "a.sgy"), ignore_geometry=True) as file:
        assert file.tracecount == N_SHOTS * N_CHANNELS
        assert segyio.tools.dt(file) == DT * 1e6
        assert np.abs(file.trace.raw[:] - survey.data).max() < 1e-6 * np.abs(survey.data).max()  # 24 bits of IBM
        assert np.array_equal(file.attributes(segyio.TraceField.FieldRecord)[:], survey.shot)
