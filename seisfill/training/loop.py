"""The training loop: draw, step, average. Plain torch, nothing hidden."""

import contextlib
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from seisfill.neighbours import interpolate_linear
from seisfill.nn.grow import grow
from seisfill.nn.unet import UNet
from seisfill.nn.weights import load_weights
from seisfill.training.checkpoints import Leg, check_leg, load_checkpoint, save_checkpoint
from seisfill.training.processes import Processes
from seisfill.training.recipe import OptimizerConfig, TrainConfig, ValidationConfig, learning_rate
from seisfill.training.sources import PatchSource
from seisfill.training.streams import Batch

__all__ = ["OptimizerConfig", "TrainConfig", "Trainer", "ValidationConfig", "first_network", "learning_rate"]


class Trainer:
    """
    State of a training: network, moving average, optimizer, steps and seconds done.

    Parameters
    ----------
    config : TrainConfig
        What to train.
    device : str
        ``cpu`` or ``cuda``.
    processes : Processes, optional
        Who shares the batches; one process on *device* where not given.
    sources : sequence of PatchSource
        Field gathers and modelled shots that stand beside the synthetic surveys.
    """

    def __init__(
        self,
        config: TrainConfig,
        *,
        device: str = "cpu",
        processes: Processes | None = None,
        sources: Sequence[PatchSource] = (),
    ) -> None:
        self.sources = tuple(sources)
        self.processes = processes or Processes(device=device)
        self.config, self.device = config, self.processes.device
        self.network = first_network(config).to(self.device)
        if self.on_gpu:
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its stubs
        if config.compile:
            self.network.compute = torch.compile(self.network.compute)  # type: ignore[method-assign]
        self.average = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        options = config.optimizer
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=options.rate, weight_decay=options.weight_decay, fused=self.on_gpu
        )
        self.shared = self.processes.wrap(self.network)
        self.step, self.seconds = 0, 0.0
        self.legs = [Leg.of(config, begin=0)]

    @property
    def on_gpu(self) -> bool:
        """Whether it computes on a GPU."""
        return torch.device(self.device).type == "cuda"

    def resume(self, path: Path, *, new_leg: bool = False) -> None:
        """
        Take up the state that *path* holds.

        Raises
        ------
        WeightsError
            If it is of another network, or of another configuration and no new leg is asked for.
        """
        head = load_checkpoint(path, network=self.network, average=self.average, optimizer=self.optimizer)
        self.step, self.seconds = head["step"], head["seconds"]
        self.legs = check_leg(path, head, self.config, new_leg=new_leg)

    def save(self, path: Path) -> None:
        """Write the state to *path*; one process does."""
        if self.processes.leads:
            legs = [leg.as_dict() for leg in self.legs]
            head = {"step": self.step, "seconds": self.seconds, "seed": self.config.seed, "legs": legs}
            save_checkpoint(path, network=self.network, average=self.average, optimizer=self.optimizer, head=head)
        self.processes.wait()

    def run(self, *, seconds: float = math.inf) -> Iterator[dict[str, Any]]:
        """Train to the last step or until *seconds* have passed; yields a log row at each step."""
        start = time.monotonic()
        before = self.seconds
        while self.step < self.config.steps and self.processes.agree(time.monotonic() - start < seconds):
            parts = self.train_step(self.draw())
            self.step += 1
            self.seconds = before + time.monotonic() - start
            yield {"step": self.step, "seconds": round(self.seconds, 1), **parts}

    def draw(self) -> Batch:
        """Share of the present step's batch that falls to this process."""
        stream = self.config.stream
        chunks = self.processes.share(stream.batch // stream.chunk)
        return stream.draw(self.step, seed=self.config.seed, device=self.device, chunks=chunks, sources=self.sources)

    def train_step(self, batch: Batch) -> dict[str, Tensor]:
        """One step of AdamW on one batch; the parts of the loss, detached, and what the linear fill would have lost."""
        options = self.config.optimizer
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, self.config)
        parts = self.loss(batch)
        self.optimizer.zero_grad(set_to_none=True)
        (
            parts["loss"] * self.processes.count
        ).backward()  # gradients are means over processes, parts are shares of sums
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), options.clip)
        self.optimizer.step()
        decay = min(options.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                self.average[name].lerp_(value, 1 - decay)
        return {name: self.processes.total(part.detach()) for name, part in parts.items()}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """What one process adds to the loss, its parts, and what the linear fill would have lost."""
        loss, total = self.config.loss, self.processes.total
        data = batch.truth * batch.mask
        guide = (batch.guide,) if self.config.network.guides else ()
        with self._precision():
            estimate, log_scale = self.shared(data, batch.mask, *guide)
        line = interpolate_linear(data, batch.mask > 0.5)
        parts = loss(
            estimate, log_scale, line=line, signal=batch.signal, truth=batch.truth, mask=batch.mask, total=total
        )
        return {**parts, "linear": loss.missing(line, signal=batch.signal, mask=batch.mask, total=total)}

    def averaged(self) -> UNet:
        """Network with the moving average of the weights."""
        network = UNet(self.config.network).to(self.device)
        network.load_state_dict(self.average)
        return network.eval()

    def _precision(self) -> contextlib.AbstractContextManager[Any]:
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.config.bfloat16)


def first_network(config: TrainConfig) -> UNet:
    """Network of step 0: drawn from the seed, or grown from the weights to start from."""
    torch.manual_seed(config.seed)
    if config.start is None:
        return UNet(config.network)
    return grow(load_weights(config.start)[0], config.network, levels=config.start_levels).train()
