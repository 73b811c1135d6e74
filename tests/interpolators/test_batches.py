import dataclasses
import warnings

import numpy as np
import pytest
import torch

from seisfill.errors import SeisfillWarning
from seisfill.gather import Gather
from seisfill.interpolators.auto import AutoInterpolator
from seisfill.interpolators.batches import Tile, TileRunner
from seisfill.interpolators.blocks import Blocks
from seisfill.interpolators.flattened import Flattened
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.interpolators.network import NetworkInterpolator
from seisfill.nn.unet import UNetConfig
from tests.faults import fault
from tests.interpolators.test_network import NETWORK, network_of, rms
from tests.moveout.test_fit import gather_of


class Narrow(torch.nn.Module):
    """Doubles what it sees; a device that holds only a few tiles at once."""

    def __init__(self, fits):
        super().__init__()
        self.fits, self.asked, self.moved = fits, [], False
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def to(self, device):
        self.moved = device == "cpu"
        return self

    def forward(self, data, mask):
        self.asked.append(len(data))
        if len(data) > self.fits:
            raise torch.OutOfMemoryError("no room")
        return 2 * data, torch.zeros_like(data)


class Elsewhere(TileRunner):
    """A runner whose network lies on a device without any memory, until it is moved."""

    @property
    def device(self):
        return torch.device("cpu" if self.network.moved else "cuda")

    def _ask(self, tiles):
        if not self.network.moved:
            raise torch.OutOfMemoryError("no room")
        return super()._ask(tiles)


def tiles(count, shape=(2, 3)):
    return [Tile(data=np.full(shape, number, np.float32), known=np.ones(shape, bool)) for number in range(count)]


@fault("GPU out of memory", "goes on with smaller batches, with a warning and a note in the sidecar")
def test_batches_are_halved_until_they_fit_and_it_is_said_once():
    network = Narrow(fits=2)
    runner = TileRunner(network, most=8)
    with pytest.warns(SeisfillWarning, match="out of memory") as told:
        answers = list(runner.run(tiles(9)))
    assert network.asked == [8, 4, 2, 2, 2, 2, 1]
    assert [answer[0, 0, 0] for answer in answers] == [2.0 * number for number in range(9)]
    assert [str(warning.message) for warning in told] == [
        "CPU out of memory: batches of 4 tiles at most instead of 8.",
        "CPU out of memory: batches of 2 tiles at most instead of 8.",
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the same is not said again
        assert len(list(runner.run(tiles(8)))) == 8
    assert runner.notes == tuple(str(warning.message)[:-1] for warning in told)


@fault("GPU out of memory", "at a single tile, goes on on the CPU, with a warning and a note in the sidecar")
def test_where_a_single_tile_is_too_much_the_network_goes_on_on_the_cpu():
    runner = Elsewhere(Narrow(fits=9))
    with pytest.warns(SeisfillWarning, match="out of memory") as told:
        answers = list(runner.run(tiles(2)))
    assert [answer[0, 0, 0] for answer in answers] == [0, 2]
    assert [str(warning.message) for warning in told] == [
        "CUDA out of memory: batches of 1 tiles at most instead of 16.",
        "CUDA out of memory at a single tile: the network went on on the CPU.",
    ]
    assert runner.most == 1


def test_on_the_cpu_there_is_no_smaller_than_one():
    with pytest.raises(torch.OutOfMemoryError):
        list(TileRunner(Narrow(fits=0)).run(tiles(1)))


def test_only_tiles_of_one_shape_go_together():
    network = Narrow(fits=9)
    mixed = tiles(2) + tiles(3, shape=(4, 3)) + tiles(1)
    assert [answer.shape for answer in TileRunner(network, most=4).run(mixed)] == [
        *[(2, 2, 3)] * 2,
        *[(2, 4, 3)] * 3,
        (2, 2, 3),
    ]
    assert network.asked == [2, 3, 1]


def test_a_cpu_takes_tiles_one_by_one_and_a_gpu_many():
    assert TileRunner(Narrow(fits=1)).most == 1
    assert Elsewhere(Narrow(fits=1)).most == 16


def test_what_dips_down_dips_up_in_reversed_traces():
    network = network_of(UNetConfig(widths=(4, 6), dilations=(1,), guides=True))
    rng = np.random.default_rng(0)
    data, slope, trust = (rng.normal(size=(8, 32)).astype(np.float32) for _ in range(3))
    one = Tile(data=data, known=np.ones((8, 32), bool), guide=np.stack([slope, trust]))
    turned = Tile(data=data[::-1], known=one.known, guide=np.stack([-slope[::-1], trust[::-1]]))
    answer, other = TileRunner(network, flips=True).run([one, turned])
    np.testing.assert_allclose(other[:, ::-1], answer, atol=1e-5 * rms(answer))  # sums in another order
    plain, _ = TileRunner(network).run([one, turned])
    assert rms(plain - answer) > 1e-3 * rms(answer)


def in_batches(filler, most):
    """The same network, as on a device that takes tiles together."""
    other = dataclasses.replace(filler)
    object.__setattr__(other, "_runner", TileRunner(filler.network, flips=filler.flips, most=most))
    return other


def some_gathers():
    truth = gather_of(np.arange(24) * 1.3)
    rng = np.random.default_rng(0)
    lives = [rng.random(24) < 0.6 for _ in range(2)] + [np.ones(24, dtype=bool)]
    return [Gather(data=truth.data, live=live, dt=truth.dt) for live in lives]


@pytest.mark.parametrize("more", [{}, {"flips": True}, {"turns": 2}], ids=str)
def test_several_gathers_together_are_as_each_by_itself(more):
    gathers = some_gathers()
    one = NetworkInterpolator(network=NETWORK, **more)
    plain, along = (lambda filler: filler), (lambda filler: Flattened(inner=filler))
    for wrap in (plain,) if more else (plain, along):
        alone = [wrap(one).fill(gather) for gather in gathers]
        assert all((a.data == b.data).all() for a, b in zip(wrap(one).fill_many(gathers), alone, strict=True))
        together = wrap(in_batches(one, 2)).fill_many(gathers)
        for answer, other, gather in zip(together, alone, gathers, strict=True):
            assert (answer.method, answer.filled.tolist()) == (other.method, other.filled.tolist())
            assert np.abs(answer.data - other.data).max() <= 1e-5 * rms(gather.data)
            assert (answer.sigma is None) == (other.sigma is None)
        again = wrap(in_batches(one, 2)).fill_many(gathers)
        assert all((a.data == b.data).all() for a, b in zip(again, together, strict=True))


def test_a_filler_that_takes_one_at_a_time_is_given_them_so():
    gathers = some_gathers()[:2]
    plain = Flattened(inner=LinearInterpolator())
    assert all((a.data == plain.fill(b).data).all() for a, b in zip(plain.fill_many(gathers), gathers, strict=True))


def test_notes_come_through_every_wrapper():
    network = NetworkInterpolator(network=NETWORK)
    network._runner.notes = ("CUDA out of memory",)
    assert Blocks(inner=Flattened(inner=network)).notes == ("CUDA out of memory",)
    assert Blocks(inner=LinearInterpolator()).notes == ()
    auto = AutoInterpolator(candidates={"flat": Flattened(inner=network), "raw": network}, fallback="flat")
    assert Blocks(inner=auto).notes == ("CUDA out of memory",)
