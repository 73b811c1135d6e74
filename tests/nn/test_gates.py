import numpy as np
import pytest
import torch

from seisfill.errors import InvalidParameterError
from seisfill.nn.gated import GatedConv2d
from seisfill.nn.gates import gate_maps
from seisfill.nn.unet import UNet, UNetConfig

TINY = UNetConfig(widths=(4, 6), dilations=(1,), fold=2)


class OneLayer(torch.nn.Module):
    """A gate of one channel that is the sigmoid of ten times the mask, less five."""

    def __init__(self):
        super().__init__()
        self.layer = GatedConv2d(2, 1, 1)
        with torch.no_grad():
            self.layer.conv.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 10.0]])[:, :, None, None])
            self.layer.conv.bias.copy_(torch.tensor([0.0, -5.0]))

    def forward(self, data, mask):
        return self.layer(torch.cat([data, mask], dim=1))


def test_a_gate_that_follows_the_mask_is_open_at_live_traces_and_shut_in_the_hole():
    known = np.ones((5, 3), dtype=bool)
    known[2] = False
    (layer, gates), *more = gate_maps(OneLayer(), np.zeros((5, 3)), known).items()
    assert (layer, more) == ("layer", [])
    open_, shut = 1 / (1 + np.exp(-5)), 1 / (1 + np.exp(5))
    assert gates == pytest.approx(np.where(known, open_, shut))


def test_every_gated_layer_of_a_u_net_has_a_map_of_the_gathers_size_in_the_order_of_computing():
    torch.manual_seed(0)
    network = UNet(TINY).eval()
    maps = gate_maps(network, np.ones((7, 19), np.float32), np.ones((7, 19), bool))
    gated = [path for path, module in network.named_modules() if isinstance(module, GatedConv2d)]
    assert sorted(maps) == sorted(gated)
    assert next(iter(maps)) == "stem"
    assert {gates.shape for gates in maps.values()} == {(7, 19)}
    assert all(0 < gates.min() <= gates.max() < 1 for gates in maps.values())


def test_gates_that_are_forced_shut_are_zero_and_open_ones_one():
    network = UNet(TINY).eval()
    with torch.no_grad():
        for path, module in network.named_modules():
            if isinstance(module, GatedConv2d):
                count = len(module.conv.bias) // 2
                module.conv.weight[count:] = 0
                module.conv.bias[count:] = 100.0 if path == "stem" else -200.0
    maps = gate_maps(network, np.ones((6, 16)), np.ones((6, 16), bool))
    assert maps["stem"].min() == 1
    assert all(gates.max() == 0 for layer, gates in maps.items() if layer != "stem")


def test_a_coarse_layer_stands_where_its_samples_lie():
    network = UNet(TINY).eval()
    known = np.ones((6, 64), dtype=bool)
    known[:, 32:] = False
    gates = gate_maps(network, np.zeros((6, 64)), known)["shrink.0"]
    # One value stands for fold 2 x stride 2 = 4 samples; the mask's edge reaches no further than two kernels.
    assert (gates.reshape(6, 16, 4) == gates.reshape(6, 16, 4)[:, :, :1]).all()
    assert gates[:, :8] != pytest.approx(gates[:, -8:])


def test_nothing_is_left_behind_in_the_network_even_where_it_fails():
    network = UNet(TINY).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    gate_maps(network, np.ones((6, 16)), np.ones((6, 16), bool))
    with pytest.raises(InvalidParameterError, match="shape"):
        gate_maps(network, np.ones((6, 16)), np.ones((6, 15), bool))
    with pytest.raises((RuntimeError, InvalidParameterError)):
        gate_maps(network, np.ones((6, 16, 2)), np.ones((6, 16, 2), bool))
    assert not any(module._forward_hooks for module in network.modules())
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


@pytest.mark.parametrize("convolution", ["partial", "plain"])
def test_a_network_without_gates_is_refused(convolution):
    network = UNet(UNetConfig(widths=(4,), convolution=convolution)).eval()
    with pytest.raises(InvalidParameterError, match="must hold gated layers, and holds none"):
        gate_maps(network, np.ones((6, 16)), np.ones((6, 16), bool))
