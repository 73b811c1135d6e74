import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.synthetic.events import (
    NEAR,
    PAD,
    WIDE,
    Arrivals,
    event_slopes,
    mean_slope,
    render,
    slope_sums,
    spike_spectra,
    to_time,
)
from seisfill.synthetic.frame import Frame
from seisfill.synthetic.gathers import STEEPEST, flattened_events, sparse_events
from seisfill.synthetic.surface import ground_roll
from seisfill.synthetic.surveys import FAMILIES
from seisfill.synthetic.wavelets import wavelet_spectra

ROUNDING = 1e-5  # float32 Fourier transforms of a few hundred samples
N = 64


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def frame(count=40, n_traces=16, n_samples=128, *, frequency=0.1, seed=0):
    return Frame(
        count=count,
        n_traces=n_traces,
        n_samples=n_samples,
        frequency=torch.full((count, 1, 1), frequency),
        rng=seeded(seed),
    )


def flat(n_samples=N):
    """The spectrum of a spike: a render with it shows where arrivals lie."""
    return torch.ones(1, (n_samples + 2 * PAD) // 2 + 1, dtype=torch.complex64)


def one_event(time, amplitude=1.0, n_traces=1):
    return Arrivals(torch.full((1, 1, n_traces), float(time)), torch.full((1, 1, n_traces), float(amplitude)))


def ricker(n_samples=N, peak=0.08):
    frequency = torch.arange((n_samples + 2 * PAD) // 2 + 1) / (n_samples + 2 * PAD)
    return ((frequency / peak) ** 2 * torch.exp(1 - (frequency / peak) ** 2)).to(torch.complex64)[None]


def test_a_spike_lies_at_its_sample():
    trace = render(one_event(20, 3.0), flat(), N)[0, 0]
    expected = torch.zeros(N)
    expected[20] = 3.0
    torch.testing.assert_close(trace, expected, atol=ROUNDING, rtol=0)


@pytest.mark.parametrize("n_samples", [63, 64])
def test_each_trace_has_its_own_time_and_amplitude(n_samples):
    arrivals = Arrivals(torch.tensor([[[5.0, 6.0], [9.0, 9.0]]]), torch.tensor([[[1.0, -2.0], [0.5, 4.0]]]))
    section = render(arrivals, flat(n_samples), n_samples)
    assert section.shape == (1, 2, n_samples)
    expected = torch.zeros(1, 2, n_samples)
    expected[0, 0, 5], expected[0, 1, 6], expected[0, 0, 9], expected[0, 1, 9] = 1.0, -2.0, 0.5, 4.0
    torch.testing.assert_close(section, expected, atol=ROUNDING, rtol=0)


@settings(max_examples=40)
@given(time=st.floats(-20, N + 20))
def test_a_wavelet_lies_at_its_fractional_time(time):
    trace = render(one_event(time), ricker(), N)[0, 0].double()
    long = N + 2 * PAD
    frequency = torch.arange(long // 2 + 1, dtype=torch.float64) / long
    shifted = ricker()[0].to(torch.complex128) * torch.exp(-2j * math.pi * frequency * (time + PAD))
    exact = torch.fft.irfft(shifted, n=long)[PAD : PAD + N]
    # halfway between two of the four spikes in a sample, their mean lacks 1 - cos(pi f / 4): 0.2 % at the peak
    # frequency, 0.8 % at twice that; of the wavelet's largest value, 0.19
    torch.testing.assert_close(trace, exact, atol=0.005 * 0.19, rtol=0)


def test_a_wavelet_of_the_family_keeps_its_energy():
    spectra = wavelet_spectra(50, 1024 + 2 * PAD, rng=seeded())
    arrivals = Arrivals(torch.full((50, 1, 1), 512.0), torch.full((50, 1, 1), 2.0))
    energy = render(arrivals, spectra, 1024).square().sum(dim=(1, 2))
    assert (energy < 2.0**2 * 0.5 * 1.01).all()
    assert (energy > 2.0**2 * 0.5 * 0.98).all()  # the far reverberations of a few leave the patch


@given(st.floats(-1e6, 1e6) | st.sampled_from([-PAD - 1.0, float(N + PAD), -math.inf, math.inf]))
def test_arrivals_far_outside_leave_no_trace_and_none_wraps_around(time):
    trace = render(one_event(time), flat(), N)[0, 0]
    assert torch.isfinite(trace).all()
    if not -1 < time < N:
        # a spike between samples rings by 1 / distance, so only those at whole samples or beyond the padding are gone
        outside = time < -PAD - 1 or time >= N + PAD
        assert trace.abs().max() < (ROUNDING if outside or float(time).is_integer() else 1.0)


def test_wavelets_reach_in_from_outside():
    assert render(one_event(-3), ricker(), N)[0, 0, 0].abs() > 0.01


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_events_add_up(seed):
    rng = seeded(seed)
    times, amplitudes = 64 * torch.rand(2, 5, 3, generator=rng), torch.randn(2, 5, 3, generator=rng)
    spectra = wavelet_spectra(2, N + 2 * PAD, rng=rng)
    apart = sum(render(Arrivals(times[:, i : i + 1], amplitudes[:, i : i + 1]), spectra, N) for i in range(5))
    together = render(Arrivals(times, amplitudes), spectra, N)
    torch.testing.assert_close(together, apart, atol=1e-4, rtol=0)  # float32 sums of five events near one
    torch.testing.assert_close(
        together[1:], render(Arrivals(times[1:], amplitudes[1:]), spectra[1:], N), atol=1e-5, rtol=0
    )


def test_spectra_of_spikes_and_back_is_a_render():
    arrivals = one_event(20, 3.0)
    torch.testing.assert_close(to_time(spike_spectra(arrivals, N), N), render(arrivals, flat(), N))


def test_the_slope_of_a_line_is_its_step_and_a_fault_has_none():
    assert event_slopes(torch.tensor([5.0, 7.0, 9.0])).tolist() == [2.0, 2.0, 2.0]
    assert event_slopes(torch.tensor([0.0, 0.0, 1.0])).tolist() == [0.0, 0.5, 1.0]
    assert event_slopes(torch.tensor([0.0, 0.0, 40.0, 40.0])).abs().max() == 0
    assert event_slopes(torch.tensor([3.0])).tolist() == [0.0]


def test_the_slope_around_an_event_is_its_own_and_beyond_the_window_there_is_none():
    line = Arrivals(torch.tensor([[[30.0, 32.0, 34.0]]]), torch.ones(1, 1, 3))
    slope = mean_slope(slope_sums(line, N))[0]
    assert slope.shape == (3, N)
    torch.testing.assert_close(slope[1, 32 - WIDE : 32 + WIDE + 1], torch.full((2 * WIDE + 1,), 2.0))
    assert slope[1, : 32 - WIDE].abs().max() == slope[1, 32 + WIDE + 1 :].abs().max() == 0


def test_of_two_events_the_nearer_and_the_stronger_sets_the_slope():
    times = torch.tensor([[[20.0, 21.0, 22.0], [32.0, 29.0, 26.0], [29.0, 29.0, 29.0]]])
    sizes = torch.tensor([1.0, 10.0, 0.1])[None, :, None].expand(1, 3, 3)
    slope = mean_slope(slope_sums(Arrivals(times, sizes), N))[0, 1]
    assert slope[29].item() == pytest.approx(-3, abs=0.01)  # the weak flat event has a ten-thousandth of the energy
    assert -3 < slope[29 - NEAR - 1].item() < 1
    assert slope[21 - NEAR].item() > -3
    assert event_slopes(times)[0, 0].tolist() == [1, 1, 1]


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_the_mean_slope_lies_between_those_of_the_events(seed):
    rng = seeded(seed)
    slopes = 4 * torch.randn(1, 6, 1, generator=rng)
    times = 64 * torch.rand(1, 6, 1, generator=rng) + slopes * torch.arange(5)
    slope = mean_slope(slope_sums(Arrivals(times, torch.randn(1, 6, 5, generator=rng)), N))
    known = slope[slope != 0]
    assert slopes.min() - 1e-3 <= known.min()
    assert known.max() <= slopes.max() + 1e-3


@pytest.mark.parametrize("name", sorted(FAMILIES))
@settings(max_examples=10)
@given(count=st.integers(1, 3), n_traces=st.integers(2, 20), n_samples=st.integers(16, 80), seed=st.integers(0, 2**31))
def test_every_family_is_finite_and_repeats_with_its_seed(name, count, n_traces, n_samples, seed):
    one, again, other = (
        FAMILIES[name](frame(count, n_traces, n_samples, seed=s)).arrivals for s in (seed, seed, seed + 1)
    )
    assert one.times.shape == one.amplitudes.shape
    assert one.times.shape[0] == count
    assert one.times.shape[2] == n_traces
    assert torch.isfinite(one.times).all()
    assert torch.isfinite(one.amplitudes).all()
    assert torch.equal(one.times, again.times)
    assert torch.equal(one.amplitudes, again.amplitudes)
    assert not torch.equal(one.times, other.times)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_family_puts_events_into_the_patch(name):
    times, amplitudes = FAMILIES[name](frame()).arrivals
    inside = (times > 0) & (times < 128) & (amplitudes != 0)
    assert (inside.any(dim=1).float().mean(dim=1) > 0.5).float().mean() > 0.9


def test_crossing_lines_reach_three_times_the_aliasing_slope_and_hyperbolas_no_more():
    drawn = sparse_events(frame(400, frequency=0.1)).arrivals
    slopes = event_slopes(drawn.times)
    straight = drawn.times.diff(n=2, dim=-1).abs().amax(dim=-1) < 1e-2
    steepest = slopes[straight].abs().max().item()
    assert 0.9 * STEEPEST * 5 < steepest < 1.001 * STEEPEST * 5  # the aliasing slope is 1 / (2 * 0.1)


def test_flattened_gathers_keep_within_a_sample_per_trace():
    slopes = event_slopes(flattened_events(frame(200, 64)).arrivals.times)
    assert (slopes.abs() < 1.05).float().mean() > 0.99  # small curves on top reach a little beyond in a few
    assert slopes.abs().mean() > 0.05


def test_the_higher_frequencies_of_ground_roll_travel_slower():
    many = frame(60, 24, 256, frequency=0.08)
    apex = torch.full((60, 1, 1), -10.0)
    waves, paths = ground_roll(many, apex, n_modes=1)
    assert waves.shape == (60, 24, (256 + 2 * PAD) // 2 + 1)
    assert (event_slopes(paths.times) > 0).all()  # away from the source
    step = (waves[:, 1:] * waves[:, :-1].conj()).angle()  # phase from trace to trace: -2 pi f slowness
    frequency = torch.arange(waves.shape[-1]) / (256 + 2 * PAD)
    low, high = 4, 8
    size = waves.abs().amin(dim=1)
    loud = (size[:, low] > 1e-3) & (size[:, high] > 1e-3)
    turn = (2 * math.pi * frequency[[low, high]] * event_slopes(paths.times).amax(dim=(1, 2))[:, None]).amax(dim=1)
    loud = loud & (turn < math.pi)  # beyond half a turn the phase step is ambiguous
    slowness = -step[loud][:, 0] / (2 * math.pi * frequency.clamp(min=1e-9))
    assert loud.sum() > 5
    assert (slowness[:, high] > slowness[:, low]).all()


def test_a_shared_structure_and_an_amplitude_along_an_event_are_smooth():
    many = frame(50, 64)
    shift, factor = many.structure(), many.along_event(4)
    assert shift.shape == (50, 1, 64)
    assert factor.shape == (50, 4, 64)
    for curve, size in ((shift, 16.0), (factor, 0.6)):
        step = 3 / 63
        assert curve.diff(dim=-1).diff(dim=-1).abs().max() <= size * 1.4 * step**2 * 4 * 6.0  # as for smooth_curve


def test_amplitude_with_offset_begins_at_one_and_changes_sign_in_a_part_of_the_events():
    factor = frame(200, 32).with_offset(torch.arange(32.0), 4)
    assert (factor[..., 0] == 1).all()
    turned = (factor[..., -1] < 0).float().mean().item()
    assert turned == pytest.approx(0.5 * 0.4, abs=0.1)  # half of the patches; 1 < gradient < 2 of -0.5 to 2
