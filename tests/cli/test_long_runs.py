"""How a fill ends that is not left alone, as the user sees it: exit code, one line, and what lies beside the output."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from seisfill.interpolators.linear import LinearInterpolator
from tests.kills import kill_and_resume
from tests.workflows.surveys import sha256, write_shots

ROOT = Path(__file__).parents[2]
LINEAR = ("--method", "linear", "--check", "none", "--threads", "1")
# A filler that takes its time; jobs in the background begin with SIGINT ignored.
SLOW = """
import signal, time
from seisfill.interpolators.linear import LinearInterpolator as L
signal.signal(signal.SIGINT, signal.default_int_handler)
fill = L.fill
def slow(self, gather, *, context=()):
    print("filling", flush=True)
    time.sleep(0.02)
    return fill(self, gather, context=context)
L.fill = slow
from seisfill.cli.main import run
run()
"""


def stopped(folder, how, after):
    """A fill that gets a signal at a gather: exit code and standard error."""
    words = [sys.executable, "-c", SLOW, "fill", "my survey.sgy", "out.sgy", *LINEAR]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=environment, text=True
    ) as process:
        for _ in range(after):
            assert process.stdout.readline() == "filling\n"
        process.send_signal(how)
        _, err = process.communicate()
        return process.returncode, err


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_fill_with_the_command_that_goes_on(seisfill, folder, how, code):
    write_shots(folder / "my survey.sgy", shots=40, hide=range(3, 320, 7))
    returned, err = stopped(folder, how, 20)
    assert returned == code
    (line,) = err.splitlines()
    assert line.startswith(
        "seisfill: interrupted; 16 of 40 gathers are filled and kept in out.sgy.partial. Continue with:"
    )
    words = shlex.split(line.partition("Continue with: ")[2])
    assert words[1:] == ["fill", "my survey.sgy", "out.sgy", *LINEAR, "--resume"]
    assert seisfill(*words[1:])[0] == 0
    assert seisfill("fill", "my survey.sgy", "whole.sgy", *LINEAR)[0] == 0
    assert sha256(folder / "out.sgy") == sha256(folder / "whole.sgy")
    assert not list(folder.glob("*.partial")) + list(folder.glob("*.journal"))


def test_an_early_signal_leaves_nothing(folder):
    write_shots(folder / "my survey.sgy", shots=40, hide=range(3, 320, 7))
    before = sorted(folder.iterdir())
    returned, err = stopped(folder, signal.SIGTERM, 2)
    assert (returned, err) == (143, "seisfill: interrupted; nothing unfinished was left\n")
    assert sorted(folder.iterdir()) == before


def test_what_cannot_go_on_is_one_line(seisfill, folder, monkeypatch):
    write_shots(folder / "survey.sgy", shots=40, hide=range(3, 320, 7))
    fill, calls = LinearInterpolator.fill, []

    def breaks(self, gather, *, context=()):
        calls.append(1)
        if len(calls) == 20:
            raise KeyboardInterrupt
        return fill(self, gather, context=context)

    monkeypatch.setattr(LinearInterpolator, "fill", breaks)
    assert seisfill("fill", "survey.sgy", "out.sgy", *LINEAR)[0] == 130
    for words, sentence in (
        ((), "16 of 40 gathers are. Go on with --resume, or start over with --force"),
        (("--resume", "--seed", "3"), "options.seed (it was 0, and is 3)"),
        (("--resume", "--memory", "5M"), "Invalid --memory 5M: must be at least"),
        (("--memory", "much"), "Invalid memory 'much': must be a size"),
    ):
        code, _, err = seisfill("fill", "survey.sgy", "out.sgy", *LINEAR, *words)
        assert (code, sentence in err, len(err.splitlines())) == (2, True, 1)
    code, _, err = seisfill("fill", "survey.sgy", "out.sgy", *LINEAR, "--resume")
    assert (code, err) == (0, "")
    code, _, err = seisfill("fill", "survey.sgy", "new.sgy", *LINEAR, "--resume")
    assert (code, "nothing was left to go on with; the fill starts anew" in err) == (0, True)


@pytest.mark.slow
def test_a_fill_that_is_killed_three_times_ends_as_if_nothing_had_been(tmp_path):
    assert kill_and_resume(tmp_path, times=3, shots=40, say=lambda *_, **__: None)
