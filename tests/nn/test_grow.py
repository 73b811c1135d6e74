import pytest
import torch

from seisfill.errors import InvalidParameterError
from seisfill.nn.grow import grow
from seisfill.nn.unet import UNet, UNetConfig

SMALL = {"widths": (4, 6, 8), "blocks": 1, "dilations": (1, 2), "fold": 2}
ROUNDING = 1e-4  # float32 through two dozen convolutions, whose sums run over more channels in another order


def trained(**changes):
    """A network whose every weight says something, its head included."""
    torch.manual_seed(0)
    network = UNet(UNetConfig(**{**SMALL, **changes}))
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return network.eval()


def patch(seed=0):
    rng = torch.Generator().manual_seed(seed)
    mask = (torch.rand(2, 1, 11, 1, generator=rng) < 0.5).float().expand(-1, -1, -1, 37)
    guide = torch.cat([torch.randn(2, 1, 11, 37, generator=rng), (torch.rand(2, 1, 11, 37, generator=rng) < 0.5)], 1)
    return torch.randn(2, 1, 11, 37, generator=rng) * mask, mask, guide


def agree(one, other, *inputs):
    for mine, theirs in zip(one(*inputs), other(*inputs), strict=True):
        torch.testing.assert_close(mine, theirs, atol=ROUNDING, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("convolution", ["gated", "partial", "plain"])
@pytest.mark.parametrize(
    "bigger",
    [
        {},
        {"dilations": (1, 2, 1, 4)},
        {"blocks": 3},
        {"guides": True},
        {"widths": (5, 9, 8)},
        {"widths": (8, 12, 16), "blocks": 2, "dilations": (1, 2, 4), "guides": True},
    ],
)
def test_a_grown_network_answers_as_the_old_one(convolution, bigger):
    old = trained(convolution=convolution)
    new = grow(old, UNetConfig(**{**SMALL, "convolution": convolution, **bigger}))
    data, mask, _ = patch()
    agree(new, old, data, mask)


@torch.no_grad()
def test_a_network_with_a_fan_grows_too_and_keeps_its_first_choice():
    old = trained(guides=True, slopes=(0.5, 1.5))
    old.fan.sharpness.fill_(3.0)
    new = grow(old, UNetConfig(**{**SMALL, "guides": True, "slopes": (0.5, 1.5), "widths": (6, 8, 10)}))
    agree(new, old, *patch())


@pytest.mark.parametrize("more", [{"slopes": (0.5,)}, {"slopes": (0.5, 1.5), "guides": True}])
def test_a_fan_is_not_changed_by_growing(more):
    with pytest.raises(InvalidParameterError, match=r"slopes|guides"):
        grow(trained(slopes=(0.5, 1.5)), UNetConfig(**{**SMALL, **more}))


@torch.no_grad()
def test_a_network_with_guides_grows_too_and_keeps_listening_to_them():
    old = trained(guides=True)
    new = grow(old, UNetConfig(**{**SMALL, "guides": True, "blocks": 2, "widths": (6, 8, 10)}))
    data, mask, guide = patch()
    agree(new, old, data, mask, guide)
    assert (old(data, mask, guide)[0] - old(data, mask)[0]).abs().max() > 1e-2


@torch.no_grad()
@pytest.mark.parametrize("convolution", ["gated", "partial", "plain"])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_levels_that_are_not_kept_are_new_and_nothing_listens_to_them_yet(convolution, levels):
    old = trained(convolution=convolution)
    new = grow(old, UNetConfig(**{**SMALL, "convolution": convolution}), levels=levels)
    same = {name for name, value in old.state_dict().items() if torch.equal(new.state_dict()[name], value)}
    fresh = {name.split(".conv")[0] for name in old.state_dict() if name.endswith("conv.weight")} - {
        name.split(".conv")[0] for name in same
    }
    assert ({"bottom.0.0.first", "bottom.1.second", "shrink.1"} <= fresh) == (levels < 3)
    assert ({"down.1.0.first", "up.1.0.second", "shrink.0", "fuse.1"} <= fresh) == (levels < 2)
    assert "down.0.0.first" not in fresh
    if levels < 3:
        deaf = f"fuse.{levels - 1}.conv.weight"
        old.state_dict()[deaf][:, SMALL["widths"][levels - 1] :] = 0
        data, mask, _ = patch()
        agree(new, old, data, mask)


@torch.no_grad()
def test_a_new_limit_leaves_small_features_as_they_are():
    old = trained()
    data, mask, _ = patch()
    agree(grow(old, UNetConfig(**SMALL, limit=1e5)), old, data, mask)
    tight = grow(old, UNetConfig(**SMALL, limit=0.1))
    assert (tight(data, mask)[0] - old(data, mask)[0]).abs().max() > 1e-2


@torch.no_grad()
def test_a_new_guide_bends_the_fill_and_nothing_else_yet():
    old = trained()
    new = grow(old, UNetConfig(**{**SMALL, "guides": True}))
    data, mask, guide = patch()
    flat = torch.cat([torch.zeros_like(data), torch.ones_like(data)], dim=1)  # trusted, and flat: the same line
    agree(new, lambda data, mask, _: old(data, mask), data, mask, flat)
    assert (new(data, mask, guide)[0] - old(data, mask)[0]).abs().max() > 1e-2


@pytest.mark.parametrize("convolution", ["gated", "partial", "plain"])
def test_every_new_weight_learns_within_two_steps(convolution):
    bigger = {**SMALL, "convolution": convolution, "widths": (6, 8, 10), "blocks": 2, "guides": True}
    new = grow(trained(convolution=convolution), UNetConfig(**bigger)).train()
    before = {name: weight.detach().clone() for name, weight in new.named_parameters()}
    descent = torch.optim.SGD(new.parameters(), lr=0.1)
    for step in range(3):
        estimate, log_scale = new(*patch(step))
        descent.zero_grad()
        (estimate.square().mean() + log_scale.mean()).backward()
        descent.step()
    still = [name for name, weight in new.named_parameters() if torch.equal(weight, before[name])]
    assert not still


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("widths", (4, 6)),
        ("widths", (3, 6, 8)),
        ("blocks", 0),
        ("dilations", (1,)),
        ("dilations", (2, 1, 2)),
        ("fold", 4),
        ("convolution", "plain"),
        ("guides", False),
        ("limit", None),
    ],
)
def test_what_does_not_hold_the_old_network_is_refused_by_its_key(key, value):
    with pytest.raises(InvalidParameterError, match=f"Invalid {key} .*: must hold the .* of the network to start from"):
        grow(trained(guides=True, limit=2.0), UNetConfig(**{**SMALL, "guides": True, "limit": 2.0, key: value}))


def test_levels_that_are_not_there_cannot_be_kept():
    with pytest.raises(InvalidParameterError, match="Invalid number of levels to keep 4"):
        grow(trained(), UNetConfig(**SMALL), levels=4)
