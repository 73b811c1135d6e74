import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisfill._version import __version__
from seisfill.errors import InvalidParameterError, MarkError
from seisfill.segy import marks as module
from seisfill.segy.fields import write_field
from seisfill.segy.files import PartialFile
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.marks import (
    HOLES,
    IN_PLACE,
    INSERTED,
    MARK,
    PLACED,
    REFUSED,
    Sidecar,
    count_rows,
    encode_line,
    encode_rows,
    mark_field,
    mark_is_free,
    pack,
    sidecar_path,
    unpack,
)
from tests.segy.make_segy import write_segy

FILLED = {"gather": 1, "method": "by hand"}
ROWS = [
    {"output": 5, "kind": INSERTED, **FILLED, "key": 6.0},
    {"output": 1, "kind": INSERTED, **FILLED, "key": 2.0, "reason": "gap of 9"},
    {"output": 3, "kind": IN_PLACE, **FILLED, "key": 4.0, "input": 2, "bytes": pack(b"stood")},
    {"output": 4, "kind": HOLES, **FILLED, "key": 5.0, "input": 3, "holes": [[0, 1, pack(b"1234")]]},
    {"output": 0, "kind": REFUSED, **FILLED, "key": 1.0, "reason": "alone"},
]
LAYOUT = {"dialect": "segy", "byte_order": ">", "format_code": 1, "n_samples": 20, "dt": 0.004, "revision": 1}
LAYOUT |= {"text_encoding": "ebcdic", "n_extended_text": 0, "first_trace": 3600, "n_traces": 4}
HEAD = {
    "method": "by hand",
    "options": {},
    "input": {"name": "a.sgy", "size": 4880, "n_traces": 4, "sha256": "0" * 64},
    "output": {"name": "b.sgy", "n_traces": 6},
    "layout": LAYOUT,
    "keys": {"kind": "line", "gather": None, "trace": "cdp", "step": 1.0},
    "mark": {"byte": 233, "value": MARK},
    "changed": [],
}


def write_sidecar(path, rows=ROWS, **head):
    counts = count_rows(rows)
    with PartialFile(path) as file:
        lines = [b"".join(map(encode_line, part)) for part in (rows[:2], rows[2:])]
        module.write_sidecar(file, HEAD | head, lines, counts)
        file.commit()
    return counts


def test_the_mark_is_four_letters():
    assert MARK.to_bytes(4, "big") == b"SFL1"
    assert (mark_field(233).byte, mark_field(233).width) == (233, 4)
    with pytest.raises(InvalidParameterError, match="must lie between 1 and 237"):
        mark_field(238)


def test_the_sidecar_lies_beside_its_file(tmp_path):
    assert sidecar_path(tmp_path / "a.sgy") == tmp_path / "a.sgy.fill.jsonl"


def test_rows_that_are_encoded_together_are_the_lines_of_each():
    rows = [*ROWS, {"output": 9, "kind": "refused", "reason": 'ends as a row does"},{"output":3,"kind":"x"}'}]
    assert encode_rows(rows) == b"".join(map(encode_line, rows))
    assert encode_rows([]) == b""


def test_a_sidecar_one_can_read_by_eye(tmp_path):
    counts = write_sidecar(tmp_path / "s")
    lines = (tmp_path / "s").read_text().splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert json.loads(lines[0])["version"] == __version__
    assert [json.loads(line) for line in lines[1:-1]] == ROWS
    assert json.loads(lines[-1])["foot"] == counts == {INSERTED: 1, IN_PLACE: 1, HOLES: 1, REFUSED: 2, PLACED: 0}


def test_what_is_written_is_read(tmp_path):
    write_sidecar(tmp_path / "s", options={"seed": 3})
    sidecar = Sidecar.read(tmp_path / "s")
    assert sidecar.head["options"] == {"seed": 3}
    assert sidecar.foot[REFUSED] == 2
    assert list(sidecar.rows()) == ROWS
    assert sidecar.inserted.tolist() == [1, 5]
    assert [row["output"] for row in sidecar.changed()] == [3, 4]


@given(st.binary(max_size=300))
def test_packed_bytes_come_back(data):
    assert unpack(pack(data), len(data)) == data
    assert json.loads(json.dumps(pack(data))) == pack(data)


def test_dead_traces_take_almost_no_room():
    assert len(pack(bytes(6000))) < 80


