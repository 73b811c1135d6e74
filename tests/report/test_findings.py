from dataclasses import replace

import numpy as np

from seisfill.geometry import TraceAxis
from seisfill.report.findings import Findings
from tests.report.test_calibration import trial
from tests.report.test_words import table_of

AXIS = TraceAxis(step=1.0, origin=np.ones(3), count=np.full(3, 4), place=np.zeros(0, int))


def findings(**more):
    table = table_of([0, 1, 1, 0], group=np.array([0, 0, 1, 2]))
    parts = {"table": table, "keys": [7, 8, 9], "axis": AXIS, "trials": (), "true": {}, "check": {}, "untouched": ""}
    return Findings(**(parts | more))


def test_nothing_known_is_said_as_nothing():
    known = findings().known
    assert (known.best_db, known.n_held_out, known.stretch) == (None, 0, 1.0)
    assert findings().ranked_by == ""
    assert np.isnan(findings().ranks).all()


def test_gathers_are_ranked_by_the_truth_before_anything_else():
    found = findings(true={0: (100.0, 1.0, 4), 2: (10.0, 10.0, 2)}, trials=(trial(1),))
    assert found.ranks[[0, 2]].tolist() == [20.0, 0.0]
    assert found.ranked_by == "against the truth"
    assert (round(found.known.true_db, 2), found.known.n_true) == (10.0, 6)


def test_held_out_traces_rank_where_nothing_else_is_known():
    found = findings(trials=(trial(1), trial(1), trial(2)))
    assert found.ranked_by == "on held-out traces"
    assert np.isfinite(found.ranks).tolist() == [False, True, True]
    assert (found.known.n_held_out, found.known.n_trials) == (36, 2)
    assert 5 < found.known.held_out_db < 9  # a wave of RMS 0.71 in noise of RMS 0.3, 7.5 dB


def test_the_figure_of_the_check_goes_before_the_sum_of_the_rows():
    table = table_of([0, 1, 1, 0], error=np.array([0, 1.0, 1, 0]), snr_db=np.array([np.nan, 10, 10, np.nan]))
    rows = findings(table=table)
    assert round(rows.known.predicted_db, 6) == 10.0
    assert replace(rows, check={"quality": {"snr_db": 4.0}}).known.predicted_db == 4.0
    assert rows.ranked_by == "as predicted"
