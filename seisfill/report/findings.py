"""What is known of the quality of a fill: of the truth, of held-out traces, and as predicted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from seisfill.geometry import TraceAxis
from seisfill.report.gathers import quality_by_gather
from seisfill.report.traces import TraceTable
from seisfill.trust.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What is known of the quality of a fill.

    Parameters
    ----------
    true_db, held_out_db, predicted_db : float, optional
        Signal-to-noise ratio over the file: of filled traces where the truth is known, of held-out traces, and as
        predicted of filled traces [dB].
    n_true, n_held_out, n_trials : int
        Traces that were judged, and gathers with held-out traces.
    stretch : float
        How much wider the holes of held-out traces are than the real ones.
    """

    true_db: float | None = None
    held_out_db: float | None = None
    predicted_db: float | None = None
    n_true: int = 0
    n_held_out: int = 0
    n_trials: int = 0
    stretch: float = 1.0

    @property
    def best_db(self) -> float | None:
        """The figure that says most: of the truth, else predicted, else of held-out traces."""
        return next((x for x in (self.true_db, self.predicted_db, self.held_out_db) if x is not None), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """
    What is known of a fill, before it is drawn.

    Parameters
    ----------
    table : TraceTable
        Every trace.
    keys : list
        Key of each gather of the output.
    axis : TraceAxis
        Where its traces lie.
    trials : tuple of Trial
        Held-out checks; their numbers are those of the output's gathers.
    true : dict of int to (float, float, int)
        Energy of truth and of error on missing traces, and how many these are, by number of the gather.
    check : mapping
        What the sidecar keeps of the held-out check: ``quality``, ``coverage``; empty where there was none.
    untouched : str
        Whether recorded traces are as they were, in words.
    wider, back : tuple of Trial
        Of regular data: the check's trials at four times the scale, and those there and back; numbered alike.
    """

    table: TraceTable
    keys: list[Any]
    axis: TraceAxis
    trials: tuple[Trial, ...]
    true: Mapping[int, tuple[float, float, int]]
    check: Mapping[str, Any]
    untouched: str
    wider: tuple[Trial, ...] = ()
    back: tuple[Trial, ...] = ()

    @cached_property
    def predicted(self) -> np.ndarray:
        """Predicted signal-to-noise ratio of each gather: float64 array [dB]."""
        return quality_by_gather(self.table, len(self.keys))

    @cached_property
    def held_out(self) -> np.ndarray:
        """Of held-out traces, by gather: float64 array [dB]."""
        numbers = {trial.number for trial in self.trials}
        return self._ratios({n: _energies([trial for trial in self.trials if trial.number == n]) for n in numbers})

    @cached_property
    def truly(self) -> np.ndarray:
        """Of filled traces whose truth is known, by gather: float64 array [dB]."""
        return self._ratios({number: (signal, noise) for number, (signal, noise, _) in self.true.items()})

    def _ratios(self, energies: Mapping[int, tuple[float, float]]) -> np.ndarray:
        found = np.full(len(self.keys), np.nan)
        for number, (signal, noise) in energies.items():
            found[number] = ratio_db(signal, noise)
        return found

    @property
    def ranks(self) -> np.ndarray:
        """The figure by which gathers are ranked: the first that is known of true, predicted and held out."""
        return next((r for r in (self.truly, self.predicted, self.held_out) if np.isfinite(r).any()), self.held_out)

    @property
    def ranked_by(self) -> str:
        """What `ranks` is, in words."""
        words = {"against the truth": self.truly, "as predicted": self.predicted, "on held-out traces": self.held_out}
        return next((word for word, ranks in words.items() if np.isfinite(ranks).any()), "")

    @cached_property
    def known(self) -> Known:
        """The figures of the whole file."""
        signal, noise, count = (sum(entry[place] for entry in self.true.values()) for place in range(3))
        return Known(
            true_db=_or_none(ratio_db(signal, noise)),
            held_out_db=_or_none(ratio_db(*_energies(self.trials))),
            predicted_db=self._predicted(),
            n_true=int(count),
            n_held_out=sum(int(trial.tried.sum()) for trial in self.trials),
            n_trials=len({trial.number for trial in self.trials}),
            stretch=float(np.mean([trial.stretch for trial in self.trials])) if self.trials else 1.0,
        )

    def _predicted(self) -> float | None:
        """Of all filled traces: what the check expects, else what the rows of the sidecar add up to [dB]."""
        expected = self.check.get("quality", {}).get("snr_db")
        if expected is not None:
            return float(expected)
        table = self.table
        there = table.new & np.isfinite(table.error) & np.isfinite(table.snr_db)
        squares = table.error[there].astype(np.float64) ** 2
        return _or_none(ratio_db(float((squares * 10 ** (table.snr_db[there] / 10)).sum()), float(squares.sum())))


def _energies(trials: Sequence[Trial]) -> tuple[float, float]:
    """Of truth and error at held-out traces."""
    parts = [[(x.astype(np.float64) ** 2).sum() for x in (trial.truth, trial.error)] for trial in trials]
    signal, noise = np.sum(parts, axis=0) if parts else (0.0, 0.0)
    return float(signal), float(noise)


def ratio_db(signal: float, noise: float) -> float:
    """
    Signal over noise; NaN where one of them is 0 [dB].

    Examples
    --------
    >>> ratio_db(100.0, 1.0)
    20.0
    """
    return float(10 * np.log10(signal / noise)) if signal > 0 and noise > 0 else np.nan


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None
