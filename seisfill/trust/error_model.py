"""What the error of a fill will be, sample by sample: learned from trials of the same file, however few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seisfill._checks import check_between
from seisfill.errors import InvalidParameterError
from seisfill.gather import Filled, Floats, Gather
from seisfill.interpolators.held_out import regular_width
from seisfill.trust.conformal import LEVELS, USUAL, conformal_factors, interpolate_factor, pooled_quantiles
from seisfill.trust.expected import snr_of_trials
from seisfill.trust.features import NAMES, RAW, ROUGHNESS, Described, describe
from seisfill.trust.regression import Sample, fit_scale, scores_of_others
from seisfill.trust.stretch import as_in_own_holes, to_own_scale
from seisfill.trust.trial import Trial

# A third of what is loud there. The energy of an error lies between that of the signal (1 together) and of even noise
# (0); it falls to nothing at the live traces, and grows with the hole. Settled on synthetic gathers and one survey.
DEFAULTS = (-1.2, 0.3, 0.5, 0.4, 0.3, 0.4, 0.7, 0.3)
LEVEL = 0.8  # coverage that the way back is held against
TINY = 1e-6  # stands for no error at all
HOLE = (4, 5)  # span and around
CLEAR = 12.0  # dB of the trials; the lower they are, the more noise rules, which hangs on no hole
CENTRE = -0.5  # usual roughness


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorModel:
    """
    Scale of the error of a fill at each sample.

    The logarithm of the scale is linear in a few features of the place (`seisfill.trust.features`); the coefficients
    are fitted to the errors on held-out traces, and held near defaults where these are few; those of the hole fade as
    trials get noisy. Factors that turn the scale
    into intervals are quantiles of ``|error| / sigma`` over held-out traces, each judged by a fit that did not see its
    hole (split conformal prediction: Lei et al. 2018, J. Am. Stat. Assoc. 113, 1094-1111; with a scale that varies, as
    Romano, Patterson and Candes 2019, NeurIPS 32, have it for quantiles; crossed over folds: Vovk 2015, Ann. Math.
    Artif. Intell. 74, 9-28). The trials of regular data have holes that are too wide; their errors are corrected
    (`seisfill.trust.stretch`), which no theorem covers.

    Parameters
    ----------
    coefficients : tuple of float
        Of the features, in the order of `seisfill.trust.features.NAMES`.
    factors : tuple of float
        Half widths of intervals in sigmas, at `seisfill.trust.conformal.LEVELS`.
    n_traces : int
        Held-out traces that it rests on; what fewer than about five say is mostly what is usual.
    regular : bool
        Whether the trials had regular holes: those of a gather are then measured by its usual one, and what hangs on
        the filler and the noise by its mean there.
    centre : float
        Mean roughness of the gathers that were tried.

    Raises
    ------
    InvalidParameterError
        If the numbers of coefficients or factors are wrong.
    """

    coefficients: tuple[float, ...] = DEFAULTS
    factors: tuple[float, ...] = USUAL
    n_traces: int = 0
    regular: bool = False
    centre: float = CENTRE

    def __post_init__(self) -> None:
        wanted = {"coefficients": NAMES, "factors": LEVELS}
        for what, names in wanted.items():
            if len(getattr(self, what)) != len(names):
                found = len(getattr(self, what))
                raise InvalidParameterError(f"Invalid number of {what} {found}: must be {len(names)}.")

    @property
    def calibrated(self) -> bool:
        """Whether it rests on held-out traces at all."""
        return self.n_traces > 0

    @classmethod
    def fit(cls, trials: Sequence[Trial], *, wider: Sequence[Trial] = (), back: Sequence[Trial] = ()) -> "ErrorModel":
        """
        Learn from trials; from none at all, the default model, which is not ``calibrated``.

        Parameters
        ----------
        trials : sequence of Trial
            Of gathers of the same file, filled by the same filler.
        wider : sequence of Trial
            What `seisfill.trust.stretch.try_wider` makes of those of regular data: how their errors grow with scale.
        back : sequence of Trial
            What `seisfill.trust.back.try_back` makes of the same gathers: errors at the scale of the real holes.

        Examples
        --------
        >>> ErrorModel.fit([]).calibrated
        False
        """
        tried = [trial for trial in trials if trial.tried.any()]
        regular = bool(tried) and all(regular_width(trial.thinned.live) is not None for trial in tried)
        scale = to_own_scale(tried, wider, back)
        steps = [_half_step(trial.thinned) if regular else 1.0 for trial in tried]
        found = [describe(trial.thinned, trial.answer, spacing=step) for trial, step in zip(tried, steps, strict=True)]
        centre = _mean(found, ROUGHNESS, otherwise=CENTRE)
        samples: list[Sample] = []
        for number, (trial, part) in enumerate(zip(tried, found, strict=True)):
            values = _centred(part, None if regular else centre)
            samples.extend(_samples(trial, part, values, as_in_own_holes(trial, scale), number=number))
        if not samples:
            return cls()
        usual = _defaults(tried)
        scores, ratios = scores_of_others(samples, usual)
        lift = float(np.median(ratios)) * len(samples) / (len(samples) + 1)  # RMS errors rule what roots of them fitted
        rule = fit_scale(samples, usual)
        model = cls(
            coefficients=(float(rule[0]) + lift, *(float(value) for value in rule[1:])),
            factors=conformal_factors([score / np.exp(lift) for score in scores]),
            n_traces=len(samples),
            regular=regular,
            centre=centre,
        )
        return model._covering(back) if regular else model

    def _covering(self, back: Sequence[Trial]) -> "ErrorModel":
        """The same, its level raised where it would not even cover the errors on the way back, which flatters."""
        scores = [score for trial in back for score in self._scores(trial)]
        if not scores:
            return self
        excess = float(np.log(max(pooled_quantiles(scores, [LEVEL])[0], TINY) / self.factor(LEVEL)))
        base, *others = self.coefficients
        return replace(self, coefficients=(base + max(excess, 0.0), *others))

    def _scores(self, trial: Trial) -> list[NDArray[np.floating]]:
        """Errors over sigma of each tried trace, mutes left out."""
        if not trial.tried.any():
            return []
        found = describe(trial.thinned, trial.answer)
        sigma = self.sigma(trial.thinned, trial.answer)[trial.tried]
        heard = trial.known & found.heard[np.searchsorted(found.rows, trial.places)] if found.unit else sigma > 0
        parts = zip(np.abs(trial.error), sigma, heard, strict=True)
        return [error[there] / scale[there] for error, scale, there in parts if there.any()]

    def sigma(self, gather: Gather, answer: Filled) -> Floats:
        """
        Scale of the error, like a standard deviation.

        Parameters
        ----------
        gather : Gather
            As the filler saw it.
        answer : Filled
            What it made of that.

        Returns
        -------
        float32 array, shape (n_traces, n_samples)
            In amplitudes of the gather; 0 at recorded samples and in refused traces.
        """
        found = describe(gather, answer, spacing=_half_step(gather) if self.regular else 1.0)
        values = _centred(found, None if self.regular else self.centre)
        scale = np.exp(np.tensordot(np.array(self.coefficients, np.float32), values, axes=1)) * np.float32(found.unit)
        sigma = np.zeros(gather.data.shape, np.float32)
        sigma[found.rows] = np.where(gather.known[found.rows], 0, scale)
        return sigma

    def trace_error(self, gather: Gather, answer: Filled) -> NDArray[np.float64]:
        """
        Expected RMS error of each trace.

        Returns
        -------
        float array, shape (n_traces,)
            In amplitudes of the gather; 0 where nothing was filled. Of a trace with holes, over all its samples.
        """
        return np.sqrt(np.mean(self.sigma(gather, answer).astype(np.float64) ** 2, axis=1))

    def factor(self, coverage: float) -> float:
        """
        Half width, in sigmas, of the interval that covers a share of the errors, up to 0.99.

        Examples
        --------
        >>> round(ErrorModel().factor(0.95), 2)
        2.12
        """
        check_between("coverage", coverage, 0, LEVELS[-1])
        return interpolate_factor(self.factors, coverage)

    def as_dict(self) -> dict[str, Any]:
        """
        What JSON can hold.

        Examples
        --------
        >>> model = ErrorModel(n_traces=3)
        >>> ErrorModel.from_dict(model.as_dict()) == model
        True
        """
        return {
            "coefficients": dict(zip(NAMES, self.coefficients, strict=True)),
            "factors": {f"{level:g}": factor for level, factor in zip(LEVELS, self.factors, strict=True)},
            "n_traces": self.n_traces,
            "regular": self.regular,
            "centre": self.centre,
            "calibrated": self.calibrated,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "ErrorModel":
        """
        The model that `as_dict` told.

        Raises
        ------
        InvalidParameterError
            If something that it needs is missing.
        """
        try:
            return cls(
                coefficients=tuple(float(told["coefficients"][name]) for name in NAMES),
                factors=tuple(float(told["factors"][f"{level:g}"]) for level in LEVELS),
                n_traces=int(told["n_traces"]),
                regular=bool(told["regular"]),
                centre=float(told["centre"]),
            )
        except KeyError as error:
            raise InvalidParameterError(f"Invalid error model: must hold {error.args[0]!r}.") from error


def _defaults(trials: Sequence[Trial]) -> tuple[float, ...]:
    """What is expected of the coefficients before the errors are looked at one by one."""
    clear = float(np.interp(snr_of_trials(trials), (0, CLEAR), (0, 1)))
    return tuple(value * clear if number in HOLE else value for number, value in enumerate(DEFAULTS))


def _samples(trial: Trial, found: Described, values: Floats, errors: Floats, *, number: int) -> list[Sample]:
    """What the held-out traces of a trial say, trace by trace; mutes say nothing."""
    if not found.unit:
        return []
    holes = np.cumsum(trial.thinned.live)  # the same for all traces of a hole
    samples = []
    for row, error, known in zip(trial.places, np.abs(errors) / found.unit, trial.known, strict=True):
        place = int(np.searchsorted(found.rows, row))
        heard = known & found.heard[place]
        if heard.any():
            samples.append(Sample(values=values[:, place, heard], sizes=error[heard], hole=(number, int(holes[row]))))
    return samples


def _centred(found: Described, centre: float | None) -> Floats:
    """
    Features, roughness less *centre* (the gather's own mean if None), and raw less the gather's own mean.

    What a filler says of itself is only compared within a gather: a blend says how far its parts lie apart, and its
    parts differ from gather to gather. 0 where nothing is told.
    """
    values = found.values.copy()
    own = {ROUGHNESS: _mean([found], ROUGHNESS) if centre is None else centre, RAW: _mean([found], RAW)}
    for number, middle in own.items():
        values[number] = np.nan_to_num(values[number] - np.float32(middle))
    return values


def _mean(found: Sequence[Described], number: int, *, otherwise: float = 0.0) -> float:
    """Mean of a feature over all that is told, the usual one where nothing is."""
    told = np.concatenate([np.zeros(0), *(part.values[number][part.heard] for part in found)])
    told = told[np.isfinite(told)]
    return float(np.mean(told)) if len(told) else otherwise


def _half_step(gather: Gather) -> float:
    """Half of the usual distance between the live traces at both sides of a hole."""
    width = regular_width(gather.live)
    if width is None:
        steps = np.diff(np.flatnonzero(gather.live))
        width = int(np.median(steps[steps > 1])) - 1 if (steps > 1).any() else 1
    return (width + 1) / 2
