import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seisfill.nn.partial import PartialConv2d

NINE = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3)
ROUNDING = 1e-5  # float32 sums of at most 18 products of numbers up to 9


def ones_layer(bias=0.0, **options):
    """All weights one: the answer is nine times the mean of the valid samples, plus the bias."""
    layer = PartialConv2d(1, 1, **options)
    with torch.no_grad():
        layer.conv.weight[:] = 1.0
        if layer.bias is not None:
            layer.bias[:] = bias
    return layer


def mask_of(*rows):
    return torch.tensor([[float(letter == "|") for letter in row] for row in rows])[None, None]


def test_a_whole_window_is_an_ordinary_convolution_with_its_bias():
    out, grown = ones_layer(bias=0.5)(NINE, torch.ones_like(NINE))
    assert out[0, 0, 1, 1] == 45.5
    assert grown.tolist() == torch.ones_like(NINE).tolist()


def test_some_valid_samples_stand_for_the_whole_window():
    out, _ = ones_layer(bias=0.5)(NINE, mask_of("|..", "...", "..|"))
    assert out[0, 0, 1, 1] == (1 + 9) * 9 / 2 + 0.5


def test_one_valid_sample_stands_for_the_whole_window():
    out, grown = ones_layer(bias=0.5)(NINE, mask_of("...", "...", "..|"))
    assert out[0, 0, 1, 1] == 9 * 9 + 0.5
    assert out[0, 0, 0, 0] == 0, "a window without a valid sample must not hold the bias"
    assert grown[0, 0].tolist() == [[0, 0, 0], [0, 1, 1], [0, 1, 1]]


def test_no_valid_sample_makes_zero_without_a_bias():
    out, grown = ones_layer(bias=0.5)(NINE, torch.zeros_like(NINE))
    assert not out.any()
    assert not grown.any()


def test_at_the_border_what_lies_outside_is_not_valid():
    out, _ = ones_layer(bias=0.5)(NINE, torch.ones_like(NINE))
    assert out[0, 0, 0, 0] == (1 + 2 + 4 + 5) * 9 / 4 + 0.5
    assert out[0, 0, 0, 1] == (1 + 2 + 3 + 4 + 5 + 6) * 9 / 6 + 0.5
    out, _ = ones_layer(bias=0.5)(NINE, mask_of("...", ".|.", "..."))
    assert out[0, 0, 2, 2] == 5 * 9 + 0.5


def test_the_mask_grows_by_one_ring_in_each_layer():
    layer, mask = ones_layer(), torch.zeros(1, 1, 11, 11)
    mask[0, 0, 4, 6] = 1.0
    across = np.maximum(np.abs(np.arange(11)[:, None] - 4), np.abs(np.arange(11) - 6))
    x = mask
    for ring in range(1, 5):
        x, mask = layer(x, mask)
        assert (mask[0, 0].numpy() == (across <= ring)).all()


@pytest.mark.parametrize("bad", [1e9, -1e9, 3e38])
def test_what_stands_in_the_holes_never_enters(bad):
    torch.manual_seed(0)
    layer = PartialConv2d(2, 3)
    x, mask = torch.randn(1, 2, 8, 9), (torch.rand(1, 1, 8, 9) < 0.4).float()
    clean, dirty = layer(x * mask, mask)[0], layer(torch.where(mask > 0, x, bad), mask)[0]
    assert torch.equal(clean, dirty)


@settings(max_examples=40)
@given(
    x=hnp.arrays(np.float32, (2, 5, 6), elements=st.integers(-9, 9).map(float)),
    mask=hnp.arrays(bool, (5, 6)),
    weight=hnp.arrays(np.float32, (2, 3, 3), elements=st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0])),
    bias=st.sampled_from([-1.0, 0.0, 2.0]),
)
def test_every_window_follows_the_formula_of_the_paper(x, mask, weight, bias):
    layer = PartialConv2d(2, 1)
    with torch.no_grad():
        layer.conv.weight[:], layer.bias[:] = torch.from_numpy(weight), bias
    out, grown = layer(torch.from_numpy(x)[None], torch.from_numpy(mask).float()[None, None])
    wide_x, wide_mask = np.pad(x * mask, ((0, 0), (1, 1), (1, 1))), np.pad(mask, 1)
    for i, j in np.ndindex(mask.shape):
        valid = wide_mask[i : i + 3, j : j + 3].sum()
        total = (weight * wide_x[:, i : i + 3, j : j + 3]).sum()
        assert grown[0, 0, i, j] == (valid > 0)
        assert out[0, 0, i, j].item() == pytest.approx(
            total * 9 / valid + bias if valid else 0.0, abs=ROUNDING, rel=1e-6
        )


def test_strides_and_dilations_shape_mask_and_features_alike():
    out, grown = PartialConv2d(1, 2, stride=2)(torch.ones(1, 1, 6, 8), torch.ones(1, 1, 6, 8))
    assert out.shape == (1, 2, 3, 4)
    assert grown.shape == (1, 1, 3, 4)
    spike = torch.zeros(1, 1, 7, 7)
    spike[0, 0, 3, 3] = 1.0
    _, grown = PartialConv2d(1, 1, dilation=2)(spike, spike)
    assert np.argwhere(grown[0, 0].numpy()).tolist() == [[i, j] for i in (1, 3, 5) for j in (1, 3, 5)]


def test_without_a_bias_there_is_none_and_the_window_of_ones_is_not_saved():
    layer = PartialConv2d(1, 1, bias=False)
    assert list(layer.state_dict()) == ["conv.weight"]
    assert ones_layer(bias=0.0)(NINE, torch.ones_like(NINE))[0][0, 0, 1, 1] == 45


def test_gradients_reach_weights_and_valid_samples_only():
    layer, mask = PartialConv2d(1, 1), mask_of("|..", ".|.", "..|")
    x = NINE.clone().requires_grad_()
    layer(x, mask)[0].sum().backward()
    assert layer.conv.weight.grad.abs().sum() > 0
    assert not (x.grad * (1 - mask)).any()
