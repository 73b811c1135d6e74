import csv
import hashlib
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from seisfill.datasets import SURVEYS
from seisfill.errors import ConfigurationError, FileAccessError, InvalidParameterError
from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.workflows import benchmark
from seisfill.workflows.benchmark import run_benchmark, score_case
from seisfill.workflows.benchmark_config import (
    BenchmarkConfig,
    DataConfig,
    FillerConfig,
    PatternConfig,
    default_benchmark,
)
from seisfill.workflows.benchmark_data import SYNTHETIC, load_file, load_survey
from seisfill.workflows.benchmark_folder import Case, Cell
from seisfill.workflows.benchmark_summary import ORACLE, summarise
from seisfill.workflows.benchmark_tables import tables
from tests.field_data import field_file
from tests.workflows.surveys import write_shots
from tests.workflows.test_benchmark_config import TINY, config_in


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def case_of(data, live, **more):
    truth = Gather(data=data, live=np.ones(len(data), dtype=bool), dt=0.004, **more)
    return Case(data="d", gather=0, pattern="p", draw=0, truth=truth, live=np.array(live))


def cell(filler, snr, *, data="d", pattern="p", draw=0, gather=0):
    scores = dict.fromkeys(("snr_db", "filled_snr_db", "section_snr_db", "aliased_snr_db", "amplitude_ratio"), snr)
    names = {"data": data, "pattern": pattern, "draw": draw, "gather": gather, "filler": filler}
    return Cell(**names, **scores, n_missing=2, n_left=0, seconds=1.0)


def compared(*fillers, data=("d",), patterns=("p",)):
    return BenchmarkConfig(
        data=tuple(DataConfig(name=name, survey="viking") for name in data),
        patterns=tuple(PatternConfig(name=name, mask="every:2") for name in patterns),
        fillers=tuple(FillerConfig(name=f, method="linear", candidate=f != "auto") for f in fillers),
    )


def test_scores_by_hand_and_what_was_refused_counts_as_zeros():
    case = case_of([[1.0], [1.0], [1.0], [2.0], [2.0], [3.0]], [True, False, True, False, False, True])
    found = score_case(case, LinearInterpolator(limits=Limits(max_gap=1)), name="careful")
    assert found.snr_db == pytest.approx(10 * math.log10((1 + 4 + 4) / (4 + 4)))
    assert found.filled_snr_db == math.inf
    assert found.section_snr_db == pytest.approx(10 * math.log10((1 + 1 + 1 + 4 + 4 + 9) / (4 + 4)))
    assert found.amplitude_ratio == 1
    assert (found.n_missing, found.n_left) == (3, 2)
    assert found.reason == "gap of 2 traces; this method supports 1"


def test_traces_and_samples_that_the_truth_lacks_are_not_scored():
    truth = Gather(
        data=[[1.0, 1.0], [0.0, 0.0], [3.0, 0.0], [1.0, 1.0]],
        live=[True, False, True, True],
        valid=[[True, True], [True, True], [True, False], [True, True]],
        dt=0.004,
    )
    live = np.array([True, False, False, True])
    found = score_case(
        Case(data="d", gather=0, pattern="p", draw=0, truth=truth, live=live), LinearInterpolator(), name="linear"
    )
    assert (found.n_missing, found.n_left) == (1, 0)
    assert found.snr_db == pytest.approx(10 * math.log10(9 / 4))


def test_a_filler_that_cannot_begin_has_refused_every_trace():
    class Helpless:
        def fill(self, gather, *, context=()):
            raise InvalidParameterError("Invalid gather: must be longer.")

    found = score_case(case_of([[1.0], [1.0], [1.0]], [True, False, True]), Helpless(), name="helpless")
    assert (found.snr_db, found.n_left, found.reason) == (0, 1, "Invalid gather: must be longer.")
    assert math.isnan(found.filled_snr_db)


