"""Before a file is filled: live traces of a few gathers are hidden and filled, to say what the fill will be worth."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seisfill.errors import InvalidParameterError
from seisfill.gather import Bools, Gather
from seisfill.interpolators.base import Interpolator
from seisfill.interpolators.held_out import FEWEST
from seisfill.segy.fields import find_field
from seisfill.segy.reader import DEAD_CODE, FileGather, SegyReader
from seisfill.trust.back import try_back
from seisfill.trust.error_model import ErrorModel
from seisfill.trust.expected import Expectation, expect
from seisfill.trust.quality import Quality, judge
from seisfill.trust.stretch import is_regular, try_wider
from seisfill.trust.trial import Trial, try_filler

Progress = Callable[[str, int, int], None]
Witness = tuple[Gather, Bools | None, int]
MOST_READ = 64  # gathers that are looked at to find those that can be tried
DRAWS = 3  # most trials of one gather: nine traces, as one of 48 live ones hides, are few
COVERAGE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurveyCheck:
    """
    What trials on a file's own live traces say of a fill.

    Parameters
    ----------
    trials : tuple of Trial
        Hidden live traces, in the order of the file; those of regular data have holes twice too wide.
    expectation : Expectation
        Trials that speak for the real holes, and their correction.
    quality : Quality
        Tables of what is expected.
    model : ErrorModel
        Of the error at each sample of the fill.
    coverage : float, optional
        Share of the errors on held-out traces inside the model's 80 % interval.
    wider, back : tuple of Trial
        Of regular data: holes four times too wide, and recorded traces filled from filled ones.
    """

    trials: tuple[Trial, ...]
    expectation: Expectation
    quality: Quality
    model: ErrorModel
    coverage: float | None = None
    wider: tuple[Trial, ...] = ()
    back: tuple[Trial, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What the sidecar's head keeps."""
        return {
            "gathers": sorted({trial.number for trial in self.trials}),
            "coverage": {"nominal": COVERAGE, "found": None if self.coverage is None else round(self.coverage, 3)},
            "quality": self.quality.as_dict(),
            "error_model": self.model.as_dict(),
        }


def check_survey(
    reader: SegyReader,
    filler: Interpolator,
    *,
    gathers: int = 4,
    share: float = 0.2,
    seed: int = 0,
    shown: Callable[[FileGather], Gather] = lambda item: item.gather,
    progress: Progress = lambda *_: None,
) -> SurveyCheck:
    """
    Try a filler on a few gathers that are spread evenly over those of a file that lack something.

    A trial costs about one fill of its gather; in regular data three: the gather is filled, filled back from what was
    filled, and tried on holes twice and four times too wide. Where a file has fewer gathers than are asked for, those
    with irregular holes are tried up to three times, with other traces hidden.

    Parameters
    ----------
    reader : SegyReader
        The file.
    filler : Interpolator
        What will fill it.
    gathers : int
        How many trials on gathers, at least 1.
    share : float
        Largest share of a gather's live traces that is hidden, except in regular data.
    seed : int
        Of the choice of traces.
    shown : callable
        What the filler is shown of a gather: with guides, where there are any.
    progress : callable
        Told stage, gathers done and total.
    """
    if gathers < 1:
        raise InvalidParameterError(f"Invalid number of gathers to check {gathers}: must be at least 1, or none.")
    witnesses = _witnesses(reader, shown)
    return check_gathers(witnesses, filler, most=gathers, share=share, seed=seed, progress=progress)


