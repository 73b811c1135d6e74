import math
from types import MappingProxyType

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.synthetic import noise, surveys
from seisfill.synthetic.events import Arrivals
from seisfill.synthetic.surveys import SyntheticSurveys

SIZE = (12, 48)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def plain(monkeypatch):
    """Take decay and mute away."""
    monkeypatch.setattr(noise, "decay", lambda count, n, *, rng: torch.ones(count, 1, n))
    monkeypatch.setattr(noise, "mute", lambda *shape, rng: torch.ones(shape))


@settings(max_examples=15)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 4), size=st.tuples(st.integers(2, 20), st.integers(16, 80)))
def test_patches_are_finite_and_repeat_with_the_seed(seed, count, size):
    one, again, other = (SyntheticSurveys().draw(count, size, rng=seeded(s)) for s in (seed, seed, seed + 1))
    for number in (0, 1):
        assert one[number].shape == (count, *size)
        assert one[number].dtype == torch.float32
        assert torch.isfinite(one[number]).all()
        assert torch.equal(one[number], again[number])
        assert not torch.equal(one[1], other[1])


def test_drawing_leaves_the_global_generator_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    SyntheticSurveys().draw(2, SIZE, rng=seeded())
    assert torch.equal(torch.get_rng_state(), before)


def test_the_signal_has_unit_rms_and_the_noise_its_share(monkeypatch):
    plain(monkeypatch)
    only = SyntheticSurveys(weights={"section": 1.0}, noise=(0.1, 0.1))
    signal, truth = only.draw(40, (24, 96), rng=seeded())
    torch.testing.assert_close(signal.square().mean(dim=(1, 2)), torch.ones(40), atol=1e-5, rtol=0)
    share = (truth - signal).square().mean(dim=(1, 2)).sqrt() / 0.1
    assert share.median().item() == pytest.approx(1, abs=0.02)  # coupling of the traces moves single patches
    assert 0.7 < share.min() < share.max() < 1.5


def test_families_come_by_their_weights(monkeypatch):
    plain(monkeypatch)

    def family(time):
        return lambda count, x, t, *, rng: Arrivals(torch.full((count, 1, x), time), torch.ones(count, 1, x))

    monkeypatch.setattr(
        surveys, "FAMILIES", MappingProxyType({"early": family(10.0), "late": family(40.0), "never": None})
    )
    monkeypatch.setattr(
        surveys, "wavelet_spectra", lambda count, n, *, rng: torch.ones(count, n // 2 + 1, dtype=torch.complex64)
    )
    mixed = SyntheticSurveys(weights={"early": 1.0, "late": 3.0, "never": 0.0})
    signal, _ = mixed.draw(1000, (4, 48), rng=seeded())
    late = (signal.abs().sum(dim=1).argmax(dim=1) > 25).sum().item()
    assert abs(late - 750) < 5 * math.sqrt(1000 * 0.75 * 0.25)  # five standard deviations


def test_noise_has_unit_rms_and_differs_from_trace_to_trace():
    dirt = noise.random_noise(30, 16, 200, rng=seeded())
    torch.testing.assert_close(dirt.square().mean(dim=(1, 2)), torch.ones(30), atol=1e-5, rtol=0)
    neighbours = (dirt[:, 1:] * dirt[:, :-1]).mean(dim=(1, 2))
    assert neighbours.abs().max() < 0.3  # independent traces; few of them where the noise is of low frequency


def test_decay_begins_at_one_and_falls_evenly_in_decibels():
    fall = noise.decay(50, 40, rng=seeded())
    assert fall.shape == (50, 1, 40)
    assert (fall[..., 0] == 1).all()
    assert fall.min() > math.exp(-5.81)
    torch.testing.assert_close(fall.log().diff(dim=-1).std(dim=-1), torch.zeros(50, 1), atol=1e-6, rtol=0)


def test_a_mute_is_a_line_above_which_all_is_zero():
    kept = noise.mute(200, 16, 40, rng=seeded())
    assert set(kept.unique().tolist()) == {0.0, 1.0}
    assert (kept.diff(dim=-1) >= 0).all()
    muted = (kept == 0).any(dim=(1, 2)).float().mean()
    assert 0.02 < muted < 0.3  # of a chance of 0.15, some lines lie above the patch


def test_coupling_is_positive_and_statics_are_small():
    factor, shift = noise.coupling(100, 20, rng=seeded()), noise.statics(100, 20, rng=seeded())
    assert factor.shape == (100, 20, 1)
    assert shift.shape == (100, 1, 20)
    assert factor.min() > 0
    assert factor.log().abs().median() < 0.1
    assert shift.abs().median() < 0.1
    assert shift.abs().max() < 0.5 * 6


def test_a_family_that_is_not_known_is_refused_with_a_suggestion():
    with pytest.raises(InvalidParameterError, match=r"Invalid family 'shots': must be known; did you mean 'shot'"):
        SyntheticSurveys(weights={"shots": 1.0})


@pytest.mark.parametrize("weights", [{}, {"shot": 0.0}, {"shot": 1.0, "sparse": -0.1}, {"shot": math.nan}])
def test_weights_that_choose_nothing_are_refused(weights):
    with pytest.raises(InvalidParameterError, match="Invalid weights"):
        SyntheticSurveys(weights=weights)


@pytest.mark.parametrize("level", [(0.0, 0.1), (0.3, 0.1), (-0.1, 0.1), (0.1, math.inf), (math.nan, 0.1)])
def test_a_noise_that_is_no_range_is_refused(level):
    with pytest.raises(InvalidParameterError, match="Invalid noise"):
        SyntheticSurveys(noise=level)
