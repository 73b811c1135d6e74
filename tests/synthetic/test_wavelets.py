import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.synthetic.random import log_uniform, normal, smooth_curve, uniform
from seisfill.synthetic.wavelets import draw_wavelets, minimum_phase, wavelet_spectra


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_numbers_keep_to_their_range():
    flat, log = uniform(seeded(), (4000,), -2.0, 3.0), log_uniform(seeded(), (4000,), 0.01, 100.0)
    assert flat.dtype == log.dtype == torch.float32
    assert -2 <= flat.min() < -1.9
    assert 2.9 < flat.max() <= 3
    assert 0.0099 < log.min() < 0.012  # rounding of exp and log at the lower end
    assert 90 < log.max() < 100.01
    assert (log < 1).float().mean().item() == pytest.approx(0.5, abs=5 * math.sqrt(0.25 / 4000))  # 5 standard errors
    assert normal(seeded(), (4000,)).std().item() == pytest.approx(1, abs=5 / math.sqrt(2 * 4000))


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31), knots=st.integers(2, 8), n=st.integers(20, 120))
def test_a_smooth_curve_bends_no_more_than_its_knots_allow(seed, knots, n):
    curves = smooth_curve(seeded(seed), (3, n), knots)
    assert curves.shape == (3, n)
    step = knots / (n - 1)
    largest = 6.0  # of the normal values that make the spline, but once in 10^8
    # the second derivative of a cubic spline lies between second differences of its coefficients
    assert curves.diff(dim=-1).diff(dim=-1).abs().max() <= 1.4 * step**2 * 4 * largest
    assert curves.diff(dim=-1).abs().max() <= 1.4 * step * 2 * largest


def test_a_smooth_curve_has_unit_variance_at_its_knots():
    curves = smooth_curve(seeded(), (4000, 61), 6)
    at_knots = curves[:, 10:60:10].var(dim=0)
    few = 5 * math.sqrt(2 / 4000)  # five standard errors of a variance
    torch.testing.assert_close(at_knots, torch.full((5,), 1.4**2 / 2), atol=few, rtol=0)  # (1 + 16 + 1) / 36 by 1.4^2


def test_a_curve_of_one_trace_is_a_number():
    assert torch.isfinite(smooth_curve(seeded(), (2, 1), 3)).all()


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31), n_samples=st.integers(64, 400))  # in fewer, a narrow bell can miss all frequencies
def test_every_wavelet_has_energy_one_half(seed, n_samples):
    spectra = wavelet_spectra(5, n_samples, rng=seeded(seed))
    assert spectra.dtype == torch.complex64
    assert spectra.shape == (5, n_samples // 2 + 1)
    assert torch.isfinite(torch.view_as_real(spectra)).all()
    # mean square over the frequencies is one half to float32 rounding; in time all but the first and last count twice
    torch.testing.assert_close(spectra.abs().square().mean(dim=1), torch.full((5,), 0.5), atol=1e-5, rtol=0)


def test_the_energy_in_time_is_that_of_the_spectrum():
    energy = torch.fft.irfft(wavelet_spectra(200, 256, rng=seeded()), n=256).square().sum(dim=1)
    torch.testing.assert_close(energy, torch.full((200,), 0.5 * (1 + 2 / 256)), atol=1e-3, rtol=0)  # ends are near zero


def test_wavelets_hold_little_at_zero_and_at_the_highest_frequency():
    spectra = wavelet_spectra(200, 256, rng=seeded()).abs()
    peak = spectra.amax(dim=1)
    assert (spectra[:, -1] < 0.1 * peak).all()
    assert (spectra[:, 0] < 0.1 * peak).all()
    assert len({int(place) for place in spectra.argmax(dim=1)}) > 20


def test_wavelets_repeat_with_the_seed():
    one, again, other = (wavelet_spectra(3, 64, rng=seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_wavelets_span_the_frequencies_and_widths_that_field_data_has():
    drawn = draw_wavelets(2000, 512, rng=seeded())
    assert drawn.frequency.shape == (2000, 1)
    assert 0.0099 < drawn.frequency.min() < 0.013
    assert 0.3 < drawn.frequency.max() < 0.351
    size = drawn.spectra.abs().square()
    frequency = torch.arange(257) / 512
    octaves = torch.log2(frequency.clamp(min=1e-3))
    mean = (size * octaves).sum(dim=1) / size.sum(dim=1)
    spread = ((size * (octaves - mean[:, None]).square()).sum(dim=1) / size.sum(dim=1)).sqrt()
    assert spread.quantile(0.05) < 0.3
    assert spread.quantile(0.95) > 0.6
    assert (mean - torch.log2(drawn.frequency[:, 0])).abs().median() < 0.4


def test_a_minimum_phase_wavelet_has_its_energy_early():
    frequency = torch.arange(129) / 256
    band = (frequency / 0.08).square() * torch.exp(1 - (frequency / 0.08).square())
    wavelet = torch.fft.irfft(torch.polar(band, minimum_phase(band[None], 256)[0]), n=256)
    energy = wavelet.square()
    assert energy[:40].sum() > 0.97 * energy.sum()  # the floor of the amplitude leaves a little before time zero
    late = torch.fft.irfft(band.to(torch.complex64), n=256).roll(40).square().cumsum(0)
    assert (energy.cumsum(0)[:60] >= late[:60] - 0.03 * energy.sum()).all()
