"""Time of each filler for one gather: 180 traces of 1,024 samples of a synthetic shot, every second one missing."""

import numpy as np
import pytest
import torch

from seisfill.gather import Gather
from seisfill.interpolators.load import load_interpolator
from seisfill.synthetic.surveys import SyntheticSurveys

METHODS = [
    (name, flat) for name in ("linear", "network", "prediction", "pocs", "rank", "alft") for flat in (False, True)
]


@pytest.fixture(scope="module")
def gather():
    surveys = SyntheticSurveys(weights={"shot": 1.0}, noise=(0.05, 0.1))
    data = surveys.draw(1, (180, 1024), rng=torch.Generator().manual_seed(3)).truth[0].numpy()
    return Gather(data=data, live=np.arange(180) % 2 == 0, dt=0.004)


@pytest.mark.parametrize(("method", "moveout"), [*METHODS, ("auto", None)])
def bench_fill_one_gather(benchmark, gather, method, moveout):
    filler = load_interpolator(method, device="cpu", moveout=moveout)
    name = f"{method}, along the moveout" if moveout else method
    benchmark.extra_info["what"] = f"fill 180 traces of 1,024 samples: {name}"
    benchmark.pedantic(filler.fill, args=(gather,), rounds=2 if method == "auto" else 4, warmup_rounds=1)
