import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.neighbours import interpolate_linear
from seisfill.nn.layers import PartialLayer
from seisfill.nn.steer import steered_fill
from seisfill.nn.unet import LOG_SCALE_RANGE, UNet, UNetConfig, fold_time, pad_to_multiple, unfold_time

TINY = UNetConfig(widths=(4, 6), dilations=(1,))
GUIDED = UNetConfig(widths=(4, 6), dilations=(1,), guides=True)
ROUNDING = 1e-4  # float32 through a dozen convolutions, where another batch or library path sums in another order


def tiny(config=TINY, *, head=True, seed=0):
    """An untrained network; its head drawn at random unless it is wanted as it starts."""
    torch.manual_seed(seed)
    network = UNet(config)
    if head:
        torch.nn.init.normal_(network.head.weight, 0, 0.2)
    return network.eval()


def patch(n_traces, n_samples, batch=1, seed=0):
    rng = torch.Generator().manual_seed(seed)
    data = torch.randn(batch, 1, n_traces, n_samples, generator=rng)
    live = torch.rand(batch, 1, n_traces, 1, generator=rng) < 0.6
    mask = live.expand(-1, -1, -1, n_samples).float()
    return data * mask, mask


def test_an_untrained_network_is_the_linear_filler():
    data, mask = patch(9, 33)
    estimate, log_scale = tiny(head=False)(data, mask)
    assert torch.equal(estimate, interpolate_linear(data, mask > 0.5))
    assert not log_scale.any()


def test_an_untrained_network_with_a_guide_fills_along_it():
    data, mask = patch(9, 32)
    slope = torch.full_like(data, 1.5)
    trust = (torch.arange(32) < 16).float().expand_as(data)
    network = tiny(GUIDED, head=False)
    assert torch.equal(network(data, mask)[0], interpolate_linear(data, mask > 0.5))
    estimate = network(data, mask, torch.cat([slope, trust], dim=1))[0]
    assert torch.equal(estimate, steered_fill(data, mask > 0.5, slope * trust))
    assert torch.equal(estimate[..., 16:], interpolate_linear(data, mask > 0.5)[..., 16:])


@torch.no_grad()
def test_no_guide_is_a_guide_that_nobody_trusts():
    network = tiny(GUIDED)
    data, mask = patch(12, 40)
    for trust in (0.0, 1.0):
        guide = torch.cat([torch.full_like(data, 2.0), torch.full_like(data, trust)], dim=1)
        same = torch.equal(network(data, mask, guide)[0], network(data, mask)[0])
        assert same == (trust == 0)


@torch.no_grad()
@pytest.mark.parametrize("convolution", ["partial", "plain"])
def test_the_other_convolutions_are_the_same_network_with_half_the_numbers(convolution):
    gated, other = tiny(), tiny(UNetConfig(widths=(4, 6), dilations=(1,), convolution=convolution))
    head = sum(weight.numel() for weight in gated.head.parameters())
    mine, theirs = (sum(weight.numel() for weight in network.parameters()) - head for network in (other, gated))
    assert 2 * mine == theirs
    data, mask = patch(9, 33)
    untrained = tiny(other.config, head=False)
    assert torch.equal(untrained(data, mask)[0], interpolate_linear(data, mask > 0.5))
    assert torch.equal(other(torch.where(mask > 0, data, 1e9), mask)[0], other(data, mask)[0])


