import hashlib
import json

import numpy as np
import pytest

from seisfill.errors import FileAccessError, SeisfillError
from seisfill.segy import writer as module
from seisfill.segy.fields import read_field
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.marks import MARK, mark_field, sidecar_path, unpack
from seisfill.segy.plan import InfillPlan
from seisfill.segy.samples import decode
from seisfill.segy.writer import InfillWriter, output_layout, runs_of, set_trace_count
from tests.segy.make_segy import write_segy


def index_of(tmp_path, n=4, **options):
    samples = np.random.default_rng(0).normal(0, 10, (n, 20))
    path = write_segy(tmp_path / "in.sgy", samples, **options)
    return HeaderIndex(path, detect_layout(path))


def plan_of(n, output):
    output = np.array(output, dtype=np.int64)
    return InfillPlan(n_recorded=n, group=np.zeros_like(output), place=output, output=output)


def write(index, output, target, *, mark=233, value=5.0, commit=True):
    """Insert traces of one value at some trace numbers of the output; their headers are those of trace 1."""
    with InfillWriter(index, plan_of(index.n_traces, output), target, mark_byte=mark) as writer:
        writer.write_head()
        writer.copy_recorded()
        headers = np.repeat(index.take(np.array([0]))[:, :240], len(output), axis=0)
        samples = np.full((len(output), index.layout.n_samples), value, np.float32)
        writer.put_inserted(np.array(output), writer.make_inserted(headers, samples))
        if commit:
            writer.commit({"method": "test"})
    return writer


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("chunk", [1, 700, 2**24])
@pytest.mark.parametrize("output", [[0], [1, 2], [0, 1, 4, 7], [5, 6, 7, 8]])
def test_recorded_bytes_are_copied_and_new_traces_stand_between(tmp_path, monkeypatch, chunk, output):
    monkeypatch.setattr(module, "CHUNK_BYTES", chunk)
    index = index_of(tmp_path, n=5)
    write(index, output, tmp_path / "out.sgy")
    layout = output_layout(index.layout, 5 + len(output))
    filled = HeaderIndex(tmp_path / "out.sgy", layout)
    traces = filled.take(np.arange(filled.n_traces))
    assert np.array_equal(np.delete(traces, output, axis=0), index.take(np.arange(5)))
    assert (read_field(traces[:, :240], mark_field(233), ">") == MARK).nonzero()[0].tolist() == output
    assert (decode(traces[output, 240:], 1, ">") == 5).all()
    head = json.loads(sidecar_path(tmp_path / "out.sgy").read_text().splitlines()[0])
    assert head["input"] == {
        "name": "in.sgy",
        "size": index.layout.file_size,
        "n_traces": 5,
        "sha256": hashlib.sha256(index.path.read_bytes()).hexdigest(),
    }
    assert head["output"] == {"name": "out.sgy", "n_traces": 5 + len(output)}
    assert head["mark"] == {"byte": 233, "value": MARK}


@pytest.mark.parametrize("encoding", ["ebcdic", "ascii", None])
def test_one_line_of_text_says_what_was_done_and_the_sidecar_keeps_what_stood_there(tmp_path, encoding):
    index = index_of(tmp_path, text_encoding=encoding)
    write(index, [2], tmp_path / "out.sgy")
    before, after = (path.read_bytes()[:3600] for path in (index.path, tmp_path / "out.sgy"))
    text = after[:3200].decode("cp037" if index.layout.text_encoding == "ebcdic" else "ascii")
    lines = [text[start : start + 80] for start in range(0, 3200, 80)]
    assert [n for n, line in enumerate(lines, 1) if "SEISFILL" in line and "FILLED TRACES, MARK 53464C31" in line] == [
        38
    ]
    (change,) = json.loads(sidecar_path(tmp_path / "out.sgy").read_text().splitlines()[0])["changed"]
    stood = unpack(change["bytes"])
    assert before == after[: change["start"]] + stood + after[change["start"] + len(stood) :]


def test_a_text_header_without_a_blank_line_is_left_alone(tmp_path):
    index = index_of(tmp_path)
    raw = index.path.read_bytes()
    full = "".join(f"C{n:2d} LINE {n}".ljust(80) for n in range(1, 41)).encode("cp037")
    index.path.write_bytes(full + raw[3200:])
    write(index, [2], tmp_path / "out.sgy")
    assert (tmp_path / "out.sgy").read_bytes()[:3600] == full + raw[3200:3600]
    assert json.loads(sidecar_path(tmp_path / "out.sgy").read_text().splitlines()[0])["changed"] == []


