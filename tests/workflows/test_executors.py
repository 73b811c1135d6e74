"""Many workers write what one would: processes of this machine, and a Dask cluster that loses one on the way."""

import os
import pickle
import signal
import warnings
from concurrent.futures import Future

import pytest
import torch

from seisfill.errors import FileAccessError, Interrupted, InvalidParameterError, WorkersLostError
from seisfill.interpolators.load import load_interpolator
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from seisfill.segy.marks import sidecar_path
from seisfill.workflows import executors
from seisfill.workflows.executors import ThisProcess, visible_devices
from seisfill.workflows.fill import FillOptions, RunOptions, fill_file
from seisfill.workflows.fill_job import fill_range
from seisfill.workflows.run_options import parse_size
from tests.slow import Deadly, Notes, Slow
from tests.workflows.surveys import Constant, sha256, write_shots


@pytest.fixture
def source(tmp_path):
    """48 gathers, six ranges."""
    return write_shots(tmp_path / "in.sgy", shots=48, hide=range(3, 8 * 48, 7), zero=[20])


def run(source, target, filler, *, options=None, **how):
    target.parent.mkdir(exist_ok=True)
    run = RunOptions(**{"threads": 1, **how})
    return fill_file(source, target, interpolator=filler, options=FillOptions(**(options or {})), run=run)


def hashes(target):
    return sha256(target), sha256(sidecar_path(target))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    network = UNet(UNetConfig(widths=(4, 6), dilations=()))
    torch.nn.init.normal_(network.head.weight, 0, 0.05)
    save_weights(path, network, card={"name": "tiny", "max_gap": 20})
    return path


class Pickled(ThisProcess):
    """Fills as a worker elsewhere would, out of a copy of the job, and backwards."""

    room = 99

    def __init__(self, job, count, devices=()):
        self._copies = [pickle.loads(pickle.dumps(job)) for _ in range(count)]

    def __exit__(self, *_):
        pass

    def submit(self, number):
        future = Future()
        future.set_result(fill_range(self._copies[number % len(self._copies)], number))
        return future


METHODS = ("linear", "network", "prediction", "pocs", "rank", "alft", "auto")


@pytest.mark.parametrize("method", METHODS)
def test_every_filler_does_the_same_in_other_hands(tmp_path, tiny, method, monkeypatch):
    hide = [n for n in range(3, 9 * 16, 5) if n % 16 not in (0, 15)]
    source = write_shots(tmp_path / "in.sgy", shots=9, channels=16, n_samples=32, hide=hide)
    options = {"weights": tiny} if method in ("network", "auto") else {}
    filler = load_interpolator(method, device="cpu", **options)
    monkeypatch.setattr(executors, "Processes", Pickled)
    for workers in (1, 2):
        run(source, tmp_path / str(workers) / "out.sgy", filler, workers=workers, options={"check": 1})
    assert hashes(tmp_path / "1" / "out.sgy") == hashes(tmp_path / "2" / "out.sgy")


@pytest.mark.slow
@pytest.mark.parametrize("method", ["linear", "network"])
def test_two_processes_write_the_bytes_of_one(tmp_path, tiny, method):
    hide = [n for n in range(3, 9 * 16, 5) if n % 16 not in (0, 15)]
    source = write_shots(tmp_path / "in.sgy", shots=9, channels=16, n_samples=32, hide=hide)
    options = {"weights": tiny} if method in ("network", "auto") else {}
    filler = load_interpolator(method, device="cpu", **options)
    for workers in (1, 2):
        run(source, tmp_path / str(workers) / "out.sgy", filler, workers=workers, options={"check": 1})
    assert hashes(tmp_path / "1" / "out.sgy") == hashes(tmp_path / "2" / "out.sgy")


def test_a_process_that_is_killed_is_replaced_and_its_range_filled_again(tmp_path, source):
    (tmp_path / "notes").mkdir()
    run(source, tmp_path / "1" / "out.sgy", Constant())
    run(source, tmp_path / "2" / "out.sgy", Deadly(folder=str(tmp_path / "notes"), times=2), workers=2)
    assert len(list((tmp_path / "notes").iterdir())) >= 2
    assert sha256(tmp_path / "1" / "out.sgy") == sha256(tmp_path / "2" / "out.sgy")


