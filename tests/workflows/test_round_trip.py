"""The promise of the whole: a fill changes no recorded byte, and stripping it gives back the file."""

import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import segyio
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from seisfill.errors import GeometryError, LayoutError, NothingToFillError, SeisfillWarning
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.marks import MARK, Sidecar, sidecar_path
from seisfill.segy.samples import FORMATS
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.fill import FillOptions, fill_file
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import Constant, sha256, told_layout, waves

KINDS = ("live", "live", "live", "absent", "absent", "zero", "flagged", "constant", "mostly nan", "holes", "dirty")
ORDERS = ("up", "down", "key first", "key first down", "shuffled")


@dataclass(frozen=True)
class Case:
    """One file, and how it is filled."""

    dialect: str
    code: int
    byte_order: str
    revision: int
    n_extended: int
    encoding: str | None
    declared: bool
    junk: int | None
    n_samples: int
    step: float
    counts: tuple[int, ...]
    phases: tuple[int, ...]
    kinds: tuple[str, ...]
    order: str
    mark: int | None
    dead: str
    span: bool
    method: str
    seed: int


@st.composite
def cases(draw):
    dialect = draw(st.sampled_from(["segy", "segy", "su"]))
    counts = tuple(draw(st.lists(st.integers(1, 7), min_size=1, max_size=4)))
    return Case(
        dialect=dialect,
        code=draw(st.sampled_from(list(FORMATS))) if dialect == "segy" else 5,
        byte_order=draw(st.sampled_from("><")),
        revision=draw(st.integers(0, 2)),
        n_extended=draw(st.sampled_from([0, 0, 1, 2, -1])),
        encoding=draw(st.sampled_from(["ebcdic", "ascii", None])),
        declared=draw(st.booleans()),
        junk=draw(st.none() | st.integers(0, 9)),
        n_samples=draw(st.sampled_from([1, 2, 3, 8, 31])),
        step=draw(st.sampled_from([1, 1, 2, 12, 106.7, -3])),
        counts=counts,
        phases=tuple(draw(st.lists(st.integers(0, 3), min_size=len(counts), max_size=len(counts)))),
        kinds=tuple(draw(st.lists(st.sampled_from(KINDS), min_size=sum(counts), max_size=sum(counts)))),
        order=draw(st.sampled_from(ORDERS)),
        mark=draw(st.sampled_from([233, 233, 233, 205, None])),
        dead=draw(st.sampled_from(["auto", "auto", "auto", "flag", "none"])),
        span=draw(st.booleans()),
        method=draw(st.sampled_from(["linear", "constant"])),
        seed=draw(st.integers(0, 99)),
    )


def traces_of(case):
    """Samples and headers of the traces that the file holds, in its order, and what each of them is."""
    gather = np.repeat(np.arange(len(case.counts)), case.counts)
    place = np.concatenate([np.arange(n) + case.phases[g] for g, n in enumerate(case.counts)])
    key = np.round(place * abs(case.step) + 100).astype(int)
    kinds = np.array(case.kinds)
    rng = np.random.default_rng(case.seed)
    rank = {
        "up": np.lexsort((key, gather)),
        "down": np.lexsort((-key, gather)),
        "key first": np.lexsort((gather, key)),
        "key first down": np.lexsort((gather, -key)),
        "shuffled": rng.permutation(len(key)),
    }[case.order]
    rank = rank[kinds[rank] != "absent"]
    gather, key, kinds = gather[rank], key[rank], kinds[rank]
    samples = waves(len(key), case.n_samples, seed=case.seed)
    samples[kinds == "zero"] = 0
    samples[kinds == "dirty"] = 0
    samples[kinds == "constant"] = 3
    odd = np.inf if case.code == 1 else np.nan
    if case.code in (1, 5, 6):
        holes = rng.random(samples.shape) < 0.3
        samples[(kinds == "holes")[:, None] & holes] = odd
        samples[(kinds == "mostly nan")[:, None] & (np.arange(case.n_samples) < 0.7 * case.n_samples)] = odd
    headers = {
        "fldr": gather + 5,
        "tracf": -key if case.step < 0 else key,
        "cdp": 3 * key + gather,
        "trid": np.where(kinds == "flagged", 2, 1),
        "scalco": rng.choice([-100, -10, 1, 0], len(key)),
        "sx": 70 * gather,
        "gx": key * 10 + rng.integers(-3, 3, len(key)),
    }
    return samples, headers, kinds


def write_case(path, case):
    samples, headers, kinds = traces_of(case)
    write_segy(
        path,
        samples,
        headers=headers,
        format_code=case.code,
        byte_order=case.byte_order,
        dialect=case.dialect,
        revision=case.revision,
        n_extended_text=case.n_extended if case.revision else 0,
        text_encoding=case.encoding,
        junk=case.junk,
        declared_traces=len(samples) if case.declared else 0,
    )
    raw = np.fromfile(path, np.uint8)
    traces = raw[len(raw) - len(samples) * bytes_of(case) :].reshape(len(samples), -1)
    if case.code in (1, 5):  # zeros with an exponent, and zeros with a sign: still dead
        words = traces[kinds == "dirty", 240:].view(case.byte_order + "u4")
        words[:, ::2] = 0x41000000 if case.code == 1 else 0x80000000
        traces[kinds == "dirty", 240:] = words.view(np.uint8)
    raw.tofile(path)
    return len(samples)


def bytes_of(case):
    return 240 + case.n_samples * FORMATS[case.code].width


def fill_case(source, target, case, **changes):
    """Fill by the case's options; the layout is told where a tiny file has several."""
    interpolator = Constant() if case.method == "constant" else LinearInterpolator(limits=Limits(extrapolate=case.span))
    keys = (100, 100 + 8 * abs(case.step))
    options = FillOptions(
        gathers=GatherOptions(
            gather="shot",
            trace_step=abs(case.step),
            trace_range=None if not case.span else keys if case.step > 0 else (-keys[1], -keys[0]),
        ),
        dead=case.dead,
        mark_byte=case.mark,
        **changes,
    )
    try:
        return fill_file(source, target, interpolator=interpolator, options=options)
    except LayoutError:
        layout = told_layout(case.n_samples, case.code, case.byte_order)
        return fill_file(source, target, interpolator=interpolator, options=replace(options, layout=layout))


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(cases())
def test_stripping_a_fill_gives_back_the_file_whatever_its_layout(case):
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", SeisfillWarning)
        source, target, back = (Path(folder) / name for name in ("in.sgy", "out.sgy", "back.sgy"))
        assume(case.kinds.count("absent") < len(case.kinds))
        write_case(source, case)
        before = sha256(source)
        try:
            summary = fill_case(source, target, case)
        except NothingToFillError:
            event("nothing to fill")
            assert sorted(p.name for p in Path(folder).iterdir()) == ["in.sgy"]
            return
        event("filled")
        assert sha256(source) == before
        verdict = verify_file(source, target)
        assert verdict.untouched, verdict.problem
        assert (verdict.inserted, verdict.in_place, verdict.holes) >= (summary.inserted, summary.in_place, summary.holes)
        strip_file(target, back)
        assert sha256(back) == before
        assert sorted(p.name for p in Path(folder).iterdir()) == ["back.sgy", "in.sgy", "out.sgy", "out.sgy.fill.jsonl"]