def test_a_filler_sees_where_traces_lie_and_nothing_of_what_they_hold():
    seen = []

    class Spy:
        def fill(self, gather, *, context=()):
            seen.append(gather)
            return Filled(data=gather.data, filled=~gather.live, method="spy")

    place = np.array([5.0, 6.0, 7.0])
    score_case(case_of([[1.0], [2.0], [3.0]], [True, False, True], offset=place, position=place), Spy(), name="spy")
    assert seen[0].data[:, 0].tolist() == [1, 0, 3]
    assert seen[0].offset.tolist() == seen[0].position.tolist() == place.tolist()


def test_a_benchmark_leaves_masks_with_hashes_cells_tables_and_a_picture(tmp_path):
    told = []
    summary = run_benchmark(config_in(tmp_path), out=tmp_path / "run", progress=lambda *words: told.append(words))
    names = "benchmark.json cases.jsonl cells.csv cells.jsonl snr.png summary.json summary.md"
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == names.split()
    cases, cells = (rows_of(tmp_path / "run" / name) for name in ("cases.jsonl", "cells.jsonl"))
    assert (len(cases), len(cells)) == (3, 6)
    for case in cases:
        live = bytes(int(flag) for flag in case["live"])
        assert (len(live), hashlib.sha256(live).hexdigest()) == (64, case["live_sha256"])
    assert cases[0]["live"].startswith("10101")
    assert [case["live"].count("0") for case in cases] == [31, 3, 3]
    assert cases[1]["live"] != cases[2]["live"]
    with (tmp_path / "run" / "cells.csv").open() as file:
        assert [row["filler"] for row in csv.DictReader(file)] == ["linear", "careful"] * 3
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["fillers"][0]["name"] == "linear"
    assert told[0] == ("cells", 0, 6)
    assert told[-1] == ("cells", 6, 6)
    linear, careful, oracle = summary.fillers
    assert (linear.n_left, careful.n_left, oracle.name) == (0, 6, ORACLE)
    assert careful.patterns["gap of 3"].mean_db == 0
    assert linear.patterns["every 2nd"].mean_db == careful.patterns["every 2nd"].mean_db
    assert "## lines" in (tmp_path / "run" / "summary.md").read_text()


def test_what_is_finished_is_not_done_again(tmp_path, monkeypatch):
    config, out = config_in(tmp_path), tmp_path / "run"
    run_benchmark(config, out=out, only=config.choose(fillers=["careful"], patterns=["every 2nd"]))
    with (out / "cells.jsonl").open("a") as file:
        file.write('{"data": "lines", "gat')  # an interruption in the middle of a line
    done = []
    plain = benchmark.score_case

    def noted(case, filler, *, name):
        done.append(name)
        return plain(case, filler, name=name)

    monkeypatch.setattr(benchmark, "score_case", noted)
    summary = run_benchmark(config, out=out, resume=True)
    assert done == ["linear", "linear", "careful", "linear", "careful"]
    assert [filler.n_cells for filler in summary.fillers] == [3, 3, 3]
    assert len(rows_of(out / "cells.jsonl")) == 6
    whole = run_benchmark(config, out=tmp_path / "whole")
    assert [f.mean_db for f in whole.fillers] == [f.mean_db for f in summary.fillers]


def test_a_run_is_neither_overwritten_nor_mixed_with_another(tmp_path):
    config, out = config_in(tmp_path), tmp_path / "run"
    with pytest.raises(ConfigurationError, match=r"must hold benchmark\.json to resume from"):
        run_benchmark(config, out=out, resume=True)
    run_benchmark(config, out=out)
    with pytest.raises(ConfigurationError, match=r"must hold no benchmark yet\. Add --resume"):
        run_benchmark(config, out=out)
    with pytest.raises(ConfigurationError, match=r"of this configuration to resume, and differs in pattern\."):
        run_benchmark(config_in(tmp_path, TINY.replace("draws = 2", "draws = 3")), out=out, resume=True)
    head = json.loads((out / "benchmark.json").read_text())
    (out / "benchmark.json").write_text(json.dumps({**head, "made_by": "seisfill 0"}))
    with pytest.raises(ConfigurationError, match="differs in version of seisfill"):
        run_benchmark(config, out=out, resume=True)


