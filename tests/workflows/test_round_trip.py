"""The promise of the whole: a fill changes no recorded byte, and stripping it gives back the file."""

import json
import tempfile
import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
import segyio
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from seisfill.errors import LayoutError, NothingToFillError, SeisfillWarning
from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy import untouched
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.marks import MARK, sidecar_path
from seisfill.segy.samples import FORMATS
from seisfill.segy.survey import GatherOptions, map_survey
from seisfill.workflows import ranges, strip, written
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
    densify: int
    method: str
    seed: int
    chunk: int


@st.composite
def cases(draw):
    dialect = draw(st.sampled_from(["segy", "segy", "su"]))
    counts = tuple(draw(st.lists(st.integers(1, 8), min_size=2, max_size=4)))
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
        densify=draw(st.sampled_from([1, 1, 2, 3, 4])),
        method=draw(st.sampled_from(["linear", "constant"])),
        seed=draw(st.integers(0, 99)),
        chunk=draw(st.sampled_from([300, 2000, 2**24])),
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
    gather, place, key, kinds = gather[rank], place[rank], key[rank], kinds[rank]
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
    if case.densify > 1:  # only regular traces have others between them
        headers |= {"scalco": case.seed % 3 - 1, "gx": place * 400}
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
            densify=case.densify,
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


def recorded_of(path, case, n):
    """The last *n* traces of a file as bytes, read without the package."""
    raw = np.fromfile(path, np.uint8)
    return raw[len(raw) - n * bytes_of(case) :].reshape(n, bytes_of(case))


def check_recorded_bytes(source, target, case, n):
    """What the sidecar does not name as inserted is the input, in its order; what is changed is changed as it says."""
    notes = [json.loads(line) for line in sidecar_path(target).read_text().splitlines()]
    head, rows = notes[0], notes[1:-1]
    inserted = {row["output"] for row in rows if row["kind"] == "inserted"}
    before, after = recorded_of(source, case, n), recorded_of(target, case, n + len(inserted))
    kept = np.delete(after, sorted(inserted), axis=0)
    for row in rows:
        if row["kind"] == "in_place":
            kept[row["input"]] = before[row["input"]]
        elif row["kind"] == "holes":
            width = FORMATS[case.code].width
            for first, count, _ in row["holes"]:
                part = slice(240 + first * width, 240 + (first + count) * width)
                kept[row["input"], part] = before[row["input"], part]
    assert np.array_equal(kept, before)
    if head["mark"]:
        at = head["mark"]["byte"] - 1
        marks = np.ascontiguousarray(after[:, at : at + 4]).view(case.byte_order + "u4")[:, 0]
        filled = {row["output"] for row in rows if row["kind"] in ("inserted", "in_place")}
        assert set(np.flatnonzero(marks == MARK).tolist()) == filled
    return np.setdiff1d(np.arange(len(after)), sorted(inserted)), {row["output"] for row in rows}


def check_segyio(source, target, case, kept, named):
    """An independent reader opens the output and sees the recorded traces as it sees them in the input."""
    opener = segyio.su.open if case.dialect == "su" else segyio.open
    options = {"ignore_geometry": True, "endian": "big" if case.byte_order == ">" else "little"}
    if case.dialect == "segy":
        options["strict"] = False
    with opener(str(source), **options) as before, opener(str(target), **options) as after:
        assert len(before.samples) == len(after.samples) == case.n_samples
        for number, output in enumerate(kept):
            if output not in named:
                assert dict(before.header[number]) == dict(after.header[output])
                assert_array_equal(before.trace[number], after.trace[output])


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(cases())
def test_stripping_a_fill_gives_back_the_file_whatever_its_layout(case):
    assume(case.kinds.count("absent") < len(case.kinds))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), chunks(case.chunk):
        warnings.simplefilter("ignore", SeisfillWarning)
        source, target, back = (Path(folder) / name for name in ("in.sgy", "out.sgy", "back.sgy"))
        n = write_case(source, case)
        before = sha256(source)
        try:
            summary = fill_case(source, target, case)
        except NothingToFillError:
            event("nothing to fill")
            assert sha256(source) == before
            assert names(folder) == ["in.sgy"]
            return
        event("filled")
        if case.n_samples > 3 and told_apart(source, case):
            was, now = detect_layout(source), detect_layout(target)
            assert replace(was, n_traces=0, declared_traces=None) == replace(now, n_traces=0, declared_traces=None)
        assert sha256(source) == before
        kept, named = check_recorded_bytes(source, target, case, n)
        verdict = verify_file(source, target)
        assert verdict.untouched, verdict.problem
        assert verdict.inserted >= summary.inserted
        assert (verdict.in_place, verdict.holes) == (summary.in_place, summary.holes)
        strip_file(target, back)
        assert sha256(back) == before
        if case.densify > 1:
            event("densified")
            assert map_survey(index_of(target, case), GatherOptions(**told_keys(case))).n_absent == 0
        assert names(folder) == ["back.sgy", "in.sgy", "out.sgy", "out.sgy.fill.jsonl"]
        if case.n_extended >= 0 or not case.revision:  # segyio does not count extended texts for itself
            check_segyio(source, target, case, kept, named)


def told_keys(case):
    """What a user says of a densified file: words, and the fine step where headers can hold its keys."""
    step = abs(case.step) / case.densify
    return {"gather": "shot", "trace_step": step if step >= 8 or step == round(step) else None}


def index_of(path, case):
    """The file by the layout that it has."""
    return HeaderIndex(path, detect_layout(path, told_layout(case.n_samples, case.code, case.byte_order)))


def told_apart(path, case):
    """Whether the file says what it is without help: tiny ones may be read in several ways."""
    try:
        found = detect_layout(path)
    except LayoutError:
        return False
    return (found.format_code, found.n_samples, found.byte_order) == (case.code, case.n_samples, case.byte_order)


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


@contextmanager
def chunks(size):
    """Streams in windows and ranges of *size* bytes, so that a tiny file has many."""
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(untouched, "BLOCK_BYTES", size))
        for module in (written, strip):
            patches.enter_context(mock.patch.object(module, "CHUNK_BYTES", size))
        patches.enter_context(mock.patch.object(ranges, "MOST_BYTES", size))
        yield
