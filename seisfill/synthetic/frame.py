"""What a family of events knows of the patches it fills: their size, their wavelets' frequency, random numbers."""

from dataclasses import dataclass

import torch
from torch import Tensor

from seisfill.synthetic.random import log_uniform, normal, smooth_curve, uniform


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """
    Patches of one size, drawn together; random numbers of the shape (count, n_events, 1).

    Parameters
    ----------
    count, n_traces, n_samples : int
        Patches, and the size of each.
    frequency : float tensor, shape (count, 1, 1)
        Dominant frequency of each patch's wavelet [cycles per sample].
    rng : torch.Generator
        Source of randomness; its device holds the results.

    Examples
    --------
    >>> frame = Frame(count=2, n_traces=3, n_samples=8, frequency=torch.full((2, 1, 1), 0.1), rng=torch.Generator())
    >>> frame.even(0, 1, 5).shape, frame.curve(3, 5).shape, frame.aliasing.flatten().tolist()
    (torch.Size([2, 5, 1]), torch.Size([2, 5, 3]), [5.0, 5.0])
    """

    count: int
    n_traces: int
    n_samples: int
    frequency: Tensor
    rng: torch.Generator

    @property
    def x(self) -> Tensor:
        """Trace numbers, shape (n_traces,)."""
        return torch.arange(self.n_traces, device=self.rng.device, dtype=torch.float32)

    @property
    def aliasing(self) -> Tensor:
        """Slope at which the dominant frequency begins to alias [samples per trace], shape (count, 1, 1)."""
        return 0.5 / self.frequency

    def even(self, low: float, high: float, n_events: int = 1) -> Tensor:
        """Evenly distributed."""
        return uniform(self.rng, (self.count, n_events, 1), low, high)

    def log(self, low: float, high: float, n_events: int = 1) -> Tensor:
        """Evenly distributed in the logarithm."""
        return log_uniform(self.rng, (self.count, n_events, 1), low, high)

    def normal(self, n_events: int = 1) -> Tensor:
        """Standard normal."""
        return normal(self.rng, (self.count, n_events, 1))

    def some(self, chance: float, n_events: int = 1) -> Tensor:
        """True with this chance."""
        return self.even(0, 1, n_events) < chance

    def sign(self, n_events: int = 1) -> Tensor:
        """-1 or 1."""
        return torch.where(self.some(0.5, n_events), -1.0, 1.0)

    def curve(self, knots: int, n_events: int = 1) -> Tensor:
        """Smooth curves along the traces, shape (count, n_events, n_traces)."""
        return smooth_curve(self.rng, (self.count, n_events, self.n_traces), knots)

    def anywhere(self, n_events: int) -> Tensor:
        """Times in the patch and somewhat beyond [samples]."""
        return self.even(-0.4 * self.n_samples, 1.4 * self.n_samples, n_events)

    def structure(self) -> Tensor:
        """Smooth shift that the events of a patch share [samples], shape (count, 1, n_traces)."""
        return self.log(0.1, 16.0) * self.curve(3)

    def along_event(self, n_events: int) -> Tensor:
        """Smooth amplitude along each event, with changes of sign in a few, shape (count, n_events, n_traces)."""
        return 1 + self.even(0.0, 0.6, n_events) * self.curve(3, n_events)

    def strengths(self, n_events: int) -> Tensor:
        """Reflection strengths: many weak, few strong, of either sign."""
        return self.normal(n_events) * self.log(0.1, 2.0, n_events)

    def with_offset(self, x: Tensor, n_events: int) -> Tensor:
        """
        Amplitude versus offset: straight in the square of the distance *x*, through zero for a part of the events.

        Shape (count, n_events, n_traces), one at zero offset; in half of the patches there is none.
        """
        far = x.square() / x.square().amax(dim=-1, keepdim=True).clamp(min=1.0)
        return 1 - self.even(-0.5, 2.0, n_events) * far * self.some(0.5)