def test_cells_of_other_data_or_other_weights_are_not_taken_up(tmp_path, monkeypatch):
    config, out = config_in(tmp_path), tmp_path / "run"
    run_benchmark(config, out=out)
    monkeypatch.setattr(benchmark, "_weights_of", lambda _: "abc")
    with pytest.raises(ConfigurationError, match=r"must hold cells of 'linear' by the weights abc"):
        run_benchmark(config, out=out, resume=True)
    other = [replace(gather, data=2 * gather.data) for gather in SYNTHETIC["synthetic-lines"]()]
    monkeypatch.setitem(SYNTHETIC, "synthetic-lines", lambda: other)
    with pytest.raises(ConfigurationError, match="must have the data and mask it was begun with, and has others"):
        run_benchmark(config, out=out, resume=True)


def test_weights_are_found_behind_what_is_wrapped_around_a_network():
    class Wrapped:
        inner = type("Network", (), {"weights_sha256": "abc"})()

    assert benchmark._weights_of(Wrapped()) == "abc"
    assert benchmark._weights_of(LinearInterpolator()) == ""


def test_means_losses_and_the_oracle_by_hand():
    cells = [
        *(cell("a", 10.0, draw=draw) for draw in range(3)),
        cell("a", 2.0, data="e"),
        *(cell("b", snr, draw=draw) for draw, snr in enumerate((9.5, 8.0, 13.0))),
        cell("b", 4.0, data="e"),
        *(cell("auto", 30.0, draw=draw) for draw in range(3)),
        cell("not asked for", 50.0),
    ]
    a, b, auto, oracle = summarise(cells, compared("a", "b", "auto", data=("d", "e"))).fillers
    assert (a.blocks["d", "p"].mean_db, a.blocks["d", "p"].spread_db) == (10, 0)
    assert b.blocks["d", "p"].spread_db == pytest.approx(np.std([9.5, 8, 13], ddof=1))
    assert oracle.blocks["d", "p"].mean_db == pytest.approx((10 + 10 + 13) / 3)
    assert oracle.blocks["e", "p"].mean_db == 4
    assert a.mean_db == (10 + 2) / 2  # three draws of one data set count as one of the other
    assert a.loss_db == pytest.approx((1 + 2) / 2)
    assert a.mean_db + a.loss_db == pytest.approx(oracle.mean_db)
    assert (a.near_share, b.near_share) == (0.5, 0.75)
    assert (auto.n_cells, auto.near_share, oracle.loss_db) == (3, 1, 0)


def test_cells_that_judge_nothing_are_left_out_and_counted():
    summary = summarise([cell("a", 1.0), cell("a", -math.inf, draw=1), cell("a", math.nan, draw=2)], compared("a"))
    assert (summary.fillers[0].mean_db, summary.fillers[0].n_cells, summary.n_not_finite) == (1, 1, 2)


def test_tables_leave_blank_what_was_not_filled():
    summary = summarise([cell("a", 1.25), cell("b", 2.0, pattern="q")], compared("a", "b", patterns=("p", "q")))
    columns, rows = tables(summary)["d"]
    assert columns == ["filler", "p", "q"]
    assert rows == [["a", "1.2", ""], ["b", "", "2.0"], ["oracle", "1.2", "2.0"]]
    alone = summarise([cell("auto", 1.0)], compared("auto"))
    assert tables(alone)["Beside the oracle"][1] == [["auto", "1.0", "", "", "1.00", "1"]]


