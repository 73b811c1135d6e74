"""Holes inside traces."""

from dataclasses import dataclass

from array_api_compat import array_namespace, device

from seisfill._arrays import Array, Rng, uniform
from seisfill.masks.base import Range, bounds, check_count, pick_count


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeFormMask:
    """
    Holes inside traces: ellipses of random place and size. It draws valid samples, not live traces.

    Parameters
    ----------
    holes : int or (int, int)
        Number of ellipses.
    size : (float, float)
        Largest half axes, as shares of the traces and of the samples.

    Examples
    --------
    >>> import numpy as np
    >>> valid = FreeFormMask(holes=1).draw_valid(20, 50, rng=np.random.default_rng(0))
    >>> valid.shape, bool(valid.all())
    ((20, 50), False)
    """

    holes: Range = (1, 4)
    size: tuple[float, float] = (0.15, 0.15)

    def __post_init__(self) -> None:
        check_count("holes", self.holes)

    def draw_valid(self, n_traces: int, n_samples: int, *, rng: Rng) -> Array:
        """Valid flags, bool array of shape (n_traces, n_samples)."""
        return self.draw_many_valid(1, n_traces, n_samples, rng=rng)[0]

    def draw_many_valid(self, count: int, n_traces: int, n_samples: int, *, rng: Rng) -> Array:
        """Valid flags of *count* patches, bool array of shape (count, n_traces, n_samples)."""
        n_holes, most = pick_count(self.holes, count, rng), int(bounds(self.holes)[1])
        draws = uniform(rng, count, most, 4)
        xp = array_namespace(draws)
        x, t = (xp.arange(n, device=device(draws)) for n in (n_traces, n_samples))
        half_x = 0.5 + (0.2 + 0.8 * draws[..., 2:3]) * self.size[0] * n_traces
        half_t = 0.5 + (0.2 + 0.8 * draws[..., 3:4]) * self.size[1] * n_samples
        # Centred on a sample, so that even the smallest ellipse at an edge hides one.
        far_x = (x - xp.floor(draws[..., 0:1] * n_traces)) / half_x
        far_t = (t - xp.floor(draws[..., 1:2] * n_samples)) / half_t
        outside = far_x[..., :, None] ** 2 + far_t[..., None, :] ** 2 > 1
        unused = (xp.arange(most, device=device(draws)) >= n_holes)[..., None, None]
        return xp.all(outside | unused, axis=-3)
