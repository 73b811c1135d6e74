import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.training.sources import CutPatches, SourceConfig, live_runs
from seisfill.training.streams import SyntheticStream

PARTS = ("signal", "truth", "mask", "guide")
RAMP = np.arange(1, 49, dtype=np.float32).reshape(6, 8)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_patch_as_large_as_its_section_is_the_section_of_unit_rms_either_way_round():
    cut = CutPatches(sections=(RAMP,), share=1.0).cut(40, RAMP.shape, rng=seeded())
    whole = RAMP / np.sqrt((RAMP**2).mean())
    expected = {(sign * turned).tobytes() for sign in (1, -1) for turned in (whole, whole[::-1])}
    seen = {np.abs(patch.numpy()).tobytes() for patch in cut.truth}
    assert len(seen) == 2
    for patch in cut.truth.numpy():
        assert any(np.allclose(patch, np.frombuffer(one, dtype=np.float32).reshape(6, 8)) for one in expected)
    assert torch.equal(cut.signal, cut.truth)
    assert (cut.slope == 0).all()


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_patches_come_from_inside_of_sections_that_fit(seed):
    source = CutPatches(sections=(RAMP[:1], RAMP, RAMP + 100), share=1.0)
    patches = source.cut(5, (2, 3), rng=seeded(seed)).truth
    assert patches.shape == (5, 2, 3)
    torch.testing.assert_close(patches.square().mean(dim=(1, 2)), torch.ones(5))
    steps = patches.diff(dim=2)
    torch.testing.assert_close(steps[..., 0], steps[..., 1], atol=1e-5, rtol=1e-4)  # rows of a ramp, never across rows
    assert torch.equal(source.cut(5, (2, 3), rng=seeded(seed)).truth, patches)


def test_a_dead_patch_stays_zero():
    assert (CutPatches(sections=(np.zeros((4, 4)),), share=1.0).cut(2, (2, 2), rng=seeded()).truth == 0).all()


def test_runs_of_live_traces_leave_missing_and_holed_traces_out():
    live = np.array([True, True, False, True, True, True])
    gather = Gather(data=RAMP * live[:, None], live=live, dt=0.004)
    assert [run[:, 0].tolist() for run in live_runs([gather])] == [[1, 9], [25, 33, 41]]
    valid = np.ones(RAMP.shape, dtype=bool)
    valid[4, 2] = False
    holed = Gather(data=RAMP * live[:, None], live=live, dt=0.004, valid=valid)
    assert [len(run) for run in live_runs([holed])] == [2, 1, 1]
    assert live_runs([]) == ()


def test_a_share_of_the_batch_is_cut_and_the_same_chunks_are_the_same_data():
    flat = CutPatches(sections=(np.ones((20, 50), dtype=np.float32),), share=0.3)
    stream = SyntheticStream(patch=(12, 40), batch=200, chunk=50)
    batch = stream.draw(2, seed=1, sources=[flat])
    cut = (batch.truth.amax(dim=(1, 2, 3)) - batch.truth.amin(dim=(1, 2, 3)) < 0.05).float().mean().item()
    assert cut == pytest.approx(0.3, abs=5 * (0.3 * 0.7 / 200) ** 0.5)
    part = stream.draw(2, seed=1, sources=[flat], chunks=range(1, 2))
    assert all(torch.equal(getattr(part, name), getattr(batch, name)[50:100]) for name in PARTS)


def test_a_batch_can_be_cut_altogether():
    alone = CutPatches(sections=(RAMP,), share=1.0)
    batch = SyntheticStream(patch=(3, 4), batch=4, chunk=4).draw(0, seed=1, sources=[alone])
    assert (batch.guide == 0).all()
    assert torch.equal(batch.signal, batch.truth)


def test_what_cannot_be_cut_is_refused():
    with pytest.raises(InvalidParameterError, match=r"Invalid patch \(9, 2\): must fit one of 1 runs of live traces"):
        CutPatches(sections=(RAMP,), share=1.0).cut(1, (9, 2), rng=seeded())
    with pytest.raises(InvalidParameterError, match=r"Invalid share 1\.5"):
        CutPatches(sections=(RAMP,), share=1.5)
    with pytest.raises(InvalidParameterError, match=r"Invalid files \(\): must hold at least one"):
        SourceConfig(files=())
    half = SourceConfig(files=("a.sgy",), share=0.6)
    with pytest.raises(InvalidParameterError, match=r"Invalid share of field and modelled patches 1\.2"):
        SyntheticStream(field=half, modelled=half)
