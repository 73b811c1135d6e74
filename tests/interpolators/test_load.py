import pytest
import torch

from seisfill.errors import InvalidParameterError, WeightsError
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.interpolators.load import METHODS, load_interpolator
from seisfill.interpolators.network import NetworkInterpolator
from seisfill.nn.unet import GatedUNet, UNetConfig
from seisfill.nn.weights import save_weights


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(0)
    network = GatedUNet(UNetConfig(widths=(4, 6), dilations=(1,)))
    save_weights(tmp_path / "tiny.safetensors", network, card={"max_gap": 12})
    return tmp_path / "tiny.safetensors"


def test_the_linear_filler_by_its_name():
    assert load_interpolator("linear") == LinearInterpolator()
    assert load_interpolator("linear", limits=Limits(max_gap=3)).limits.max_gap == 3


def test_the_network_by_its_name_takes_the_widest_gap_of_its_card(weights):
    filler = load_interpolator("network", weights=weights, device="cpu", flips=True)
    assert isinstance(filler, NetworkInterpolator)
    assert filler.flips
    assert not filler.network.training
    assert filler.limits == Limits(max_gap=12)
    wanted = Limits(max_gap=5, extrapolate=True)
    assert load_interpolator(weights=weights, device="cpu", limits=wanted).limits == wanted
    kept = load_interpolator(weights=weights, device="cpu", limits=Limits(extrapolate=True)).limits
    assert kept == Limits(max_gap=12, extrapolate=True)


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
