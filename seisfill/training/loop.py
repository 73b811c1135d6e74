"""The training loop: draw, step, average, write. Plain torch, nothing hidden."""

import contextlib
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError, WeightsError
from seisfill.neighbours import interpolate_linear
from seisfill.nn.losses import FillLoss
from seisfill.nn.unet import GatedUNet, UNetConfig
from seisfill.training.checkpoints import load_checkpoint, save_checkpoint
from seisfill.training.streams import Batch, SyntheticStream

Log = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerConfig:
    """
    AdamW with linear warm-up and cosine decay.

    Parameters
    ----------
    rate : float
        Peak learning rate.
    warm_up : int
        Steps to reach it.
    begin : int
        Step at which the schedule begins; a finishing leg has one of its own.
    weight_decay, clip : float
        Of AdamW; largest norm of the gradient.
    average : float
        Decay of the moving average of the weights, which is what is shipped.
    """

    rate: float = 2e-3
    warm_up: int = 200
    begin: int = 0
    weight_decay: float = 0.01
    clip: float = 1.0
    average: float = 0.999

    def __post_init__(self) -> None:
        check_between("rate", self.rate, 0, math.inf)
        check_between("average", self.average, 0, 1)
        check_between("clip", self.clip, 0, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """
    One training.

    Parameters
    ----------
    name : str
        Of the weights that it makes.
    seed, steps : int
        Seed of the data and first weights; number of steps.
    checkpoint_every, log_every : int
        Steps between two checkpoints, and two log lines.
    bfloat16 : bool
        Compute convolutions in bfloat16 (weights stay float32).
    network, stream, loss, optimizer
        The parts.
    """

    name: str = "small"
    seed: int = 1
    steps: int = 10_000
    checkpoint_every: int = 250
    log_every: int = 50
    bfloat16: bool = True
    network: UNetConfig = field(default_factory=UNetConfig)
    stream: SyntheticStream = field(default_factory=SyntheticStream)
    loss: FillLoss = field(default_factory=FillLoss)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)

    def __post_init__(self) -> None:
        for what in ("steps", "checkpoint_every", "log_every"):
            check_between(what, getattr(self, what), 1, math.inf)
        if not re.fullmatch(r"[\w.-]+", self.name):
            raise InvalidParameterError(f"Invalid name {self.name!r}: must be letters, digits, '_', '-' and '.' only.")


class Trainer:
    """
    State of a training: network, moving average, optimizer, steps and seconds done.

    Parameters
    ----------
    config : TrainConfig
        What to train.
    device : str
        ``cpu`` or ``cuda``.
    """

    def __init__(self, config: TrainConfig, *, device: str = "cpu") -> None:
        torch.manual_seed(config.seed)
        self.config, self.device = config, device
        self.network = GatedUNet(config.network).to(device)
        self.average = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        options = config.optimizer
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=options.rate, weight_decay=options.weight_decay
        )
        self.step, self.seconds = 0, 0.0

    def resume(self, path: Path) -> None:
        """Take up the state that *path* holds."""
        head = load_checkpoint(path, network=self.network, average=self.average, optimizer=self.optimizer)
        if head["seed"] != self.config.seed:
            raise WeightsError(f"Invalid seed {self.config.seed}: must be {head['seed']}, with which {path} was begun.")
        self.step, self.seconds = head["step"], head["seconds"]

    def save(self, path: Path) -> None:
        """Write the state to *path*."""
        head = {"step": self.step, "seconds": self.seconds, "seed": self.config.seed}
        save_checkpoint(path, network=self.network, average=self.average, optimizer=self.optimizer, head=head)

    def run(self, *, seconds: float = math.inf) -> Iterator[dict[str, Any]]:
        """Train to the last step or until *seconds* have passed; yields a log row at each step."""
        start = time.monotonic()
        before = self.seconds
        while self.step < self.config.steps and time.monotonic() - start < seconds:
            batch = self.config.stream.draw(self.step, seed=self.config.seed, device=self.device)
            parts = self.train_step(batch)
            self.step += 1
            self.seconds = before + time.monotonic() - start
            yield {"step": self.step, "seconds": round(self.seconds, 1), **parts}

    def train_step(self, batch: Batch) -> dict[str, Tensor]:
        """One step of AdamW on one batch; the parts of the loss, detached, and what the linear fill would have lost."""
        options = self.config.optimizer
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, self.config)
        with self._precision():
            estimate, log_scale = self.network(batch.truth * batch.mask, batch.mask)
        line = interpolate_linear(batch.truth * batch.mask, batch.mask > 0.5)
        loss = self.config.loss
        parts = loss(estimate, log_scale, line=line, signal=batch.signal, truth=batch.truth, mask=batch.mask)
        self.optimizer.zero_grad(set_to_none=True)
        parts["loss"].backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), options.clip)
        self.optimizer.step()
        decay = min(options.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                self.average[name].lerp_(value, 1 - decay)
        linear = loss.missing(line, signal=batch.signal, mask=batch.mask)
        return {**{name: part.detach() for name, part in parts.items()}, "linear": linear}

    def averaged(self) -> GatedUNet:
        """Network with the moving average of the weights."""
        network = GatedUNet(self.config.network).to(self.device)
        network.load_state_dict(self.average)
        return network.eval()

    def _precision(self) -> contextlib.AbstractContextManager[Any]:
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.config.bfloat16)


def learning_rate(step: int, config: TrainConfig) -> float:
    """
    Linear warm-up, then half a cosine down to a hundredth.

    Examples
    --------
    >>> config = TrainConfig(steps=100, optimizer=OptimizerConfig(rate=1.0, warm_up=10))
    >>> [round(learning_rate(step, config), 2) for step in (0, 9, 10, 99)]
    [0.1, 1.0, 1.0, 0.01]
    """
    options = config.optimizer
    step -= options.begin
    if step < options.warm_up:
        return options.rate * (step + 1) / options.warm_up
    done = (step - options.warm_up) / max(config.steps - options.begin - options.warm_up, 1)
    return options.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))
