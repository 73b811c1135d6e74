"""The traces of a file as gathers on regular axes: which places are taken, which are absent."""

from dataclasses import dataclass

import numpy as np

from seisfill.geometry import TraceAxis, fit_axis
from seisfill.segy.index import HeaderIndex
from seisfill.segy.keys import GatherKeys, find_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherOptions:
    """
    What the user says about gathers; everything is found where nothing is said.

    Parameters
    ----------
    gather, trace : str, optional
        Preset or header word of the gather, header word along it.
    trace_step : float, optional
        Key difference between neighbouring traces.
    trace_range : (float, float), optional
        First and last key that every gather is to reach; this asks for extrapolation.
    """

    gather: str | None = None
    trace: str | None = None
    trace_step: float | None = None
    trace_range: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurveyMap:
    """
    Gathers of a file, numbered in the order in which the file has them.

    Parameters
    ----------
    keys : GatherKeys
        The two header words.
    gather_keys : array, shape (n_gathers,)
        Key of each gather; 0 where the file is one gather.
    group : int64 array, shape (n_traces,)
        Gather of each trace of the file.
    axis : TraceAxis
        Where the traces lie.
    order : int64 array, shape (n_traces,)
        Trace numbers by gather, then by place.
    starts : int64 array, shape (n_gathers + 1,)
        Where each gather begins in *order*.
    """

    keys: GatherKeys
    gather_keys: np.ndarray
    group: np.ndarray
    axis: TraceAxis
    order: np.ndarray
    starts: np.ndarray

    @property
    def n_gathers(self) -> int:
        """Number of gathers."""
        return len(self.gather_keys)

    def rows(self, gather: int) -> np.ndarray:
        """Trace numbers of a gather, by place: int64 array."""
        return self.order[self.starts[gather] : self.starts[gather + 1]]

    def places(self, gather: int) -> np.ndarray:
        """Places of `rows`, ascending: int64 array."""
        return self.axis.place[self.rows(gather)]

    def absent(self, gather: int) -> np.ndarray:
        """Places that no trace has: int64 array."""
        taken = np.zeros(self.axis.count[gather], dtype=bool)
        taken[self.places(gather)] = True
        return np.flatnonzero(~taken)

    @property
    def n_beyond(self) -> int:
        """Places of the survey's range of keys that lie beyond the first or last trace of their own gather."""
        first, last = self.axis.origin, self.axis.origin + self.axis.step * (self.axis.count - 1)
        before = np.floor((first - first.min()) / self.axis.step + 0.1)
        behind = np.floor((last.max() - last) / self.axis.step + 0.1)
        return int((before + behind).sum())

    @property
    def n_absent(self) -> int:
        """Places of all gathers that no trace has."""
        return int(self.axis.count.sum()) - len(self.group)


def map_survey(index: HeaderIndex, options: GatherOptions | None = None) -> SurveyMap:
    """
    Find the gathers of a file and fit their axes.

    Parameters
    ----------
    index : HeaderIndex
        The file.
    options : GatherOptions, optional
        What the user says.

    Raises
    ------
    GeometryError
        If the keys make no regular axis.
    """
    options = options or GatherOptions()
    keys = find_keys(index, gather=options.gather, trace=options.trace)
    along = index.column(keys.trace)
    values = np.zeros(len(along), dtype=np.int64) if keys.gather is None else index.column(keys.gather)
    unique, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    by_appearance = np.argsort(first)
    rank = np.empty_like(by_appearance)
    rank[by_appearance] = np.arange(len(unique))
    group = rank[inverse]
    axis = fit_axis(
        group, along, step=options.trace_step, span=options.trace_range, what=f"trace key {keys.trace.name}"
    )
    order = np.lexsort((axis.place, group))
    starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(unique)))])
    return SurveyMap(keys=keys, gather_keys=unique[by_appearance], group=group, axis=axis, order=order, starts=starts)
