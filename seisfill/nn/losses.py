"""What training minimises. Torch only."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Total = Callable[[Tensor], Tensor]


def of_one_process(count: Tensor) -> Tensor:
    """The total of a count where one process sees the whole batch: the count."""
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class FillLoss:
    """
    Mean absolute error on missing samples, a little of it on live ones, and a Laplace likelihood for the scale.

    Every part is a sum over the patches that it is given, divided by a count of the whole batch: processes that share a
    batch hand in *total*, which adds the counts of all of them, and their parts add up to those of one process.

    Parameters
    ----------
    live : float
        Weight of the error on live samples.
    scale : float
        Weight of the likelihood; its gradient reaches the log-scale, never the estimate.
    spectrum : float
        Weight of the error of f-k amplitudes of the filled patch: an estimate that is too smooth, or that repeats the
        traces' spacing, is not as far off sample by sample as it is there.
    balance : float, optional
        Divide the error of each patch by that of its linear fill plus this much, so that patches on which straight
        lines are hard to beat count like the others; every sample counts the same where not given.
    """

    live: float = 0.1
    scale: float = 0.1
    spectrum: float = 0.05
    balance: float | None = None

    def __call__(
        self,
        estimate: Tensor,
        log_scale: Tensor,
        *,
        line: Tensor,
        signal: Tensor,
        truth: Tensor,
        mask: Tensor,
        total: Total = of_one_process,
    ) -> dict[str, Tensor]:
        """
        Loss and its parts.

        Parameters
        ----------
        estimate, log_scale : (B, 1, X, T)
            What the network answers.
        line : (B, 1, X, T)
            The linear fill.
        signal, truth : (B, 1, X, T)
            Amplitudes without and with unpredictable noise.
        mask : (B, 1, X, T)
            1 where known.
        total : callable
            Count of the whole batch from that of these patches.

        Returns
        -------
        dict of str to scalar tensor
            ``loss`` is what to minimise; ``missing``, ``live``, ``scale`` and, where it has a weight, ``spectrum`` are
            its parts before weighting.
        """
        missing = 1 - mask
        likelihood = (truth - estimate.detach()).abs() * torch.exp(-log_scale) + log_scale
        parts = {
            "missing": self.missing(estimate, signal=signal, mask=mask, total=total),
            "live": _mean((estimate - signal).abs(), mask, total),
            "scale": _mean(likelihood, missing, total),
        }
        if self.balance is None:
            loss = parts["missing"]
        else:
            loss = self._balanced(estimate, line, signal=signal, mask=mask, total=total)
        if self.spectrum:
            filled = torch.where(mask > 0.5, signal, estimate)
            misfit = (fk_amplitudes(filled) - fk_amplitudes(signal)).abs()
            parts["spectrum"] = _mean(misfit, torch.ones_like(misfit), total)
            loss = loss + self.spectrum * parts["spectrum"]
        return {"loss": loss + self.live * parts["live"] + self.scale * parts["scale"], **parts}

    def _balanced(self, estimate: Tensor, line: Tensor, *, signal: Tensor, mask: Tensor, total: Total) -> Tensor:
        """Mean over patches of the error on missing samples over that of the linear fill, scaled to a typical loss."""
        assert self.balance is not None
        missing = 1 - mask
        count = missing.sum(dim=(1, 2, 3)).clamp(min=1)
        error, linear = (((x - signal).abs() * missing).sum(dim=(1, 2, 3)) / count for x in (estimate, line))
        return 0.2 * _mean(error / (linear + self.balance), torch.ones_like(error), total)

    def missing(self, estimate: Tensor, *, signal: Tensor, mask: Tensor, total: Total = of_one_process) -> Tensor:
        """Mean absolute error on missing samples."""
        return _mean((estimate - signal).abs(), 1 - mask, total)


def fk_amplitudes(x: Tensor) -> Tensor:
    """
    Amplitudes of the two-dimensional Fourier transform, scaled to keep the energy: (B, C, X, T) to (B, C, X, T//2+1).

    Examples
    --------
    >>> fk_amplitudes(torch.ones(1, 1, 2, 2)).tolist()
    [[[[2.0, 0.0], [0.0, 0.0]]]]
    """
    return torch.fft.rfft2(x, norm="ortho").abs()


def _mean(values: Tensor, weights: Tensor, total: Total) -> Tensor:
    return (values * weights).sum() / total(weights.sum()).clamp(min=1)
