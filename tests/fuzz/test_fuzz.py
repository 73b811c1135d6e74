"""The short run, the cases that failed once, and proof that the fuzzer would see a fault."""

import time
from dataclasses import replace

import numpy as np
import pytest

from seisfill.errors import LayoutError
from seisfill.segy.layout import detect_layout
from tests.fuzz import batches, judge, opinion
from tests.fuzz.batches import judge_limited, replay, run_cases, save_finding
from tests.fuzz.cases import Case, draw_case, shrunk
from tests.fuzz.mutations import KINDS, Mutation, mutated
from tests.fuzz.seeds import all_seeds, seed

GOOD = Case(start="ibm big rev 1", mutations=())


def a_mutation(kind, draw=1):
    return Mutation(kind=kind, draw=draw)


def test_a_change_that_one_can_check_by_eye():
    start = seed("ibm big rev 1")
    cut = mutated(start, (a_mutation("cut"),))
    assert start.raw.startswith(cut)
    assert len(cut) < len(start.raw)
    assert mutated(start, ()) == start.raw


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_the_same_each_time_and_bears_any_file(kind):
    start, effects = seed("line little"), 0
    for draw in range(60):
        change = a_mutation(kind, draw)
        once, again = (bytes(change.apply(bytearray(start.raw), start)) for _ in range(2))
        assert once == again
        effects += once != start.raw
        for raw in (b"", b"\0", start.raw[:300]):
            change.apply(bytearray(raw), start)
    assert effects > 20


def test_good_files_are_good():
    assert len(all_seeds()) >= 54
    for number, start in enumerate(all_seeds()):
        assert judge_limited(replace(GOOD, start=start, fills=number % 5 == 0))["end"] in ("read", "filled")


def test_a_case_is_a_pure_function_of_its_numbers_and_can_be_saved():
    drawn = [draw_case(3, number, filled=0.5) for number in range(40)]
    assert drawn == [draw_case(3, number, filled=0.5) for number in range(40)]
    assert drawn == [Case.of_line(case.as_line()) for case in drawn]
    assert len({case.as_line() for case in drawn}) == 40


def test_a_failing_case_loses_what_its_failure_does_not_need():
    case = Case(
        start="ibm big rev 1",
        mutations=tuple(map(a_mutation, ("bits", "cut", "noise"))),
        layout={"dt": 1.0},
        gathers={"gather": "line"},
        fills=True,
    )
    small = shrunk(case, lambda one: a_mutation("cut") in one.mutations)
    assert small == replace(GOOD, mutations=(a_mutation("cut"),))


def test_every_file_is_refused_or_read_as_it_is():
    tally = run_cases(2, range(250), filled=0.1, batch=250, told=lambda tally: None)
    assert tally.findings == []
    assert sum(tally.ends.values()) - tally.ends["compared"] == 250
    assert min(tally.ends[end] for end in ("refused", "read", "filled")) >= 3
    assert tally.ends["compared"] >= 80


def test_cases_that_failed_once_end_as_they_should():
    assert replay() == {}


# Planted faults -------------------------------------------------------------------------------------------------------


def broken(function, change):
    """The function with its answer changed."""
    return lambda *words, **named: change(function(*words, **named))


def test_a_wrong_sample_is_found(monkeypatch):
    monkeypatch.setattr(opinion, "decode", broken(opinion.decode, lambda data: data + np.float32(1)))
    assert "samples" in judge_limited(GOOD)["wrong"]


def test_a_wrong_header_word_is_found(monkeypatch):
    monkeypatch.setattr(opinion, "read_field", broken(opinion.read_field, lambda values: values + 1))
    assert "header bytes" in judge_limited(GOOD)["wrong"]


def test_a_layout_that_segyio_reads_otherwise_is_found(monkeypatch):
    def blind(path, options=None):
        return replace(detect_layout(path, options), format_code=5, warnings=())

    monkeypatch.setattr("seisfill.segy.reader.detect_layout", blind)
    assert "silently" in judge_limited(GOOD)["wrong"]
    monkeypatch.setattr("seisfill.segy.reader.detect_layout", lambda *_: replace(detect_layout(_[0]), byte_order="<"))
    assert judge_limited(GOOD)["end"] == "finding"


def test_an_exception_that_is_not_ours_is_found(monkeypatch):
    def fails(*_, **__):
        raise IndexError("place 7")

    monkeypatch.setattr(judge, "scan_samples", fails)
    assert judge_limited(GOOD)["wrong"] == "IndexError in fails (test_fuzz.py): place 7"


@pytest.mark.parametrize("sentence", ["not in the shape", "Invalid \x1b[2J", "Invalid " + 2000 * "x"])
def test_a_message_that_nobody_should_see_is_found(monkeypatch, sentence):
    def refuses(*_, **__):
        raise LayoutError(sentence)

    monkeypatch.setattr("seisfill.segy.reader.detect_layout", refuses)
    assert "house's shape" in judge_limited(GOOD)["wrong"]


def test_a_fill_that_cannot_be_undone_is_found(monkeypatch):
    monkeypatch.setattr(judge, "strip_file", lambda filled, back: back.write_bytes(b"something"))
    assert "strip does not give back" in judge_limited(replace(GOOD, fills=True))["wrong"]


def test_memory_beyond_twice_the_file_and_200_mb_is_found(monkeypatch):
    monkeypatch.setattr(judge, "scan_samples", lambda _: np.ones(2**28, dtype=np.uint8).sum())
    assert judge_limited(GOOD)["end"] == "read"
    base = batches._memory("VmSize")
    assert judge_limited(GOOD, base=base)["wrong"].startswith("MemoryError")


def test_a_hang_is_found(monkeypatch):
    def hangs(_):
        while time.monotonic():
            pass

    monkeypatch.setattr(judge, "scan_samples", hangs)
    monkeypatch.setattr(batches, "SECONDS", 0.2)
    assert judge_limited(GOOD)["wrong"].startswith("Hang")


def test_a_process_that_dies_is_a_finding_and_the_next_case_goes_on(monkeypatch):
    def child(words):
        yield from ({"number": n, "end": "read"} for n in range(int(words[1]), 3))

    monkeypatch.setattr(batches, "_child_rows", child)
    tally = run_cases(1, range(5), filled=0.0, batch=5, told=lambda tally: None)
    assert tally.ends == {"read": 3, "finding": 2}
    assert tally.findings == [(3, "the process died or hung"), (4, "the process died or hung")]


def test_a_finding_is_saved_small_and_replayed(monkeypatch, tmp_path):
    monkeypatch.setattr(batches, "SAVED", tmp_path)
    monkeypatch.setattr("tests.fuzz.cases.SAVED", tmp_path)
    monkeypatch.setattr(opinion, "decode", broken(opinion.decode, lambda data: data + np.float32(1)))
    number = next(number for number in range(99) if is_wrong(draw_case(1, number, filled=0)))
    path = save_finding(1, number, filled=0)
    assert Case.of_line(path.read_text()).mutations == ()
    assert list(replay()) == [path.stem]


def is_wrong(case):
    return len(case.mutations) > 1 and judge_limited(case)["end"] == "finding"
