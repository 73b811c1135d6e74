"""What training minimises. Torch only."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class FillLoss:
    """
    Mean absolute error on missing samples, a little of it on live ones, and a Laplace likelihood for the scale.

    Parameters
    ----------
    live : float
        Weight of the error on live samples.
    scale : float
        Weight of the likelihood; its gradient reaches the log-scale, never the estimate.
    balance : float, optional
        Divide the error of each patch by that of its linear fill plus this much, so that patches on which straight
        lines are hard to beat count like the others; every sample counts the same where not given.
    """

    live: float = 0.1
    scale: float = 0.1
    balance: float | None = None

    def __call__(
        self, estimate: Tensor, log_scale: Tensor, *, line: Tensor, signal: Tensor, truth: Tensor, mask: Tensor
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

        Returns
        -------
        dict of str to scalar tensor
            ``loss`` is what to minimise; ``missing``, ``live`` and ``scale`` are its parts before weighting.
        """
        missing = 1 - mask
        likelihood = (truth - estimate.detach()).abs() * torch.exp(-log_scale) + log_scale
        parts = {
            "missing": self.missing(estimate, signal=signal, mask=mask),
            "live": _mean((estimate - signal).abs(), mask),
            "scale": _mean(likelihood, missing),
        }
        main = parts["missing"] if self.balance is None else self._balanced(estimate, line, signal=signal, mask=mask)
        return {"loss": main + self.live * parts["live"] + self.scale * parts["scale"], **parts}

    def _balanced(self, estimate: Tensor, line: Tensor, *, signal: Tensor, mask: Tensor) -> Tensor:
        """Mean over patches of the error on missing samples over that of the linear fill, scaled to a typical loss."""
        assert self.balance is not None
        missing = 1 - mask
        count = missing.sum(dim=(1, 2, 3)).clamp(min=1)
        error, linear = (((x - signal).abs() * missing).sum(dim=(1, 2, 3)) / count for x in (estimate, line))
        return 0.2 * (error / (linear + self.balance)).mean()

    def missing(self, estimate: Tensor, *, signal: Tensor, mask: Tensor) -> Tensor:
        """Mean absolute error on missing samples."""
        return _mean((estimate - signal).abs(), 1 - mask)


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1)
