import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError, WeightsError
from seisfill.gather import Gather
from seisfill.interpolators.auto import AutoInterpolator
from seisfill.interpolators.base import Limits
from seisfill.interpolators.batches import Tile, TileRunner
from seisfill.interpolators.flattened import Flattened
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.interpolators.network import NetworkInterpolator, Tiles, choose_device
from seisfill.masks import GapMask, RandomMask, RegularMask
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from seisfill.synthetic.surveys import SyntheticSurveys
from tests.interpolators.gathers import assert_promises, random_gathers

SMALL_TILES = Tiles(size=(48, 192), halo=(16, 64))


def network_of(config, seed=0):
    """Random weights, the head's too: its residual is as large as the linear fill."""
    torch.manual_seed(seed)
    network = UNet(config)
    torch.nn.init.normal_(network.head.weight, 0, network.head.weight[0].numel() ** -0.5)
    return network.eval()


NETWORK = network_of(UNetConfig(widths=(4, 6), dilations=(1,)))


def section(shape, rule, seed=0, **more):
    """A synthetic shot with holes."""
    truth = SyntheticSurveys(weights={"shot": 1.0}).draw(1, shape, rng=torch.Generator().manual_seed(seed)).truth
    live = rule.draw(shape[0], rng=np.random.default_rng(seed))
    return Gather(data=truth[0].numpy(), live=live, dt=0.004, **more)


def rms(x):
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def test_an_untrained_network_fills_as_the_gained_line_does():
    torch.manual_seed(0)
    gather = section((16, 64), RegularMask(every=2))
    answer = NetworkInterpolator(network=UNet(NETWORK.config).eval()).fill(gather)
    linear = LinearInterpolator().fill(gather)
    assert answer.method == "network"
    assert (answer.filled == linear.filled).all()
    # the line is drawn between gained traces, whose levels differ a little from trace to trace
    assert rms((answer.data - linear.data)[answer.filled]) < 0.2 * rms(linear.data[answer.filled])


@settings(max_examples=40)
@given(
    random_gathers(), st.builds(Limits, max_gap=st.none() | st.integers(1, 4), extrapolate=st.booleans()), st.booleans()
)
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, limits, flips):
    tiles = Tiles(size=(6, 16), halo=(1, 4))
    answer = NetworkInterpolator(network=NETWORK, limits=limits, flips=flips, tiles=tiles).fill(gather)
    assert_promises(gather, answer)
    if answer.sigma is not None:
        estimated = (answer.filled | gather.live)[:, None] & ~gather.known
        assert (answer.sigma[estimated] >= 0).all()  # 0 where the amplitude is the smallest of float32
        assert not answer.sigma[~estimated].any()


def test_the_scale_is_positive_where_something_was_estimated():
    gather = section((16, 64), RegularMask(every=2))
    answer = NetworkInterpolator(network=NETWORK).fill(gather)
    assert (answer.sigma[answer.filled] > 0).all()
    assert not answer.sigma[gather.live].any()


def test_holes_inside_a_trace_are_filled_in_place():
    valid = np.ones((16, 64), dtype=bool)
    valid[5, 20:30] = False
    gather = section((16, 64), RegularMask(every=1), valid=valid)
    answer = NetworkInterpolator(network=NETWORK).fill(gather)
    assert_promises(gather, answer)
    assert (answer.data[5, 20:30] != 0).all()
    assert not answer.filled.any()


def test_a_gather_without_holes_comes_back_as_it_is():
    gather = section((16, 64), RegularMask(every=1))
    answer = NetworkInterpolator(network=NETWORK).fill(gather)
    assert (answer.data == gather.data).all()
    assert not answer.filled.any()


def test_refusals_stay_dead_and_say_why():
    live = np.array([letter == "|" for letter in ".|.||...||."])
    gather = Gather(data=np.ones((11, 32)), live=live, dt=0.004)
    answer = NetworkInterpolator(network=NETWORK, limits=Limits(max_gap=2)).fill(gather)
    assert np.flatnonzero(answer.filled).tolist() == [2]
    assert sorted(answer.reasons) == [0, 5, 6, 7, 10]
    assert not answer.data[[0, 5, 6, 7, 10]].any()