@pytest.mark.parametrize("byte_order", [">", "<"])
def test_rev_2_counts_the_new_traces(tmp_path, byte_order):
    index = index_of(tmp_path, revision=2, declared_traces=4, byte_order=byte_order)
    write(index, [1, 2, 3], tmp_path / "out.sgy")
    found = detect_layout(tmp_path / "out.sgy")
    assert (found.n_traces, found.declared_traces, found.warnings) == (7, 7, ())
    head = bytearray(3600)
    set_trace_count(head, index_of(tmp_path, revision=1).layout, 9)
    assert head == bytearray(3600)


def test_without_a_mark_headers_are_repeated_as_they_are(tmp_path):
    index = index_of(tmp_path)
    write(index, [1], tmp_path / "out.sgy", mark=None)
    traces = (tmp_path / "out.sgy").read_bytes()[3600:]
    assert traces[320:560] == traces[:240]
    assert b"SIDECAR ONLY" in (tmp_path / "out.sgy").read_bytes()[:3200].decode("cp037").encode()


def test_in_place_and_holes_change_what_they_say_and_nothing_else(tmp_path):
    index = index_of(tmp_path, format_code=5)
    holes = np.zeros(20, bool)
    holes[[2, 3, 19]] = True
    with InfillWriter(index, plan_of(4, [1]), tmp_path / "out.sgy", mark_byte=233) as writer:
        writer.write_head()
        writer.copy_recorded()
        header = index.take(np.array([0]))[:, :240]
        writer.put_inserted(np.array([1]), writer.make_inserted(header, np.ones((1, 20), np.float32)))
        writer.put_in_place(1, index.take(np.array([1]))[0, :240], np.full(20, 3, np.float32))
        writer.put_holes(3, holes, np.full(20, 4, np.float32))
        writer.commit({})
    traces = HeaderIndex(tmp_path / "out.sgy", output_layout(index.layout, 5)).take(np.arange(5))
    before = index.take(np.arange(4))
    assert np.array_equal(traces[[0, 3]], before[[0, 2]])
    assert (decode(traces[2:3, 240:], 5, ">") == 3).all()
    was, now = decode(before[3:, 240:], 5, ">")[0], decode(traces[4:, 240:], 5, ">")[0]
    assert (now[holes] == 4).all()
    assert np.array_equal(now[~holes], was[~holes])
    assert np.array_equal(traces[4, :240], before[3, :240])


def test_an_output_that_is_not_committed_leaves_nothing(tmp_path):
    write(index_of(tmp_path), [1], tmp_path / "out.sgy", commit=False)
    assert names(tmp_path) == ["in.sgy"]


def test_a_sidecar_that_cannot_be_opened_takes_the_output_with_it(tmp_path):
    index = index_of(tmp_path)
    (tmp_path / "out.sgy.fill.jsonl.partial").mkdir()
    with pytest.raises(FileAccessError, match="must be writable"):
        write(index, [1], tmp_path / "out.sgy")
    assert names(tmp_path) == ["in.sgy", "out.sgy.fill.jsonl.partial"]


def write_over_trace_3(index, target):
    with InfillWriter(index, plan_of(4, [1]), target, mark_byte=233) as writer:
        writer.write_head()
        writer.copy_recorded()
        writer.put_inserted(np.array([3]), np.zeros((1, index.layout.trace_bytes), np.uint8))
        writer.commit({})


def test_a_copy_that_differs_is_found_before_it_gets_its_name(tmp_path):
    index = index_of(tmp_path)
    with pytest.raises(SeisfillError, match=r"and trace 3 of the input differs\. The disk may be failing"):
        write_over_trace_3(index, tmp_path / "out.sgy")
    assert names(tmp_path) == ["in.sgy"]


def test_runs_one_can_check_by_eye():
    assert runs_of(np.array([1, 1, 0, 1, 0, 0, 1], bool)) == [(0, 2), (3, 4), (6, 7)]
    assert runs_of(np.zeros(3, bool)) == []
    assert runs_of(np.ones(2, bool)) == [(0, 2)]
