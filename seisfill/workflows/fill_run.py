"""The work of a fill: ranges handed to workers, what is done written into the journal, all of it kept if it breaks."""

import contextlib
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from seisfill.errors import (
    FileAccessError,
    GeometryError,
    InputChangedError,
    Interrupted,
    LayoutError,
    NothingToFillError,
    NotUntouchedError,
    SeisfillError,
    SeisfillWarning,
    WorkersLostError,
)
from seisfill.segy.files import PartialFile
from seisfill.segy.layout import Layout
from seisfill.segy.survey import SurveyMap
from seisfill.workflows.executors import Workers
from seisfill.workflows.fill_job import RangeDone
from seisfill.workflows.journal import Journal
from seisfill.workflows.ranges import Ranges
from seisfill.workflows.written import TraceFile

Progress = Callable[[str, int, int], None]
SYNC_EVERY = 10.0  # seconds
MOST_TRIES = 3  # of a range whose workers are lost
HOPELESS = (GeometryError, InputChangedError, LayoutError, NothingToFillError, NotUntouchedError)  # would come again


class FillRun:
    """
    Has the ranges filled that are not done yet.

    Parameters
    ----------
    ranges : Ranges
        All ranges.
    journal : Journal
        What is done.
    target : Path
        The output.
    files : sequence of PartialFile
        What is written into: the output, and predicted errors if they are wanted.
    """

    def __init__(self, ranges: Ranges, journal: Journal, target: Path, files: Sequence[PartialFile]) -> None:
        self.ranges, self.journal, self.target, self._files = ranges, journal, target, files
        self._tries: Counter[int] = Counter()

    def forget_what_was_lost(self, layout: Layout) -> None:
        """Look at the ranges that may not have come to the disk; those that did not are filled again."""
        numbers = [file.file.fileno() for file in self._files]
        data = TraceFile(numbers[0], layout)
        sigma = TraceFile(numbers[1], layout, skip=240) if len(numbers) > 1 else None
        for number in self.journal.unsynced():
            done = self.journal.read(number)
            if not (data.holds(done.data) and (sigma is None or sigma.holds(done.sigma))):
                self.journal.forget(number)

    def run(
        self,
        workers: Workers,
        survey: SurveyMap,
        progress: Progress,
        *,
        written: Callable[[int], None] = lambda _: None,
    ) -> None:
        """
        Fill what is not done.

        How many ranges are done, from the first one on without a gap, is told to *written* as they grow more.
        """
        before = self.journal.done
        total, done = int(self.ranges.gathers[-1]), self.ranges.count_gathers(before)
        waiting, leading = [number for number in range(len(self.ranges)) if number not in before], Leading(before)
        written(leading.count)
        with _Syncer(self.journal, self._files) as syncer:
            for number in self._filled(waiting, workers, survey):
                syncer.look()
                done += len(self.ranges.gathers_of(number))
                progress("fill", done, total)
                written(leading.add(number))

    def _filled(self, numbers: Iterable[int], workers: Workers, survey: SurveyMap) -> Iterator[int]:
        """Numbers of ranges as they are done and stand in the journal."""
        waiting, flying = list(numbers)[::-1], dict[Future[RangeDone], int]()
        while waiting or flying:
            while waiting and len(flying) < self._room(workers, [waiting[-1], *flying.values()]):
                number = waiting.pop()
                flying[workers.submit(number)] = number
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                number = flying.pop(future)
                try:
                    done = future.result()
                except workers.lost as error:
                    self._count_loss(number, survey, error)
                    waiting.append(number)
                    continue
                for sentence in done.warned:
                    warnings.warn(sentence, SeisfillWarning, stacklevel=2)
                self.journal.add(done)
                yield number

    def _room(self, workers: Workers, numbers: list[int]) -> int:
        """Ranges at a time: one that was lost before flies alone, so that no other is blamed for its end."""
        return 1 if any(self._tries[number] for number in numbers) else workers.room

    def _count_loss(self, number: int, survey: SurveyMap, error: BaseException) -> None:
        """A range whose worker was lost is tried again, but not for ever."""
        self._tries[number] += 1
        if self._tries[number] < MOST_TRIES:
            return
        gathers = self.ranges.gathers_of(number)
        named = (
            f"gathers {survey.gather_keys[gathers[0]]} to {survey.gather_keys[gathers[-1]]}"
            if gathers
            else "the copies"
        )
        raise WorkersLostError(
            f"Invalid end of {MOST_TRIES} workers at {named}: must live until their gathers are filled "
            f"({type(error).__name__}). They may have run out of memory: give fewer --workers."
        ) from error

    def sync(self) -> None:
        """Bring all that is done to the disk, and say so."""
        if self.journal.n_done > self.journal.n_synced:
            _to_disk(self._files)
            self.journal.add_synced(self.journal.n_done)

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """Whatever goes wrong inside, unless it would again: keep what is done, if anything is; say how to go on."""
        try:
            yield
        except HOPELESS:
            self._drop()
            raise
        except BaseException as error:
            system = error if isinstance(error, OSError) else error.__cause__
            kept = self._keep(sync=not isinstance(system, OSError))
            if isinstance(error, KeyboardInterrupt):
                raise Interrupted(kept, code=getattr(error, "code", 130)) from error
            untouched = "The input is untouched, and no output was left."
            if isinstance(system, OSError) and (system is error or untouched in str(error)):
                said = f"Invalid output {self.target}: must be writable to its end; {system.strerror or system}."
                cure = f"{kept} Make room, then go on with --resume." if kept else untouched
                raise FileAccessError(f"{said} {cure}") from error
            if kept and isinstance(error, SeisfillError):
                raise type(error)(f"{error} {kept} Go on with --resume.") from error
            raise

    def _drop(self) -> None:
        self.journal.kept = False
        for file in self._files:
            file.drop()

    def _keep(self, *, sync: bool) -> str:
        """Keep what is done, and say what that is; nothing where nothing is done. No mark behind a failed write."""
        if not self.journal.n_done:
            self._drop()
            return ""
        for file in self._files:
            file.keep()
        self.journal.kept = True
        with contextlib.suppress(OSError, KeyboardInterrupt):  # of one who asks twice: marks are a help, no need
            if sync:
                self.sync()
        done, total = self.ranges.count_gathers(self.journal.done), int(self.ranges.gathers[-1])
        return f"{done} of {total} gathers are filled and kept in {self._files[0].path.name}."


