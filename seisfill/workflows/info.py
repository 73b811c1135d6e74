"""What a file is, what its gathers are, and what a fill would do; nothing is written."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.segy.layout import LayoutOptions
from seisfill.segy.reader import Dead, FileGather, SegyReader
from seisfill.segy.samples import FORMATS
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.fill import Progress, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherInfo:
    """
    Counts of one gather.

    Parameters
    ----------
    gather : int or float
        Its key.
    live, dead, absent : int
        Traces with signal, traces without, and places that no trace has.
    holed : int
        Live traces with NaN or infinite samples.
    widest_gap : int
        Longest run of dead and absent places between two live traces.
    to_fill : int
        Dead and absent places between two live traces.
    """

    gather: int | float
    live: int
    dead: int
    absent: int
    holed: int
    widest_gap: int
    to_fill: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """
    All that is known of a file.

    Parameters
    ----------
    path : str
        The file.
    layout : dict
        Dialect, format, byte order, samples, interval, traces, revision, text encoding.
    keys : dict
        Kind of gather, the two header words, why, and the step.
    gathers : tuple of GatherInfo
        Counts.
    beyond : int
        Places of the survey's range of keys beyond a gather's own first or last trace; only ``--trace-range`` asks for
        them.
    amplitude : dict
        Smallest, largest and RMS of live samples.
    warnings : tuple of str
        Header fields that were not believed.
    """

    path: str
    layout: dict[str, Any]
    keys: dict[str, Any]
    gathers: tuple[GatherInfo, ...]
    beyond: int
    amplitude: dict[str, float | None]
    warnings: tuple[str, ...]

    def total(self, name: str) -> int:
        """Sum of one count over all gathers."""
        return sum(getattr(g, name) for g in self.gathers)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        names = ("live", "dead", "absent", "holed", "to_fill")
        return {**asdict(self), "total": {name: self.total(name) for name in names}}


def describe_file(
    path: Path,
    *,
    layout: LayoutOptions | None = None,
    gathers: GatherOptions | None = None,
    dead: Dead = "auto",
    progress: Progress = silent,
) -> FileInfo:
    """
    Read a file once and count.

    Raises
    ------
    SeisfillError
        If the file cannot be read as traces on regular axes.
    """
    reader = SegyReader.open(path, layout=layout, gathers=gathers, dead=dead)
    counted, low, high, energy, samples = [], np.inf, -np.inf, 0.0, 0
    for item in reader:
        counted.append(_count(reader, item))
        known = item.gather.data[item.gather.known].astype(np.float64)
        if known.size:
            low, high = min(low, known.min()), max(high, known.max())
            energy, samples = energy + float(known @ known), samples + known.size
        progress("read", item.number + 1, len(reader))
    found, keys = reader.layout, reader.survey.keys
    return FileInfo(
        path=str(path),
        layout={
            "dialect": found.dialect,
            "revision": found.revision,
            "format": FORMATS[found.format_code].name,
            "byte_order": "big" if found.byte_order == ">" else "little",
            "text_encoding": found.text_encoding,
            "n_traces": found.n_traces,
            "n_samples": found.n_samples,
            "dt": found.dt,
            "first_trace": found.first_trace,
        },
        keys={
            "kind": keys.kind,
            "gather": keys.gather and keys.gather.name,
            "trace": keys.trace.name,
            "step": round(reader.survey.axis.step, 6),
            "reason": keys.reason,
        },
        gathers=tuple(counted),
        beyond=reader.survey.n_beyond,
        amplitude={
            "min": float(low) if samples else None,
            "max": float(high) if samples else None,
            "rms": float(np.sqrt(energy / samples)) if samples else None,
        },
        warnings=found.warnings,
    )


def _count(reader: SegyReader, item: FileGather) -> GatherInfo:
    live = np.flatnonzero(item.gather.live)
    gaps = np.diff(live) - 1
    return GatherInfo(
        gather=reader.survey.gather_keys[item.number].item(),
        live=len(live),
        dead=int(item.dead.sum()),
        absent=item.gather.n_traces - len(item.rows),
        holed=int(item.holes.any(axis=1).sum()),
        widest_gap=int(gaps.max()) if len(gaps) else 0,
        to_fill=int(gaps.sum()) if len(gaps) else 0,
    )
