import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from seisfill.errors import FileAccessError, NotUntouchedError
from seisfill.segy.fields import read_field
from seisfill.segy.files import give_name
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.marks import MARK, mark_field, sidecar_path, unpack
from seisfill.segy.new_traces import NewTraces, runs_of
from seisfill.segy.plan import InfillPlan
from seisfill.segy.samples import decode
from seisfill.segy.writer import InfillWriter, output_layout, set_trace_count, trace_offset
from tests.segy.make_segy import write_segy


def index_of(tmp_path, n=4, **options):
    samples = np.random.default_rng(0).normal(0, 10, (n, 20))
    path = write_segy(tmp_path / "in.sgy", samples, **options)
    return HeaderIndex(path, detect_layout(path))


def plan_of(n, output):
    output = np.array(output, dtype=np.int64)
    return InfillPlan(n_recorded=n, group=np.zeros_like(output), place=output, output=output)


def write(index, output, target, *, mark=233, value=5.0, finish=True):
    """Insert traces of one value at some trace numbers of the output; their headers are those of trace 1."""
    with InfillWriter(index, plan_of(index.n_traces, output), target, mark_byte=mark) as writer:
        writer.write_ends()
        headers = np.repeat(index.take(np.array([0]))[:, :240], len(output), axis=0)
        samples = np.full((len(output), index.layout.n_samples), value, np.float32)
        made = NewTraces(layout=writer.layout, mark_byte=mark).make(headers, samples)
        put(writer, writer.plan.output_of(np.arange(index.n_traces)), index.take(np.arange(index.n_traces)))
        put(writer, output, made)
        if finish:
            sha256 = verify(writer)
            writer.finish({"method": "test", "input": {"sha256": sha256}}, [], {})
            writer.keep()
    if finish:
        give_name(sidecar_path(target))
        give_name(target)
    return writer


def put(writer, output, traces):
    for number, trace in zip(output, traces, strict=True):
        writer.file.write_at(trace_offset(writer.layout, int(number)), trace)


def verify(writer, *changed):
    with writer.prove() as proof:
        return writer.verify(proof, np.array(changed, dtype=np.int64))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("output", [[0], [1, 2], [0, 1, 4, 7], [5, 6, 7, 8]])
def test_recorded_bytes_stand_as_they_were_and_new_traces_between(tmp_path, output):
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
    stood = unpack(change["bytes"], 3600)
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


def test_filled_holes_change_what_they_say_and_nothing_else(tmp_path):
    index = index_of(tmp_path, format_code=5)
    holes = np.zeros(20, bool)
    holes[[2, 3, 19]] = True
    before = index.take(np.arange(4))
    changed = NewTraces(layout=index.layout, mark_byte=233).with_holes_filled(before[3], holes, np.full(20, 4, "f4"))
    was, now = (decode(trace[None, 240:], 5, ">")[0] for trace in (before[3], changed))
    assert (now[holes] == 4).all()
    assert np.array_equal(now[~holes], was[~holes])
    assert np.array_equal(changed[:240], before[3, :240])
    assert np.array_equal(before[3], index.take(np.array([3]))[0])


def test_an_output_that_is_not_finished_leaves_nothing_unless_it_is_kept(tmp_path):
    index = index_of(tmp_path)
    write(index, [1], tmp_path / "out.sgy", finish=False)
    assert names(tmp_path) == ["in.sgy"]
    with InfillWriter(index, plan_of(4, [1]), tmp_path / "out.sgy", mark_byte=233) as writer:
        writer.write_ends()
        writer.file.keep()
    assert names(tmp_path) == ["in.sgy", "out.sgy.partial"]
    with InfillWriter(index, plan_of(4, [1]), tmp_path / "out.sgy", mark_byte=233, go_on=True) as writer:
        assert writer.file.path.stat().st_size == writer.layout.file_size
    assert names(tmp_path) == ["in.sgy", "out.sgy.partial"]  # hours of work do not go by accident
    with InfillWriter(index, plan_of(4, [1]), tmp_path / "out.sgy", mark_byte=233, go_on=True) as writer:
        writer.file.drop()
    assert names(tmp_path) == ["in.sgy"]


def test_what_stands_behind_the_last_trace_is_carried_along(tmp_path):
    index = index_of(tmp_path, revision=2, n_trailers=0)
    with index.path.open("ab") as file:
        file.write(b"behind the last trace")
    layout = index.layout
    index = HeaderIndex(index.path, replace(layout, n_trailing=21))
    write(index, [1], tmp_path / "out.sgy")
    assert (tmp_path / "out.sgy").read_bytes().endswith(b"behind the last trace")
    head = json.loads(sidecar_path(tmp_path / "out.sgy").read_text().splitlines()[0])
    assert head["input"]["sha256"] == hashlib.sha256(index.path.read_bytes()).hexdigest()


def test_a_sidecar_that_cannot_be_opened_takes_the_output_with_it(tmp_path):
    index = index_of(tmp_path)
    (tmp_path / "out.sgy.fill.jsonl.partial").mkdir()
    with pytest.raises(FileAccessError, match="must be writable"):
        write(index, [1], tmp_path / "out.sgy")
    assert names(tmp_path) == ["in.sgy", "out.sgy.fill.jsonl.partial"]


def test_a_copy_that_differs_is_found_before_it_gets_its_name(tmp_path):
    index = index_of(tmp_path)
    with InfillWriter(index, plan_of(4, [1]), tmp_path / "out.sgy", mark_byte=233) as writer:
        writer.write_ends()
        put(writer, [0, 2, 3, 4], index.take(np.arange(4)))
        assert verify(writer) == hashlib.sha256(index.path.read_bytes()).hexdigest()
        put(writer, [3], np.zeros((1, index.layout.trace_bytes), np.uint8))
        assert verify(writer, 2) == hashlib.sha256(index.path.read_bytes()).hexdigest()
        with pytest.raises(NotUntouchedError, match=r"and trace 3 of the input differs\. The disk may be failing"):
            verify(writer)
    assert names(tmp_path) == ["in.sgy"]


def test_runs_one_can_check_by_eye():
    assert runs_of(np.array([1, 1, 0, 1, 0, 0, 1], bool)) == [(0, 2), (3, 4), (6, 7)]
    assert runs_of(np.zeros(3, bool)) == []
    assert runs_of(np.ones(2, bool)) == [(0, 2)]
