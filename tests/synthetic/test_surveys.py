import math
from types import MappingProxyType

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.synthetic import noise, surveys
from seisfill.synthetic.events import PAD, Arrivals, Scene
from seisfill.synthetic.guides import draw_guides
from seisfill.synthetic.surveys import FAMILIES, SyntheticSurveys
from seisfill.synthetic.wavelets import Wavelets

SIZE = (12, 48)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def plain(monkeypatch):
    """Take decay, mute and bad traces away."""
    monkeypatch.setattr(noise, "decay", lambda count, n, *, rng: torch.ones(count, 1, n))
    monkeypatch.setattr(noise, "mute", lambda *shape, rng: torch.ones(shape))
    monkeypatch.setattr(noise, "weak_traces", lambda count, n, *, rng: torch.ones(count, n, 1))
    monkeypatch.setattr(noise, "erratic_noise", lambda *shape, rng: torch.zeros(shape))


@settings(max_examples=15)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 4), size=st.tuples(st.integers(2, 20), st.integers(16, 80)))
def test_patches_are_finite_and_repeat_with_the_seed(seed, count, size):
    one, again, other = (SyntheticSurveys().draw(count, size, rng=seeded(s)) for s in (seed, seed, seed + 1))
    for name in ("signal", "truth", "slope"):
        assert getattr(one, name).shape == (count, *size)
        assert getattr(one, name).dtype == torch.float32
        assert torch.isfinite(getattr(one, name)).all()
        assert torch.equal(getattr(one, name), getattr(again, name))
    assert not torch.equal(one.truth, other.truth)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_family_makes_patches_of_its_own(name):
    patches = SyntheticSurveys(weights={name: 1.0}).draw(8, (16, 64), rng=seeded())
    assert (patches.signal.abs().amax(dim=(1, 2)) > 0).float().mean() > 0.5  # a mute may cover a patch
    assert (patches.slope != 0).any()


def test_drawing_leaves_the_global_generator_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    SyntheticSurveys().draw(2, SIZE, rng=seeded())
    assert torch.equal(torch.get_rng_state(), before)


def test_the_signal_has_unit_rms_and_the_noise_its_share(monkeypatch):
    plain(monkeypatch)
    only = SyntheticSurveys(weights={"section": 1.0}, noise=(0.1, 0.1))
    patches = only.draw(40, (24, 96), rng=seeded())
    signal, truth = patches.signal, patches.truth
    torch.testing.assert_close(signal.square().mean(dim=(1, 2)), torch.ones(40), atol=1e-5, rtol=0)
    share = (truth - signal).square().mean(dim=(1, 2)).sqrt() / 0.1
    assert share.median().item() == pytest.approx(1, abs=0.02)  # coupling of the traces moves single patches
    assert 0.7 < share.min() < share.max() < 1.5


