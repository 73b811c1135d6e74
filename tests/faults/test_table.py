"""The table of faults in the docs is what the tests say, and no fault of the list lacks a test."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import FAULTS, fault
from tests.faults.__main__ import Answer, _row

ROOT = Path(__file__).parents[2]


def test_a_row_names_what_happens_and_where_it_is_tested():
    answer = Answer(name="a", what_happens="refused | at once", test="tests/x/test_y.py::test_z")
    assert _row("a", [answer]) == "| a | refused \\| at once | [test_z](../tests/x/test_y.py) |"
    assert _row("b", []) == "| b | **no test yet** | |"


def test_no_fault_is_listed_twice():
    names = [name for part in FAULTS.values() for name in part]
    assert len(names) == len(set(names))


def test_a_fault_that_is_not_on_the_list_is_refused():
    with pytest.raises(ValueError, match="must be one of"):
        fault("a flood", "nobody knows")


def test_the_page_is_what_the_tests_say_and_every_fault_has_one():
    words = [sys.executable, "-m", "tests.faults"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert "no test yet" not in done.stdout
    assert (ROOT / "docs" / "faults.md").read_text(encoding="utf-8") == done.stdout
