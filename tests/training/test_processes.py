import json
import os
import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seisfill.config import load_train_config
from seisfill.errors import InvalidParameterError
from seisfill.nn.weights import load_weights
from seisfill.training import processes
from seisfill.training.processes import Processes, join_processes
from seisfill.workflows.train import train

TINY = """
name = "tiny"
steps = 4
checkpoint_every = 2
log_every = 1
bfloat16 = false
[network]
widths = [4, 6]
dilations = [1]
guides = true
[loss]
balance = 0.03
[optimizer]
warm_up = 1
[stream]
patch = [12, 32]
batch = 6
chunk = 2
[validation]
every = 4
patches = 1
patch = [12, 32]
patterns = ["every:2"]
"""
DOOR = "from seisfill.cli.main import run; run()"
ROUNDING = 2e-4  # float32 sums in another order, through four steps of Adam, whose first steps are signs of gradients


def torchrun(folder, *words):
    """Two processes on this machine; they talk by gloo."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python"]
    command = [*launcher, sys.executable, "-c", DOOR, "train", *map(str, words), "--device", "cpu"]
    quiet = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=quiet, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done


def rows_of(folder):
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_and_one_goes_on_where_two_stopped(tmp_path):
    torch.set_num_threads(1)
    (tmp_path / "whole.toml").write_text(TINY)
    (tmp_path / "half.toml").write_text(TINY.replace("steps = 4", "steps = 2"))
    torchrun(tmp_path, "half.toml", "--out", "two")
    half = rows_of(tmp_path / "two")
    config = load_train_config(tmp_path / "whole.toml")
    train(config, out=tmp_path / "two", resume=True)
    train(config, out=tmp_path / "one")
    one, two = rows_of(tmp_path / "one"), rows_of(tmp_path / "two")
    assert [row["step"] for row in half] == [1, 2]
    assert [row["step"] for row in two] == [1, 2, 3, 4]
    for mine, theirs in zip(one, two, strict=True):
        assert mine == pytest.approx(theirs, abs=ROUNDING)
    left, right = (load_weights(tmp_path / name / "tiny.safetensors")[0].state_dict() for name in ("one", "two"))
    for name, value in left.items():
        torch.testing.assert_close(value, right[name], atol=1e-3, rtol=0)  # the rate is 2e-3


@given(n_chunks=st.integers(1, 70), count=st.integers(1, 16))
def test_every_chunk_is_drawn_once(n_chunks, count):
    if count > n_chunks:
        with pytest.raises(InvalidParameterError, match=f"Invalid number of processes {count}: must be at most"):
            Processes(count=count).share(n_chunks)
        return
    shares = [Processes(rank=rank, count=count).share(n_chunks) for rank in range(count)]
    assert [chunk for share in shares for chunk in share] == list(range(n_chunks))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_one_process_talks_to_nobody(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with join_processes("cpu") as alone:
        assert (alone.rank, alone.count, alone.device, alone.leads) == (0, 1, "cpu", True)
    number, network = torch.tensor(3.0), torch.nn.Linear(1, 1)
    assert alone.total(number) is number
    assert alone.wrap(network) is network
    assert alone.agree(True) is True
    assert alone.agree(False) is False
    alone.wait()


class Told:
    """Stands for torch.distributed among three processes whose numbers are all alike."""

    def __init__(self):
        self.calls = []

    def init_process_group(self, backend):
        self.calls.append(backend)

    def destroy_process_group(self):
        self.calls.append("end")

    def get_rank(self):
        return 2

    def all_reduce(self, number):
        number.mul_(3)

    def broadcast(self, number, source):
        number.fill_(1.0 if source == 0 else 0.0)

    def barrier(self):
        self.calls.append("met")


@pytest.mark.parametrize(("device", "backend", "place"), [("cpu", "gloo", "cpu"), ("cuda", "nccl", "cuda:1")])
def test_several_processes_add_up_and_listen_to_the_first(monkeypatch, device, backend, place):
    told, chosen = Told(), []
    monkeypatch.setattr(processes, "distributed", told)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    monkeypatch.setenv("WORLD_SIZE", "3")
    monkeypatch.setenv("LOCAL_RANK", "1")
    with join_processes(device) as mine:
        assert (mine.rank, mine.count, mine.leads, mine.device) == (2, 3, False, place)
        mine.wait()
    assert told.calls == [backend, "met", "end"]
    assert chosen == ([] if device == "cpu" else ["cuda:1"])
    here = Processes(rank=2, count=3)
    number = torch.tensor(2.0, requires_grad=True)
    assert here.total(number).item() == 6.0
    assert number.item() == 2.0
    assert here.agree(False) is True


def test_the_group_is_left_when_a_training_fails(monkeypatch):
    told = Told()
    monkeypatch.setattr(processes, "distributed", told)
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(RuntimeError, match="broken"), join_processes("cpu"):
        raise RuntimeError("broken")
    assert told.calls == ["gloo", "end"]
