"""How good a fill is where the truth is known: three files, matched trace by trace."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import GeometryError, MarkError
from seisfill.metrics import Scores, score
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.marks import Sidecar, sidecar_path
from seisfill.segy.reader import FileGather, SegyReader
from seisfill.segy.survey import GatherOptions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatchedGather:
    """
    One gather of the truth with what two other files hold at its traces.

    Parameters
    ----------
    key : int or float
        Of the gather.
    truth, filled, decimated : float32 arrays, shape (n_traces, n_samples)
        Amplitudes at the traces that the truth has; zeros where a file has none.
    live : bool array, shape (n_traces,)
        Traces that the decimated file has.
    dt, t0 : float
        Sample interval and time of the first sample [s].
    """

    key: int | float
    truth: np.ndarray
    filled: np.ndarray
    decimated: np.ndarray
    live: np.ndarray
    dt: float
    t0: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScores:
    """
    Scores of a whole file and of each gather.

    Parameters
    ----------
    snr_db, section_snr_db : float
        Energy-weighted over the file: missing traces only, and all traces.
    n_missing : int
        Traces that were scored.
    gathers : dict
        Scores of each gather with missing traces, by its key.
    """

    snr_db: float
    section_snr_db: float
    n_missing: int
    gathers: dict[int | float, Scores]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "definition": "10 log10( sum d^2 / sum (d - e)^2 ) over missing traces, physical amplitudes",
            "snr_db": self.snr_db,
            "section_snr_db": self.section_snr_db,
            "n_missing": self.n_missing,
            "gathers": {str(key): asdict(value) for key, value in self.gathers.items()},
        }


def score_files(
    truth: Path,
    filled: Path,
    *,
    decimated: Path,
    layout: LayoutOptions | None = None,
    gathers: GatherOptions | None = None,
) -> FileScores:
    """
    Compare a filled file with the truth at the traces that the decimated file lacks.

    Parameters
    ----------
    truth, filled, decimated : Path
        Complete file, its filled decimation, and the decimation.
    layout, gathers : optional
        What is known of the files.

    Raises
    ------
    GeometryError
        If the files are not of one survey, or nothing is missing.
    """
    per_gather: dict[int | float, Scores] = {}
    sums = np.zeros(4)
    for item in match_gathers(truth, filled, decimated=decimated, layout=layout, gathers=gathers):
        d, error = item.truth.astype(np.float64), (item.truth - item.filled).astype(np.float64)
        sums += [(x[rows] ** 2).sum() for rows in (~item.live, slice(None)) for x in (d, error)]
        if not item.live.all():
            per_gather[item.key] = score(item.truth, item.filled, live=item.live, dt=item.dt)
    if not per_gather:
        raise GeometryError(f"Invalid decimated file {decimated}: must lack traces of {truth}, and lacks none.")
    return FileScores(
        snr_db=_decibels(sums[0], sums[1]),
        section_snr_db=_decibels(sums[2], sums[3]),
        n_missing=sum(s.n_missing for s in per_gather.values()),
        gathers=per_gather,
    )


def _decibels(signal: float, error: float) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(10 * np.log10(np.float64(signal) / np.float64(error)))


def match_gathers(
    truth: Path,
    filled: Path,
    *,
    decimated: Path | None,
    layout: LayoutOptions | None = None,
    gathers: GatherOptions | None = None,
    only: float | None = None,
) -> Iterator[MatchedGather]:
    """
    Gathers of the truth, with the traces of the same keys of the other two files.

    The gather keys of the truth serve all three. Keys along a gather agree within half a step, since new traces of
    rounded axes may differ by a unit. *only* names one gather by its key.
    """
    _refuse_densified(filled)
    base = SegyReader.open(truth, layout=layout, gathers=gathers)
    keys = base.survey.keys
    words = GatherOptions(
        gather=keys.gather.name if keys.gather else "line", trace=keys.trace.name, trace_step=base.survey.axis.step
    )
    others = [SegyReader.open(path, gathers=words, dead="none") for path in (filled, decimated) if path is not None]
    live_of = None if decimated is None else SegyReader.open(decimated, gathers=words)
    numbers = [{key.item(): n for n, key in enumerate(o.survey.gather_keys)} for o in others]
    for item in base:
        key = base.survey.gather_keys[item.number].item()
        if only is not None and key != only:
            continue
        rows = item.places[~item.dead]
        along = base.survey.axis.keys(item.number, rows)
        found = [
            _traces_at(other, None if key not in number else other.read(number[key]), along, base.survey.axis.step)
            for other, number in zip(others, numbers, strict=True)
        ]
        if others[0].layout.n_samples != base.layout.n_samples:
            raise GeometryError(
                f"Invalid filled file {filled}: must have {base.layout.n_samples} samples a trace as {truth} has, "
                f"found {others[0].layout.n_samples}."
            )
        live = np.ones(len(rows), dtype=bool)
        if live_of is not None:
            holder = live_of.read(numbers[1][key]) if key in numbers[1] else None
            live = _traces_at(live_of, holder, along, base.survey.axis.step)[1]
        yield MatchedGather(
            key=key,
            truth=item.gather.data[rows],
            filled=found[0][0],
            decimated=found[-1][0] * live[:, None],
            live=live,
            dt=item.gather.dt,
            t0=item.gather.t0,
        )


def _refuse_densified(filled: Path) -> None:
    """Raise if a sidecar says that new traces lie between the places of the survey, where no truth is."""
    try:
        options = Sidecar.read(sidecar_path(filled)).head["options"]
        densify = options["gathers"]["densify"]
    except (MarkError, KeyError, TypeError):
        return
    if densify != 1:
        raise GeometryError(
            f"Invalid filled file {filled}: must have the trace spacing of the truth, and was filled with --densify "
            f"{densify}. To score a fill, decimate the truth and fill that without --densify."
        )


def _traces_at(
    reader: SegyReader, item: FileGather | None, keys: np.ndarray, step: float
) -> tuple[np.ndarray, np.ndarray]:
    """Samples at some keys of a gather, and whether there is a live trace; zeros and False where there is none."""
    data = np.zeros((len(keys), reader.layout.n_samples), dtype=np.float32)
    there = np.zeros(len(keys), dtype=bool)
    if item is None:
        return data, there
    live = np.flatnonzero(item.gather.live)
    have = reader.survey.axis.keys(item.number, live)
    nearest = np.abs(have[None, :] - keys[:, None]).argmin(axis=1) if len(have) else np.zeros(0, dtype=int)
    if len(nearest):
        there = np.abs(have[nearest] - keys) < 0.5 * step
        data[there] = item.gather.data[live[nearest[there]]]
    return data, there
