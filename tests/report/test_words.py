import numpy as np

from seisfill.report.findings import Known
from seisfill.report.settings import settings_of
from seisfill.report.traces import FILLED, MENDED, RECORDED, REFUSED, REVIVED, Detail, TraceTable
from seisfill.report.words import cards_of, doubts_of, lead_of, worst_of

HEAD = {
    "version": "9.9",
    "method": "LinearInterpolator",
    "weights_sha256": "abc",
    "options": {"seed": 3, "gathers": {"trace_step": 1.0, "trace": None}},
    "keys": {"kind": "shot", "gather": None, "trace": "tracf", "step": 1.0},
    "layout": {"dialect": "segy", "revision": 1, "format_code": 1, "n_samples": 10, "dt": 0.004},
    "input": {"name": "in.sgy", "sha256": "0" * 64, "n_traces": 8},
    "output": {"name": "out.sgy", "n_traces": 10},
    "mark": {"byte": 233, "value": 0x53464C31},
}


def table_of(kinds, **more):
    n = len(kinds)
    columns = {
        "group": np.zeros(n, int),
        "place": np.arange(n),
        "error": np.full(n, np.nan),
        "snr_db": np.full(n, np.nan),
        "gap": np.where(np.isin(kinds, (FILLED, REVIVED)), 2, -1),
        "flagged": np.zeros(n, bool),
    }
    return TraceTable(kind=np.array(kinds, np.int8), middle=None, **(columns | more))


def test_the_first_sentence_says_what_was_filled():
    table = table_of([RECORDED, FILLED, FILLED, REFUSED], methods={"auto: 0.7 a + 0.3 b": 1, "linear": 1})
    lead = lead_of(table, Known(), n_gathers=1)
    assert lead.startswith("3 traces of 4 (75 %) were missing in 1 gather; 2 of them are filled, by auto, linear.")
    assert "No held-out check" in lead


def test_known_figures_are_said_with_what_they_mean():
    table = table_of([RECORDED, FILLED], methods={"linear": 1})
    lead = lead_of(table, Known(true_db=20.0, held_out_db=18.0, n_held_out=7), n_gathers=1)
    assert "all of them are filled, by linear." in lead
    assert "reaches 20.0 dB (RMS error 10 % of the signal)" in lead
    assert "7 recorded traces, hidden in the same way and filled, came back with 18.0 dB." in lead
    lead = lead_of(table, Known(predicted_db=20.0, held_out_db=9.0, n_held_out=7, stretch=2.0), n_gathers=1)
    assert "The fill is expected to reach 20.0 dB (RMS error 10 % of the signal)." in lead
    assert "7 recorded traces, hidden in holes 2 times as wide and filled, came back with 9.0 dB." in lead


def test_many_methods_shrink_to_their_number():
    methods = dict.fromkeys("abcde", 1)
    assert "by a, b, c and 2 more." in lead_of(table_of([FILLED], methods=methods), Known(), n_gathers=1)
    assert "by no method." in lead_of(table_of([REFUSED]), Known(), n_gathers=1)


def test_the_cards_answer_what_how_good_and_where_not():
    table = table_of([FILLED, REVIVED, MENDED, REFUSED], flagged=np.array([True, False, False, False]))
    what, good, where = cards_of(table, Known(predicted_db=12.0, held_out_db=10.0, n_held_out=9, n_trials=2), None)
    assert (what.value, what.note) == ("2 traces", "1 inserted, 1 dead trace in place, holes inside 1 recorded trace.")
    assert (good.value, good.tone) == ("12.0 dB SNR", "good")
    assert good.note == "Predicted for filled traces; 10.0 dB on 9 held-out traces of 2 gathers."
    assert (where.value, where.tone) == ("2 traces", "warn")
    assert where.note == "1 trace left unfilled; 1 filled trace flagged; widest gap filled: 2 traces."


def test_a_poor_gather_is_named():
    table = table_of([FILLED])
    _, good, where = cards_of(table, Known(true_db=-1.0, predicted_db=4.0, n_true=1), ("1004", -1.0))
    assert (good.value, good.note, good.tone) == ("−1.0 dB SNR", "True, on 1 missing trace; predicted: 4.0 dB.", "bad")
    assert (where.value, where.tone) == ("gather 1004: −1.0 dB", "bad")
    assert worst_of(np.array([np.nan]), ["a"]) is None


def test_without_a_check_the_card_says_so():
    _, good, where = cards_of(table_of([FILLED], gap=np.array([-1])), Known(), None)
    assert (good.value, good.tone) == ("not checked", "warn")
    assert where.note == "Nothing was refused or flagged."


def test_doubts_are_counted_and_listed():
    detail = Detail(gather=3, key=7.0, output=6, what="left unfilled: gap", gap=None, snr_db=None)
    table = table_of(
        [FILLED, REFUSED],
        flagged=np.array([True, False]),
        details=(detail, Detail(gather=3, key=8.0, output=7, what="thin", gap=2, snr_db=-3.0)),
        reasons={"gap": 1},
        flags={"thin": 1},
    )
    sentences, (why, listed) = doubts_of(table)
    assert len(sentences) == 2
    assert why.rows == (("gap", "left unfilled", "1"), ("thin", "flagged", "1"))
    assert listed.rows[0] == ("3 / 7", "7", "–", "–", "left unfilled: gap")
    assert listed.rows[1] == ("3 / 8", "8", "2", "−3.0 dB", "thin")
    assert doubts_of(table_of([FILLED])) == (("Every missing trace was filled, and none was flagged.",), ())


def test_more_doubts_than_are_listed_are_announced():
    n = 300
    _, (listed,) = doubts_of(table_of([FILLED] * n, flagged=np.ones(n, bool)))
    assert "the first 200 of 300" in listed.title


def test_settings_name_files_hashes_and_given_options():
    files, made = settings_of(HEAD, verdict="untouched")
    assert ("input, sha256", "0" * 64) in files.rows
    assert ("mark of filled traces", "0x53464c31 at byte 233") in files.rows
    assert made.rows == (
        ("seisfill", "9.9"),
        ("filler", "LinearInterpolator"),
        ("weights, sha256", "abc"),
        ("option seed", "3"),
        ("option gathers.trace_step", "1.0"),
    )
    files, _ = settings_of(HEAD | {"mark": None, "weights_sha256": None}, verdict="")
    assert ("mark of filled traces", "none") in files.rows