def test_fewer_than_two_live_traces_change_nothing():
    gather = Gather(data=np.ones((3, 8)), live=[False, True, False], dt=0.004)
    answer = NetworkInterpolator(network=NETWORK, limits=Limits(extrapolate=True)).fill(gather)
    assert (answer.data == gather.data).all()
    assert sorted(answer.reasons) == [0, 2]


@pytest.mark.parametrize("power", [-60, 1, 60])
def test_amplitudes_come_back_in_their_own_unit(power):
    gather = section((16, 64), RegularMask(every=2))
    scaled = dataclasses.replace(gather, data=gather.data * np.float32(2.0**power))
    one, other = (NetworkInterpolator(network=NETWORK).fill(each) for each in (gather, scaled))
    assert (other.data == one.data * np.float32(2.0**power)).all()  # a power of two: the network sees the same bits
    assert (other.sigma == one.sigma * np.float32(2.0**power)).all()


def test_flips_are_the_mean_of_four_answers():
    data, known = torch.randn(10, 32), torch.ones(10, 32, dtype=torch.bool)
    known[3] = False
    data[3] = 0
    mask = known[None, None].float()
    with torch.no_grad():
        x, y = data[None, None], data.flip(0)[None, None]
        answers = [NETWORK(x, mask), NETWORK(y, mask.flip(2)), NETWORK(-x, mask), NETWORK(-y, mask.flip(2))]
    signs = (1, 1, -1, -1)
    turned = [(a[0] * s, a[1].exp()) for a, s in zip(answers, signs, strict=True)]
    turned = [tuple(part.flip(2) if i % 2 else part for part in pair) for i, pair in enumerate(turned)]
    expected = [sum(pair[k] for pair in turned)[0, 0] / 4 for k in (0, 1)]
    (found,) = TileRunner(NETWORK, flips=True).run([Tile(data=data.numpy(), known=known.numpy())])
    torch.testing.assert_close(torch.from_numpy(found), torch.stack(expected), atol=1e-5, rtol=1e-5)  # float32 sums


def test_with_flips_a_reversed_or_negated_gather_gives_the_reversed_or_negated_answer():
    gather = section((16, 64), RandomMask(missing=0.4))
    filler = NetworkInterpolator(network=NETWORK, flips=True)
    answer = filler.fill(gather)
    negated = filler.fill(dataclasses.replace(gather, data=-gather.data))
    turned = filler.fill(dataclasses.replace(gather, data=gather.data[::-1], live=gather.live[::-1]))
    close = 1e-4 * rms(gather.data)  # float32 convolutions
    assert np.abs(negated.data + answer.data).max() < close
    assert np.abs(turned.data[::-1] - answer.data).max() < close
    plain = NetworkInterpolator(network=NETWORK, flips=False).fill(gather)
    assert np.abs(plain.data - answer.data).max() > 100 * close


@settings(max_examples=200)
@given(
    shape=st.tuples(st.integers(1, 300), st.integers(1, 900)),
    size=st.tuples(st.integers(9, 60), st.integers(65, 300)),
    halo=st.tuples(st.integers(0, 4), st.integers(0, 24)),
    multiple=st.sampled_from([(1, 8), (2, 16), (1, 4), (4, 32)]),
)
def test_tiles_begin_at_multiples_and_cover_the_gather(shape, size, halo, multiple):
    grid = Tiles(size=size, halo=halo).grid(shape, multiple=multiple)
    for axis in (0, 1):
        starts = sorted({box[axis].start for box in grid})
        assert all(start % multiple[axis] == 0 for start in starts)
        assert starts[0] == 0
        assert starts[-1] + grid.patch_shape[axis] == shape[axis]
        steps = np.diff(starts)
        assert all(2 * step >= steps[0] for step in steps), "the last tile lies far behind the one before"
        assert all(grid.patch_shape[axis] - step >= 2 * halo[axis] - multiple[axis] + 1 for step in steps)


def test_the_canonical_tiles_take_common_gathers_whole():
    assert len(Tiles().grid((240, 1400), multiple=(2, 16))) == 1
    assert len(Tiles().grid((96, 3000), multiple=(2, 16))) == 4


