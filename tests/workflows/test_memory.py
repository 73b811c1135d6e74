"""What a fill holds: told beforehand from above, and kept in a process that is watched."""

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from seisfill.errors import InvalidParameterError
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.workflows.fill import FillOptions, RunOptions, fill_file
from seisfill.workflows.memory import MIB, PER_TRACE, MemoryNeed, check_memory
from seisfill.workflows.planned_fill import PlannedFill
from tests.bench.surveys import write_survey
from tests.faults import fault
from tests.workflows.surveys import write_shots

NEED = MemoryNeed(libraries=100 * MIB, index=10 * MIB, gathers=20 * MIB, filler=70 * MIB)


def test_a_sum_one_can_check_by_eye():
    assert NEED.total(RunOptions()) == 200 * MIB
    assert NEED.total(RunOptions(workers=2)) == (110 + 2 * 200) * MIB
    assert NEED.total(RunOptions(dask="tcp://a:1")) == 110 * MIB
    check_memory(NEED, RunOptions(memory=200 * MIB))


def test_a_limit_that_cannot_be_kept_is_refused_with_what_is_needed():
    with pytest.raises(
        InvalidParameterError, match=r"must be at least 200M .*libraries 100M, index 10M, gathers 20M, f"
    ):
        check_memory(NEED, RunOptions(memory=199 * MIB))
    with pytest.raises(InvalidParameterError, match=r"Give --memory 510M or fewer than 2 --workers\."):
        check_memory(NEED, RunOptions(memory=300 * MIB, workers=2))


def test_such_a_limit_leaves_nothing(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[3])
    with pytest.raises(InvalidParameterError, match="Invalid --memory 50M: must be at least"):
        fill_file(source, tmp_path / "out.sgy", interpolator=LinearInterpolator(), run=RunOptions(memory=50 * MIB))
    assert [path.name for path in tmp_path.iterdir()] == ["in.sgy"]


def test_planning_holds_no_more_for_each_trace_than_is_said(tmp_path):
    source = write_survey(tmp_path / "in.sgy", 400, 480, 2, keep=0.9)
    PlannedFill.open(source, LinearInterpolator(), FillOptions())  # what is loaded once does not count
    tracemalloc.start()
    try:
        planned = PlannedFill.open(source, LinearInterpolator(), FillOptions())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert planned.plan.n_output > 190_000
    assert 0.7 * PER_TRACE < peak / planned.plan.n_output < PER_TRACE


PEAK = """
import json, sys
from pathlib import Path
from seisfill.interpolators.load import load_interpolator
from seisfill.workflows.fill import FillOptions, RunOptions, fill_file

fill_file(sys.argv[1], sys.argv[2], interpolator=load_interpolator("linear"), run=RunOptions(memory=int(sys.argv[3])))
status = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
print(json.dumps({"peak": peak, "torch": "torch" in sys.modules}))
"""


@fault("a file larger than memory", "filled within --memory: nothing of it is held but its index and a few gathers")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to tell the peak")
def test_a_file_larger_than_the_memory_is_filled_within_it(tmp_path):
    source = write_survey(tmp_path / "in.sgy", 200, 240, 1000, keep=0.7)
    memory = 320 * MIB
    run = subprocess.run(
        [sys.executable, "-c", PEAK, source, tmp_path / "out.sgy", str(memory)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    told = json.loads(run.stdout)
    assert (tmp_path / "out.sgy").stat().st_size + source.stat().st_size > memory
    assert told["peak"] < memory
    assert not told["torch"]
