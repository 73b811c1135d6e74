"""The journal beside an unfinished output, ``OUT.journal``: what is done, line by line, so that a fill can go on."""

import contextlib
import fcntl
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seisfill.errors import FileAccessError
from seisfill.segy.files import write_all
from seisfill.workflows.fill_job import RangeDone
from seisfill.workflows.journal_rules import check_entry
from seisfill.workflows.written import Written


def journal_path(target: Path) -> Path:
    """
    Where the journal of an unfinished output lies.

    Examples
    --------
    >>> journal_path(Path("out.sgy")).name
    'out.sgy.journal'
    """
    return target.with_name(target.name + ".journal")


class Journal:
    """
    A file of JSON lines, each with its own checksum, that one process at a time holds; it vanishes unless it is kept.

    A line is one of: the ``head`` (fingerprint of the fill), the ``prepass`` (what was learned of the file beforehand),
    a ``range`` that is done (its rows of the sidecar follow as they are), one that is ``forgotten`` (its bytes were not
    what they should be), ``synced`` (how many ranges are surely on the disk), ``naming`` (all is proved, and files get
    their names). What follows a torn line does not count.

    Parameters
    ----------
    target : Path
        The output.

    Raises
    ------
    FileAccessError
        If the file cannot be written, is none of ours, or another process holds it.
    """

    def __init__(self, target: Path) -> None:
        self.target, self.path = target, journal_path(target)
        self.head: dict[str, Any] | None = None
        self.prepass: dict[str, Any] | None = None
        self.naming = False
        self.n_synced = 0
        self._places: dict[int, int] = {}  # where the line of each range that is done begins
        self._file = self._locked()
        self._end = 0
        try:
            self._read()
        except BaseException:
            os.close(self._file)
            raise
        self.kept = self.head is not None  # what lies there goes only if a fill begins anew, or ends

    def _locked(self) -> int:
        """The open file, held until it is closed."""
        while True:
            try:
                file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            except OSError as error:
                raise FileAccessError(
                    f"Invalid output {self.target}: must be writable; {self.path.name}: {error.strerror or error}."
                ) from error
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(file), os.stat(self.path)):
                    return file
            except FileNotFoundError:
                pass  # it was finished, and is gone: make another
            except OSError as error:
                os.close(file)
                raise FileAccessError(
                    f"Invalid output {self.target}: must not be written by two fills at once, and another one holds "
                    f"{self.path.name} now. Wait for it, or name another output."
                ) from error
            os.close(file)

    def _read(self) -> None:
        size = os.fstat(self._file).st_size
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            for line in file:
                entry = _decode(line)
                if entry is None or not self._take(entry, file):
                    break
                self._end = file.tell()
        if size and self.head is None and not self._is_torn_head(size):
            raise FileAccessError(
                f"Invalid journal {self.path}: must be one of seisfill fill, and is none. Name another output, or move "
                "that file away."
            )
        os.ftruncate(self._file, self._end)

    def _is_torn_head(self, size: int) -> bool:
        """Whether the file holds no more than the torn first line of a run that was killed as it began."""
        start = os.pread(self._file, min(size, 7), 0)
        return b'{"crc":'.startswith(start) or not start.strip(b"\0")  # zeros are what a power cut leaves

    def _take(self, entry: dict[str, Any], file: Any) -> bool:
        """Believe an entry; False if it is none, or the rows that belong to it are not whole."""
        try:
            check_entry(entry, room=os.fstat(self._file).st_size - file.tell())
        except ValueError:
            return False
        if "range" in entry:
            place = self._end
            if zlib.crc32(file.read(entry["n_row_bytes"])) != entry["rows_crc"]:
                return False
            self._places[entry["range"]] = place
        self._places.pop(entry.get("forgotten", -1), None)
        self.head = entry.get("head", self.head)
        self.prepass = entry.get("prepass", self.prepass)
        self.n_synced = entry.get("synced", self.n_synced)
        self.naming = entry.get("naming", self.naming)
        return True

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        if not self.kept:
            self.path.unlink(missing_ok=True)
        os.close(self._file)

    @property
    def done(self) -> set[int]:
        """Numbers of the ranges that are done."""
        return set(self._places)

    @property
    def n_done(self) -> int:
        """How many ranges are done."""
        return len(self._places)

    def begin(self, head: dict[str, Any]) -> None:
        """Forget all, and begin with the fingerprint of a fill."""
        os.ftruncate(self._file, 0)
        self._end, self.head, self.prepass, self.naming, self.n_synced = 0, head, None, False, 0
        self._places.clear()
        self.kept = False
        try:
            self._append({"head": head})
        except OSError as error:
            raise FileAccessError(
                f"Invalid output {self.target}: must be writable; {self.path.name}: {error.strerror or error}."
            ) from error

    def add_prepass(self, told: dict[str, Any]) -> None:
        """What was learned of the file beforehand."""
        self.prepass = told
        self._append({"prepass": told})
        self.sync()

    def add(self, done: RangeDone) -> None:
        """A range that is done."""
        told = asdict(done)
        number, rows = told.pop("number"), told.pop("rows")
        place = self._end
        self._append({"range": number, **told, "n_row_bytes": len(rows), "rows_crc": zlib.crc32(rows)}, rows)
        self._places[done.number] = place

    def add_synced(self, n_ranges: int) -> None:
        """So many ranges, the first ones of the journal, are surely on the disk."""
        self.n_synced = n_ranges
        self._append({"synced": n_ranges})
        self.sync()

    def add_naming(self) -> None:
        """All is proved: from here on files get their names."""
        self.naming = True
        self._append({"naming": True})
        self.sync()

    def forget(self, number: int) -> None:
        """A range is not what it should be any more: it will be filled again."""
        del self._places[number]
        self._append({"forgotten": number})

    def sync(self) -> None:
        """Bring the journal to the disk."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._unwritable(error) from error

    def unsynced(self) -> list[int]:
        """Ranges whose bytes may not have come to the disk, in the order in which they were done."""
        return list(self._places)[self.n_synced :]

    def in_order(self) -> Iterator[RangeDone]:
        """All ranges that are done, in the order of their numbers."""
        return map(self.read, sorted(self._places))

    def read(self, number: int) -> RangeDone:
        """A range that is done."""
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(self._places[number])
            told = _decode(file.readline())
            if told is None:
                raise FileAccessError(f"Invalid journal {self.path}: must hold what was written, and was changed.")
            rows = file.read(told.pop("n_row_bytes"))
        told.pop("rows_crc")
        told |= {name: Written(**told[name]) for name in ("data", "sigma")}
        return RangeDone(number=told.pop("range"), rows=rows, **told)

    def _append(self, entry: dict[str, Any], rows: bytes = b"") -> None:
        """A line is whole or not there: what a full disk cut off is taken back."""
        line = _encode(entry) + rows
        try:
            write_all(self._file, self._end, line)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._end)
            raise self._unwritable(error) from error
        self._end += len(line)

    def _unwritable(self, error: OSError) -> OSError:
        return OSError(error.errno, error.strerror or str(error), str(self.path))


def peek(target: Path) -> tuple[dict[str, Any] | None, bool]:
    """
    Fingerprint of an unfinished fill, None where there is none, and whether its files were getting their names.

    The journal is not locked: what is read may be out of date, and is to be read again once it is.
    """
    try:
        with journal_path(target).open("rb") as file:
            first = _decode(file.readline()) or {}
            file.seek(max(file.seek(0, os.SEEK_END) - 200, 0))
            last = _decode(file.readlines()[-1]) or {}
    except (OSError, IndexError, ValueError):
        return None, False
    return first.get("head"), bool(last.get("naming", False))


def _encode(entry: dict[str, Any]) -> bytes:
    text = json.dumps(entry, separators=(",", ":")).encode()
    return b'{"crc":%d,"entry":%s}\n' % (zlib.crc32(text), text)


def _decode(line: bytes) -> dict[str, Any] | None:
    """The entry of a line; None if the line is torn or changed."""
    number, found, text = line.removeprefix(b'{"crc":').partition(b',"entry":')
    text = text.removesuffix(b"}\n")
    if not (found and line.endswith(b"}\n") and number.isdigit() and int(number) == zlib.crc32(text)):
        return None
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None
