import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.neighbours import interpolate_linear
from seisfill.nn.unet import LOG_SCALE_RANGE, GatedUNet, UNetConfig, fold_time, pad_to_multiple, unfold_time

TINY = UNetConfig(widths=(4, 6), dilations=(1,))
ROUNDING = 1e-4  # float32 through a dozen convolutions, where another batch or library path sums in another order


def tiny(config=TINY, *, head=True, seed=0):
    """An untrained network; its head drawn at random unless it is wanted as it starts."""
    torch.manual_seed(seed)
    network = GatedUNet(config)
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


@torch.no_grad()
@settings(max_examples=25)
@given(
    n_traces=st.integers(1, 13), n_samples=st.integers(1, 41), levels=st.integers(1, 3), fold=st.sampled_from([1, 3, 4])
)
def test_any_size_goes_in_and_comes_out(n_traces, n_samples, levels, fold):
    network = tiny(UNetConfig(widths=(3, 4, 5)[:levels], dilations=(1, 2), fold=fold))
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
    assert GatedUNet(UNetConfig(widths=(4,), dilations=())).multiple == (1, 4)


def test_every_weight_learns():
    network = tiny().train()
    data, mask = patch(12, 40, batch=2)
    estimate, log_scale = network(data, mask)
    (estimate.square().mean() + log_scale.mean()).backward()
    silent = [name for name, weight in network.named_parameters() if not weight.grad.abs().sum() > 0]
    assert not silent


def test_signals_keep_their_size_from_door_to_head():
    torch.manual_seed(0)
    network = GatedUNet(UNetConfig(widths=(16, 24, 32)))
    sizes = []
    network.head.register_forward_pre_hook(lambda _, inputs: sizes.append(inputs[0].std().item()))
    with torch.no_grad():
        network(*patch(16, 128))
    assert 0.2 < sizes[0] < 5  # torch's own first weights leave less than a hundredth


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


def test_sizes_of_no_network_are_refused():
    with pytest.raises(InvalidParameterError, match="Invalid number of levels 0"):
        UNetConfig(widths=())
    with pytest.raises(InvalidParameterError, match="Invalid fold 0"):
        UNetConfig(fold=0)
    with pytest.raises(InvalidParameterError, match="Invalid width 0"):
        UNetConfig(widths=(4, 0))
    with pytest.raises(InvalidParameterError, match="Invalid dilation -1"):
        UNetConfig(dilations=(-1,))
    with pytest.raises(InvalidParameterError, match="Invalid blocks -1"):
        UNetConfig(blocks=-1)
