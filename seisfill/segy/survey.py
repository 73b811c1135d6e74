"""The traces of a file as gathers on regular axes: which places are taken, which are absent."""

from dataclasses import dataclass

import numpy as np

from seisfill.errors import GeometryError, InvalidParameterError
from seisfill.geometry import TraceAxis, fit_axis
from seisfill.segy.fields import Field
from seisfill.segy.index import HeaderIndex
from seisfill.segy.keys import GatherKeys, find_keys
from seisfill.segy.marks import MARK, MARK_BYTE, mark_field, sidecar_path
from seisfill.segy.truekeys import TrueKeys

DENSITIES = (1, 2, 3, 4)


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
    densify : int
        2, 3 or 4 to have one, two or three further places between every two neighbouring ones; 1 for none.
    """

    gather: str | None = None
    trace: str | None = None
    trace_step: float | None = None
    trace_range: tuple[float, float] | None = None
    densify: int = 1

    def __post_init__(self) -> None:
        if self.densify not in DENSITIES:
            raise InvalidParameterError(f"Invalid densify {self.densify}: must be 2, 3 or 4, or 1 for no new places.")


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

    def absent(self) -> tuple[np.ndarray, np.ndarray]:
        """Gather and place of all places that no trace has: two int64 arrays, by gather, then by place."""
        first = np.cumsum(self.axis.count) - self.axis.count
        free = np.ones(int(self.axis.count.sum()), dtype=bool)
        free[first[self.group] + self.axis.place] = False
        absent = np.flatnonzero(free)
        group = np.searchsorted(first, absent, side="right") - 1
        return group, absent - first[group]

    @property
    def has_fractions(self) -> bool:
        """Whether keys lie between the whole numbers that headers hold; only a sidecar can then tell them."""
        return self.axis.outgrows_whole_numbers and not self.keys.trace.kind.startswith("f")

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


def _refuse_wide_keys(field: Field, axis: TraceAxis) -> None:
    """Raise if a key of a place is too large for its header word; a place before or behind recorded ones may be."""
    if field.kind.startswith("f"):
        return
    limits = np.iinfo(field.kind)
    ends = np.concatenate([axis.origin, axis.origin + axis.step * (axis.count - 1)])
    wide = ends[(np.round(ends) < limits.min) | (np.round(ends) > limits.max)]
    if wide.size:
        raise GeometryError(
            f"Invalid trace key {field.name} {wide[0]:g} (byte {field.byte}): must lie between {limits.min} and "
            f"{limits.max}, as {field.kind} does. Give a narrower --trace-range, or another --trace key."
        )


def map_survey(index: HeaderIndex, options: GatherOptions | None = None) -> SurveyMap:
    """
    Find the gathers of a file and fit their axes.

    The sidecar beside a filled file tells its keys, unless the user says others: traces between whole numbers repeat
    their neighbours' in headers.

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
    true = TrueKeys.beside(index)
    if true is not None and options.gather is None and options.trace is None:
        keys = true.gather_keys
    else:
        keys = find_keys(index, gather=options.gather, trace=options.trace)
    along, step = index.column(keys.trace), options.trace_step
    if true is not None and keys.trace == true.gather_keys.trace:
        along, step = true.put_into(along), step or true.step
    gather_keys, group = _number_gathers(
        np.zeros(len(along), dtype=np.int64) if keys.gather is None else index.column(keys.gather)
    )
    try:
        axis = fit_axis(group, along, step=step, span=options.trace_range, what=f"trace key {keys.trace.name}")
    except GeometryError as error:
        if true is None and (index.column(mark_field(MARK_BYTE)) == MARK).any():
            cure = f"Their sidecar {sidecar_path(index.path).name} knows the keys of filled traces: put it beside."
            raise GeometryError(f"{error} {cure}") from None
        raise
    _refuse_wide_keys(keys.trace, axis)
    axis = axis.refined(options.densify)
    order = np.lexsort((axis.place, group))
    starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(gather_keys)))])
    return SurveyMap(keys=keys, gather_keys=gather_keys, group=group, axis=axis, order=order, starts=starts)


def _number_gathers(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keys of the gathers in the order of the file, and the number of the gather of each trace."""
    unique, first, group = np.unique(values, return_index=True, return_inverse=True)
    by_appearance = np.argsort(first)
    rank = np.empty_like(by_appearance)
    rank[by_appearance] = np.arange(len(unique))
    return unique[by_appearance], rank[group]
