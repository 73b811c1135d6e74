"""Whether traces stand as regularly as their keys say: spacing along true coordinates, headers first."""

import numpy as np

from seisfill.errors import GeometryError
from seisfill.segy.coordinates import coordinate_scale
from seisfill.segy.reader import DEAD_CODE, SegyReader

TOLERANCE = 0.2  # of the gather's spacing; beyond, new traces at equal steps of the key do not sample the line evenly
ROUNDING = 1.5  # units of the coordinates: two ends, each rounded in x and y, differ by up to sqrt(2) of them


def check_spacing(reader: SegyReader) -> None:
    """
    Refuse a file whose live traces do not lie regularly along their coordinates.

    The path is the longest of receivers, sources and CDPs; a gather without coordinates has nothing to check. Samples
    are read only of a gather that looks irregular, for a dead trace may carry any coordinates.

    Raises
    ------
    GeometryError
        If two neighbouring live traces lie farther from, or nearer to, each other than their gather's median spacing
        by more than a fifth and the rounding of their coordinates.
    """
    paths, unit = _paths(reader)
    alive = np.ones(reader.index.n_traces, dtype=bool)
    if reader.dead != "none":
        alive = reader.index.column("trid") != DEAD_CODE
    for number in range(len(reader)):
        rows = reader.survey.rows(number)
        if _first_odd(reader, rows[alive[rows]], paths, unit) is None:
            continue
        rows = rows[~reader.read(number).dead]
        found = _first_odd(reader, rows, paths, unit)
        if found is not None:
            _refuse(reader, number, rows, found)


def _paths(reader: SegyReader) -> tuple[list[np.ndarray], np.ndarray]:
    """Map coordinates [m] of each kind of point as complex numbers, shape (n_traces,), and the unit of rounding."""
    pairs = [("sx", "sy"), ("gx", "gy"), *([("cdpx", "cdpy")] if reader.has_cdp_coordinates else [])]
    unit = coordinate_scale(reader.index.column("scalco"))
    columns = (reader.index.columns(*map(reader.coordinate, pair)) for pair in pairs)
    return [(x + 1j * y) * unit for x, y in columns], unit


def _first_odd(
    reader: SegyReader, rows: np.ndarray, paths: list[np.ndarray], unit: np.ndarray
) -> tuple[int, float, float, float] | None:
    """First trace of *rows* that lies wrongly behind the one before: its number there, spacing, median, tolerance."""
    if len(rows) < 3:
        return None
    steps = np.diff(reader.survey.axis.place[rows]) / reader.survey.axis.parts
    distances = max((np.abs(np.diff(path[rows])) for path in paths), key=np.sum)
    spacing = distances / steps
    median = float(np.median(spacing))
    tolerance = TOLERANCE * median + ROUNDING * np.maximum(unit[rows[1:]], unit[rows[:-1]]) / steps
    odd = np.flatnonzero(np.abs(spacing - median) > tolerance)
    if not distances.any() or not len(odd):
        return None
    first = int(odd[0])
    return first + 1, float(spacing[first]), median, float(tolerance[first])


def _refuse(reader: SegyReader, number: int, rows: np.ndarray, found: tuple[int, float, float, float]) -> None:
    survey, (odd, spacing, median, tolerance) = reader.survey, found
    keys = survey.axis.keys(number, survey.axis.place[rows])
    group = f" of {survey.keys.gather.name} {survey.gather_keys[number]}" if survey.keys.gather else ""
    raise GeometryError(
        f"Invalid spacing of traces {rows[odd - 1] + 1} and {rows[odd] + 1}{group} ({survey.keys.trace.name} "
        f"{keys[odd - 1]:g} and {keys[odd]:g}): must be {median:.4g} m a step, as in the rest of the gather, within "
        f"{tolerance:.2g} m, found {spacing:.4g} m. New traces need regular ones: fill without --densify, or name "
        "other gathers with --gather and --trace."
    )