def test_a_sidecar_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MarkError, match=r"Invalid sidecar .*s: must lie beside the filled file, .* --sidecar"):
        Sidecar.read(tmp_path / "s")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text[:-1].rpartition("\n")[0],
        lambda text: text.replace('"output":5', '"output":4'),
        lambda text: text.replace('"n_traces":6', '"n_traces":7'),
        lambda text: text.replace('"kind":"inserted"', '"kind":"holes"', 1),
        lambda text: text.split("\n", 1)[1],
        lambda text: "",
        lambda text: "{}",
        lambda text: "[1]\n",
        lambda text: "hello\n" + text,
        lambda text: "\0" + text,
        lambda text: text + text,
        lambda text: text.replace('"foot"', '"food"'),
    ],
)
def test_a_sidecar_that_is_cut_off_or_changed_is_refused(tmp_path, spoil):
    write_sidecar(tmp_path / "s")
    (tmp_path / "s").write_text(spoil((tmp_path / "s").read_text()))
    with pytest.raises(MarkError, match="must be whole, found it cut off or changed"):
        Sidecar.read(tmp_path / "s")


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_flipped_bit_of_head_or_rows_is_believed(tmp_path_factory, place, bit):
    path = tmp_path_factory.mktemp("flip") / "s"
    write_sidecar(path)
    raw = bytearray(path.read_bytes())
    raw[place % bytes(raw).rindex(b'{"foot"')] ^= 1 << bit
    path.write_bytes(raw)
    with pytest.raises(MarkError):
        Sidecar.read(path)


def test_a_sidecar_of_another_format_is_told_from_a_broken_one(tmp_path):
    write_sidecar(tmp_path / "s", seisfill_sidecar=9)
    with pytest.raises(MarkError, match=r"must be of format 1, found 9\. Use the seisfill that wrote it"):
        Sidecar.read(tmp_path / "s")


@pytest.mark.parametrize("path", ["folder", "bytes"])
def test_what_is_no_sidecar_at_all_is_refused(tmp_path, path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(MarkError, match="must be whole"):
        Sidecar.read(tmp_path / path)


def marked_file(tmp_path, marks, byte=233):
    words = np.random.default_rng(0).normal(0, 10, (len(marks), 20))
    path = write_segy(tmp_path / "a.sgy", words)
    raw = np.fromfile(path, np.uint8)
    headers = raw[3600:].reshape(len(marks), -1)[:, :240]
    write_field(headers, mark_field(byte), np.array(marks), ">")
    raw.tofile(path)
    return HeaderIndex(path, detect_layout(path))


def test_every_trace_that_was_filled_must_carry_its_mark(tmp_path):
    write_sidecar(tmp_path / "s")
    Sidecar.read(tmp_path / "s").check_marks(marked_file(tmp_path, [0, MARK, 0, MARK, 0, MARK]))
    with pytest.raises(MarkError, match=r"mark of trace 4 of .*a\.sgy: must be 0x53464c31 at byte 233, .* 1 traces"):
        Sidecar.read(tmp_path / "s").check_marks(marked_file(tmp_path, [0, MARK, 0, 0, 0, MARK]))


def test_a_sidecar_of_another_file_is_refused(tmp_path):
    write_sidecar(tmp_path / "s")
    with pytest.raises(MarkError, match="it names 6 traces, the file has 5"):
        Sidecar.read(tmp_path / "s").check_marks(marked_file(tmp_path, [0, MARK, 0, MARK, 0]))


def test_where_the_sidecar_alone_marks_no_mark_is_asked_for(tmp_path):
    write_sidecar(tmp_path / "s", mark=None)
    Sidecar.read(tmp_path / "s").check_marks(marked_file(tmp_path, [0] * 6))


def test_a_field_is_free_if_it_holds_nothing_or_earlier_marks(tmp_path):
    assert mark_is_free(marked_file(tmp_path, [0, MARK, 0]), 233)
    assert not mark_is_free(marked_file(tmp_path, [0, 1, 0]), 233)
    assert mark_is_free(marked_file(tmp_path, [0, MARK, 0], byte=205), 205)
    assert not mark_is_free(marked_file(tmp_path, [0, MARK, 0], byte=205), 204)
    assert not mark_is_free(marked_file(tmp_path, [0, 0, 0]), 1)