def check_gathers(
    witnesses: Iterable[Witness],
    filler: Interpolator,
    *,
    most: int,
    share: float = 0.2,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> SurveyCheck:
    """
    The same for gathers in memory.

    Parameters
    ----------
    witnesses : iterable of (Gather, bool array or None, int)
        Gathers to try, the live traces of another one whose holes they are to imitate, and their numbers.
    filler, share, seed, progress
        As for `check_survey`.
    most : int
        As many trials are made, if so many are possible; up to `DRAWS` of a gather with irregular holes.
    """
    trials: list[Trial] = []
    wider: list[Trial] = []
    back: list[Trial] = []
    irregular: list[Witness] = []

    def tried(witness: Witness, draw: int) -> list[Trial]:
        gather, like, number = witness
        return _made(try_filler(filler, gather, like=like, share=share, seed=seed + draw, number=number))

    for witness in witnesses:
        made = tried(witness, 0)
        trials += made
        if made and is_regular(made[0]):
            wider += _made(try_wider(filler, made[0]))
            back += _made(try_back(filler, witness[0], filler.fill(witness[0]), number=witness[2]))
        elif made:
            irregular.append(witness)
        progress("check", len(trials), most)
        if len(trials) == most:
            break
    again = ((witness, draw) for draw in range(1, DRAWS) for witness in irregular)
    for witness, draw in itertools.islice(again, most - len(trials)):
        trials += tried(witness, draw)
        progress("check", len(trials), most)
    for kind in (trials, wider, back):
        kind.sort(key=lambda trial: trial.number)
    return conclude(trials, wider=wider, back=back)


def conclude(trials: Sequence[Trial], *, wider: Sequence[Trial] = (), back: Sequence[Trial] = ()) -> SurveyCheck:
    """
    Expectation, tables and error model out of trials; the default model, not calibrated, where there are none.

    Coverage is counted on the trials that speak for the real holes, with errors as large as they are expected to be.
    """
    expectation = expect(trials, wider=wider, back=back)
    believed = expectation.corrected() if back else trials
    model = ErrorModel.fit(trials, wider=wider, back=back)
    return SurveyCheck(
        trials=tuple(trials),
        expectation=expectation,
        quality=judge(expectation),
        model=model,
        coverage=None if any(is_regular(trial) for trial in believed) else _coverage(model, believed),
        wider=tuple(wider),
        back=tuple(back),
    )


def _coverage(model: ErrorModel, trials: Sequence[Trial]) -> float | None:
    inside = total = 0
    for trial in trials:
        sigma = model.sigma(trial.thinned, trial.answer)[trial.tried]
        judged = trial.known & (sigma > 0)
        inside += int((np.abs(trial.error[judged]) <= model.factor(COVERAGE) * sigma[judged]).sum())
        total += int(judged.sum())
    return inside / total if total else None


def spread(count: int) -> list[int]:
    """
    Numbers from 0 to *count* - 1, so that the first few of them are spread evenly.

    Examples
    --------
    >>> spread(9)[:4], spread(1), sorted(spread(9)) == list(range(9))
    ([4, 2, 6, 1], [0], True)
    """
    order: list[int] = []
    parts = 2
    while parts < 2 * count + 2:
        order += [count * step // parts for step in range(1, parts, 2)]
        parts *= 2
    return list(dict.fromkeys([*order, *range(count)]))


def _witnesses(reader: SegyReader, shown: Callable[[FileGather], Gather]) -> Iterator[tuple[Gather, Bools | None, int]]:
    """Gathers to try, whose holes they are to imitate, and their numbers: neighbours for those with few live traces."""
    lacking = _lacking(reader)
    used: set[int] = set()
    for place in spread(len(lacking))[:MOST_READ]:
        number = int(lacking[place])
        item = reader.read(number)
        if item.gather.live.all():
            continue
        if item.gather.live.sum() >= FEWEST:
            others, like = [number], None
        else:
            others, like = [number - 1, number + 1, number - 2, number + 2], item.gather.live
        for other in others:
            if 0 <= other < len(reader) and other not in used:
                used.add(other)
                yield shown(item if like is None else reader.read(other)), like, other
                break


def _made(trial: Trial | None) -> list[Trial]:
    return [] if trial is None or not trial.tried.any() else [trial]


def _lacking(reader: SegyReader) -> np.ndarray:
    """Numbers of the gathers that lack traces as far as headers tell; of all where they tell nothing."""
    lacks = np.zeros(len(reader), dtype=bool)
    lacks[reader.survey.absent()[0]] = True
    if reader.dead != "none":
        code = reader.index.column(find_field("trid", dialect=reader.layout.dialect))
        lacks[reader.survey.group[code == DEAD_CODE]] = True
    return np.flatnonzero(lacks) if lacks.any() else np.arange(len(reader))