def test_families_come_by_their_weights(monkeypatch):
    plain(monkeypatch)

    def family(time):
        def scene(frame):
            shape = (frame.count, 1, frame.n_traces)
            return Scene(Arrivals(torch.full(shape, time), torch.ones(shape)))

        return scene

    def spikes(count, n, *, rng):
        return Wavelets(torch.ones(count, n // 2 + 1, dtype=torch.complex64), torch.full((count, 1), 0.1))

    monkeypatch.setattr(
        surveys, "FAMILIES", MappingProxyType({"early": family(10.0), "late": family(40.0), "never": None})
    )
    monkeypatch.setattr(surveys, "draw_wavelets", spikes)
    monkeypatch.setattr(noise, "absorption", lambda count, *, rng: torch.zeros(count, 1, 1))
    mixed = SyntheticSurveys(weights={"early": 1.0, "late": 3.0, "never": 0.0})
    signal = mixed.draw(1000, (4, 48), rng=seeded()).signal
    late = (signal.abs().sum(dim=1).argmax(dim=1) > 25).sum().item()
    assert abs(late - 750) < 5 * math.sqrt(1000 * 0.75 * 0.25)  # five standard deviations


def test_noise_has_unit_rms_and_differs_from_trace_to_trace():
    dirt = noise.random_noise(30, 16, 200, rng=seeded())
    torch.testing.assert_close(dirt.square().mean(dim=(1, 2)), torch.ones(30), atol=1e-5, rtol=0)
    neighbours = (dirt[:, 1:] * dirt[:, :-1]).mean(dim=(1, 2))
    assert neighbours.abs().max() < 0.3  # independent traces; few of them where the noise is of low frequency


def test_a_texture_has_unit_rms_and_no_dip_steeper_than_two_samples_a_trace():
    made = noise.texture(6, 32, 128, rng=seeded(3))
    torch.testing.assert_close(made.square().mean(dim=(-2, -1)), torch.ones(6))
    power = torch.fft.rfft2(made).abs().square()
    frequency, wavenumber = torch.fft.rfftfreq(128), torch.fft.fftfreq(32)[:, None]
    beyond = wavenumber.abs() > 2 * 2.0 * (frequency + 0.5 / 32)
    assert power[:, beyond].sum() < 1e-3 * power.sum()


def test_a_textured_patch_counts_its_background_as_signal_and_an_older_recipe_draws_what_it_drew():
    bare, older, textured = (
        SyntheticSurveys(**share).draw(4, SIZE, rng=seeded(5)) for share in ({}, {"textured": 0.0}, {"textured": 1.0})
    )
    assert torch.equal(bare.truth, older.truth)
    assert not torch.equal(bare.signal, textured.signal)
    with pytest.raises(InvalidParameterError, match="textured"):
        SyntheticSurveys(textured=1.5)


def test_decay_begins_at_one_and_falls_evenly_in_decibels():
    fall = noise.decay(50, 40, rng=seeded())
    assert fall.shape == (50, 1, 40)
    assert (fall[..., 0] == 1).all()
    assert fall.min() > math.exp(-6.91)
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


def test_bursts_and_spikes_come_in_few_patches_and_few_samples():
    dirt = noise.erratic_noise(400, 16, 64, rng=seeded())
    assert dirt.shape == (400, 16, 64)
    dirty = (dirt != 0).any(dim=(1, 2)).float().mean().item()
    assert 0.03 < dirty < 0.17  # chances of 0.12 and 0.05; in some no trace is hit
    assert (dirt != 0).float().mean() < 0.01
    assert dirt.abs().max() > 3
    assert dirt.min() < 0 < dirt.max()


def test_a_few_traces_are_dead_or_weak_and_most_are_whole():
    factor = noise.weak_traces(1000, 20, rng=seeded())
    assert factor.shape == (1000, 20, 1)
    assert (factor == 1).float().mean() > 0.98
    assert (factor == 0).any()
    assert ((factor > 0) & (factor < 0.5)).any()
    assert factor.max() == 1


def test_absorption_leaves_the_top_alone_and_takes_high_frequencies_from_the_bottom():
    white = torch.randn(3, 200, (256 + 2 * PAD) // 2 + 1, dtype=torch.complex64, generator=seeded())
    loss = torch.tensor([0.0, 1.0, 6.0])[:, None, None]
    patch = noise.absorbed(white, loss, 256)
    torch.testing.assert_close(patch[0], noise.to_time(white[:1], 256)[0])
    torch.testing.assert_close(patch[:, :, 0], noise.to_time(white, 256)[:, :, 0])
    bottom = patch[:, :, -64:].square().mean(dim=(1, 2))
    # mean square of exp(-loss f), f from 0 to 1 at half a cycle per sample, of the loss near the end (7/8 of it)
    expected = bottom[0] * (1 - math.exp(-2 * 6 * 7 / 8)) / (2 * 6 * 7 / 8)
    assert bottom[2].item() == pytest.approx(expected.item(), rel=0.3)  # 200 traces of noise, and the blend
    assert bottom[0] > bottom[1] > bottom[2]
    some = noise.absorption(1000, rng=seeded())
    assert (some > 0).float().mean().item() == pytest.approx(0.4, abs=5 * math.sqrt(0.24 / 1000))


def test_guides_tell_the_slope_nearly_where_they_are_trusted_and_nothing_elsewhere():
    slope = torch.full((400, 24, 96), 2.0)
    slope[:, :, :20] = 0  # nothing there
    guides = draw_guides(slope, share=0.5, rng=seeded())
    told, trust = guides[:, 0], guides[:, 1]
    assert set(trust.unique().tolist()) == {0.0, 1.0}
    assert (told[trust == 0] == 0).all()
    assert (trust[:, :, :20] == 0).all()
    assert (told[trust == 1] - 2).abs().median() < 0.1
    present = (trust == 1).any(dim=(1, 2)).float().mean().item()
    assert present == pytest.approx(0.5, abs=5 * math.sqrt(0.25 / 400) + 0.05)  # narrow bands can miss the events
    assert (draw_guides(slope, share=0.0, rng=seeded()) == 0).all()


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
