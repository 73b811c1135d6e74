"""The page as a browser would read it: whole, escaped, in order, and of itself alone."""

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser

import pytest

VOID = {"meta", "img", "path", "input", "br", "link"}


class Outline(HTMLParser):
    """Tags with their attributes, and what scripts and styles hold."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.raw = [], [], {"script": "", "style": ""}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]] += data

    def all(self, *names):
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(scope="module", params=["made", "unchecked"])
def outline(request):
    path = request.getfixturevalue(request.param)[-1]
    return Outline(path.read_text(encoding="utf-8"))


def test_every_tag_is_closed_and_every_name_is_used_once(outline):
    assert outline.open == []
    names = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(names) == len(set(names))


def test_nothing_comes_from_elsewhere(outline):
    for _, attributes in outline.tags:
        for name in ("src", "href", "action", "poster", "data", "srcset", "xlink:href"):
            assert attributes.get(name, "#").startswith(("#", "data:image/webp;base64,")), (name, attributes)
    assert not outline.all("link", "iframe", "object", "embed", "base", "form")
    assert not re.search(
        r"url\(|@import|https?:|fetch\(|XMLHttp|WebSocket", outline.raw["style"] + outline.raw["script"]
    )


def test_a_policy_allows_its_own_script_and_pictures_only(outline):
    (policy,) = (a["content"] for a in outline.all("meta") if "http-equiv" in a)
    digest = base64.b64encode(hashlib.sha256(outline.raw["script"].encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert len(outline.all("script")) == 1


def test_headings_go_down_one_step_at_a_time(outline):
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))


def test_every_picture_says_what_it_shows(outline):
    pictures = [a for a in outline.all("img") if "src" in a]
    assert pictures
    assert all(len(a["alt"]) > 20 for a in pictures)
    for drawing in outline.all("svg"):
        assert drawing.get("aria-hidden") == "true" or (drawing["role"] == "img" and len(drawing["aria-label"]) > 20)


def test_every_link_leads_to_a_place_on_the_page(outline):
    names = {attributes["id"] for _, attributes in outline.tags if "id" in attributes}
    assert {a["href"][1:] for a in outline.all("a")} <= names
    for _, attributes in outline.tags:
        assert attributes.get("aria-labelledby", "title") in names


def test_controls_are_named_and_tables_have_headers(outline):
    assert all(a.get("type") == "button" for a in outline.all("button"))
    assert all("aria-label" in a for a in outline.all("input"))
    assert all(a.get("scope") in ("row", "col") for a in outline.all("th"))
