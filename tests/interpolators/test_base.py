import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.interpolators.base import Limits, make_answer

flags = hnp.arrays(bool, st.integers(0, 20))


def live_of(text):
    return np.array([letter == "|" for letter in text], dtype=bool)


def judged(text, **options):
    wanted, reasons = Limits(**options).judge(live_of(text))
    return "".join("x" if flag else "-" for flag in wanted), reasons


def test_what_lies_between_live_traces_is_wanted():
    assert judged("|.|..|") == ("-x-xx-", {})
    assert judged("||||") == ("----", {})


def test_edges_are_wanted_only_on_request():
    wanted, reasons = judged("..|.|.")
    assert wanted == "---x--"
    assert sorted(reasons) == [0, 1, 5]
    assert set(reasons.values()) == {"beyond the last live trace; extrapolation was not asked for"}
    assert judged("..|.|.", extrapolate=True) == ("xx-x-x", {})


def test_gaps_that_are_too_wide_are_refused_whole():
    wanted, reasons = judged("|.|..|...|", max_gap=2)
    assert wanted == "-x-xx-----"
    assert reasons == dict.fromkeys([6, 7, 8], "gap of 3 traces; this method supports 2")
    assert judged(".|...|", max_gap=3, extrapolate=True)[0] == "x-xxx-"


def test_extrapolation_ends_where_the_widest_gap_ends():
    wanted, reasons = judged("...|..|..", max_gap=2, extrapolate=True)
    assert wanted == "-xx-xx-xx"
    assert reasons == {0: "more than 2 traces beyond the last live one"}


def test_a_widest_gap_of_nothing_is_refused():
    with pytest.raises(InvalidParameterError, match="max_gap 0"):
        Limits(max_gap=0)


@pytest.mark.parametrize(
    ("text", "said"), [("...", "0 live traces"), (".|..", "1 live traces"), ("|", None), ("", None)]
)
def test_fewer_than_two_live_traces_fill_nothing(text, said):
    for extrapolate in (False, True):
        wanted, reasons = judged(text, extrapolate=extrapolate)
        assert "x" not in wanted
        assert sorted(reasons) == [i for i, letter in enumerate(text) if letter == "."]
        assert all(reason == f"{said}; at least 2 are needed" for reason in reasons.values())


@given(live=flags, max_gap=st.none() | st.integers(1, 5), extrapolate=st.booleans())
def test_every_missing_trace_is_wanted_or_has_its_reason(live, max_gap, extrapolate):
    before = live.copy()
    wanted, reasons = Limits(max_gap=max_gap, extrapolate=extrapolate).judge(live)
    assert (live == before).all()
    refused = np.zeros_like(live)
    refused[list(reasons)] = True
    assert (live.astype(int) + wanted + refused == 1).all()
    assert all(type(trace) is int for trace in reasons)


def test_an_answer_holds_what_was_recorded_and_zeros_where_it_was_refused():
    gather = Gather(
        data=[[1.0, 2.0], [0.0, 0.0], [5.0, 0.0], [0.0, 0.0]],
        live=[True, False, True, False],
        valid=[[True, True], [True, True], [True, False], [True, True]],
        dt=0.004,
    )
    estimate = np.full((4, 2), 7.0)
    answer = make_answer(gather, estimate, method="sevens", judged=Limits().judge(gather.live), sigma=estimate / 7)
    assert answer.data.tolist() == [[1.0, 2.0], [7.0, 7.0], [5.0, 7.0], [0.0, 0.0]]
    assert answer.sigma.tolist() == [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    assert answer.filled.tolist() == [False, True, False, False]
    assert answer.data.dtype == answer.sigma.dtype == np.float32
    assert answer.method == "sevens"
    assert sorted(answer.reasons) == [3]
