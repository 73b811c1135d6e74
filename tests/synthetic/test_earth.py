import pytest
import torch

from seisfill.synthetic.earth import FASTEST, SALT, SLOWEST, velocity_models


def draw(count=40, shape=(48, 40), seed=0):
    return velocity_models(count, shape, rng=torch.Generator().manual_seed(seed))


def test_models_are_layered_and_faster_below():
    models = draw()
    assert models.shape == (40, 48, 40)
    assert models.dtype == torch.float32
    assert models.min() >= SLOWEST
    assert models.max() <= FASTEST
    assert all(len(model.unique()) <= 14 for model in models)  # twelve layers, water, salt
    assert (models[:, :, -1].mean(dim=1) > models[:, :, 0].mean(dim=1)).float().mean() > 0.9


def test_some_lie_under_water_and_some_hold_salt():
    models = draw(200, (24, 24))
    water = (models[:, :, 0] == SLOWEST).all(dim=1).float().mean().item()
    salt = (models == SALT).any(dim=2).any(dim=1).float().mean().item()
    assert water == pytest.approx(0.5, abs=0.18)
    assert salt == pytest.approx(0.35, abs=0.17)


def test_models_repeat_with_the_seed():
    assert torch.equal(draw(2), draw(2))
    assert not torch.equal(draw(2), draw(2, seed=1))
