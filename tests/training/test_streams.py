import dataclasses
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.masks import RegularMask
from seisfill.patches.gain import Gain
from seisfill.training.streams import SyntheticStream, every_kind_of_mask, fit_gain

STREAM = SyntheticStream(patch=(16, 64), batch=2, chunk=2)
PARTS = ("signal", "truth", "mask", "guide")


def same(one, other):
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in PARTS)


def test_a_batch_has_the_shape_that_the_network_takes():
    batch = STREAM.draw(0, seed=1)
    for part in (batch.signal, batch.truth, batch.mask):
        assert part.shape == (2, 1, 16, 64)
        assert part.dtype == torch.float32
    assert set(batch.mask.unique().tolist()) <= {0.0, 1.0}
    assert batch.guide.shape == (2, 2, 16, 64)
    assert set(batch.guide[:, 1].unique().tolist()) <= {0.0, 1.0}


def test_a_rule_that_one_can_check_by_eye_makes_the_mask():
    stream = SyntheticStream(masks=RegularMask(every=3), free_form_share=0.0, patch=(7, 32), batch=2, chunk=2)
    assert stream.draw(5, seed=1).mask[:, 0, :, 0].tolist() == [[1, 0, 0, 1, 0, 0, 1]] * 2


@settings(max_examples=5)
@given(seed=st.integers(0, 2**40), step=st.integers(0, 10**7))
def test_a_batch_is_a_pure_function_of_seed_and_step(seed, step):
    one = STREAM.draw(step, seed=seed)
    torch.manual_seed(step)
    torch.rand(3)
    STREAM.draw(step + 1, seed=seed)
    before = torch.get_rng_state()
    assert same(STREAM.draw(step, seed=seed), one)
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.equal(STREAM.draw(step + 1, seed=seed).signal, one.signal)
    assert not torch.equal(STREAM.draw(step, seed=seed + 1).signal, one.signal)


def test_masks_too_change_from_step_to_step_and_from_patch_to_patch():
    masks = [STREAM.draw(step, seed=1).mask[:, 0] for step in range(10)]
    assert len({tuple(patch.flatten().tolist()) for mask in masks for patch in mask}) > 10  # of 20; regular ones repeat


def test_amplitudes_are_gained_to_about_one_on_what_is_known():
    stream = SyntheticStream(patch=(32, 128), batch=32)
    batch = stream.draw(3, seed=1)
    assert torch.isfinite(batch.truth).all()
    assert torch.isfinite(batch.signal).all()
    energy = (batch.truth.square() * batch.mask).sum(dim=(1, 2, 3)) / batch.mask.sum(dim=(1, 2, 3)).clamp(min=1)
    assert 0.5 < energy.median().sqrt() < 1.5  # windows are uneven at edges and holes


def test_holes_inside_traces_come_in_their_share():
    stream = SyntheticStream(patch=(12, 40), batch=200, free_form_share=0.3, masks=RegularMask(every=2))
    mask = stream.draw(0, seed=1).mask[:, 0, ::2]  # live traces
    holes = (mask.amin(dim=(1, 2)) == 0).float().mean().item()
    # five standard deviations, and a few holes that miss the live traces
    assert holes == pytest.approx(0.3, abs=5 * math.sqrt(0.3 * 0.7 / 200))


def test_the_mixture_of_masks_hides_in_every_way_and_never_all_in_most():
    rule, rng = every_kind_of_mask(), torch.Generator().manual_seed(0)
    drawn = [rule.draw(64, rng=rng) for _ in range(300)]
    hidden = torch.stack([(~live).float().mean() for live in drawn])
    assert hidden.min() < 0.1
    assert hidden.max() > 0.7
    assert (hidden > 0).all()
    assert sum(not live.any() for live in drawn) == 0
    regular = sum(bool((~live[1::2]).all() and live[::2].all()) for live in drawn)
    assert regular > 15  # every second trace, the hard case, from two of the rules


