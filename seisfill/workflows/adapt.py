"""The story of an adaptation: gathers of a file, a network that learns from them, weights only if they are better."""

import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from seisfill._checks import check_between
from seisfill._files import sha256_of
from seisfill._version import __version__
from seisfill.errors import FileAccessError, InvalidParameterError, NothingToFillError
from seisfill.gather import Gather
from seisfill.interpolators.base import choose_device
from seisfill.interpolators.held_out import own_widths
from seisfill.nn.unet import UNet
from seisfill.nn.weights import DEFAULT, find_weights, load_weights, save_weights
from seisfill.segy.files import check_target
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.reader import Dead, SegyReader
from seisfill.segy.spacing import check_spacing
from seisfill.segy.survey import GatherOptions
from seisfill.training.adapt import AdaptConfig, Adapted, Report, adapt_network
from seisfill.workflows.adapt_panels import FEWEST, Lessons, make_lessons
from seisfill.workflows.fill import Progress, silent
from seisfill.workflows.fingerprint import describe

JUDGED = 3  # gathers that keep traces apart; all others are learnt from whole


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptOptions:
    """
    What the user says about an adaptation; everything has a default.

    Parameters
    ----------
    layout : LayoutOptions
        What is known of the file's layout.
    gathers : GatherOptions
        What is known of its gathers.
    dead : {'auto', 'flag', 'none'}
        What counts as a dead trace.
    most_gathers : int
        Gathers to learn from, spread over the file.
    minutes : float
        Wall-clock limit; where it strikes before the last step, another machine may make other weights.
    config : AdaptConfig
        How the network learns, its seed included.
    force : bool
        Replace weights that exist.
    """

    layout: LayoutOptions = field(default_factory=LayoutOptions)
    gathers: GatherOptions = field(default_factory=GatherOptions)
    dead: Dead = "auto"
    most_gathers: int = 8
    minutes: float = 5.0
    config: AdaptConfig = field(default_factory=AdaptConfig)
    force: bool = False

    def __post_init__(self) -> None:
        check_between("most_gathers", self.most_gathers, 1, 4096)
        if not self.minutes > 0:
            raise InvalidParameterError(f"Invalid minutes {self.minutes}: must be positive.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptSummary:
    """
    What an adaptation did.

    Parameters
    ----------
    weights : Path or None
        The new weights; None where they were not better, and nothing was written.
    before, after : float
        SNR on live traces that were kept apart, with the weights of the start and the best ones since [dB].
    step, steps : int
        Step of the best weights, and steps done.
    seconds : float
        Time of the steps and judgements.
    n_gathers, n_apart : int
        Gathers that were learnt from; traces that judged.
    """

    weights: Path | None
    before: float
    after: float
    step: int
    steps: int
    seconds: float
    n_gathers: int
    n_apart: int


def adapt_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    weights: str | Path = DEFAULT,
    device: str = "auto",
    options: AdaptOptions | None = None,
    progress: Progress = silent,
) -> AdaptSummary:
    """
    Adapt a network to the live traces of a SEG-Y or SU file.

    Parameters
    ----------
    source : path
        The file, opened read-only.
    target : path
        ``NAME.safetensors``; the card is written beside it.
    weights : str or Path
        What to begin with: a shipped name or a file.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.
    options : AdaptOptions, optional
        What the user says.
    progress : callable
        Told stage, done and total.

    Returns
    -------
    AdaptSummary
        Its ``weights`` is None where the network was not better by ``options.config.least`` on traces kept apart.

    Raises
    ------
    SeisfillError
        If the file cannot be read, lacks no traces, has too few live ones, or the output is in the way.
    """
    source, target, options = Path(source), Path(target), options or AdaptOptions()
    check_weights_target(source, target, force=options.force)
    network, card = load_weights(weights, device=choose_device(device))
    reader = SegyReader.open(source, layout=options.layout, gathers=options.gathers, dead=options.dead)
    if reader.survey.axis.parts > 1:
        check_spacing(reader)
    gathers = read_spread(reader, options.most_gathers, progress)
    done, lessons = adapt_gathers(
        network,
        gathers,
        config=options.config,
        seconds=60 * options.minutes,
        report=lambda step, steps, _: progress("adapt", step, steps),
    )
    if done.accepted:
        told = {**_card(target, source, card, done), "gathers": len(gathers), "config": asdict(options.config)}
        asked = what_decides(find_weights(weights), device=device, options=options)
        _write(target, done.network, {**told, "asked": asked})
    return AdaptSummary(
        weights=target if done.accepted else None,
        before=done.before,
        after=done.best[1],
        step=done.best[0],
        steps=done.steps,
        seconds=done.seconds,
        n_gathers=len(gathers),
        n_apart=sum(int(panel.apart.sum()) for panel, _ in lessons.trials),
    )