def test_a_gather_that_kills_every_worker_is_named_and_the_others_are_kept(tmp_path, source):
    (tmp_path / "notes").mkdir()
    deadly = Deadly(folder=str(tmp_path / "notes"), times=99)
    with pytest.raises(WorkersLostError, match=r"Invalid end of 3 workers at gathers \d+ to \d+: .* fewer --workers"):
        run(source, tmp_path / "2" / "out.sgy", deadly, workers=2)
    assert list((tmp_path / "2").iterdir()) == []


def test_each_worker_sees_one_gpu(tmp_path, source, monkeypatch):
    (tmp_path / "notes").mkdir()
    monkeypatch.setattr(executors, "_n_gpus", lambda: 2)
    monkeypatch.setattr("seisfill.workflows.fill.device_of", lambda filler: "cuda")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    run(source, tmp_path / "2" / "out.sgy", Notes(folder=str(tmp_path / "notes")), workers=2)
    seen = dict(path.name.split("-") for path in (tmp_path / "notes").iterdir())
    assert sorted(seen.values()) in (["0", "1"], ["0"], ["1"])  # one worker may do it all on a busy machine
    assert len(set(seen.values())) == len(seen)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4, 7")
    assert visible_devices(2) == ("4", "7")


def test_a_fill_by_processes_that_is_interrupted_goes_on(tmp_path, source):
    target = tmp_path / "2" / "out.sgy"
    run(source, tmp_path / "1" / "out.sgy", Slow(seconds=0.03))

    def interrupt(stage, done, total):
        if done >= 8:
            raise KeyboardInterrupt

    target.parent.mkdir()
    with pytest.raises(Interrupted, match=r"of 48 gathers are filled and kept"):
        fill_file(
            source, target, interpolator=Slow(seconds=0.03), run=RunOptions(threads=1, workers=2), progress=interrupt
        )
    run(source, target, Slow(seconds=0.03), resume=True)  # by another number of workers
    assert hashes(target) == hashes(tmp_path / "1" / "out.sgy")


distributed = pytest.importorskip("distributed", reason="Dask is an extra: pip install 'seisfill[dask]'")


@pytest.fixture(scope="module")
def cluster():
    """Two workers, each a process of one thread."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        )
    yield made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_that_loses_a_worker_writes_the_bytes_of_one_process(tmp_path, source, cluster):
    filler, target = Slow(seconds=0.05), tmp_path / "2" / "out.sgy"
    run(source, tmp_path / "1" / "out.sgy", filler)
    killed = []

    def kill_one(stage, done, total):
        if stage == "fill" and not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    target.parent.mkdir()
    fill_file(
        source,
        target,
        interpolator=filler,
        run=RunOptions(threads=1, dask=cluster.scheduler_address),
        progress=kill_one,
    )
    assert killed
    assert hashes(target) == hashes(tmp_path / "1" / "out.sgy")


@pytest.mark.filterwarnings("ignore")
def test_an_address_where_nobody_answers_is_said(tmp_path, source, monkeypatch):
    wait = distributed.Client
    monkeypatch.setattr(distributed, "Client", lambda address, **options: wait(address, **(options | {"timeout": 0.5})))
    with pytest.raises(
        FileAccessError, match=r"Invalid --dask tcp://127\.0\.0\.1:9: must be the address of a scheduler"
    ):
        run(source, tmp_path / "2" / "out.sgy", Constant(), dask="tcp://127.0.0.1:9")
    assert list((tmp_path / "2").iterdir()) == []


def test_without_dask_the_cure_is_said(tmp_path, source, monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(executors.importlib, "import_module", absent)
    with pytest.raises(InvalidParameterError, match=r"pip install 'seisfill\[dask\]'"):
        run(source, tmp_path / "2" / "out.sgy", Constant(), dask="tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"workers": 0}, "Invalid workers 0: must be from 1 to 1024"),
        ({"threads": -1}, "Invalid threads -1"),
        ({"memory": 1000}, "Invalid memory 1000: must be at least 1M; give a size as 512M or 2G"),
        ({"workers": 2, "dask": "tcp://a:1"}, "Invalid --workers 2 with --dask: must not be given"),
    ],
)
def test_ways_of_running_that_cannot_be_are_refused(how, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        RunOptions(**how)


@pytest.mark.parametrize("text", ["", "2X", "-1G", "G", "1e3", "9" * 30])
def test_sizes_that_are_none_are_refused(text):
    with pytest.raises(InvalidParameterError, match="must be a size, as 512M or 2G"):
        parse_size(text)
