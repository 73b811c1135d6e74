"""A task of a worker that was thought lost may come late: whatever it writes then stands there already."""

from pathlib import Path

import numpy as np
import pytest

from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.samples import encode
from seisfill.segy.survey import GatherOptions
from seisfill.segy.writer import trace_offset
from seisfill.workflows.fill import FillOptions
from seisfill.workflows.fill_job import RangeFiller
from seisfill.workflows.planned_fill import PlannedFill
from seisfill.workflows.run_options import RunOptions
from tests.faults import fault
from tests.workflows.surveys import write_shots
from tests.workflows.test_along import write_cube

HIDE = [(2, 3), (4, 6), (4, 7), (6, 2), (7, 9)]


def cube(folder):
    """Inlines that are filled along crosslines, with absent and dead traces (one at the end: refused) and holes."""
    path = write_cube(folder / "in.sgy", hide=HIDE, zero=[(3, 5), (0, 8)])
    with path.open("r+b") as file:
        for trace, samples in ((30, [3, 4]), (40, [39]), (50, range(30))):  # (50 is dead: mostly NaN)
            for sample in samples:
                file.seek(3600 + trace * (240 + 40 * 4) + 240 + 4 * sample)
                file.write(encode(np.array([[np.nan]], np.float32), 5, ">").tobytes())
    return path, GatherOptions(gather="crossline")


def shots(folder):
    """Gathers one after the other, several ranges."""
    return write_shots(folder / "in.sgy", shots=20, hide=range(3, 160, 7), zero=[10, 90]), GatherOptions()


@pytest.fixture(params=[cube, shots])
def filler(request, tmp_path, monkeypatch):
    """A job that was opened, its output as long as it will be, and where each range wrote."""
    monkeypatch.setattr("seisfill.workflows.ranges.MOST_BYTES", 40 * 40 * 4)  # several ranges copy
    source, gathers = request.param(tmp_path)
    planned = PlannedFill.open(source, LinearInterpolator(), FillOptions(gathers=gathers))
    output = tmp_path / "out.sgy.partial"
    output.write_bytes(bytes(planned.layout.file_size))
    with RangeFiller(planned.job(output, None, None, RunOptions(threads=1))) as opened:
        yield opened


def test_no_trace_is_written_by_two_ranges_and_every_one_by_one(filler):
    written = np.zeros(filler.job.plan.n_output, dtype=int)
    for number in range(len(filler.job.ranges)):
        for first, count in filler.fill(number).data.runs:
            written[first : first + count] += 1
    assert (written == 1).all()


@fault("a lost worker that writes late", "its bytes stand there already: no trace is written by two ranges")
def test_tasks_that_come_late_change_nothing(filler):
    path, numbers = Path(filler.job.output), range(len(filler.job.ranges))
    for number in numbers:
        filler.fill(number)
    whole = path.read_bytes()
    for number in numbers:
        filler.fill(number)
        assert path.read_bytes() == whole, number


def test_ranges_in_any_order_make_the_same_file(filler):
    path, numbers, layout = Path(filler.job.output), range(len(filler.job.ranges)), filler.job.traces.layout
    for number in numbers:
        filler.fill(number)
    whole = path.read_bytes()
    path.write_bytes(whole[: trace_offset(layout, 0)] + bytes(len(whole) - trace_offset(layout, 0)))
    for number in reversed(numbers):
        filler.fill(number)
    assert path.read_bytes() == whole
