"""The door: verbs, and the one place where our errors become a line and an exit code."""

import contextlib
import functools
import io
import shlex
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from seisfill._threads import wait_briefly
from seisfill._version import __version__
from seisfill.cli import (
    ablate,
    adapt,
    benchmark,
    decimate,
    demo,
    fill,
    info,
    model,
    plot,
    report,
    score,
    strip,
    train,
    verify,
    weights,
    worlds,
)
from seisfill.cli.console import say
from seisfill.errors import Interrupted, SeisfillError, SeisfillWarning

DONE, UNEXPECTED, REFUSED, UNFINISHED = 0, 1, 2, 3
INTERRUPTED, TERMINATED = 130, 143
# A wrong word on the command line: click's UsageError, which newer typers carry under a private name.
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


class _Stopped(Exception):  # noqa: N818 (nothing went wrong)
    """Ctrl-C or SIGTERM, in a form that typer lets through: it would end with code 130 and no word."""


def _stoppable(command: Callable[..., int | None]) -> Callable[..., int | None]:
    """A command that says what was left when it is stopped."""

    @functools.wraps(command)
    def run_it(*words: Any, **options: Any) -> int | None:
        try:
            return command(*words, **options)
        except KeyboardInterrupt as stop:
            raise _Stopped from stop

    return run_it


app = typer.Typer(
    name="seisfill",
    help="Fill missing traces in seismic data: recorded bytes stay untouched, every new trace is marked and removable.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for verb in (
    info,
    decimate,
    fill,
    strip,
    verify,
    score,
    plot,
    report,
    train,
    adapt,
    worlds,
    model,
    weights,
    benchmark,
    ablate,
    demo,
):
    app.command(verb.__name__.rpartition(".")[2])(_stoppable(verb.command))


@app.callback(invoke_without_command=True)
def options(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Options before the verb."""
    if version:
        print(f"seisfill {__version__}")
        raise typer.Exit


def run() -> None:
    """Entry point of the console script: 0 done, 1 unexpected, 2 refused with one line, 3 gathers left unfilled."""
    wait_briefly()
    warnings.showwarning = _show_warning_once()  # type: ignore[assignment]
    warnings.simplefilter("always", SeisfillWarning)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal has no letters for
    try:
        with _terminable():
            code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.exit(code if isinstance(code, int) else DONE)
    except USAGE_ERROR as error:
        said = " ".join(error.format_message().split())  # type: ignore[attr-defined]
        say(f"seisfill: error: {said.rstrip('.')}. See seisfill --help.")
        sys.exit(REFUSED)
    except SeisfillError as error:
        say(f"seisfill: error: {' '.join(str(error).split())}")
        sys.exit(REFUSED)
    except (_Stopped, KeyboardInterrupt, typer.Abort) as stop:
        say(f"seisfill: interrupted; {_what_was_left(stop.__cause__)}")
        sys.exit(getattr(stop.__cause__, "code", INTERRUPTED))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does: in order."""

    def stop(*_: object) -> None:
        raise Interrupted(code=TERMINATED)

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _what_was_left(stop: BaseException | None) -> str:
    """What an interrupted command kept, and the command that goes on."""
    kept = getattr(stop, "kept", "")
    if not kept:
        return "nothing unfinished was left"
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    return f"{kept} Continue with: {shlex.join(words if '--resume' in words else [*words, '--resume'])}"


def _show_warning_once() -> Callable[..., None]:
    """A line for each warning of ours; a file that is read twice warns once."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *_: Any) -> None:
        if issubclass(category, SeisfillWarning) and str(message) not in told:
            told.add(str(message))
            say(f"seisfill: warning: {message}")

    return show
