"""The page as plain values, and how it becomes HTML: everything escaped, nothing from the network."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from seisfill._plain import plain
from seisfill._version import __version__
from seisfill.report.chart import Chart

TEMPLATE = Path(__file__).parent / "template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One answer of the first screen; its tone is ``good``, ``warn``, ``bad`` or empty."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of words under a title; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartGroup:
    """Charts that belong together."""

    title: str
    note: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherPart:
    """
    What the page shows of one gather.

    Parameters
    ----------
    name : str
        Identifier on the page: letters, digits and ``-``.
    title, word, note : str
        Heading, why it is shown, and what to know of it.
    sections, spectra, traces : tuple of Chart
        Sections at one clip, f-k and amplitude spectra, single traces.
    wiggles : Chart
        Close-up.
    """

    name: str
    title: str
    word: str
    note: str
    sections: tuple[Chart, ...]
    spectra: tuple[Chart, ...]
    traces: tuple[Chart, ...]
    wiggles: Chart

    @property
    def has_truth(self) -> bool:
        """Whether truth and difference are among the sections."""
        return any(chart.title == "truth" for chart in self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    Everything that the page says, in the order in which it says it.

    Parameters
    ----------
    kicker, title, lead : str
        Line above the heading, heading, and the answer in a few sentences.
    cards : tuple of Card
        The first screen.
    where, quality, ranges : tuple of Chart
        Maps, figures of quality, and quality by offset, hole, time and frequency.
    quality_notes, doubts : tuple of str
        Sentences.
    doubt_tables, settings : tuple of Table
        Tables of their sections.
    leakage : tuple of ChartGroup
        Held-out traces, as recorded, as filled and their difference.
    gathers : tuple of GatherPart
        Gathers before and after.
    gathers_note, text_header : str
        Why these gathers, and the text header of the file.
    words : tuple of (word, meaning)
        What the page's words mean.
    """

    kicker: str
    title: str
    lead: str
    cards: tuple[Card, ...]
    where: tuple[Chart, ...]
    quality_notes: tuple[str, ...] = ()
    quality: tuple[Chart, ...] = ()
    ranges: tuple[Chart, ...] = ()
    leakage: tuple[ChartGroup, ...] = ()
    gathers_note: str = ""
    gathers: tuple[GatherPart, ...] = ()
    doubts: tuple[str, ...] = ()
    doubt_tables: tuple[Table, ...] = ()
    settings: tuple[Table, ...] = ()
    text_header: str = ""
    words: tuple[tuple[str, str], ...] = ()

    @property
    def version(self) -> str:
        """Of the package that makes the page."""
        return __version__


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATE),
        autoescape=True,
        finalize=lambda value: plain(value, keep="\n") if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(page: Page) -> str:
    """
    One HTML page; a policy inside it forbids every address but its own pictures, and every script but its own.

    Letters that are not printable, such as marks that turn the direction of reading, are spelled out.

    Examples
    --------
    >>> page = Page(kicker="", title="<b>", lead="", cards=(), where=())
    >>> "<b>" in render_page(page), "&lt;b&gt;" in render_page(page)
    (False, True)
    """
    script = (TEMPLATE / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = (TEMPLATE / "page.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            style=Markup(style),
            script=Markup(script),
            script_sha256=Markup(digest),
        )
    )
