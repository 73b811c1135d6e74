import math

import pytest
import torch

from seisfill.nn.losses import FillLoss

ROUNDING = 1e-6  # float32, a few operations on numbers near one


def row(*values):
    return torch.tensor(values).reshape(1, 1, 1, -1)


def test_the_parts_of_a_loss_by_hand():
    parts = FillLoss(live=0.1, scale=0.2, spectrum=0)(
        row(1.0, 5.0, 0.0, 2.0),
        row(9.0, 9.0, math.log(2.0), 0.0),
        line=row(0.0, 0.0, 0.0, 0.0),
        signal=row(2.0, 2.0, 1.0, 5.0),
        truth=row(9.0, 9.0, 4.0, 2.0),
        mask=row(1.0, 1.0, 0.0, 0.0),
    )
    assert parts["missing"].item() == (1 + 3) / 2
    assert parts["live"].item() == (1 + 3) / 2
    scale = ((4 / 2 + math.log(2)) + (0 + 0)) / 2  # |truth - estimate| / scale + log scale
    assert parts["scale"].item() == pytest.approx(scale, abs=ROUNDING)
    assert parts["loss"].item() == pytest.approx(2 + 0.1 * 2 + 0.2 * scale, abs=ROUNDING)


def test_the_likelihood_never_moves_the_estimate():
    estimate, log_scale = row(1.0, -2.0).requires_grad_(), row(0.3, -0.4).requires_grad_()
    parts = FillLoss(spectrum=0)(
        estimate, log_scale, line=row(0.0, 0.0), signal=row(0.0, 0.0), truth=row(5.0, 5.0), mask=row(0.0, 0.0)
    )
    parts["scale"].backward(retain_graph=True)
    assert estimate.grad is None
    assert log_scale.grad.abs().min() > 0
    parts["loss"].backward()
    assert estimate.grad.tolist() == row(0.5, -0.5).tolist()  # of the mean absolute error alone


def test_the_likelihood_is_least_at_the_mean_absolute_error():
    log_scale = torch.tensor([math.log(3.0)], requires_grad=True)
    zeros, ones = torch.zeros(1, 1, 1, 4), row(1.0, -2.0, 4.0, 5.0)
    FillLoss()(zeros, log_scale.expand(1, 1, 1, 4), line=zeros, signal=zeros, truth=ones, mask=zeros)[
        "scale"
    ].backward()
    assert log_scale.grad.item() == pytest.approx(0.0, abs=ROUNDING)


@pytest.mark.parametrize("known", [0.0, 1.0])
def test_all_or_nothing_known_makes_a_finite_loss(known):
    parts = FillLoss()(row(1.0), row(0.0), line=row(0.0), signal=row(0.0), truth=row(0.0), mask=row(known))
    assert all(torch.isfinite(part) for part in parts.values())
    assert parts["missing"].item() == 1 - known
    assert parts["live"].item() == known


def test_a_balanced_loss_counts_each_patch_by_what_its_linear_fill_loses():
    two = torch.tensor([[4.0], [1.0]]).reshape(2, 1, 1, 1)
    nothing = torch.zeros(2, 1, 1, 1)
    line = torch.tensor([[7.0], [1.0]]).reshape(2, 1, 1, 1)
    parts = FillLoss(live=0, scale=0, spectrum=0, balance=1.0)(
        two, nothing, line=line, signal=nothing, truth=nothing, mask=nothing
    )
    assert parts["missing"].item() == 2.5
    assert parts["loss"].item() == pytest.approx(0.2 * (4 / 8 + 1 / 2) / 2, abs=ROUNDING)


def test_the_spectrum_sees_what_repeats_with_the_spacing_of_the_traces():
    signal = torch.ones(1, 1, 4, 2)
    mask = torch.tensor([1.0, 0.0, 1.0, 0.0]).reshape(1, 1, 4, 1).expand_as(signal)
    parts = FillLoss(live=0, scale=0, spectrum=0.5)(
        mask * 9, torch.zeros_like(signal), line=signal, signal=signal, truth=signal, mask=mask
    )
    # amplitudes sqrt(8), 0, 0, 0 of the signal at frequency zero against sqrt(2), 0, sqrt(2), 0, over 4 x 2 numbers
    misfit = (math.sqrt(8) - math.sqrt(2) + math.sqrt(2)) / 8
    assert parts["spectrum"].item() == pytest.approx(misfit, abs=ROUNDING)
    assert parts["loss"].item() == pytest.approx(1 + 0.5 * misfit, abs=ROUNDING)
    assert "spectrum" not in FillLoss(spectrum=0)(signal, signal, line=signal, signal=signal, truth=signal, mask=mask)


def test_the_spectrum_moves_missing_samples_alone():
    rng = torch.Generator().manual_seed(0)
    estimate, signal = (torch.randn(2, 1, 6, 8, generator=rng) for _ in range(2))
    mask = (torch.rand(2, 1, 6, 8, generator=rng) < 0.5).float()
    estimate.requires_grad_()
    parts = FillLoss()(estimate, signal, line=signal, signal=signal, truth=signal, mask=mask)
    parts["spectrum"].backward()
    assert (estimate.grad[mask == 0] != 0).all()
    assert (estimate.grad[mask == 1] == 0).all()


@pytest.mark.parametrize("balance", [None, 0.03])
def test_shares_of_two_processes_add_up_to_the_loss_of_one(balance):
    rng = torch.Generator().manual_seed(0)
    estimate, log_scale, line, signal, truth = (torch.randn(5, 1, 6, 8, generator=rng) for _ in range(5))
    mask = (torch.rand(5, 1, 6, 8, generator=rng) < 0.5).float()
    loss = FillLoss(balance=balance)

    def parts_of(rows, total):
        named = {"line": line[rows], "signal": signal[rows], "truth": truth[rows], "mask": mask[rows]}
        return loss(estimate[rows], log_scale[rows], **named, total=total)

    whole = []
    one = parts_of(slice(0, 5), lambda count: whole.append(count) or count)
    told = iter([*whole, *whole])  # what the processes would tell each other
    left, right = (parts_of(rows, lambda _: next(told)) for rows in (slice(0, 2), slice(2, 5)))
    for name, value in one.items():
        torch.testing.assert_close(left[name] + right[name], value, atol=ROUNDING, rtol=1e-5)