def test_a_key_that_no_method_takes_is_refused_with_a_near_one(tmp_path):
    config = config_in(tmp_path, TINY.replace("limits = { max_gap = 2 }", "limitz = 3"))
    with pytest.raises(ConfigurationError, match="key 'limitz' must be known; did you mean 'limits'"):
        run_benchmark(config, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_other_type_errors_of_a_filler_are_not_hidden(tmp_path, monkeypatch):
    def broken(_):
        raise TypeError("a bug")

    monkeypatch.setattr(benchmark, "load_interpolator", broken)
    with pytest.raises(TypeError, match="a bug"):
        run_benchmark(config_in(tmp_path, TINY.replace("limits = { max_gap = 2 }", "")), out=tmp_path / "run")


def test_peers_that_are_not_installed_and_data_that_is_not_here_are_skipped_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "why_no_peers", lambda: "PyLops is not installed")

    def nowhere(name, *, download):
        if name in SYNTHETIC:
            return load_survey(name)
        raise FileAccessError("Invalid field file: must lie somewhere.")

    monkeypatch.setattr(benchmark, "load_survey", nowhere)
    config = default_benchmark().choose(
        data=["Viking shots", "synthetic lines"], patterns=["every 2nd"], fillers=["linear", "pylops-fk"]
    )
    told = []
    summary = run_benchmark(config, out=tmp_path / "run", report=told.append)
    assert told == [
        "skipped 'pylops-fk': PyLops is not installed",
        "skipped 'Viking shots': Invalid field file: must lie somewhere.",
    ]
    assert (summary.surveys, summary.synthetic) == ((), ("synthetic lines",))
    for part, missing in (({"data": ["Viking shots"]}, "data set"), ({"fillers": ["pylops-fk"]}, "filler")):
        with pytest.raises(ConfigurationError, match=f"must have at least one {missing} that is on this machine"):
            run_benchmark(config.choose(**part), out=tmp_path / "none")


def test_a_file_of_the_user_is_a_data_set(tmp_path):
    write_shots(tmp_path / "line.sgy", n_samples=64, hide=[3])
    told = TINY.replace(
        'survey = "synthetic-lines"', 'file = "line.sgy"\ngathers = [1]\nsamples = [10, 60]\ntrace_rms = true'
    )
    config = config_in(tmp_path, told)
    run_benchmark(config, out=tmp_path / "run")
    assert len(rows_of(tmp_path / "run" / "cells.jsonl")) == 6
    gather = load_file(tmp_path / "line.sgy", gathers=(1,), samples=(10, 60), trace_rms=True)[0]
    assert gather.n_samples == 50
    np.testing.assert_allclose((gather.data[gather.live] ** 2).mean(axis=1), 1, rtol=1e-5)  # float32 squares
    with pytest.raises(InvalidParameterError, match=r"Invalid gather 7 of .*: must be from 0 to 1"):
        load_file(tmp_path / "line.sgy", gathers=(7,))
    with pytest.raises(InvalidParameterError, match=r"Invalid samples \(0, 65\) of .*: must end by 64"):
        load_file(tmp_path / "line.sgy", samples=(0, 65))


@pytest.mark.parametrize("name", SURVEYS)
def test_the_surveys_are_complete_and_know_their_geometry_where_the_file_does(name, monkeypatch):
    monkeypatch.setenv("SEISFILL_DATA", str(field_file(SURVEYS[name].file).parent))
    shapes = {
        "viking": [(120, 600)] * 2,
        "mississippi": [(180, 1024)],
        "segc3": [(201, 500)],
        "npra": [(534, 800)],
        "penobscot": [(601, 900)],
        "gom_cdp": [(92, 1024)],
        "daloro": [(96, 1000)],
    }
    gathers = load_survey(name)
    assert [gather.data.shape for gather in gathers] == shapes[name]
    assert all(gather.live.all() for gather in gathers)
    assert all((gather.offset is not None) == (name in ("viking", "mississippi", "gom_cdp")) for gather in gathers)
