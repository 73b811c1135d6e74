"""Variants of one recipe, each trained on the same budget and judged on the same sheet."""

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from seisfill.errors import FileAccessError
from seisfill.nn.unet import UNet
from seisfill.nn.weights import load_weights
from seisfill.training.loop import first_network
from seisfill.training.recipe import TrainConfig
from seisfill.training.validation import FieldSet, validate
from seisfill.workflows.ablation_config import AblationConfig, Variant
from seisfill.workflows.ablation_figure import draw_ablation
from seisfill.workflows.ablation_folder import AblationFolder, Result
from seisfill.workflows.ablation_summary import AblationSummary, summarise, write_summary
from seisfill.workflows.benchmark_data import load_survey
from seisfill.workflows.train import train

Report = Callable[[str], None]
Progress = Callable[[str, int, int], None]


def run_ablation(
    config: AblationConfig,
    *,
    out: Path,
    resume: bool = False,
    device: str = "cpu",
    report: Report = lambda _: None,
    progress: Progress = lambda *_: None,
) -> AblationSummary:
    """
    Train every variant with every seed, judge each on the base's validation sheet, and write the table.

    All variants are trained with one seed before the next one, and the table is written after each training, so that
    there is something to compare before all is done.

    Parameters
    ----------
    config : AblationConfig
        What is compared.
    out : Path
        Folder for ``ablation.json``, ``summary.md``, ``summary.json``, ``snr.png``, and for each training
        ``VARIANT/seed-N`` with all that it leaves and its ``scores.json``.
    resume : bool
        Take up what the folder holds: finished trainings stay as they are, others go on from their last checkpoint.
        Variants and seeds may be added.
    device : str
        ``cpu`` or ``cuda``.
    report : callable
        Told a line about each training that ends, and each survey that is not on this machine.
    progress : callable
        Told stage, steps done, and steps in all.

    Returns
    -------
    AblationSummary
        Of all trainings that are finished; one that failed is told there, and the others go on.

    Raises
    ------
    ConfigurationError
        If the folder holds another ablation, or one and *resume* is not given, or none and it is.
    """
    folder = AblationFolder(out, config, resume=resume)
    fields = list(read_surveys(config.surveys, report=report))
    runs = [(variant, seed) for seed in config.seeds for variant in config.variants]
    if not folder.has(config.untrained, 0):
        network = first_network(config.base.config).to(device).eval()
        folder.add(judge(network, config.untrained, 0, base=config.base.config, fields=fields))
    steps, failed = config.base.config.steps, []
    for number, (variant, seed) in enumerate(runs):
        if not folder.has(variant, seed):
            count = partial(_count, progress, done=number * steps, total=len(runs) * steps)
            try:
                result = train_variant(folder, variant, seed=seed, fields=fields, device=device, progress=count)
                report(f"{variant.name}, seed {seed}: {result.mean_db:.2f} dB after {result.seconds:.0f} s")
            except Exception as error:  # in whatever way a variant breaks, the others must not be lost
                failed.append(f"{variant.name}, seed {seed}: {type(error).__name__}: {error}")
                folder.note_failure(variant, seed, traceback.format_exc())
                report(f"failed: {failed[-1]}")
        progress("steps", (number + 1) * steps, len(runs) * steps)
        summary = summarise(config, folder.results, failed=tuple(failed))
        write_summary(summary, out)  # after each, so that there is a table before all is done
    draw_ablation(summary, out / "snr.png")
    return summary


def read_surveys(names: Sequence[str], *, report: Report) -> Iterator[FieldSet]:
    """Gathers of field surveys; one that is not on this machine is told and left out."""
    for name in names:
        try:
            yield name, load_survey(name)
        except FileAccessError as error:
            report(f"skipped {name!r}: {error}")


def train_variant(
    folder: AblationFolder,
    variant: Variant,
    *,
    seed: int,
    fields: Sequence[FieldSet] = (),
    device: str = "cpu",
    progress: Callable[[int], None] = lambda _: None,
) -> Result:
    """
    One training, or the rest of it, and what its averaged weights are worth.

    Parameters
    ----------
    folder : AblationFolder
        Where it goes, and who says what the base is.
    variant : Variant
        What is trained.
    seed : int
        Of its data and first weights.
    fields : sequence of (str, sequence of Gather)
        Field surveys that it is judged on beside the synthetic sheet.
    device : str
        ``cpu`` or ``cuda``.
    progress : callable
        Told the number of the step, now and then.
    """
    place, config = folder.place(variant, seed), replace(variant.config, seed=seed)
    begun = (place / "state.safetensors").exists()
    done = train(config, out=place, resume=begun, device=device, report=lambda row: progress(row["step"]))
    network, _ = load_weights(done.weights, device=device)
    result = judge(network, variant, seed, base=folder.config.base.config, fields=fields)
    result = replace(result, seconds=round(done.seconds, 1))
    folder.add(result)
    return result


def judge(network: UNet, variant: Variant, seed: int, *, base: TrainConfig, fields: Sequence[FieldSet] = ()) -> Result:
    """What a network is worth on the sheet of the base, and how large it is."""
    return Result(
        variant=variant.name,
        seed=seed,
        told=variant.told,
        parameters=sum(weight.numel() for weight in network.parameters()),
        flops=count_flops(network, base.stream.patch),
        seconds=0.0,
        rows=validate(network, judged_as(variant.config, base), fields=fields).rows,
    )


def judged_as(config: TrainConfig, base: TrainConfig) -> TrainConfig:
    """The base, whose sheet all are judged on, with the gain that a network was trained with."""
    return replace(base, stream=replace(base.stream, gain=config.stream.gain))


def count_flops(network: UNet, patch: tuple[int, int]) -> float:
    """Operations of the convolutions that fill one patch of traces and samples [FLOP]."""
    zeros = torch.zeros(1, 1, *patch, device=next(network.parameters()).device)
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network(zeros, zeros)
    return float(counter.get_total_flops())


def _count(progress: Progress, step: int, *, done: int, total: int) -> None:
    progress("steps", done + step, total)
