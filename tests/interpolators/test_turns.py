import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis.extra import numpy as hnp

from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.interpolators.network import NetworkInterpolator
from seisfill.interpolators.turns import TURNS
from seisfill.nn.unet import UNet, UNetConfig

NAMES = [turn.name for turn in TURNS]


def look(name, data):
    turn = TURNS[NAMES.index(name)]
    data = np.array(data, dtype=np.float32)
    return turn.look(data, np.ones(data.shape, dtype=bool))


def network(**options):
    """Random weights, the head's too."""
    torch.manual_seed(0)
    unet = UNet(UNetConfig(widths=(4, 6), dilations=(1,), **options))
    torch.nn.init.normal_(unet.head.weight, 0, unet.head.weight[0].numel() ** -0.5)
    return unet.eval()


def gather(n_traces=20, n_samples=64):
    data = np.random.default_rng(0).standard_normal((n_traces, n_samples))
    return Gather(data=data, live=np.arange(n_traces) % 3 != 1, dt=0.004)


def test_looks_at_three_traces():
    data = [[1, 2], [3, 4], [5, 6]]
    assert look("reversed", data)[0].tolist() == [[5, 6], [3, 4], [1, 2]]
    assert look("other polarity", data)[0].tolist() == [[-1, -2], [-3, -4], [-5, -6]]
    sheared, known = look("dipping down by one sample a trace", data)
    assert sheared.tolist() == [[1, 2, 0, 0], [0, 3, 4, 0], [0, 0, 5, 6]]
    assert (known == (sheared != 0)).all()
    assert look("dipping up by one sample a trace", data)[0].tolist() == [[0, 0, 1, 2], [0, 3, 4, 0], [5, 6, 0, 0]]
    later, known = look("tiles that begin earlier", data)
    assert later[2:, 4:].tolist() == data
    assert not known[:2].any()
    assert not known[:, :4].any()


@given(hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2), elements={"allow_nan": False}))
def test_every_look_comes_back_exactly(data):
    for turn in TURNS:
        there, _ = turn.look(data, np.ones(data.shape, dtype=bool))
        assert turn.undo(there, data.shape).tobytes() == data.tobytes(), turn.name


def test_turns_change_sigma_alone_and_only_upwards():
    plain, turned = (NetworkInterpolator(network=network(), turns=turns).fill(gather()) for turns in (0, 5))
    assert turned.data.tobytes() == plain.data.tobytes()
    assert (turned.sigma >= plain.sigma * (1 - 1e-6)).all()  # rounding of a root of a square
    missing = ~gather().live
    assert (turned.sigma[missing] > plain.sigma[missing]).any()
    assert not turned.sigma[~missing].any()


def test_a_network_that_answers_the_same_from_all_sides_gains_no_sigma():
    torch.manual_seed(0)
    line = UNet(UNetConfig(widths=(4, 6), dilations=(1,))).eval()  # its residual head begins at zero: a straight line
    plain, turned = (NetworkInterpolator(network=line, turns=turns).fill(gather()) for turns in (0, 2))
    assert turned.sigma == pytest.approx(plain.sigma, rel=1e-3, abs=1e-6)


def test_turns_that_are_not_there_and_turns_of_guides_are_refused():
    with pytest.raises(InvalidParameterError, match="Invalid turns 6: must be from 0 to 5"):
        NetworkInterpolator(network=network(), turns=6)
    guided = gather()
    guided = Gather(data=guided.data, live=guided.live, dt=0.004, guides={"slope": np.zeros((20, 64), np.float32)})
    filler = NetworkInterpolator(network=network(guides=True), turns=1)
    with pytest.raises(InvalidParameterError, match="Invalid turns 1 of a gather with guides: must be 0"):
        filler.fill(guided)
