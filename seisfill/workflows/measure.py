"""How fast a training would go, and what share of the machine it uses: the generator, the step, and both."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from seisfill.training.loop import TrainConfig, Trainer
from seisfill.workflows.sources import make_sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """
    Rates of a training.

    Parameters
    ----------
    generator, step, both : float
        Patches a second: drawn, learned from, and drawn and learned from.
    convolutions : float
        Operations of a step's convolutions, forwards and backwards [FLOP per patch].
    peak : float
        What one large convolution reaches on this device in the same precision [FLOP/s].
    """

    generator: float
    step: float
    both: float
    convolutions: float
    peak: float

    @property
    def generator_share(self) -> float:
        """
        Time that drawing adds to learning, over the time of learning.

        Examples
        --------
        >>> Speed(generator=90.0, step=10.0, both=8.0, convolutions=1e9, peak=1e12).generator_share
        0.25
        """
        return self.step / self.both - 1

    @property
    def achieved(self) -> float:
        """
        Fraction of the peak that a step reaches.

        Examples
        --------
        >>> Speed(generator=90.0, step=10.0, both=8.0, convolutions=1e9, peak=1e11).achieved
        0.1
        """
        return self.step * self.convolutions / self.peak


def measure_speed(config: TrainConfig, *, device: str = "cpu", seconds: float = 5.0) -> Speed:
    """
    Time a training that is thrown away afterwards.

    Parameters
    ----------
    config : TrainConfig
        What would be trained.
    device : str
        ``cpu`` or ``cuda``.
    seconds : float
        How long each part is repeated.
    """
    trainer, size = Trainer(config, device=device, sources=make_sources(config.stream)), config.stream.batch
    batch = trainer.draw()
    with FlopCounterMode(display=False) as counter:
        trainer.loss(batch)["loss"].backward()

    def both() -> None:
        trainer.train_step(trainer.draw())
        trainer.step += 1

    works = (trainer.draw, lambda: trainer.train_step(batch), both)
    generator, step, together = (size * repeat(work, device=device, seconds=seconds) for work in works)
    peak = convolution_rate(device, bfloat16=config.bfloat16, seconds=seconds)
    return Speed(
        generator=generator, step=step, both=together, convolutions=counter.get_total_flops() / size, peak=peak
    )


def convolution_rate(device: str, *, bfloat16: bool, seconds: float) -> float:
    """Rate of one large 3 x 3 convolution on a device [FLOP/s]."""
    on_gpu = torch.device(device).type == "cuda"
    batch, channels, size = (64, 256, 96) if on_gpu else (2, 64, 32)
    kind = torch.bfloat16 if bfloat16 else torch.float32
    x = torch.randn(batch, channels, size, size, device=device, dtype=kind).to(memory_format=torch.channels_last)
    weight = torch.randn(channels, channels, 3, 3, device=device, dtype=kind).to(memory_format=torch.channels_last)
    rate = repeat(lambda: torch.nn.functional.conv2d(x, weight, padding=1), device=device, seconds=seconds)
    return rate * 2 * batch * size**2 * channels**2 * 9


def repeat(work: Callable[[], object], *, device: str, seconds: float) -> float:
    """How often a second *work* can be done, after three times that do not count."""

    def finish() -> None:
        if torch.device(device).type == "cuda":
            torch.cuda.synchronize(device)

    for _ in range(3):
        work()
    finish()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        for _ in range(5):
            work()
        finish()
        count += 5
    return count / (time.perf_counter() - start)
