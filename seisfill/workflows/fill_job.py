"""What a worker needs to fill any range of a file, and how it does: the same in this process, another or a cluster."""

import os
import sys
import threading
import warnings
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import SeisfillWarning
from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Interpolator
from seisfill.segy.files import ReadAhead, WriteBehind
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.marks import count_rows, encode_rows
from seisfill.segy.new_traces import NewTraces
from seisfill.segy.plan import InfillPlan
from seisfill.segy.reader import Dead, FileGather, SegyReader
from seisfill.segy.samples import encode
from seisfill.segy.survey import SurveyMap
from seisfill.workflows.assess import Assessor
from seisfill.workflows.filled_gather import LEFT_HOLES, FilledGather, GatherMaker
from seisfill.workflows.guides import Guides
from seisfill.workflows.heap import keep_memory
from seisfill.workflows.ranges import Ranges
from seisfill.workflows.written import TraceFile, Written

NEIGHBOURS = 2  # gathers on either side that stand in for one with too few live traces


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FillJob:
    """
    All that a worker is told; it pickles.

    Parameters
    ----------
    path : Path
        The input.
    layout, survey, dead
        What is known of it.
    plan : InfillPlan
        Where every trace goes.
    ranges : Ranges
        Into which the work is cut.
    traces : NewTraces
        How new traces are made.
    interpolator : Interpolator
        The filler.
    guides : tuple of str
        Slopes that it is shown.
    assessor : Assessor, optional
        Looks at its answers.
    error_byte : int, optional
        Where the predicted error goes in headers.
    output : Path
        The file that is written into, under its partial name; as long as it will be.
    sigma : Path, optional
        The same of predicted errors.
    threads : int
        Of torch.
    durable : bool
        Whether every range is on the disk when it is done: needed where another machine says so.
    """

    path: Path
    layout: Layout
    survey: SurveyMap
    dead: Dead
    plan: InfillPlan
    ranges: Ranges
    traces: NewTraces
    interpolator: Interpolator
    output: Path
    guides: tuple[str, ...] = ()
    assessor: Assessor | None = None
    error_byte: int | None = None
    sigma: Path | None = None
    threads: int = 2
    durable: bool = False

    def open_reader(self) -> SegyReader:
        """The input once more, without a look for its layout and gathers."""
        return SegyReader(index=HeaderIndex(self.path, self.layout), survey=self.survey, dead=self.dead)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeDone:
    """
    What is known of a range that was filled and written.

    Parameters
    ----------
    number : int
        Of the range.
    data, sigma : Written
        Into the output, and into the file of predicted errors.
    rows : bytes
        Lines of the sidecar.
    counts : dict of str to int
        Rows of each kind.
    refused : dict of str to int
        Traces that were left unfilled, by reason.
    flagged : int
        Filled traces that deserve less trust.
    changed : list of int
        Recorded traces that were changed on purpose.
    notes : list of str
        What the filler says of how it had to work.
    warned : list of str
        Warnings of a worker in another process, for the one that the user sees.
    """

    number: int
    data: Written
    sigma: Written = field(default_factory=Written)
    rows: bytes = b""
    counts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    flagged: int = 0
    changed: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)