def test_processes_that_share_a_batch_see_the_data_of_one():
    stream = SyntheticStream(patch=(12, 40), batch=6, chunk=2)
    whole = stream.draw(3, seed=1)
    first, last = stream.draw(3, seed=1, chunks=range(2)), stream.draw(3, seed=1, chunks=range(2, 3))
    for name in PARTS:
        assert torch.equal(torch.cat([getattr(first, name), getattr(last, name)]), getattr(whole, name))
    assert not torch.equal(whole.truth[:2], whole.truth[2:4])
    assert not torch.equal(whole.mask[:2], whole.mask[4:])


def test_guides_come_in_their_share():
    stream = SyntheticStream(patch=(12, 40), batch=200, chunk=50, guide_share=0.3)
    present = (stream.draw(0, seed=1).guide[:, 1].amax(dim=(1, 2)) > 0).float().mean().item()
    assert present == pytest.approx(0.3, abs=5 * math.sqrt(0.3 * 0.7 / 200))  # and a few bands that miss the events
    without = SyntheticStream(patch=(12, 40), batch=8, guide_share=0.0).draw(0, seed=1)
    assert (without.guide == 0).all()


def test_few_patches_come_again_under_other_holes_and_the_first_ones_are_those_of_the_endless_stream():
    fixed = {"masks": RegularMask(every=2), "free_form_share": 0.0, "guide_share": 0.0}
    endless = dataclasses.replace(STREAM, **fixed)
    few = dataclasses.replace(endless, repeat=3)
    drawn = [few.draw(step, seed=1) for step in range(6)]
    assert all(same(drawn[step], drawn[step + 3]) for step in range(3))
    assert all(same(drawn[step], endless.draw(step, seed=1)) for step in range(3))
    assert not same(drawn[3], endless.draw(3, seed=1))
    one, again = (dataclasses.replace(STREAM, repeat=3, gain=False).draw(step, seed=1) for step in (1, 4))
    assert not torch.equal(one.mask, again.mask)
    scale = one.truth.abs().amax(dim=(2, 3), keepdim=True) / again.truth.abs().amax(dim=(2, 3), keepdim=True)
    assert torch.allclose(one.truth, again.truth * scale, rtol=1e-5)  # divided by the RMS of what is known, float32


def test_without_gain_each_patch_is_divided_by_one_number():
    gained, whole = (dataclasses.replace(STREAM, gain=gain).draw(0, seed=1) for gain in (True, False))
    assert torch.equal(gained.mask, whole.mask)
    ratio = (gained.truth / whole.truth)[whole.truth.abs() > 1e-3]
    assert ratio.max() > 2 * ratio.min()  # the gain follows the amplitude within a patch
    energy = (whole.truth.square() * whole.mask).sum(dim=(1, 2, 3)) / whole.mask.sum(dim=(1, 2, 3))
    assert torch.allclose(energy, torch.ones(2), rtol=1e-5)  # float32
    refitted = Gain.fit(whole.truth, whole.mask > 0.5).apply(whole.truth)
    assert torch.allclose(refitted, gained.truth, rtol=1e-4, atol=1e-5)  # so that both can be scored alike; float32


def test_one_number_for_a_gather_of_which_nothing_or_only_silence_is_known():
    silent = torch.zeros(1, 2, 3)
    for known in (silent > 0, silent == 0):
        assert (fit_gain(silent, known, local=False).level == 1).all()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"batch": 12}, "Invalid batch 12: must be a multiple of the chunk, 8"),
        ({"chunk": 0}, "Invalid chunk 0"),
        ({"repeat": 0}, "Invalid repeat 0"),
        ({"guide_share": 1.5}, "Invalid guide_share 1.5"),
        ({"free_form_share": -0.1}, "Invalid free_form_share -0.1"),
    ],
)
def test_a_stream_that_cannot_be_drawn_is_refused(wrong, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        SyntheticStream(**wrong)