def adapt_gathers(
    network: UNet,
    gathers: Sequence[Gather],
    *,
    config: AdaptConfig | None = None,
    seconds: float = float("inf"),
    report: Report = lambda *_: None,
) -> tuple[Adapted, Lessons]:
    """
    Adapt a network to gathers that lack traces; what it learnt from comes back too.

    Parameters
    ----------
    network : UNet
        What to begin with.
    gathers : sequence of Gather
        At least one of them lacks traces.
    config, seconds, report
        See `adapt_network`.

    Raises
    ------
    NothingToFillError
        If no gather lacks a trace between live ones, so that there is no way of hiding to imitate.
    InvalidParameterError
        If none has enough live traces.
    """
    config = config or AdaptConfig()
    if not any(map(has_holes, gathers)):
        raise NothingToFillError(
            f"Invalid gathers ({len(gathers)}): must lack traces between live ones, since those are hidden in the same "
            "way. Give the true step with --trace-step, or --densify as for fill."
        )
    like = max(gathers, key=lambda gather: len(own_widths(gather.live))).live
    lessons = Lessons()
    for number, gather in enumerate(gathers):
        rng = np.random.default_rng([config.seed, number])
        lessons += make_lessons(gather, like=like, judged=len(lessons.trials) < JUDGED, rng=rng)
    if not lessons.trials:
        raise InvalidParameterError(
            f"Invalid gathers ({len(gathers)}): must have at least {FEWEST} live traces that hold a signal, so that "
            "some can be hidden. Fill with the weights that you have."
        )
    done = adapt_network(network, lessons.panels, judge=lessons.judge, config=config, seconds=seconds, report=report)
    return done, lessons


def what_decides(start: Path, *, device: str, options: AdaptOptions) -> dict[str, Any]:
    """
    All but the file that decides adapted weights, as JSON holds it: version, weights to begin with, device, options.

    Parameters
    ----------
    start : Path
        Weights to begin with.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.
    options : AdaptOptions
        What the user says.
    """
    said = {name: value for name, value in describe(options).items() if name != "force"}
    told = {"version": __version__, "start_sha256": sha256_of(start), "device": choose_device(device), "options": said}
    plain: dict[str, Any] = json.loads(json.dumps(told))
    return plain


def check_weights_target(source: Path, target: Path, *, force: bool) -> None:
    """
    Refuse what can be refused at a glance.

    Raises
    ------
    FileAccessError
        If the weights or their card are in the way, or have no folder.
    InvalidParameterError
        If the name does not end in ``.safetensors``.
    """
    if target.suffix != ".safetensors":
        raise InvalidParameterError(f"Invalid output {target}: must end in .safetensors; the card goes beside it.")
    for path in (target, target.with_suffix(".json")):
        check_target(source, path, force=force)


def read_spread(reader: SegyReader, most: int, progress: Progress = silent) -> list[Gather]:
    """At most so many gathers, spread over the file; if none of them has holes, the first one that has comes too."""
    numbers = np.unique(np.linspace(0, len(reader) - 1, min(most, len(reader))).round().astype(int)).tolist()
    found = []
    for done, number in enumerate(numbers):
        found.append(reader.read(number).gather)
        progress("read", done + 1, len(numbers))
    if not any(map(has_holes, found)):
        found += itertools.islice(filter(has_holes, (item.gather for item in reader)), 1)
    return found


def has_holes(gather: Gather) -> bool:
    """Whether a trace is missing between live ones."""
    return len(own_widths(gather.live)) > 0


def _card(target: Path, source: Path, start: dict[str, Any], done: Adapted) -> dict[str, Any]:
    return {
        "name": target.name.removesuffix(".safetensors"),
        "made_by": f"seisfill {__version__}",
        "data": f"adapted to the live traces of {source.name}",
        "file": source.name,
        "file_sha256": sha256_of(source),
        "start": {"name": start.get("name"), "sha256": start["sha256"]},
        "max_gap": start.get("max_gap"),
        "step": done.best[0],
        "steps": done.steps,
        "minutes": round(done.seconds / 60, 2),
        "scores": {
            "what": "SNR in dB on live traces of the file that were kept apart",
            "before": round(done.before, 2),
            "after": round(done.best[1], 2),
        },
    }


def _write(target: Path, network: UNet, card: dict[str, Any]) -> None:
    """Weights and card under other names first, so that neither is ever seen half written."""
    partial = target.with_name(f"{target.stem}.partial.safetensors")
    try:
        save_weights(partial, network, card=card)
        partial.with_suffix(".json").replace(target.with_suffix(".json"))
        partial.replace(target)
    except OSError as error:
        raise FileAccessError(f"Invalid output {target}: must be writable; {error.strerror or error}.") from error
    finally:
        for left in (partial, partial.with_suffix(".json")):
            left.unlink(missing_ok=True)