@torch.no_grad()
def test_partial_convolutions_carry_the_mask_through_every_layer_until_all_is_valid():
    network = tiny(UNetConfig(widths=(4, 6, 8), dilations=(1,), convolution="partial", fold=2))
    shares = []
    for module in network.modules():
        if isinstance(module, PartialLayer):
            module.register_forward_hook(lambda _, inputs, outputs: shares.append(outputs[1].mean().item()))
    mask = torch.zeros(1, 1, 12, 32)
    mask[:, :, 6] = 1.0
    network(mask, mask)
    assert shares[0] == pytest.approx(5 / 12)  # the first window spans five traces
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@torch.no_grad()
@settings(max_examples=25)
@given(
    n_traces=st.integers(1, 13),
    n_samples=st.integers(1, 41),
    levels=st.integers(1, 3),
    fold=st.sampled_from([1, 3, 4]),
    convolution=st.sampled_from(["gated", "partial", "plain"]),
)
def test_any_size_goes_in_and_comes_out(n_traces, n_samples, levels, fold, convolution):
    network = tiny(UNetConfig(widths=(3, 4, 5)[:levels], dilations=(1, 2), fold=fold, convolution=convolution))
    data, mask = patch(n_traces, n_samples, batch=2)
    estimate, log_scale = network(data, mask)
    assert estimate.shape == log_scale.shape == data.shape
    assert torch.isfinite(estimate).all()


@torch.no_grad()
def test_patches_of_a_batch_do_not_see_each_other():
    network = tiny()
    data, mask = patch(12, 40, batch=3)
    together = network(data, mask)
    for i in range(3):
        alone = network(data[i : i + 1], mask[i : i + 1])
        for one, other in zip(together, alone, strict=True):
            torch.testing.assert_close(one[i : i + 1], other, atol=ROUNDING, rtol=0)


@torch.no_grad()
def test_what_stands_in_the_holes_never_enters():
    network = tiny()
    data, mask = patch(12, 40)
    for one, other in zip(network(data, mask), network(torch.where(mask > 0, data, 1e9), mask), strict=True):
        assert torch.equal(one, other)


@torch.no_grad()
def test_the_network_sees_both_data_and_mask():
    network = tiny()
    data, mask = patch(12, 40)
    whole = network(data, torch.ones_like(mask))[0] - interpolate_linear(data, torch.ones_like(mask) > 0)
    holes = network(data, mask)[0] - interpolate_linear(data, mask > 0)
    assert (whole - holes).abs().max() > 1e-3
    assert (network(2 * data, mask)[0] - network(data, mask)[0]).abs().max() > 1e-3


@torch.no_grad()
def test_the_log_scale_stays_in_its_range():
    network = tiny()
    network.head.bias[TINY.fold :] = torch.tensor([100.0, -100.0, 0.0, 0.0])
    log_scale = network(*patch(8, 32))[1]
    assert (log_scale.amin().item(), log_scale.amax().item()) == LOG_SCALE_RANGE


@torch.no_grad()
def test_a_network_without_extra_dilations_is_as_deep_as_its_config_says():
    network = tiny(UNetConfig(widths=(4, 6, 8), blocks=2, dilations=(1, 2, 4), fold=2))
    assert network.multiple == (2, 8)
    assert len(network.bottom) == 1 + 3
    assert len(network.bottom[0]) == len(network.down[0]) == len(network.up[0]) == 2
    assert UNet(UNetConfig(widths=(4,), dilations=())).multiple == (1, 4)


@pytest.mark.parametrize("convolution", ["gated", "partial", "plain"])
def test_every_weight_learns(convolution):
    network = tiny(UNetConfig(widths=(4, 6), dilations=(1,), convolution=convolution)).train()
    data, mask = patch(12, 40, batch=2)
    estimate, log_scale = network(data, mask)
    (estimate.square().mean() + log_scale.mean()).backward()
    silent = [name for name, weight in network.named_parameters() if not weight.grad.abs().sum() > 0]
    assert not silent


@pytest.mark.parametrize("convolution", ["gated", "partial", "plain"])
def test_signals_keep_their_size_from_door_to_head(convolution):
    torch.manual_seed(0)
    network = UNet(UNetConfig(widths=(16, 24, 32), convolution=convolution))
    sizes = []
    network.head.register_forward_pre_hook(lambda _, inputs: sizes.append(inputs[0].std().item()))
    with torch.no_grad():
        network(*patch(16, 128))
    assert 0.2 < sizes[0] < 5  # torch's own first weights leave less than a hundredth