# How far a tiled fill may lie from the fill in one tile, over the RMS of the gather. Random weights reach further than
# trained ones, with which canonical tiles differed by 1e-10 to 3e-5. Tiles that do not begin at a multiple of the
# network's strides would differ by 0.1 here, and with plain ramps as windows by 0.01.
@pytest.mark.parametrize("rule", [RegularMask(every=2), RandomMask(missing=0.5), GapMask(width=6)], ids=str)
@pytest.mark.parametrize("shape", [(80, 320), (81, 325), (99, 401), (50, 330)])
def test_tiles_agree_with_one_tile(shape, rule):
    gather = section(shape, rule, seed=3)
    whole = NetworkInterpolator(network=NETWORK, tiles=Tiles(size=shape, halo=(0, 0))).fill(gather)
    tiled = NetworkInterpolator(network=NETWORK, tiles=SMALL_TILES).fill(gather)
    assert len(SMALL_TILES.grid(shape, multiple=NETWORK.multiple)) > 1
    assert rms((tiled.data - whole.data)[whole.filled]) < 3e-4 * rms(gather.data[gather.live])
    assert rms(whole.data[whole.filled] - LinearInterpolator().fill(gather).data[whole.filled]) > 0.1 * rms(gather.data)


@pytest.mark.parametrize("rule", [RandomMask(missing=0.5), GapMask(width=12)], ids=str)
def test_tiles_agree_where_the_network_chooses_from_a_fan_of_slopes(rule):
    gather = section((150, 420), rule, seed=3)
    network = network_of(UNetConfig(widths=(4, 6), dilations=(1,), slopes=(0.4, 1.4, 5.0)))
    whole = NetworkInterpolator(network=network, tiles=Tiles(size=(150, 420), halo=(0, 0))).fill(gather)
    tiled = NetworkInterpolator(network=network, tiles=Tiles(size=(80, 288), halo=(24, 96))).fill(gather)
    assert rms((tiled.data - whole.data)[whole.filled]) < 3e-4 * rms(gather.data[gather.live])


def test_the_canonical_tiles_of_the_shipped_weights_agree_with_one_tile():
    rng = torch.Generator().manual_seed(1)
    truth = SyntheticSurveys(weights={"unmigrated": 1.0}).draw(1, (280, 320), rng=rng).truth[0].numpy()
    gather = Gather(data=truth, live=RegularMask(every=3).draw(280, rng=np.random.default_rng(0)), dt=0.004)
    tiled = NetworkInterpolator.load()
    whole = dataclasses.replace(tiled, tiles=Tiles(size=(280, 320), halo=(0, 0)))
    assert len(tiled.tiles.grid((280, 320), multiple=tiled.network.multiple)) > 1
    off = (tiled.fill(gather).data - whole.fill(gather).data)[~gather.live]
    assert rms(off) < 1e-4 * rms(truth[gather.live])


def test_a_halo_that_leaves_no_stride_is_refused():
    with pytest.raises(InvalidParameterError, match="Invalid halo"):
        Tiles(size=(48, 192), halo=(24, 64))


def test_weights_that_were_trained_without_gain_are_refused(tmp_path):
    save_weights(tmp_path / "raw.safetensors", NETWORK, card={"config": {"stream": {"gain": False}}})
    with pytest.raises(WeightsError, match="gain"):
        NetworkInterpolator.load(tmp_path / "raw.safetensors")


def test_the_widest_gap_of_the_training_is_told(tmp_path):
    save_weights(tmp_path / "w.safetensors", NETWORK, card={"max_gap": 7})
    network = NetworkInterpolator.load(tmp_path / "w.safetensors")
    auto = AutoInterpolator(candidates={"flat": Flattened(inner=network)}, fallback="flat")
    assert (network.trained_gap, Flattened(inner=network).trained_gap, auto.trained_gap) == (7, 7, 7)


def test_devices_are_chosen_and_absent_ones_refused(monkeypatch):
    assert choose_device("cpu") == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == "cpu"
    with pytest.raises(InvalidParameterError, match=r"Invalid device 'cuda': must be present.*--device cpu"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto") == choose_device("cuda") == "cuda"
    with pytest.raises(InvalidParameterError, match="Invalid device 'gpu': must be auto, cpu or cuda"):
        choose_device("gpu")
