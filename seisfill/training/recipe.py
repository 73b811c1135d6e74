"""What a training is asked to do: plain frozen values, and the rate that they mean at each step."""

import math
import re
from dataclasses import dataclass, field

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.masks import parse_mask
from seisfill.nn.losses import FillLoss
from seisfill.nn.unet import UNetConfig
from seisfill.training.streams import SyntheticStream

STATE = "state"  # of a training, beside the weights that are named as it is


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
class ValidationConfig:
    """
    How a training is judged on the way.

    Parameters
    ----------
    every : int
        Steps between two sheets.
    patches : int
        Synthetic patches of each family and pattern.
    patch : (int, int)
        Their traces and samples.
    patterns : tuple of str
        Masks as the command line words them.
    seed : int
        Of patches and masks; never that of the training.
    """

    every: int = 1000
    patches: int = 8
    patch: tuple[int, int] = (64, 256)
    patterns: tuple[str, ...] = ("random:0.5", "every:2", "every:3", "gap:10")
    seed: int = 1_000_003

    def __post_init__(self) -> None:
        check_between("every", self.every, 1, math.inf)
        check_between("patches", self.patches, 1, 2**20)
        check_between("number of patterns", len(self.patterns), 1, 64)
        for pattern in self.patterns:
            parse_mask(pattern)


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
    compile : bool
        Let `torch.compile` make kernels of the convolutions: a minute at the start, faster steps on a GPU.
    start : str, optional
        Weights to begin with, a shipped name or a file; the network may be bigger than theirs.
    start_levels : int, optional
        Upper levels of theirs that are kept; all where not given. Like *start*, it matters at step 0 alone.
    network, stream, loss, optimizer, validation
        The parts.
    """

    name: str = "small"
    seed: int = 1
    steps: int = 10_000
    checkpoint_every: int = 250
    log_every: int = 50
    bfloat16: bool = True
    compile: bool = False
    start: str | None = None
    start_levels: int | None = None
    network: UNetConfig = field(default_factory=UNetConfig)
    stream: SyntheticStream = field(default_factory=SyntheticStream)
    loss: FillLoss = field(default_factory=FillLoss)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    validation: ValidationConfig = field(default_factory=ValidationConfig)

    def __post_init__(self) -> None:
        for what in ("steps", "checkpoint_every", "log_every"):
            check_between(what, getattr(self, what), 1, math.inf)
        if not re.fullmatch(r"\w[\w.-]*", self.name) or self.name == STATE:
            raise InvalidParameterError(
                f"Invalid name {self.name!r}: must be letters, digits, '_', '-' and '.' only, begin with none of the "
                f"last two, and not be {STATE!r}, which names the checkpoint."
            )
        if self.seed == self.validation.seed:
            raise InvalidParameterError(f"Invalid seed {self.seed}: must not be that of the validation. Change either.")


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
