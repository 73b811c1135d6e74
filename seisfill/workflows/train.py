"""Train a network from a configuration: log, checkpoints, and at the end weights with their card."""

import json
import math
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seisfill._version import __version__
from seisfill.errors import ConfigurationError
from seisfill.masks import GapMask, MixedMask, MixtureMask
from seisfill.nn.weights import save_weights
from seisfill.training.loop import TrainConfig, Trainer

Report = Callable[[dict[str, Any]], None]


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
    device: str = "cpu",
    report: Report = lambda _: None,
) -> TrainSummary:
    """
    Train until the last step or for some minutes; then write the averaged weights and their card.

    Parameters
    ----------
    config : TrainConfig
        What to train.
    out : Path
        Folder for ``state.safetensors``, ``log.jsonl`` and the weights.
    minutes : float
        Wall-clock limit of this leg.
    resume : bool
        Take up the state in *out*.
    device : str
        ``cpu`` or ``cuda``.
    report : callable
        Told a row every ``log_every`` steps.

    Raises
    ------
    ConfigurationError
        If *out* holds a state and *resume* is not given, or the other way round.
    """
    state = out / "state.safetensors"
    if state.exists() and not resume:
        raise ConfigurationError(f"Invalid folder {out}: must hold no training yet. Add --resume, or another --out.")
    if resume and not state.exists():
        raise ConfigurationError(f"Invalid folder {out}: must hold state.safetensors to resume from. Drop --resume.")
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(config, device=device)
    if resume:
        trainer.resume(state)
    with (out / "log.jsonl").open("a") as log:
        _run(trainer, state, seconds=60 * minutes, report=lambda row: _tell(row, log, report))
    trainer.save(state)
    weights = out / f"{config.name}.safetensors"
    save_weights(weights, trainer.averaged(), card=make_card(trainer))
    return TrainSummary(step=trainer.step, steps=config.steps, seconds=trainer.seconds, weights=weights)


def _run(trainer: Trainer, state: Path, *, seconds: float, report: Report) -> None:
    """The loop: means of the last rows to *report*, checkpoints on the way."""
    config, count = trainer.config, 0
    sums: dict[str, float] = {}
    for row in trainer.run(seconds=seconds):
        count += 1
        for name in ("loss", "missing", "live", "scale", "linear"):
            sums[name] = sums.get(name, 0.0) + float(row[name])
        if row["step"] % config.log_every == 0:
            means = {name: round(value / count, 5) for name, value in sums.items()}
            report({"step": row["step"], "seconds": row["seconds"], **means})
            sums, count = {}, 0
        if row["step"] % config.checkpoint_every == 0:
            trainer.save(state)


def _tell(row: dict[str, Any], log: Any, report: Report) -> None:
    log.write(json.dumps(row) + "\n")
    log.flush()
    report(row)


def make_card(trainer: Trainer) -> dict[str, Any]:
    """What a reader of the weights should know."""
    config = trainer.config
    return {
        "name": config.name,
        "made_by": f"seisfill {__version__}",
        "licence": "Apache-2.0",
        "data": "synthetic events only; no field data",
        "step": trainer.step,
        "steps": config.steps,
        "hours": round(trainer.seconds / 3600, 3),
        "machine": f"{platform.machine()}, {trainer.device}",
        "seed": config.seed,
        "max_gap": widest_gap(config.stream.masks),
        "config": asdict(config),
    }


def widest_gap(rule: Any) -> int | None:
    """Widest gap that a mask rule was asked to draw [traces]; None where it draws none."""
    if isinstance(rule, GapMask):
        return int(rule.width[1] if isinstance(rule.width, (tuple, list)) else rule.width)
    parts = rule.rules if isinstance(rule, (MixedMask, MixtureMask)) else ()
    widths = [width for width in map(widest_gap, parts) if width is not None]
    return max(widths, default=None)
