"""What must hold of every file, however wrong: refused by one of our errors, or read as it is; never anything else."""

import hashlib
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from seisfill.errors import SeisfillError, SeisfillWarning
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.index import scan_samples
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.fill import FillOptions, fill_file
from seisfill.workflows.info import describe_file
from seisfill.workflows.strip import strip_file
from tests.fuzz.cases import Case
from tests.fuzz.opinion import DifferenceError, compare, compare_gathers

LONGEST_LINE = 1500  # of an error message: one line that somebody reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What became of a good case.

    Parameters
    ----------
    end : str
        ``refused`` by the layout or the geometry, ``read``, or ``filled`` and stripped.
    compared : bool
        Whether segyio could read it too, and was agreed with.
    """

    end: str
    compared: bool = False


def judge(case: Case, folder: Path) -> Verdict:
    """
    Read the file of a case, and fill and strip it where the case says so.

    Raises
    ------
    Exception
        Anything at all but our own errors is a finding.
    """
    source = folder / "case.sgy"
    raw = case.raw()
    source.write_bytes(raw)
    with only_our_warnings():
        options = LayoutOptions(**case.layout)
        gathers = GatherOptions(**case.gathers)
        try:
            reader = SegyReader.open(source, layout=options, gathers=gathers)
        except SeisfillError as error:
            _check_message(error)
            return Verdict(end="refused")
        scan_samples(reader.index)
        compare_gathers(reader)
        compared = compare(source, reader, told=bool(case.layout), rng=Random(case.as_line()))
        if not case.fills:
            return Verdict(end="read", compared=compared)
        json.dumps(describe_file(source, layout=options, gathers=gathers).as_dict())
        filled = _filled(source, folder, FillOptions(layout=options, gathers=gathers))
    if source.read_bytes() != raw:
        raise DifferenceError("the input was changed")
    return Verdict(end="filled" if filled else "read", compared=compared)


def _filled(source: Path, folder: Path, options: FillOptions) -> bool:
    """Fill and strip it; False where the fill refused, which must leave nothing."""
    target, back = folder / "out.sgy", folder / "back.sgy"
    try:
        fill_file(source, target, interpolator=LinearInterpolator(), options=options)
    except SeisfillError as error:
        _check_message(error)
        if left := sorted(path.name for path in folder.iterdir() if path != source):
            raise DifferenceError(f"a fill that refused left {left}") from error
        return False
    try:
        strip_file(target, back)
        if hashlib.sha256(back.read_bytes()).digest() != hashlib.sha256(source.read_bytes()).digest():
            raise DifferenceError("strip does not give back the input")
    finally:
        for path in folder.iterdir():
            if path != source:
                path.unlink()
    return True


def _check_message(error: SeisfillError) -> None:
    """One sentence in the house's shape, of letters that a terminal may be shown."""
    said = str(error)
    if not said.startswith("Invalid ") or len(said) > LONGEST_LINE or not said.isprintable():
        raise DifferenceError(f"the message {said[:200]!r} is not one line of the house's shape") from error


@contextmanager
def only_our_warnings() -> Iterator[None]:
    """Every other warning is raised: numpy must not mutter of overflow or of NaN."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", SeisfillWarning)
        yield
