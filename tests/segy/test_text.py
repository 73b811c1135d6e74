import numpy as np
import pytest
import segyio
from hypothesis import given
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.segy.text import count_extended_text, detect_text_encoding, find_blank_line, put_line
from tests.field_data import field_file

CODECS = {"ebcdic": "cp037", "ascii": "ascii"}


def lines_of(raw, encoding):
    """The 40 lines of a textual header."""
    plain = raw.decode("latin-1" if encoding == "ascii" else CODECS[encoding])
    return [plain[start : start + 80] for start in range(0, 3200, 80)]


def header(encoding, **taken):
    lines = [f"C{number:02d} {taken.get(f'c{number}', '')}".ljust(80) for number in range(1, 41)]
    return "".join(lines).encode(CODECS[encoding])


@pytest.mark.parametrize("encoding", ["ebcdic", "ascii"])
def test_a_line_is_put_after_its_label_and_the_others_stay(encoding):
    raw = header(encoding, c1="CLIENT", c40="END TEXTUAL HEADER")
    out = put_line(raw, 38, "FILLED", encoding)
    assert lines_of(out, encoding)[37] == "C38 FILLED".ljust(80)
    assert out[: 37 * 80] == raw[: 37 * 80]
    assert out[38 * 80 :] == raw[38 * 80 :]


@pytest.mark.parametrize("encoding", ["ebcdic", "ascii"])
def test_the_lowest_blank_line_above_39_is_found(encoding):
    assert find_blank_line(header(encoding), encoding) == 38
    assert find_blank_line(header(encoding, c38="X", c37="Y"), encoding) == 36
    assert find_blank_line(header(encoding, **{f"c{n}": "X" for n in range(1, 39)}), encoding) is None


def test_a_header_of_nuls_is_ebcdic_and_blank_and_takes_a_line_without_label():
    assert detect_text_encoding(bytes(3200)) == "ebcdic"
    assert find_blank_line(bytes(3200), "ebcdic") == 38
    out = put_line(bytes(3200), 38, "FILLED", "ebcdic")
    assert out[37 * 80 : 38 * 80].decode("cp037") == "FILLED".ljust(80)


def test_a_blank_header_of_either_encoding_is_told_by_its_blanks():
    assert detect_text_encoding(b"\x40" * 3200) == "ebcdic"
    assert detect_text_encoding(b" " * 3200) == "ascii"
    assert detect_text_encoding(b"") == "ebcdic"


@pytest.mark.parametrize(("name", "encoding"), [("viking_small.segy", "ebcdic"), ("31_81_PR.sgy", "ebcdic")])
def test_segyio_decodes_the_same_lines(name, encoding):
    path = field_file(name)
    raw = path.read_bytes()[:3200]
    assert detect_text_encoding(raw) == encoding
    with segyio.open(str(path), ignore_geometry=True) as file:
        theirs = file.text[0].decode("latin-1")
    ours = "".join(lines_of(raw, encoding))
    same = np.array([a == b for a, b in zip(ours, theirs, strict=True) if a.isalnum() or b.isalnum()])
    assert same.all()


def test_penobscot_is_ascii():
    assert detect_text_encoding(field_file("penobscot_xl1155.sgy").read_bytes()[:3200]) == "ascii"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=76), st.integers(1, 40))
def test_a_line_that_was_put_comes_back_and_lies_in_its_80_bytes(text, number):
    for encoding in CODECS:
        raw = header(encoding, c3="KEEP")
        out = put_line(raw, number, text, encoding)
        assert lines_of(out, encoding)[number - 1][4:] == text.ljust(76)
        start = (number - 1) * 80
        assert out[:start] + out[start + 80 :] == raw[:start] + raw[start + 80 :]
        assert out[start : start + 3] == raw[start : start + 3]


def test_extended_headers_are_counted_up_to_the_end_mark():
    stanzas = [text.ljust(3200).encode("cp037") for text in ("((SEG: A))", "((SEG: EndText))", "samples")]
    assert count_extended_text(stanzas) == 2
    assert count_extended_text(stanzas[:1]) is None


def test_wrong_lines_are_refused():
    raw = header("ebcdic")
    with pytest.raises(InvalidParameterError, match="at most 76"):
        put_line(raw, 38, "x" * 77, "ebcdic")
    with pytest.raises(InvalidParameterError, match="between 1 and 40"):
        put_line(raw, 41, "x", "ebcdic")
    with pytest.raises(InvalidParameterError, match="ASCII"):
        put_line(raw, 1, "\n", "ebcdic")
    with pytest.raises(InvalidParameterError, match="3200"):
        find_blank_line(raw[:-1], "ebcdic")
    with pytest.raises(InvalidParameterError, match="utf-8"):
        find_blank_line(raw, "utf-8")