def fill_range(job: FillJob, number: int) -> RangeDone:
    """Read, fill and write one range; a process opens a job once. Its warnings go where the user is."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SeisfillWarning)
        done = _opened(job).fill(number)
    said = (str(warning.message) for warning in caught if issubclass(warning.category, SeisfillWarning))
    return replace(done, warned=list(dict.fromkeys(said)))


class RangeFiller:
    """
    A job that was opened in this process: reading, filling and writing overlap, on three threads.

    Parameters
    ----------
    job : FillJob
        What is to be done.
    read_on : bool
        Whether the gathers behind a range are read ahead too, because this process fills all ranges in their order.
    """

    def __init__(self, job: FillJob, *, read_on: bool = False) -> None:
        self.job, self._read_on = job, read_on
        keep_memory()
        self.reader = job.open_reader()
        self._filler = ShownFiller(job.interpolator, Guides(job.guides, self.reader), self.reader)
        self._maker = GatherMaker(
            self.reader, job.plan, job.traces, whole=not job.ranges.n_copies, error_byte=job.error_byte
        )
        self._files = [os.open(path, os.O_RDWR | os.O_CLOEXEC) for path in (job.output, job.sigma) if path is not None]
        self._closing = weakref.finalize(self, _close_all, self._files)  # a worker keeps it until it ends
        self._data = TraceFile(self._files[0], job.traces.layout)
        self._sigma = TraceFile(self._files[-1], job.traces.layout, skip=240)  # nothing comes if it is not wanted
        self._by_group = np.argsort(job.plan.group, kind="stable")
        self._starts = np.searchsorted(job.plan.group[self._by_group], np.arange(len(self.reader) + 1))
        self._ahead, self._behind = ReadAhead(self.reader.take), WriteBehind(depth=2)
        self._lock = threading.Lock()  # a Dask worker may have several threads; memory is for one range

    def __enter__(self) -> "RangeFiller":
        return self

    def __exit__(self, *_: object) -> None:
        for part in (self._ahead, self._behind):
            part.__exit__()
        self._closing()

    def fill(self, number: int) -> RangeDone:
        """Fill one range and write it; the answer comes when its bytes are in the file."""
        with self._lock:
            self._data.finish(), self._sigma.finish()  # of a range that broke half-way
            set_threads(self.job.threads)
            if number < self.job.ranges.n_copies:
                self._copy(self.job.ranges.rows(number))
                return self._done(number, [], Counter(), 0, [])
            return self._fill(number)

    def _fill(self, number: int) -> RangeDone:
        rows: list[dict[str, Any]] = []
        refused: Counter[str] = Counter()
        changed: list[int] = []
        flagged = 0
        for item, said in self._answers(self.job.ranges.gathers_of(number)):
            answer, assessed = said, None
            if said is not None and self.job.assessor is not None:
                assessed = self.job.assessor.assess(item.gather, said)
                answer, flagged = assessed.answer, flagged + sum(bool(flags) for flags in assessed.flags)
            made = self._maker.make(item, answer, self._new(item.number), assessed)
            self._behind.submit(self._write, made)
            refused.update({} if answer is None else Counter(answer.reasons.values()))
            refused.update({LEFT_HOLES: made.left} if made.left else {})
            rows += made.rows
            changed += made.changed
        return self._done(number, rows, refused, flagged, changed)

    def _done(
        self, number: int, rows: list[dict[str, Any]], refused: Counter[str], flagged: int, changed: list[int]
    ) -> RangeDone:
        self._behind.drain()
        if self.job.durable:
            for file in self._files:
                os.fdatasync(file)
        return RangeDone(
            number=number,
            data=self._data.finish(),
            sigma=self._sigma.finish(),
            rows=encode_rows(rows),
            counts=count_rows(rows),
            refused=dict(refused),
            flagged=flagged,
            changed=changed,
            notes=list(getattr(self.job.interpolator, "notes", ())),
        )

    def _answers(self, numbers: range) -> Iterator[tuple[FileGather, Filled | None]]:
        """Gathers and what the filler makes of them; None for those that lack nothing."""
        items = (self._read(number, numbers.stop) for number in numbers)
        if not hasattr(self.job.interpolator, "fill_many"):
            yield from ((item, self._filler.fill(item) if self._lacks(item) else None) for item in items)
            return
        together = list(items)
        lacking = [item for item in together if self._lacks(item)]
        answers = iter(self._filler.fill_many(lacking))
        yield from ((item, next(answers) if self._lacks(item) else None) for item in together)

    def _read(self, number: int, stop: int) -> FileGather:
        last = len(self.reader) if self._read_on else stop
        return self.reader.decode(number, self._ahead.get(number, ahead=range(number + 1, min(number + 2, last))))

    def _lacks(self, item: FileGather) -> bool:
        return bool(len(self._new(item.number)) or item.dead.any() or item.holes.any())

    def _new(self, number: int) -> np.ndarray:
        """Numbers in the plan of the absent traces of a gather."""
        return self._by_group[self._starts[number] : self._starts[number + 1]]

    def _write(self, made: FilledGather) -> None:
        layout = self.job.traces.layout
        for first, block in made.pieces:
            self._data.put(first, block)
        for first, samples in made.sigma if self.job.sigma is not None else ():
            self._sigma.put(first, encode(samples, layout.format_code, layout.byte_order))

    def _copy(self, rows: slice) -> None:
        """Copy the recorded traces that no fill changes; all others are left to the range that fills them."""
        traces = self.reader.index.take(np.arange(rows.start, rows.stop))
        whole = ~self.reader.lacking(traces)
        output = self.job.plan.output_of(np.arange(rows.start, rows.stop))
        self._behind.submit(self._put_runs, output[whole], traces if whole.all() else traces[whole])

    def _put_runs(self, output: np.ndarray, traces: np.ndarray) -> None:
        edges = np.flatnonzero(np.diff(output, prepend=-2) != 1).tolist()
        for start, stop in pairwise([*edges, len(output)]):
            self._data.put(int(output[start]), traces[start:stop])


@dataclass(frozen=True)
class ShownFiller:
    """An interpolator, the guides that it is shown, and the neighbours of a gather that tells too little by itself."""

    interpolator: Interpolator
    guides: Guides
    reader: SegyReader

    def shown(self, item: FileGather) -> Gather:
        """A gather with its guides."""
        return replace(item.gather, guides=self.guides.of(item)) if len(self.guides) else item.gather

    def fill(self, item: FileGather) -> Filled:
        """The answer to one gather, with its neighbours where they are asked for."""
        answer = self.interpolator.fill(self.shown(item), context=self._neighbours(item))
        complete = getattr(self.interpolator, "complete", None)  # with what is known of the gather from elsewhere
        return answer if complete is None else complete(item.number, item.gather, answer)

    def fill_many(self, items: list[FileGather]) -> list[Filled]:
        """The answers to several gathers, together if none of them asks for its neighbours."""
        asks = getattr(self.interpolator, "needs_neighbours", None)
        if asks is not None and any(asks(item.gather) for item in items):
            return [self.fill(item) for item in items]
        answers: list[Filled] = self.interpolator.fill_many([self.shown(item) for item in items])  # type: ignore[attr-defined]
        return answers

    def _neighbours(self, item: FileGather) -> list[Gather]:
        """The gathers before and behind, where the interpolator asks for them."""
        asks = getattr(self.interpolator, "needs_neighbours", None)
        if asks is None or not asks(item.gather):
            return []
        numbers = range(max(item.number - NEIGHBOURS, 0), min(item.number + NEIGHBOURS + 1, len(self.reader)))
        return [self.reader.read(number).gather for number in numbers if number != item.number]


def _close_all(files: list[int]) -> None:
    for file in files:
        os.close(file)


_opened = lru_cache(maxsize=2)(RangeFiller)


def set_threads(count: int) -> None:
    """Threads of torch, if the filler uses it at all."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != count:
        torch.set_num_threads(count)
