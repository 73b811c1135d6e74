"""Words of others stay words: a page holds no markup but its own, and a terminal is told no control codes."""

import os
import struct
import unicodedata
from html.parser import HTMLParser

import pytest

from seisfill.workflows.report import write_report
from tests.hostile import EVIL, called, hostile_text, make_filled, resigned
from tests.workflows.surveys import fill, write_shots


@pytest.fixture
def filled(tmp_path):
    return make_filled(tmp_path / "work")


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_a_page_holds_no_markup_but_its_own(tmp_path):
    name = EVIL.replace("/", "|") + "\udcff.sgy"
    plain_source, source = write_shots(tmp_path / "in.sgy", hide=[2, 5]), tmp_path / name
    fill(plain_source, tmp_path / "out.sgy")
    write_report(plain_source, tmp_path / "out.sgy")
    os.rename(hostile_text(plain_source), source)
    target = tmp_path / f"filled{name}"
    fill(source, target)

    def change(head, rows):
        head |= {"method": EVIL, "version": EVIL}
        head["options"] |= {"guides": [EVIL], EVIL: EVIL}
        rows[0] |= {"method": EVIL, "flags": [EVIL], "reason": EVIL}

    resigned(target, change)
    page = write_report(source, target, out=tmp_path / "page.html").path.read_text()
    usual, hostile = Tags((tmp_path / "out.sgy.report.html").read_text()), Tags(page)
    assert set(hostile.tags) <= set(usual.tags) | {"details", "summary", "pre"}
    assert hostile.tags.count("script") == hostile.tags.count("style") == 1
    assert not [name for name in hostile.attributes if name.startswith("on")]
    assert "&lt;script&gt;alert(1)" in page
    assert {unicodedata.category(letter) for letter in page if not letter.isprintable()} <= {"Cc"}
    assert {letter for letter in page if not letter.isprintable()} == {"\n"}


@pytest.mark.parametrize(
    "words",
    [
        ("info", "{}"),
        ("info", "{}", "--json"),
        ("info", "{}-none"),
        ("fill", "{}", "out\x1b[2J", "--method", "linear", "--check", "none", "--report"),
        ("fill", "{}", "{}", "--method", "linear"),
        ("strip", "{}", "back"),
        ("verify", "{}", "{}"),
        ("decimate", "{}", "out\x1b[2J", "--mask", "every:2"),
        ("plot", "{}", "--save", "a\x1b[2J.png"),
        ("info", "\x1b[2J"),
        ("\x1b[2J",),
    ],
)
def test_a_terminal_is_told_no_control_codes(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    name = "a$\x1b[2J\x07\u202e$.sgy"
    hostile_text(write_shots(tmp_path / name, hide=[2, 5]))
    poked = bytearray((tmp_path / name).read_bytes())
    poked[3220:3222] = struct.pack(">H", 31)  # so that there is a warning, which names the file
    (tmp_path / name).write_bytes(poked)
    code, out, err = called(*(word.format(name) for word in words))
    assert code in (0, 2)
    assert out + err
    assert all(letter.isprintable() or letter == "\n" for letter in out + err)


def test_words_of_a_sidecar_reach_no_terminal_raw(filled, monkeypatch):
    resigned(filled, lambda head, rows: head["input"].update(sha256="\x1b[2J"))
    monkeypatch.chdir(filled.parent)
    for words in (("strip", "out.sgy", "back.sgy"), ("verify", "in.sgy", "out.sgy"), ("report", "in.sgy", "out.sgy")):
        _, out, err = called(*words)
        assert all(letter.isprintable() or letter == "\n" for letter in out + err)
