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
    """

    live: float = 0.1
    scale: float = 0.1

    def __call__(
        self, estimate: Tensor, log_scale: Tensor, *, signal: Tensor, truth: Tensor, mask: Tensor
    ) -> dict[str, Tensor]:
        """
        Loss and its parts.

        Parameters
        ----------
        estimate, log_scale : (B, 1, X, T)
            What the network answers.
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
        return {"loss": parts["missing"] + self.live * parts["live"] + self.scale * parts["scale"], **parts}

    def missing(self, estimate: Tensor, *, signal: Tensor, mask: Tensor) -> Tensor:
        """Mean absolute error on missing samples."""
        return _mean((estimate - signal).abs(), 1 - mask)


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1)
