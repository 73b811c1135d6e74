import subprocess
import sys

import numpy as np
import pytest
import torch

from seisfill import Gather, snr_db
from seisfill.errors import InvalidParameterError, WeightsError
from seisfill.interpolators.base import Limits
from seisfill.interpolators.blocks import Blocks
from seisfill.interpolators.flattened import Flattened
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.interpolators.load import METHODS, load_interpolator
from seisfill.interpolators.network import NetworkInterpolator
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from seisfill.workflows.fingerprint import device_of


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(0)
    network = UNet(UNetConfig(widths=(4, 6), dilations=(1,)))
    save_weights(tmp_path / "tiny.safetensors", network, card={"max_gap": 12})
    return tmp_path / "tiny.safetensors"


def test_straight_lines_are_loaded_without_torch_scipy_and_matplotlib():
    code = (
        "import sys\n"
        "from seisfill.interpolators.load import load_interpolator\n"
        "load_interpolator('linear')\n"
        "print([name for name in ('torch', 'scipy', 'matplotlib') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_filler_but_straight_lines_fills_large_gathers_in_blocks():
    assert isinstance(load_interpolator("linear"), LinearInterpolator)
    for method in (*set(METHODS) - {"linear"}, "linear"):
        moveout = True if method == "linear" else None
        assert isinstance(load_interpolator(method, moveout=moveout), Blocks), method


def test_the_linear_filler_by_its_name():
    assert load_interpolator("linear") == LinearInterpolator()
    assert load_interpolator("linear", limits=Limits(max_gap=3)).limits.max_gap == 3


def test_the_network_by_its_name_takes_the_widest_gap_of_its_card(weights):
    filler = load_interpolator("network", weights=weights, device="cpu", flips=True, moveout=False)
    assert isinstance(filler.inner, NetworkInterpolator)
    assert filler.inner.flips
    assert not filler.inner.network.training
    assert filler.limits == Limits(max_gap=12)
    wanted = Limits(max_gap=5, extrapolate=True)
    assert load_interpolator("network", weights=weights, device="cpu", limits=wanted).limits == wanted
    kept = load_interpolator("network", weights=weights, device="cpu", limits=Limits(extrapolate=True)).limits
    assert kept == Limits(max_gap=12, extrapolate=True)


def test_the_network_goes_along_the_moveout_where_nothing_is_said_and_others_when_asked(weights):
    assert isinstance(load_interpolator("network", weights=weights).inner, Flattened)
    assert isinstance(load_interpolator("linear", moveout=True).inner, Flattened)
    assert not isinstance(load_interpolator("prediction").inner, Flattened)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_fills_and_gives_recorded_samples_back(method):
    data = np.tile(np.sin(np.arange(160) / 3), (40, 1)).astype(np.float32)
    live = np.arange(40) % 4 != 2
    filled = load_interpolator(method, device="cpu").fill(Gather(data=data, live=live, dt=0.004))
    np.testing.assert_array_equal(filled.data[live], data[live])
    assert filled.filled.sum() == 10
    assert snr_db(data, filled.data, traces=~live) > 15


def test_auto_holds_the_network_and_refuses_a_moveout_of_its_own(weights):
    auto = load_interpolator("auto", weights=weights, limits=Limits(max_gap=7))
    assert auto.limits.max_gap == 7
    assert auto.weights_sha256 == load_interpolator("network", weights=weights).weights_sha256
    with pytest.raises(InvalidParameterError, match="tries both"):
        load_interpolator("auto", moveout=True)


@pytest.mark.parametrize(("method", "said"), [("linaer", "did you mean 'linear'"), ("magic", "known are")])
def test_a_method_that_is_not_known_is_refused_with_a_cure(method, said):
    with pytest.raises(InvalidParameterError, match=f"Invalid method '{method}'.*{said}"):
        load_interpolator(method)
    assert set(METHODS) >= {"network", "linear"}


def test_a_device_or_weights_that_are_not_there_are_refused(weights):
    with pytest.raises(InvalidParameterError, match="Invalid device 'tpu'"):
        load_interpolator("network", weights=weights, device="tpu")
    with pytest.raises(WeightsError, match="must exist"):
        load_interpolator("network", weights=weights.with_name("other.safetensors"), device="cpu")


@pytest.mark.parametrize("word", ["cuda", "tpu"])
def test_straight_lines_take_no_gpu_and_say_so(word, recwarn):
    with pytest.raises(
        InvalidParameterError, match=f"Invalid device '{word}' with method 'linear': must be auto or cpu"
    ):
        load_interpolator("linear", device=word)
    for quiet in ("auto", "cpu"):
        assert load_interpolator("linear", device=quiet) == LinearInterpolator()
    assert not recwarn.list


@pytest.mark.parametrize("method", sorted({*METHODS} - {"linear", "network"}))
def test_where_a_filler_computes_is_settled_as_it_is_loaded(method, weights, monkeypatch):
    options = {"weights": weights} if method == "auto" else {}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device_of(load_interpolator(method, **options)) == "cpu"
    with pytest.raises(InvalidParameterError, match="Invalid device 'cuda': must be present, and torch sees no GPU"):
        load_interpolator(method, device="cuda", **options)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    if method != "auto":  # its network would be moved there
        assert device_of(load_interpolator(method)) == "cuda"
        assert device_of(load_interpolator(method, device="cpu")) == "cpu"
