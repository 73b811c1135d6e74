"""A fixed sheet that a training is judged on: the same patches and field gathers every time, never trained on."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seisfill.gather import Gather
from seisfill.masks import MaskRule, parse_mask
from seisfill.metrics import snr_db
from seisfill.neighbours import interpolate_linear
from seisfill.nn.unet import UNet
from seisfill.patches.gain import Gain
from seisfill.training.recipe import TrainConfig
from seisfill.training.streams import Batch, fit_gain

FieldSet = tuple[str, Sequence[Gather]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """One patch of a sheet: arrays of shape (n_traces, n_samples), of which ``live`` traces (n_traces,) were known."""

    title: str
    truth: NDArray[np.float32]
    filled: NDArray[np.float32]
    live: NDArray[np.bool_]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """
    What a network is worth.

    Parameters
    ----------
    rows : tuple of dict
        For each set and pattern: ``set``, ``pattern``, ``snr_db`` and ``linear_db`` on missing samples, and
        ``guided_db`` where the network takes guides and the set knows its slopes.
    examples : tuple of Example
        One of each set, with the patterns in turn.
    """

    rows: tuple[dict[str, Any], ...]
    examples: tuple[Example, ...]

    @property
    def mean_db(self) -> float:
        """Mean of ``snr_db`` over the rows that have one."""
        values = [row["snr_db"] for row in self.rows if row["snr_db"] is not None]
        return sum(values) / len(values) if values else math.nan


@torch.inference_mode()
def validate(network: UNet, config: TrainConfig, *, fields: Sequence[FieldSet] = ()) -> Sheet:
    """
    Judge a network on synthetic patches, family by family and pattern by pattern, and on field gathers.

    Synthetic patches are scored against their signal, in gained amplitudes, all patches together; field gathers against
    their recorded traces, in physical amplitudes, as the mean over the gathers.

    Parameters
    ----------
    network : UNet
        In evaluation mode.
    config : TrainConfig
        Its ``validation`` says how much, its ``stream`` what synthetic patches look like.
    fields : sequence of (str, sequence of Gather)
        Name and complete gathers of each field set.
    """
    results = [
        *_judge_families(network, config),
        *(result for name, gathers in fields for result in _judge_field(network, config, name, gathers)),
    ]
    turns = len(config.validation.patterns)
    examples = (example for number, (_, example) in enumerate(results) if number % turns == number // turns % turns)
    return Sheet(rows=tuple(row for row, _ in results), examples=tuple(examples))


def _judge_families(network: UNet, config: TrainConfig) -> Iterator[tuple[dict[str, Any], Example]]:
    options, stream = config.validation, config.stream
    device = next(network.parameters()).device
    sized = dataclasses.replace(stream, patch=options.patch, batch=options.patches, chunk=options.patches)
    whole = dataclasses.replace(sized, free_form_share=0.0, guide_share=1.0)
    for family in stream.surveys.weights:
        surveys = dataclasses.replace(stream.surveys, weights={family: 1.0})
        for pattern in options.patterns:
            chosen = dataclasses.replace(whole, surveys=surveys, masks=parse_mask(pattern))
            drawn = chosen.draw(0, seed=options.seed, device=device)
            yield _judge_batch(network, drawn, gained=stream.gain, row={"set": family, "pattern": pattern})


def _judge_batch(network: UNet, batch: Batch, *, gained: bool, row: dict[str, Any]) -> tuple[dict[str, Any], Example]:
    """Scores of a batch; without gain the network sees other amplitudes, and is scored in the same ones."""
    data, known = batch.truth * batch.mask, batch.mask > 0.5
    estimate = network(data, batch.mask)[0]
    answers = {"snr_db": estimate, "linear_db": interpolate_linear(data, known)}
    if network.config.guides:
        answers["guided_db"] = network(data, batch.mask, batch.guide)[0]
    scored = (lambda x: x) if gained else Gain.fit(batch.truth, known).apply
    row |= {name: _rounded(_pooled(scored(batch.signal), scored(x), ~known)) for name, x in answers.items()}
    filled = torch.where(known, batch.truth, estimate)[0, 0]
    live = known[0, 0].any(dim=-1).cpu().numpy()
    return row, Example(title=_title(row), truth=_host(batch.signal[0, 0]), filled=_host(filled), live=live)


def _judge_field(
    network: UNet, config: TrainConfig, name: str, gathers: Sequence[Gather]
) -> Iterator[tuple[dict[str, Any], Example]]:
    for pattern in config.validation.patterns:
        rng = np.random.default_rng(config.validation.seed)
        rule, gained = parse_mask(pattern), config.stream.gain
        filled = [_fill(network, gather, rule, rng, gained=gained) for gather in gathers]
        row: dict[str, Any] = {"set": name, "pattern": pattern}
        for number, column in enumerate(("snr_db", "linear_db")):
            scores = [
                snr_db(gather.data, answer[number], traces=gather.live & ~answer[2])
                for gather, answer in zip(gathers, filled, strict=True)
            ]
            row[column] = _rounded(float(np.mean(scores)))
        yield row, Example(title=_title(row), truth=gathers[0].data, filled=filled[0][0], live=filled[0][2])


def _fill(
    network: UNet, gather: Gather, rule: MaskRule, rng: np.random.Generator, *, gained: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """A gather filled whole by the network and by straight lines, and the traces that both were given."""
    live = gather.live & rule.draw(gather.n_traces, rng=rng)
    known = gather.known & live[:, None]
    gain = fit_gain(gather.data, known, local=gained)
    data = torch.from_numpy(gain.apply(gather.data) * known)
    device = next(network.parameters()).device
    mask = torch.from_numpy(known).float()
    estimate = network(data[None, None].to(device), mask[None, None].to(device))[0][0, 0]
    filled = np.where(known, gather.data, gain.undo(_host(estimate)))
    return filled, interpolate_linear(gather.data, known), live


def _pooled(truth: Tensor, estimate: Tensor, missing: Tensor) -> float:
    """SNR on missing samples of all patches together [dB]."""
    shape = (-1, truth.shape[-1])
    return snr_db(truth.reshape(shape), estimate.reshape(shape), traces=missing.reshape(shape))


def _rounded(value: float) -> float | None:
    """Two decimals, and None for what JSON has no word for."""
    return round(value, 2) if math.isfinite(value) else None


def _title(row: dict[str, Any]) -> str:
    score = "no score" if row["snr_db"] is None else f"{row['snr_db']:.1f} dB"
    return f"{row['set']}, {row['pattern']}: {score}"


def _host(x: Tensor) -> NDArray[np.float32]:
    return x.float().cpu().numpy()