class Leading:
    """
    How many numbers, from 0 on without a gap, were given so far, in whatever order.

    Examples
    --------
    >>> leading = Leading({0, 3})
    >>> leading.count, leading.add(2), leading.add(1)
    (1, 1, 4)
    """

    def __init__(self, numbers: set[int]) -> None:
        self.count, self._waiting = 0, set(numbers)
        self._count_on()

    def add(self, number: int) -> int:
        """One more; how many there are without a gap."""
        self._waiting.add(number)
        self._count_on()
        return self.count

    def _count_on(self) -> None:
        while self.count in self._waiting:
            self._waiting.remove(self.count)
            self.count += 1


class _Syncer:
    """Brings what is done to the disk every now and then, on another thread."""

    def __init__(self, journal: Journal, files: Sequence[PartialFile]) -> None:
        self._journal, self._files = journal, files
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="seisfill-sync")
        self._now: Future[None] | None = None
        self._n, self._begun = 0, time.monotonic()

    def __enter__(self) -> "_Syncer":
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()
        if error[0] is None and self._now is not None:
            self._now.result()  # the system tells a failed write once only

    def look(self) -> None:
        """Write a mark if a sync came to its end, and begin one if it is time."""
        if self._now is not None and self._now.done():
            self._now.result()
            self._now = None
            self._journal.add_synced(self._n)
        if self._now is None and time.monotonic() - self._begun > SYNC_EVERY:
            self._n, self._begun = self._journal.n_done, time.monotonic()
            self._now = self._pool.submit(_to_disk, self._files)


def _to_disk(files: Sequence[PartialFile]) -> None:
    for file in files:
        os.fdatasync(file.file.fileno())