@torch.no_grad()
def test_features_that_would_explode_stay_within_the_limit():
    data, mask = patch(16, 64)
    reached = {}
    for limit in (None, 4.0):
        network = tiny(UNetConfig(widths=(4, 6), dilations=(1,) * 6, limit=limit))
        for block in network.bottom:
            for weight in block.parameters():
                weight.mul_(4)  # gates that open and features that grow drive each other
        seen = []
        network.fuse[0].register_forward_pre_hook(
            lambda _, inputs, seen=seen: seen.append(inputs[0].square().mean(dim=1).sqrt().max().item())
        )
        assert torch.isfinite(network(data, mask)[0]).all()
        reached[limit] = seen[0]
    assert reached[None] > 1e4
    assert reached[4.0] <= 4.0


def test_time_is_folded_sample_by_sample():
    x = torch.arange(8.0).reshape(1, 1, 2, 4)
    assert fold_time(x, 2)[0].tolist() == [[[0.0, 2.0], [4.0, 6.0]], [[1.0, 3.0], [5.0, 7.0]]]


@given(st.integers(1, 2), st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(1, 6))
def test_unfolding_undoes_folding(batch, channels, n_traces, short, fold):
    x = torch.randn(batch, channels, n_traces, short * fold)
    assert fold_time(x, fold).shape == (batch, channels * fold, n_traces, short)
    assert torch.equal(unfold_time(fold_time(x, fold), fold), x)


@given(
    n_traces=st.integers(1, 20), n_samples=st.integers(1, 40), multiple=st.tuples(st.integers(1, 8), st.integers(1, 16))
)
def test_padding_adds_zeros_behind_the_end_and_as_few_as_can_be(n_traces, n_samples, multiple):
    padded = pad_to_multiple(torch.ones(1, 1, n_traces, n_samples), multiple)
    sizes = np.array(padded.shape[-2:])
    assert (sizes % multiple == 0).all()
    assert (sizes - (n_traces, n_samples) < multiple).all()
    assert padded.sum() == n_traces * n_samples
    assert padded[..., :n_traces, :n_samples].all()


@pytest.mark.parametrize(
    ("data", "mask"),
    [((1, 1, 8), (1, 1, 8)), ((1, 1, 8, 8), (1, 1, 8, 9)), ((1, 2, 8, 8), (1, 2, 8, 8)), ((2, 1, 8, 8), (1, 1, 8, 8))],
)
def test_shapes_that_are_no_patch_are_refused(data, mask):
    with pytest.raises(InvalidParameterError, match=r"must both be \(B, 1, X, T\)"):
        tiny()(torch.zeros(data), torch.zeros(mask))


def test_a_guide_that_does_not_fit_is_refused():
    data = torch.zeros(1, 1, 8, 8)
    with pytest.raises(InvalidParameterError, match=r"Invalid shape \(1, 1, 8, 8\) of guide: must be \(B, 2, X, T\)"):
        tiny(GUIDED)(data, data, data)
    with pytest.raises(InvalidParameterError, match="only to a network that was trained with guides"):
        tiny()(data, data, torch.zeros(1, 2, 8, 8))


def test_sizes_of_no_network_are_refused():
    with pytest.raises(InvalidParameterError, match="Invalid number of levels 0"):
        UNetConfig(widths=())
    with pytest.raises(InvalidParameterError, match="Invalid fold 0"):
        UNetConfig(fold=0)
    with pytest.raises(InvalidParameterError, match="Invalid width 0"):
        UNetConfig(widths=(4, 0))
    with pytest.raises(InvalidParameterError, match="Invalid dilation -1"):
        UNetConfig(dilations=(-1,))
    with pytest.raises(InvalidParameterError, match="Invalid convolution 'gate': must be known; did you mean 'gated'"):
        UNetConfig(convolution="gate")
    with pytest.raises(InvalidParameterError, match="Invalid limit 0"):
        UNetConfig(limit=0)
    with pytest.raises(InvalidParameterError, match="Invalid blocks -1"):
        UNetConfig(blocks=-1)
