"""Time and memory of whole files: header index, reading, a fill by one that does nothing, and by straight lines."""

import os
import subprocess
import time

import distributed
import pytest

from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import map_survey
from tests.bench.one_fill import measure
from tests.bench.surveys import write_survey, write_survey_of

SIZES = tuple(map(float, os.environ.get("SEISFILL_BENCH_GB", "0.1,1,4").split(",")))


@pytest.fixture
def folder(tmp_path):
    """A folder whose files, some of them large, go at once."""
    yield tmp_path
    for path in tmp_path.iterdir():
        path.unlink()


def bench_index_of_a_million_traces(benchmark, folder):
    path = write_survey(folder / "many.sgy", 10_000, 100, 10)
    survey = benchmark.pedantic(lambda: map_survey(HeaderIndex(path, detect_layout(path))), rounds=3, warmup_rounds=1)
    benchmark.extra_info["what"] = "header index and axes of 1,000,000 traces"
    benchmark.extra_info["M traces/s"] = len(survey.group) / 1e6 / benchmark.stats["min"]


def bench_read_gathers(benchmark, folder):
    reader = SegyReader.open(write_survey_of(folder / "in.sgy", 0.2))
    benchmark.extra_info["what"] = "read and decode all gathers of 0.2 GB of IBM floats"
    benchmark.pedantic(lambda: [item.number for item in reader], rounds=3, warmup_rounds=1)
    benchmark.extra_info["MB/s"] = reader.layout.file_size / 1e6 / benchmark.stats["min"]


@pytest.mark.parametrize("filler", ["nothing", "linear"])
@pytest.mark.parametrize("gigabytes", SIZES)
def bench_fill_beside_cp(benchmark, folder, gigabytes, filler):
    """
    Two copies of the output before each fill but the first, all with `sync`; the fill is limited to 512 MiB.

    The first copy takes new memory for the system's pages, as the fill does, the second those of the first.
    """
    source, target, copied = (
        write_survey_of(folder / "in.sgy", 0.7 * gigabytes),
        folder / "out.sgy",
        folder / "copy.sgy",
    )
    fills, copies, again, sizes = [], [], [], []

    def copy():
        if target.exists():
            copies.append(_seconds("cp", target, copied))
            again.append(_seconds("cp", target, copied))
            copied.unlink()
            sizes.append(target.stat().st_size)
            target.unlink()
        _seconds("sync")

    def fill():
        fills.append(measure(source, target, filler=filler, memory="512M"))
        fills[-1]["seconds"] += _seconds("sync")

    benchmark.pedantic(fill, setup=copy, rounds=3)
    copy()
    benchmark.extra_info |= {
        "what": f"fill that makes {sizes[0] / 1e9:.1f} GB, filler: {filler}",
        "times cp": min(fill["seconds"] for fill in fills) / min(again),
        "times cp to a new file": min(fill["seconds"] for fill in fills) / min(copies),
        "peak MiB": max(fill["peak_bytes"] for fill in fills) / 2**20,
    }


@pytest.mark.parametrize("workers", [1, 2])
def bench_workers(benchmark, folder, workers):
    """The network along the moveout, the costliest part of the default, by one and by two processes."""
    source, target = write_survey(folder / "in.sgy", 24, 120, 500, keep=0.6), folder / "out.sgy"
    benchmark.extra_info["what"] = f"fill of 24 shots by the network, {workers} workers"
    benchmark.pedantic(lambda: measure(source, target, filler="network", workers=workers), rounds=2)


@pytest.mark.parametrize("workers", [1, 2])
def bench_dask_workers(benchmark, folder, workers):
    """The same by a Dask cluster on this machine; its own start does not count."""
    source, target = write_survey(folder / "in.sgy", 24, 120, 500, keep=0.6), folder / "out.sgy"
    benchmark.extra_info["what"] = f"fill of 24 shots by the network, {workers} Dask workers"
    with distributed.LocalCluster(workers, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        benchmark.pedantic(lambda: measure(source, target, filler="network", dask=address), rounds=2, warmup_rounds=1)


def _seconds(*command):
    """Time of a command and of the `sync` behind it."""
    start = time.perf_counter()
    subprocess.run(list(map(str, command)), check=True)
    subprocess.run(["sync"], check=True)
    return time.perf_counter() - start
