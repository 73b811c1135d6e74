import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seisfill.nn.gated import GatedConv2d

NINE = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3)
ROUNDING = 1e-6  # float32, a few operations on numbers near one
odd = st.sampled_from([1, 3, 5])


def by_hand(layer, *, features=0.0, gate=0.0, features_bias=0.0, gate_bias=0.0):
    """Set all weights of one input and one output channel."""
    with torch.no_grad():
        layer.conv.weight[0], layer.conv.weight[1] = features, gate
        layer.conv.bias[:] = torch.tensor([features_bias, gate_bias])
    return layer


def test_an_open_gate_passes_and_half_a_gate_halves_the_window():
    layer = GatedConv2d(1, 1, activation=nn.Identity())
    half = by_hand(layer, features=1.0)(NINE)[0, 0]
    assert half[1, 1] == 0.5 * 45
    assert half[0, 0] == 0.5 * (1 + 2 + 4 + 5)
    assert half[0, 1] == 0.5 * (1 + 2 + 3 + 4 + 5 + 6)
    assert by_hand(layer, features=1.0, gate_bias=100.0)(NINE)[0, 0, 1, 1] == 45
    assert by_hand(layer, features=1.0, gate_bias=-200.0)(NINE)[0, 0, 1, 1] == 0


def test_the_gate_looks_at_its_own_window():
    layer = by_hand(GatedConv2d(1, 1, activation=nn.Identity()), features_bias=1.0)
    with torch.no_grad():
        layer.conv.weight[1, 0, 1, 1] = 1.0  # the gate sees the middle of the window
    torch.testing.assert_close(layer(NINE), torch.sigmoid(NINE), atol=ROUNDING, rtol=0)


def test_the_paper_has_elu_on_the_features_only_and_no_normalisation():
    layer = by_hand(GatedConv2d.yu2019(1, 1), features=-1.0, gate_bias=math.log(3))
    expected = 0.75 * (math.exp(-45) - 1)  # sigmoid(log 3) = 3 / 4
    assert layer(NINE)[0, 0, 1, 1].item() == pytest.approx(expected, abs=ROUNDING)
    assert layer(-NINE)[0, 0, 1, 1].item() == pytest.approx(0.75 * 45, rel=ROUNDING)
    shut = by_hand(layer, features_bias=1.0, gate_bias=-1.0)  # an ELU on the gate would give another number
    assert shut(NINE)[0, 0, 1, 1].item() == pytest.approx(1 / (1 + math.e), abs=ROUNDING)
    assert isinstance(layer.norm, nn.Identity)


def test_the_seminar_note_has_leaky_relu_on_the_features():
    layer = by_hand(GatedConv2d.seminar(1, 1), features=-1.0).eval()  # fresh batch statistics: mean 0, variance 1
    narrow = math.sqrt(1 + layer.norm.eps)
    assert layer(NINE)[0, 0, 1, 1].item() == pytest.approx(0.5 * 0.2 * -45 / narrow, rel=ROUNDING)
    assert layer(-NINE)[0, 0, 1, 1].item() == pytest.approx(0.5 * 45 / narrow, rel=ROUNDING)


def test_the_seminar_note_normalises_the_product():
    torch.manual_seed(0)
    layer = GatedConv2d.seminar(2, 3)
    x = torch.randn(4, 2, 9, 11)
    out = layer(x)
    torch.testing.assert_close(out.mean(dim=(0, 2, 3)), torch.zeros(3), atol=ROUNDING, rtol=0)
    # 1e-5 in the root of batch normalisation over a variance of the product that is not small
    torch.testing.assert_close(out.var(dim=(0, 2, 3), correction=0), torch.ones(3), atol=1e-3, rtol=0)
    features, gate = layer.conv(x).chunk(2, dim=1)
    product = nn.functional.leaky_relu(features, 0.2) * torch.sigmoid(gate)
    expected = nn.functional.batch_norm(product, None, None, training=True)
    torch.testing.assert_close(out, expected, atol=1e-5, rtol=0)


def test_the_seminar_note_draws_kaiming_normal_weights():
    torch.manual_seed(0)
    weight = GatedConv2d.seminar(32, 64).conv.weight.detach()
    spread = math.sqrt(2 / (1 + 0.2**2) / (32 * 9))
    few = 5 / math.sqrt(2 * weight.numel())  # five standard errors of a standard deviation
    assert weight.std().item() == pytest.approx(spread, rel=few)
    assert abs(weight.mean().item()) < 5 * spread / math.sqrt(weight.numel())
    assert weight.abs().max() > 3.5 * spread  # a uniform distribution ends at 1.7


@settings(max_examples=25)
@given(kernel=st.tuples(odd, odd), dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)), batch=st.integers(1, 2))
def test_odd_windows_keep_the_size_and_the_gate_only_takes_away(kernel, dilation, batch):
    torch.manual_seed(0)
    layer = GatedConv2d(2, 3, kernel, dilation=dilation)
    x = torch.randn(batch, 2, 5, 7)
    out = layer(x)
    assert out.shape == (batch, 3, 5, 7)
    assert (out.abs() <= nn.functional.elu(layer.conv(x)[:, :3]).abs()).all()


def test_strides_go_by_traces_and_samples():
    assert GatedConv2d(1, 2, (3, 4), stride=(1, 2))(torch.zeros(1, 1, 6, 8)).shape == (1, 2, 6, 4)
    assert GatedConv2d(1, 2, 4, stride=2)(torch.zeros(1, 1, 6, 8)).shape == (1, 2, 3, 4)
    assert GatedConv2d.yu2019(1, 2, stride=2)(torch.zeros(1, 1, 6, 8)).shape == (1, 2, 3, 4)


def test_a_dilated_window_reaches_along_the_traces_only():
    layer = by_hand(GatedConv2d(1, 1, dilation=(2, 1), activation=nn.Identity()), features=1.0, gate_bias=100.0)
    spike = torch.zeros(1, 1, 7, 5)
    spike[0, 0, 3, 2] = 1.0
    traces, samples = np.nonzero(layer(spike)[0, 0].detach().numpy())
    assert sorted(set(traces)) == [1, 3, 5]
    assert sorted(set(samples)) == [1, 2, 3]
