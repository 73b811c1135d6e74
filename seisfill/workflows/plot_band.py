"""What lies beside a filled file, for pictures: which traces are new, and how wrong each may be."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.plotting import Band
from seisfill.plotting.overlay import ONE_SIGMA
from seisfill.segy.index import HeaderIndex
from seisfill.segy.marks import IN_PLACE, INSERTED, Sidecar, sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.trust.error_model import ErrorModel

COVERAGES = (0.8, 0.95)


@dataclass(frozen=True, kw_only=True, eq=False)
class FilledFile:
    """
    A filled file and its sidecar, trace by trace.

    Parameters
    ----------
    reader : SegyReader
        The file.
    notes : Sidecar, optional
        Its sidecar, where it lies beside.
    """

    reader: SegyReader
    notes: Sidecar | None

    @classmethod
    def open(cls, path: Path, gathers: GatherOptions | None, *, sidecar: bool = False) -> "FilledFile":
        """Open a file, with its sidecar if there is one, or *sidecar* says that there must be."""
        reader, beside = SegyReader.open(path, gathers=gathers), sidecar_path(path)
        return cls(reader=reader, notes=Sidecar.read(beside) if sidecar or beside.exists() else None)

    @cached_property
    def new(self) -> np.ndarray:
        """Traces that were inserted or filled in place: bool array, shape (n_traces,)."""
        return self._column(lambda _: True).astype(bool)

    @cached_property
    def errors(self) -> np.ndarray:
        """Predicted RMS error of each new trace, 0 where none is told: float array, shape (n_traces,) [amplitude]."""
        return self._column(lambda row: row.get("error") or 0.0)

    def _column(self, value: Callable[[dict[str, Any]], float]) -> np.ndarray:
        found = np.zeros(self.reader.index.n_traces)
        for row in self.notes.rows() if self.notes else ():
            if row["kind"] in (INSERTED, IN_PLACE):
                found[row["output"]] = value(row)
        return found

    @property
    def factors(self) -> dict[str, float]:
        """Half widths of bands in sigmas, where a check calibrated them; else one sigma."""
        check = self.notes.head.get("check") if self.notes else None
        if not check:
            return {ONE_SIGMA: 1.0}
        model = ErrorModel.from_dict(check["error_model"])
        return {f"{100 * share:.0f} %": model.factor(share) for share in COVERAGES}

    def number(self, key: float) -> int | None:
        """Which gather has a key, if one has."""
        found = np.flatnonzero(self.reader.survey.gather_keys == key)
        return int(found[0]) if len(found) else None


def read_band(file: FilledFile, sigma: Path | None, *, key: float, traces: np.ndarray) -> Band | None:
    """
    Predicted errors of some traces of a gather: out of a volume, else one a trace out of the sidecar.

    Parameters
    ----------
    file : FilledFile
        The fill.
    sigma : Path, optional
        Volume with the traces of *file*, as fill writes it.
    key : float
        Of the gather.
    traces : float array, shape (n_traces,)
        Keys of the traces along it.

    Returns
    -------
    Band or None
        Sigma of shape (n_traces, n_samples), 0 where nothing was filled; None where nothing is predicted.

    Raises
    ------
    LayoutError
        If the volume is not as large as the file.
    """
    number, survey = file.number(key), file.reader.survey
    if number is None:
        return None
    if sigma is None:
        errors, factors = file.errors[survey.rows(number), None], {"± predicted RMS error": 1.0}
    else:
        volume = SegyReader(index=HeaderIndex(sigma, file.reader.layout), survey=survey, dead="none").read(number)
        errors, factors = volume.gather.data[volume.places], file.factors
    have = survey.axis.keys(number, survey.places(number))
    nearest = np.abs(have - traces[:, None]).argmin(axis=1)
    there = np.abs(have[nearest] - traces) < 0.5 * survey.axis.step
    found = np.where(there[:, None], errors[nearest], 0.0)
    shape = len(traces), file.reader.layout.n_samples
    return Band(sigma=np.broadcast_to(found, shape), factors=factors) if found.any() else None
