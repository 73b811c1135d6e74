import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.neighbours import interpolate_linear
from seisfill.nn.steer import steered_fill


def plane_wave(slope, n_traces=24, n_samples=64):
    """One event that arrives *slope* samples later on each trace: smooth, and centred on the middle trace."""
    time = torch.arange(float(n_samples)) - 32 - slope * (torch.arange(float(n_traces))[:, None] - 12)
    return torch.exp(-0.5 * (time / 4) ** 2) * torch.cos(0.5 * time)


def test_a_spike_runs_along_the_slope_from_either_side():
    data = torch.zeros(5, 7)
    data[0, 1], data[4, 5] = 8.0, 4.0
    known = torch.tensor([True, False, False, False, True])[:, None].expand(5, 7)
    filled = steered_fill(data, known, torch.ones(5, 7))
    assert filled.nonzero().tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]
    assert [filled[i, i + 1].item() for i in range(5)] == [8.0, 7.0, 6.0, 5.0, 4.0]


def test_beyond_the_last_known_trace_the_neighbour_is_carried_on():
    data, known = torch.zeros(4, 6), torch.zeros(4, 6, dtype=torch.bool)
    data[1, 2], known[1] = 1.0, True
    filled = steered_fill(data, known, torch.ones(4, 6))
    assert [filled[i].argmax().item() for i in range(4)] == [1, 2, 3, 4]
    assert not steered_fill(data, torch.zeros_like(known), torch.ones(4, 6)).any()


def test_a_side_that_lies_off_the_patch_is_left_out():
    data = torch.full((3, 4), 2.0)
    data[2] = 6.0
    known = torch.tensor([True, False, True])[:, None].expand(3, 4)
    assert steered_fill(data, known, torch.ones(3, 4))[1].tolist() == [6.0, 4.0, 4.0, 2.0]
    assert steered_fill(data, known, torch.full((3, 4), 9.0))[1].tolist() == [4.0] * 4  # both: the flat line


@pytest.mark.parametrize("slope", [-2.5, -1.0, 0.3, 1.7, 3.0])
def test_a_plane_wave_comes_back_where_its_slope_is_known(slope):
    truth = plane_wave(slope)
    known = (torch.arange(24) % 4 == 0)[:, None].expand_as(truth)
    inner = slice(4, 17)
    error = (steered_fill(truth, known, torch.full_like(truth, slope)) - truth)[inner].abs().max()
    assert error < 0.02  # cubic convolution of a wave of thirteen samples' length
    assert (interpolate_linear(truth, known) - truth)[inner].abs().max() > 0.05


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31), n_traces=st.integers(1, 9), n_samples=st.integers(1, 9))
def test_a_slope_of_zero_gives_the_linear_fill_to_the_bit(seed, n_traces, n_samples):
    rng = torch.Generator().manual_seed(seed)
    data = torch.randn(2, 1, n_traces, n_samples, generator=rng)
    known = torch.rand(2, 1, n_traces, n_samples, generator=rng) < 0.6
    line = interpolate_linear(data, known)
    assert torch.equal(steered_fill(data, known, torch.zeros_like(data)), line)
    assert torch.equal(steered_fill(data, known), line)
    dirty = torch.where(known, data, 1e30)
    steep = torch.randn(2, 1, n_traces, n_samples, generator=rng) * 5
    assert torch.equal(steered_fill(dirty, known, steep), steered_fill(data, known, steep))
    assert torch.equal(steered_fill(data, known, steep)[known], data[known])
