"""What every verb shares: words of the command line as values, progress, messages. Parsing and printing only."""

import json
import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seisfill._plain import plain


def make_layout(
    n_samples: int | None,
    sample_format: str | None,
    byte_order: str | None,
    text_encoding: str | None,
    dt: float | None,
    *,
    t0: float | None = None,
    salvage: bool = False,
) -> Any:
    """Layout options as one value."""
    from seisfill.segy.layout import LayoutOptions

    return LayoutOptions(
        n_samples=n_samples,
        format=sample_format,
        byte_order=byte_order,
        text_encoding=text_encoding,
        dt=dt,
        t0=t0,
        salvage=salvage,
    )


def make_gathers(
    gather: str | None, trace: str | None, step: float | None = None, span: str | None = None, *, densify: int = 1
) -> Any:
    """Gather options as one value."""
    from seisfill.segy.survey import GatherOptions

    return GatherOptions(gather=gather, trace=trace, trace_step=step, trace_range=parse_range(span), densify=densify)


def parse_range(text: str | None) -> tuple[float, float] | None:
    """
    ``A:B`` as two numbers.

    Examples
    --------
    >>> parse_range("-3237:-262")
    (-3237.0, -262.0)
    """
    from seisfill.errors import InvalidParameterError

    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(":"))
    except ValueError:
        raise InvalidParameterError(
            f"Invalid trace range {text!r}: must be two numbers, as --trace-range 1:120."
        ) from None
    return low, high


def parse_count(text: str, what: str) -> int:
    """
    A number of things, or ``none`` of them.

    Examples
    --------
    >>> parse_count("4", "check"), parse_count("none", "check")
    (4, 0)
    """
    from seisfill.errors import InvalidParameterError

    if text != "none" and not (text.isdecimal() and int(text)):
        raise InvalidParameterError(f"Invalid {what} {text!r}: must be a number of gathers, or none.")
    return 0 if text == "none" else int(text)


def print_json(value: Any) -> None:
    """Print JSON that every parser takes: what is not a number becomes null, infinity a word."""
    print(json.dumps(_plain(value), indent=2))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table; the first column is words, the others are numbers."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    grid = Table(title=escape(plain(title)) if title else None, title_justify="left", show_header=bool(columns))
    for number, column in enumerate(columns):
        grid.add_column(escape(plain(column)), justify="left" if number == 0 else "right")
    for row in rows:
        grid.add_row(*(escape(plain(cell)) for cell in row))  # a path may hold [brackets], which are markup to rich
    console = Console()
    console.print(grid)


def tell(line: str) -> None:
    """A line of results: to the standard output, without what a terminal would obey."""
    print(plain(line))


def say(line: str) -> None:
    """A line for the user, beside the results: to the standard error, without what a terminal would obey."""
    print(plain(line), file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[Any]:
    """A bar for each stage on a terminal; elsewhere a line every half minute."""
    if sys.stderr.isatty():
        with _bars() as told:
            yield told
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:>7}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield told


def _lines() -> Any:
    last = time.monotonic()

    def told(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 30:
            last = now
            say(f"seisfill: {stage} {done}/{total}")

    return told
