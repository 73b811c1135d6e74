"""Fine-tune a network on panels of one file: early stop by a judge, the best average of the weights comes back."""

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.nn.unet import UNet
from seisfill.patches.gain import Gain
from seisfill.training.panels import Panel

Judge = Callable[[UNet], float]
Report = Callable[[int, int, float], None]
SILENCE = 1e-6  # of a panel's energy: an error below it is none


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptConfig:
    """
    How a network is adapted.

    Parameters
    ----------
    steps : int
        Steps at most; the rate falls to nothing at the last one.
    rate : float
        Peak learning rate of AdamW.
    warm_up : int
        Steps to reach it.
    size : (int, int)
        Traces and samples of a window; as large as possible, since what lies beside a hole decides how it is filled.
    average : float
        Decay of the moving average of the weights, which is what is judged.
    scale : float
        Weight of the likelihood that teaches the log-scale.
    every : int
        Steps between two judgements.
    patience : int
        Judgements without a better one, after which it stops.
    least : float
        What the best judgement must be above the first one to be accepted [dB].
    bfloat16 : bool
        Compute convolutions in bfloat16: twice as fast where the processor knows it, slow elsewhere.
    seed : int
        Of windows and holes.
    """

    steps: int = 120
    rate: float = 2e-4
    warm_up: int = 15
    size: tuple[int, int] = (96, 512)
    average: float = 0.95
    scale: float = 0.02
    every: int = 15
    patience: int = 4
    least: float = 0.2
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for what in ("steps", "every", "patience"):
            check_between(what, getattr(self, what), 1, math.inf)
        check_between("rate", self.rate, 0, math.inf)
        check_between("average", self.average, 0, 1)
        check_between("traces of a window", self.size[0], 2, 2**20)
        check_between("samples of a window", self.size[1], 2, 2**20)
        if self.seed < 0:
            raise InvalidParameterError(f"Invalid seed {self.seed}: must not be negative.")

    def rate_at(self, step: int) -> float:
        """
        Rate of a step: a linear warm-up, then half a cosine.

        Examples
        --------
        >>> config = AdaptConfig(steps=110, rate=1.0, warm_up=10)
        >>> [round(config.rate_at(step), 2) for step in (0, 9, 60, 110)]
        [0.1, 1.0, 0.5, 0.0]
        """
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        done = (step - self.warm_up) / max(self.steps - self.warm_up, 1)
        return self.rate * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adapted:
    """
    What an adaptation found.

    Parameters
    ----------
    network : UNet
        With the best weights that were judged, those of the start among them; in evaluation mode.
    scores : tuple of (int, float)
        Step and judgement [dB], from step 0 on.
    steps : int
        Steps done.
    seconds : float
        Time that they took, judgements included.
    accepted : bool
        Whether the best judgement is better than the first by as much as was asked.
    """

    network: UNet
    scores: tuple[tuple[int, float], ...]
    steps: int
    seconds: float
    accepted: bool

    @property
    def before(self) -> float:
        """Judgement of the network that it began with [dB]."""
        return self.scores[0][1]

    @property
    def best(self) -> tuple[int, float]:
        """Step and value [dB] of the best judgement; the first of equal ones."""
        return max(self.scores, key=lambda score: score[1])


def adapt_network(
    network: UNet,
    panels: Sequence[Panel],
    *,
    judge: Judge,
    config: AdaptConfig | None = None,
    seconds: float = math.inf,
    report: Report = lambda *_: None,
) -> Adapted:
    """
    Fine-tune a copy of a network on traces that were recorded, by hiding more of them.

    Each step fills one window of a panel. Its loss is the logarithm of the squared error in physical amplitudes on the
    traces that were hidden: that is, but for a factor, the SNR in decibels that fills are scored by. Traces that are
    missing, or kept apart for the judge, are never asked for.

    Parameters
    ----------
    network : UNet
        What to begin with; it is left as it was.
    panels : sequence of Panel
        What to learn from; each is drawn with the same chance.
    judge : callable
        SNR [dB] of a network on traces that are kept apart from the panels.
    config : AdaptConfig, optional
        How.
    seconds : float
        Wall-clock limit; with it the number of steps depends on the machine.
    report : callable
        Told the step, all steps and the last judgement.

    Raises
    ------
    InvalidParameterError
        If there are no panels.

    References
    ----------
    Batson and Royer (2019), Noise2Self: Blind Denoising by Self-Supervision, ICML, for a loss on what was hidden;
    Shocher et al. (2018), "Zero-Shot" Super-Resolution using Deep Internal Learning, CVPR, for learning from the input.
    """
    if not panels:
        raise InvalidParameterError("Invalid panels (): must hold at least one gather with enough live traces.")
    config = config or AdaptConfig()
    start = time.monotonic()
    learner = _Learner(network, config)
    best = copy.deepcopy(network).eval()
    scores, late, step = [(0, judge(best))], 0, 0
    rng = np.random.default_rng(config.seed)
    report(0, config.steps, scores[0][1])
    while step < config.steps and late < config.patience and time.monotonic() - start < seconds:
        learner.learn(panels[int(rng.integers(len(panels)))], step, rng)
        step += 1
        if step % config.every == 0 or step == config.steps:
            scores.append((step, judge(learner.average)))
            late = 0 if scores[-1][1] > max(score for _, score in scores[:-1]) else late + 1
            if not late:
                best = copy.deepcopy(learner.average)
        report(step, config.steps, scores[-1][1])
    accepted = max(score for _, score in scores) >= scores[0][1] + config.least
    return Adapted(network=best, scores=tuple(scores), steps=step, seconds=time.monotonic() - start, accepted=accepted)


class _Learner:
    """A copy of a network that learns, and the moving average of its weights."""

    def __init__(self, network: UNet, config: AdaptConfig) -> None:
        self.config = config
        self.network, self.average = copy.deepcopy(network).train(), copy.deepcopy(network).eval()
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=config.rate, weight_decay=0.0)

    def learn(self, panel: Panel, step: int, rng: np.random.Generator) -> None:
        """One step on one window."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.rate_at(step)
        loss = self._loss(panel, rng)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        decay = min(self.config.average, (1 + step) / (10 + step))
        with torch.no_grad():
            learnt = self.network.state_dict()
            for name, value in self.average.state_dict().items():
                value.lerp_(learnt[name], 1 - decay)

    def _loss(self, panel: Panel, rng: np.random.Generator) -> Tensor:
        window = panel.draw(self.config.size, rng=rng)
        gain = Gain.fit(window.data, window.shown)
        device = next(self.network.parameters()).device
        truth, mask, asked, level = (
            torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))[None, None].to(device)
            for x in (gain.apply(window.data), window.shown, window.asked, gain.level / math.sqrt(panel.energy or 1.0))
        )
        with torch.autocast(device.type, torch.bfloat16, enabled=self.config.bfloat16):
            estimate, log_scale = self.network(truth * mask, mask)
        count = asked.sum().clamp(min=1)
        error = (asked * (level * (estimate - truth)).square()).sum() / count
        away = (truth - estimate.detach()).abs()
        likelihood = (asked * (away * torch.exp(-log_scale) + log_scale)).sum() / count
        return torch.log(error + SILENCE) + self.config.scale * likelihood
