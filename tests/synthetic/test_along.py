import torch

from seisfill.synthetic.along import flatten_scene
from seisfill.synthetic.events import Arrivals, Scene, to_time
from seisfill.synthetic.frame import Frame


def frame_of(count, *, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return Frame(count=count, n_traces=24, n_samples=64, frequency=torch.full((count, 1, 1), 0.1), rng=rng)


def test_one_straight_event_becomes_nearly_flat():
    times = 30 + 1.5 * (torch.arange(24.0) - 12).expand(8, 1, 24)
    flat = flatten_scene(Scene(Arrivals(times, torch.ones(8, 1, 24))), frame_of(8), share=1.0).arrivals.times
    left = flat.diff(dim=-1)[..., 7:-7].abs().median()  # averaging bends the curve near its ends
    assert left < 0.3
    assert times.diff(dim=-1).median() == 1.5


def test_a_crossing_event_keeps_its_slope_against_the_strongest():
    x = torch.arange(24.0) - 12
    times = torch.stack([30 + 1.5 * x, 30 - 0.5 * x])[None].expand(4, 2, 24)
    strength = torch.tensor([1.0, 0.01])[None, :, None].expand(4, 2, 24)
    moved = flatten_scene(Scene(Arrivals(times, strength)), frame_of(4), share=1.0).arrivals.times
    torch.testing.assert_close(moved[:, 0] - moved[:, 1], times[:, 0] - times[:, 1])


def test_no_share_changes_nothing():
    times = torch.rand(3, 5, 24) * 64
    scene = Scene(Arrivals(times, torch.ones_like(times)))
    assert torch.equal(flatten_scene(scene, frame_of(3), share=0.0).arrivals.times, times)


def test_waves_move_with_the_events():
    n_frequencies = (64 + 128) // 2 + 1
    times = (30 + 2.0 * (torch.arange(24.0) - 12)).expand(2, 1, 24)
    frequency = torch.arange(n_frequencies) / 192
    spike = torch.exp(
        -2j * torch.pi * frequency * (times[:, 0, :, None] + 64)
    )  # 64 samples are rendered before the patch
    scene = Scene(Arrivals(times, torch.ones_like(times)), spike, Arrivals(times, torch.ones_like(times)))
    moved = flatten_scene(scene, frame_of(2), share=1.0)
    torch.testing.assert_close(moved.arrivals.times, moved.paths.times)
    peaks = to_time(moved.waves, 64).argmax(dim=-1).float()
    inside = (moved.paths.times[:, 0] > 1) & (moved.paths.times[:, 0] < 62)
    assert (peaks - moved.paths.times[:, 0])[inside].abs().max() <= 0.51
