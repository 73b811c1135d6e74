"""The fan of slopes that a network chooses from, and the network around it."""

import pytest
import torch

from seisfill.errors import InvalidParameterError
from seisfill.masks import parse_mask
from seisfill.neighbours import interpolate_linear
from seisfill.nn.fan import REACH, SlopeFan, refine
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.synthetic.surveys import SyntheticSurveys
from seisfill.training.streams import SyntheticStream

SMALL = {"widths": (6, 8), "dilations": (1,), "slopes": (0.5, 1.0, 2.0)}


def event(slope, *, traces=16, samples=96, start=24):
    """A Ricker wavelet of period 12 samples on a straight line, (1, 1, X, T)."""
    time = torch.arange(samples) - start - slope * torch.arange(traces)[:, None]
    x = (torch.pi * time / 12) ** 2
    return ((1 - 2 * x) * torch.exp(-x))[None, None]


def keep(pattern, like):
    """Known samples where the traces 0, pattern, 2 pattern ... are live."""
    live = torch.arange(like.shape[-2]) % pattern == 0
    return live[:, None].expand(like.shape).contiguous()


def snr(truth, answer, missing):
    answer = answer.detach()
    return float(10 * torch.log10((truth * missing).square().sum() / ((truth - answer) * missing).square().sum()))


@pytest.mark.parametrize("slope", [0.0, 1.0, -1.0, 2.0])
def test_an_untrained_network_follows_an_event_along_a_slope_of_its_fan(slope):
    truth = event(slope, start=24 if slope >= 0 else 64)
    known = keep(3, truth)
    known[..., -1, :] = True
    answer = UNet(UNetConfig(**SMALL))(truth * known, known.float())[0]
    assert snr(truth, answer, ~known) > 18


def test_the_line_of_zero_slope_is_the_linear_fill_of_missing_samples():
    truth = torch.randn(2, 1, 9, 32)
    known = keep(2, truth)
    lines, _ = SlopeFan([1.0]).look(truth * known, known)
    line = interpolate_linear(truth * known, known)
    torch.testing.assert_close(lines[:, :1][~known], line[~known], atol=1e-5, rtol=0)


def test_lines_at_known_samples_come_from_their_neighbours_alone():
    truth = torch.randn(1, 1, 5, 16)
    known = torch.ones_like(truth, dtype=torch.bool)
    other = truth.clone()
    other[..., 2, :] += 5
    lines, _ = SlopeFan([0.5]).look(truth, known)
    torch.testing.assert_close(SlopeFan([0.5]).look(other, known)[0][..., 2, :], lines[..., 2, :])


def test_the_slope_that_fits_has_the_least_misfit_on_both_sides_of_a_hole():
    truth = event(2.0)
    known = keep(4, truth)
    fan = SlopeFan([1.0, 2.0])
    _, misfit = fan.look(truth * known, known)
    on_event = truth[0, 0].abs()[1:12] > 0.5
    best = fan.slopes[misfit[0].argmin(dim=0)[1:12][on_event]]
    assert (best == 2.0).float().mean() > 0.9


def test_no_line_looks_further_up_or_down_than_its_reach():
    data = torch.zeros(1, 1, 30, 256)
    data[..., 0, 128], data[..., 29, 128] = 1.0, 1.0
    known = torch.zeros_like(data, dtype=torch.bool)
    known[..., [0, 29], :] = True
    lines, _ = SlopeFan([50.0]).look(data, known)
    times = (lines.abs() > 1e-3).any(dim=(0, 1, 2)).nonzero()
    assert times.min() >= 128 - REACH - 2
    assert times.max() <= 128 + REACH + 2


def test_a_patch_without_any_known_sample_is_filled_with_zeros():
    nothing = torch.zeros(1, 1, 4, 16)
    estimate, log_scale = UNet(UNetConfig(**SMALL))(nothing, nothing)
    assert not estimate.any()
    assert torch.isfinite(log_scale).all()


@pytest.mark.parametrize("pattern", ["random:0.5", "every:2", "every:3", "gap:10"])
def test_an_untrained_network_with_a_fan_beats_straight_lines_on_synthetic_surveys(pattern):
    surveys = SyntheticSurveys(along_moveout=0.5, noise=(0.001, 0.1))
    stream = SyntheticStream(surveys=surveys, masks=parse_mask(pattern), free_form_share=0.0, batch=16, chunk=16)
    batch = stream.draw(0, seed=3)
    data, missing = batch.truth * batch.mask, 1 - batch.mask
    network = UNet(UNetConfig(widths=(4,), dilations=(), slopes=(0.15, 0.4, 0.8, 1.4, 2.2, 3.2, 5.0)))
    with torch.no_grad():
        answer = network(data, batch.mask)[0]
    line = interpolate_linear(data, batch.mask > 0.5)
    assert snr(batch.signal, answer, missing) > snr(batch.signal, line, missing) + 0.2


def test_where_a_slope_is_told_the_first_choice_follows_it():
    truth = event(3.7, traces=12)
    known = keep(4, truth)
    known[..., -1, :] = True
    guide = torch.stack([torch.full_like(truth, 3.7), torch.ones_like(truth)], dim=2)[:, 0]
    network = UNet(UNetConfig(**SMALL, guides=True))
    told, alone = (network(truth * known, known.float(), shown)[0] for shown in (guide, None))
    assert snr(truth, told, ~known) > snr(truth, alone, ~known) + 6


@pytest.mark.parametrize("convolution", ["gated", "partial", "plain"])
def test_every_weight_of_a_network_with_a_fan_learns(convolution):
    network = UNet(UNetConfig(**SMALL, convolution=convolution))
    torch.nn.init.normal_(network.head.weight, std=0.1)
    truth = torch.randn(2, 1, 10, 32)
    known = keep(2, truth)
    estimate, log_scale = network(truth * known, known.float())
    ((estimate - truth).abs().mean() + log_scale.mean()).backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in network.parameters())


def test_quarter_samples_keep_the_samples_themselves():
    x = torch.randn(3, 20)
    torch.testing.assert_close(refine(x)[..., ::4], x)


@pytest.mark.parametrize("slopes", [(0.0,), (-1.0,), (101.0,)])
def test_slopes_that_mean_nothing_are_refused(slopes):
    with pytest.raises(InvalidParameterError, match="slope"):
        UNetConfig(slopes=slopes)
