"""The good files that mutations start from: all formats, orders, revisions, and cuts of field files."""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from seisfill.segy.layout import detect_layout
from seisfill.segy.samples import FORMATS
from tests.field_data import FOLDER
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import waves, write_shots

FIELD_CUTS = {  # traces that are cut from the start of a field file
    "viking_small.segy": 10,
    "31_81_PR.sgy": 5,
    "penobscot_xl1155.sgy": 5,
    "daloro_land96.sgy": 6,
    "f3.sgy": 40,
    "gom_cdp_nmo.su": 5,
    "cdp601to610.su": 8,
    "ozdata16.su": 6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """
    A good file.

    Parameters
    ----------
    name : str
        What a saved case calls it.
    raw : bytes
        The file.
    byte_order : {'>', '<'}
        Of its words.
    width : int
        Bytes of a sample.
    first_trace, trace_bytes : int
        Where its traces lie.
    """

    name: str
    raw: bytes
    byte_order: str
    width: int
    first_trace: int
    trace_bytes: int


def seed(name: str) -> Seed:
    """The good file of that name; a KeyError if there is none here."""
    return all_seeds()[name]


@cache
def all_seeds() -> dict[str, Seed]:
    """Every good file by its name; those of field data only where they lie here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seed"
        made = [_seed(name, write(path)) for name, write in _writers().items()]
        made += [
            _seed(name, _cut(FOLDER / name, n, path)) for name, n in FIELD_CUTS.items() if (FOLDER / name).exists()
        ]
    return {one.name: one for one in made}


def _writers():
    """How each made file is written, by its name."""
    writers = {}
    for order, order_name in ((">", "big"), ("<", "little")):
        for code, fmt in FORMATS.items():
            for revision in (0, 1, 2):
                told = {"format_code": code, "byte_order": order, "revision": revision, "junk": 7}
                told["text_encoding"] = ("ebcdic", "ascii", None)[revision]
                writers[f"{fmt.name} {order_name} rev {revision}"] = _shots(**told)
        for count in (1, 2, -1):
            writers[f"{count} texts {order_name}"] = _shots(n_extended_text=count, byte_order=order)
        writers[f"declared {order_name}"] = _shots(revision=2, declared_traces=9, byte_order=order)
        writers[f"volume {order_name}"] = _volume(byte_order=order)
        writers[f"line {order_name}"] = _line(byte_order=order)
        for kind, make in (("shots", _shots), ("line", _line), ("gathers", _gathers)):
            writers[f"su {kind} {order_name}"] = make(dialect="su", byte_order=order)
    return writers


def _shots(**told):
    """Two shots of six channels, of which three are absent and one is dead."""
    return lambda path: write_shots(path, channels=6, n_samples=16, hide=(2, 7, 8), zero=(4,), **told)


def _gathers(**told):
    """CDP gathers of offsets that step by 106 or 107, one of them with a gap."""
    offset = np.round(106.68 * np.arange(1, 7)).astype(int)
    headers = {"cdp": np.repeat([601, 602], 6), "offset": np.tile(offset, 2)}
    return lambda path: _written(path, headers, drop=(3, 8), **told)


def _line(**told):
    """A stack with NaN and constant traces, CDPs 101 to 112 without two."""
    return lambda path: _written(path, {"cdp": np.arange(101, 113), "fldr": np.arange(1, 13)}, drop=(3, 4), **told)


def _volume(**told):
    """Inlines 5 to 7 and crosslines 20, 22, 24, 26, of which one crossing is absent."""
    iline, xline = (grid.ravel() for grid in np.meshgrid([5, 6, 7], [20, 22, 24, 26], indexing="ij"))
    headers = {"iline": iline, "xline": xline, "cdpx": 100 * xline, "cdpy": 100 * iline, "scalco": -10}
    return lambda path: _written(path, headers, drop=(5,), **told)


def _written(path, headers, *, drop, **told):
    """Waves under these headers, IEEE, without the traces *drop*, and with a few samples that are not numbers."""
    samples = waves(12, 16)
    samples[6, 4:7], samples[9] = np.nan, 3.5
    keep = np.setdiff1d(np.arange(12), drop)
    headers = {name: np.broadcast_to(values, 12)[keep] for name, values in headers.items()}
    return write_segy(path, samples[keep], headers=headers, **({"format_code": 5} | told))


def _cut(source: Path, n_traces: int, path: Path) -> Path:
    """The first traces of a field file, as a file of its own."""
    layout = detect_layout(source)
    with source.open("rb") as file:
        path.write_bytes(file.read(layout.first_trace + n_traces * layout.trace_bytes))
    return path


def _seed(name: str, path: Path) -> Seed:
    layout = detect_layout(path)
    return Seed(
        name=name,
        raw=path.read_bytes(),
        byte_order=layout.byte_order,
        width=layout.samples_width,
        first_trace=layout.first_trace,
        trace_bytes=layout.trace_bytes,
    )
