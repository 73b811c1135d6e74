"""Train a network from a configuration: log, checkpoints, validation sheets, and at the end weights with their card."""

import math
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from seisfill._version import __version__
from seisfill.errors import ConfigurationError
from seisfill.masks import GapMask, MixedMask, MixtureMask
from seisfill.nn.weights import save_weights
from seisfill.segy.reader import read_gathers
from seisfill.training.loop import TrainConfig, Trainer
from seisfill.training.processes import join_processes
from seisfill.training.streams import SyntheticStream
from seisfill.training.validation import FieldSet, validate
from seisfill.workflows.sources import make_sources
from seisfill.workflows.training_log import TrainingLog, last_scores

Report = Callable[[dict[str, Any]], None]
MOST_GATHERS = 4  # of each field file that a training is validated on


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSummary:
    """Steps and seconds of the training so far, and where its weights are."""

    step: int
    steps: int
    seconds: float
    weights: Path


def train(
    config: TrainConfig,
    *,
    out: Path,
    minutes: float = math.inf,
    resume: bool = False,
    new_leg: bool = False,
    device: str = "cpu",
    fields: Sequence[Path] = (),
    tensorboard: bool = False,
    report: Report = lambda _: None,
) -> TrainSummary:
    """
    Train until the last step or for some minutes; then write the averaged weights and their card.

    Started by ``torchrun``, its processes share the batches, and one of them writes.

    Parameters
    ----------
    config : TrainConfig
        What to train.
    out : Path
        Folder for ``state.safetensors``, logs, validation sheets and the weights.
    minutes : float
        Wall-clock limit of this leg.
    resume : bool
        Take up the state in *out*.
    new_leg : bool
        Let the configuration differ from the one that it was left with.
    device : str
        ``cpu`` or ``cuda``.
    fields : sequence of Path
        SEG-Y or SU files whose first gathers are on every validation sheet; nothing is trained on them.
    tensorboard : bool
        Write for TensorBoard too.
    report : callable
        Told a row every ``log_every`` steps.

    Raises
    ------
    ConfigurationError
        If *out* holds a state and *resume* is not given, or the other way round.
    """
    state = out / "state.safetensors"
    sets = [read_field_set(path) for path in fields]
    with join_processes(device) as processes:
        check_folder(out, resume=resume)
        processes.wait()
        out.mkdir(parents=True, exist_ok=True)
        trainer = Trainer(config, processes=processes, sources=make_sources(config.stream))
        if resume:
            trainer.resume(state, new_leg=new_leg)
        log = TrainingLog(out, step=trainer.step, tensorboard=tensorboard) if processes.leads else None
        _run(trainer, out, seconds=60 * minutes, sets=sets, log=log, report=report)
        trainer.save(state)
        weights = out / f"{config.name}.safetensors"
        if log is not None:
            log.close()
            save_weights(weights, trainer.averaged(), card=make_card(trainer, scores=last_scores(out)))
        processes.wait()
    return TrainSummary(step=trainer.step, steps=config.steps, seconds=trainer.seconds, weights=weights)


def check_folder(out: Path, *, resume: bool) -> None:
    """Raise where a training would be overwritten, or there is none to resume."""
    there = (out / "state.safetensors").exists()
    if there and not resume:
        raise ConfigurationError(f"Invalid folder {out}: must hold no training yet. Add --resume, or another --out.")
    if resume and not there:
        raise ConfigurationError(f"Invalid folder {out}: must hold state.safetensors to resume from. Drop --resume.")


def read_field_set(path: Path) -> FieldSet:
    """Name and first gathers of a file."""
    return path.stem, list(islice(read_gathers(path), MOST_GATHERS))


def _run(
    trainer: Trainer, out: Path, *, seconds: float, sets: Sequence[FieldSet], log: TrainingLog | None, report: Report
) -> None:
    """The loop; the process that has the log reports and validates, the others only compute."""
    config, since = trainer.config, []
    for row in trainer.run(seconds=seconds):
        since.append(row)
        if row["step"] % config.log_every == 0:
            mean, since = mean_row(since), []
            if log is not None:
                log.row(mean)
                report(mean)
        if row["step"] % config.validation.every == 0 and log is not None:
            log.sheet(row["step"], validate(trainer.averaged(), config, fields=sets))
        if row["step"] % config.checkpoint_every == 0:
            trainer.save(out / "state.safetensors")


def mean_row(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """
    One log row of several: where the last one stands, and means of the parts of the loss.

    Examples
    --------
    >>> rows = [{"step": step, "seconds": 0.5 * step, "loss": torch.tensor(float(step))} for step in (1, 2)]
    >>> mean_row(rows)
    {'step': 2, 'seconds': 1.0, 'loss': 1.5}
    """
    named = [name for name in rows[-1] if name not in ("step", "seconds")]
    # all at once, here only: whoever asks a GPU for a number waits until it has caught up
    table = torch.stack([torch.stack([row[name] for name in named]) for row in rows]).mean(dim=0).tolist()
    means = {name: round(value, 5) for name, value in zip(named, table, strict=True)}
    return {"step": rows[-1]["step"], "seconds": rows[-1]["seconds"], **means}


def make_card(trainer: Trainer, *, scores: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a reader of the weights should know."""
    config = trainer.config
    return {
        "name": config.name,
        "made_by": f"seisfill {__version__}",
        "licence": "Apache-2.0",
        "data": _data(config.stream),
        "parameters": sum(weight.numel() for weight in trainer.network.parameters()),
        "step": trainer.step,
        "steps": config.steps,
        "hours": round(trainer.seconds / 3600, 3),
        "machine": _machine(trainer),
        "seed": config.seed,
        "max_gap": widest_gap(config.stream.masks),
        "config": asdict(config),
        "legs": [leg.as_dict() for leg in trainer.legs],
        "scores": scores,
    }


def _data(stream: SyntheticStream) -> str:
    """What the weights have seen, in words."""
    seen = [f"field gathers of {', '.join(stream.field.files)}"] if stream.field else []
    seen += [f"shots modelled in {', '.join(stream.modelled.files)}"] if stream.modelled else []
    return "; ".join(["synthetic events", *seen]) if seen else "synthetic events only; no field data"


def _machine(trainer: Trainer) -> str:
    """Processor, processes and device of a training."""
    device = torch.cuda.get_device_name(trainer.device) if trainer.on_gpu else trainer.device
    return f"{platform.machine()}, {trainer.processes.count} x {device}"


def widest_gap(rule: Any) -> int | None:
    """Widest gap that a mask rule was asked to draw [traces]; None where it draws none."""
    if isinstance(rule, GapMask):
        return int(rule.width[1] if isinstance(rule.width, (tuple, list)) else rule.width)
    parts = rule.rules if isinstance(rule, (MixedMask, MixtureMask)) else ()
    widths = [width for width in map(widest_gap, parts) if width is not None]
    return max(widths, default=None)
