"""A fan of fills to choose from: straight lines along each of some slopes, and how well each slope fits. Torch only."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seisfill.neighbours import interpolate_linear, known_neighbours
from seisfill.nn.steer import cubic_weights

FINE = 4  # parts of a sample in which delays are counted
REACH = 48  # samples that a line may lead up or down, so that a tile's halo holds what it looks at
WINDOW = (3, 17)  # traces and samples over which a misfit is smoothed
FLOOR = 1e-2  # of the local RMS; misfits below it tell nothing
SHARPNESS = 8.0  # of the first choice; from 8 to 12 it is best on synthetic patches
UNTOLD = -12.0  # what speaks for a line that no guide steers: nothing; a told one counts like a line without misfit


class SlopeFan(nn.Module):
    """
    Fills of a patch along several slopes, from which a network chooses sample by sample.

    A line along a slope joins the nearest known samples on either side, each taken where the slope leads to. Where the
    two disagree, or where the line misses a known sample between them, the slope is wrong. Before anything is learned,
    the choice follows that misfit alone: a local slope scan, as by semblance.

    Parameters
    ----------
    slopes : sequence of float
        Positive delays from one trace to the next [samples per trace]; the fan holds them, their opposites and zero.
    """

    slopes: Tensor

    def __init__(self, slopes: Sequence[float]) -> None:
        super().__init__()
        both = [sign * slope for slope in slopes for sign in (1.0, -1.0)]
        self.register_buffer("slopes", torch.tensor([0.0, *both]), persistent=False)
        self.sharpness = nn.Parameter(torch.tensor(SHARPNESS))

    @torch.no_grad()
    def look(self, data: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """
        Lines along all slopes, and how badly they fit.

        Parameters
        ----------
        data : (B, 1, X, T)
            Amplitudes; what stands where *known* is False is not looked at.
        known : bool, (B, 1, X, T)
            True where a sample was recorded.

        Returns
        -------
        lines : (B, P, X, T)
            Also at known samples, there from their neighbours alone.
        misfit : (B, P, X, T)
            RMS misfit around each sample, over its mean of all slopes.

        Examples
        --------
        >>> data = torch.zeros(1, 1, 3, 8)
        >>> data[0, 0, 0, 2] = data[0, 0, 2, 6] = 1.0
        >>> lines, misfit = SlopeFan([2.0]).look(data, torch.tensor([1, 0, 1]).bool()[:, None].expand(1, 1, 3, 8))
        >>> lines[0, 1, 1].round(decimals=3).tolist(), int(misfit[0, :, 1, 4].argmin())
        ([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], 1)
        """
        line = interpolate_linear(data, known)
        left, right = _beside(known)
        n_traces, n_samples = data.shape[-2:]
        trace = torch.arange(n_traces, device=data.device)[:, None]
        before, after = (trace - left).float(), (right - trace).float()
        has_before, has_after = left >= 0, right < n_traces
        share = torch.where(has_before & has_after, before / (before + after), has_after.to(data.dtype))
        steepest = REACH / torch.maximum(before * has_before, after * has_after).clamp(min=1)
        fine = refine(line)
        time = FINE * torch.arange(n_samples, device=data.device)
        rows = [side.clamp(0, n_traces - 1) * (FINE * n_samples) for side in (left, right)]
        lines, misfits = [], []
        for slope in self.slopes:
            allowed = torch.clamp(slope, -steepest, steepest)
            first, last = (
                _pick(fine, row, time + (FINE * allowed * away).round().long())
                for row, away in zip(rows, (-before, after), strict=True)
            )
            filled = first + share * (last - first)
            off = torch.where(known, filled - data, (last - first) * (has_before & has_after))
            lines.append(filled)
            misfits.append(off.square())
        misfit = _smooth(torch.cat(misfits, dim=1)).sqrt()
        return torch.cat(lines, dim=1), (misfit + FLOOR) / (misfit.mean(dim=1, keepdim=True) + FLOOR)

    def choose(self, fan: tuple[Tensor, ...], fill: Tensor, told: Tensor | None, votes: Tensor) -> Tensor:
        """
        Mean of the lines and of a fill that may be steered, by what speaks for each.

        Parameters
        ----------
        fan : two times (B, P, X, T)
            Lines and misfits, as `look` gives them.
        fill : (B, 1, X, T)
            A further line, along a slope that a user trusts.
        told : (B, 1, X, T), optional
            1 where that slope is trusted: the further line is a choice there, and else none.
        votes : (B, P + 1, X, T)
            What the network adds to the logarithm of each share.
        """
        lines, misfit = fan
        steered = torch.full_like(fill, UNTOLD) if told is None else UNTOLD * (1 - told)
        shares = torch.softmax(torch.cat([-self.sharpness * misfit, steered], dim=1) + votes, dim=1)
        return (shares * torch.cat([lines, fill], dim=1)).sum(dim=1, keepdim=True)


def refine(data: Tensor) -> Tensor:
    """
    Quarter samples by cubic convolution, the ends of a trace repeated: (..., T) to (..., 4 T).

    Examples
    --------
    >>> refine(torch.tensor([0.0, 1.0, 2.0, 3.0, 4.0]))[4:13].tolist()
    [1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0]
    """
    padded = torch.cat([data[..., :1], data, data[..., -1:], data[..., -1:]], dim=-1)
    taps = torch.stack([padded[..., k : k + data.shape[-1]] for k in range(4)], dim=-1)
    rest = torch.arange(FINE, device=data.device, dtype=data.dtype) / FINE
    return (taps @ torch.stack(cubic_weights(rest))).flatten(-2)


def _beside(known: Tensor) -> tuple[Tensor, Tensor]:
    """Nearest known sample before and behind each sample, itself left out; -1 and X where there is none."""
    left, right = known_neighbours(known)
    none_left, none_right = torch.full_like(left[..., :1, :], -1), torch.full_like(right[..., :1, :], known.shape[-2])
    return torch.cat([none_left, left[..., :-1, :]], dim=-2), torch.cat([right[..., 1:, :], none_right], dim=-2)


def _pick(fine: Tensor, row: Tensor, time: Tensor) -> Tensor:
    """Amplitudes at the given rows and quarter samples; the ends of a trace are repeated."""
    place = row + time.clamp(0, fine.shape[-1] - FINE)
    return fine.flatten(-2).gather(-1, place.flatten(-2)).view(row.shape)


def _smooth(x: Tensor) -> Tensor:
    """Mean over the window; what lies beyond the patch is not counted."""
    for window in ((WINDOW[0], 1), (1, WINDOW[1])):
        half = (window[0] // 2, window[1] // 2)
        x = nn.functional.avg_pool2d(x, window, stride=1, padding=half, count_include_pad=False)
    return x


def spread_over_time(x: Tensor, fold: int) -> Tensor:
    """
    Straight lines in time between values of folded samples: (B, C, X, T) to (B, C, X, T * fold).

    Examples
    --------
    >>> spread_over_time(torch.tensor([0.0, 4.0]).reshape(1, 1, 1, 2), 2).flatten().tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    if not x.shape[1]:
        return x.new_zeros((*x.shape[:-1], x.shape[-1] * fold))
    return nn.functional.interpolate(x, scale_factor=(1, fold), mode="bilinear", align_corners=False)
