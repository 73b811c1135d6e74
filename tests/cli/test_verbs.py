"""Every verb does its job, and its exit code says how it went."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from seisfill import __version__
from seisfill.cli import console
from seisfill.errors import InvalidParameterError
from seisfill.plotting import figure
from tests.workflows.surveys import sha256, trace_bytes_of, write_shots

ROOT = Path(__file__).parents[2]
LINEAR = ("--method", "linear")


def as_a_program(*words, **options):
    """A process of its own, as users start it."""
    code = "from seisfill.cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )


def test_the_whole_story_as_users_type_it(folder):
    filling = ("fill", "holes.sgy", "filled.sgy", *LINEAR, "--check", "none")
    for words in (filling, ("strip", "filled.sgy", "back.sgy")):
        done = as_a_program(*words, cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert len(done.stdout.splitlines()) == 1
    assert sha256(folder / "back.sgy") == sha256(folder / "holes.sgy")


def test_info_says_what_a_file_is_and_what_would_be_filled(seisfill, folder):
    code, out, _ = seisfill("info", "holes.sgy")
    assert code == 0
    for words in ("segy rev 1, ibm, big-endian", "13 x 64 samples of 4 ms", "2 (shot) by fldr", "tracf, step 1"):
        assert words in out
    assert "3 traces; 0 live traces have holes" in out


def test_info_in_json_parses_and_says_the_same(seisfill, folder):
    code, out, _ = seisfill("info", "holes.sgy", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["total"] == {"live": 13, "dead": 0, "absent": 3, "holed": 0, "to_fill": 3}
    assert [gather["gather"] for gather in told["gathers"]] == [1, 2]


def test_info_of_many_gathers_shows_the_first(seisfill, folder):
    write_shots(folder / "many.sgy", shots=30, channels=3)
    assert "first 20 of 30; --json has all" in seisfill("info", "many.sgy")[1]


def test_info_hears_every_option(seisfill, folder):
    options = ("--gather", "shot", "--trace", "channel", "--trace-step", 1, "--trace-range", "0:9", "--dead", "flag")
    told = ("--n-samples", 64, "--format", "ibm", "--byte-order", "big", "--text-encoding", "ascii", "--dt", 0.002)
    found = json.loads(seisfill("info", "holes.sgy", "--json", *options, *told)[1])
    assert found["total"]["absent"] == 3 + 4
    assert (found["layout"]["text_encoding"], found["layout"]["dt"]) == ("ascii", 0.002)


def test_names_with_brackets_are_shown_as_they_are(seisfill, folder):
    (folder / "holes.sgy").rename(folder / "line[red].sgy")
    code, out, _ = seisfill("info", "line[red].sgy")
    assert (code, "line[red].sgy" in out) == (0, True)
    (folder / "x[").mkdir()
    (folder / "line[red].sgy").rename(folder / "x[" / "b].sgy")
    assert seisfill("info", "x[/b].sgy")[0] == 0


def test_names_that_the_terminal_has_no_letters_for_are_no_obstacle(folder):
    (folder / "holes.sgy").rename(folder / "é.sgy")
    code = "import sys; sys.stdout.reconfigure(encoding='ascii'); from seisfill.cli.main import run; run()"
    words = [sys.executable, "-c", code, "fill", "é.sgy", "ö.sgy", *LINEAR]
    done = subprocess.run(words, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(rb"\xf6.sgy: 3 traces inserted")


def test_decimate_hides_and_lists(seisfill, folder):
    code, out, _ = seisfill("decimate", "truth.sgy", "out.sgy", "--mask", "every:2")
    assert (code, out) == (0, "out.sgy: 6 of 16 traces removed by every:2, seed 0\n")
    assert len((folder / "out.sgy.truth.jsonl").read_text().splitlines()) == 7
    code, out, _ = seisfill("decimate", "truth.sgy", "zero.sgy", "--mask", "gap:2", "--zero", "--seed", 5)
    assert (code, out) == (0, "zero.sgy: 4 of 16 traces zeroed by gap:2, seed 5\n")


def test_fill_says_what_it_did(seisfill, folder):
    code, out, err = seisfill("fill", "holes.sgy", "out.sgy", *LINEAR)
    assert code == 0
    assert out.startswith("out.sgy: 3 traces inserted, 0 dead traces filled in place")
    assert "recorded traces verified untouched" in out
    assert err == ""


def test_fill_picks_by_evidence_by_default(seisfill, folder, tiny):
    assert seisfill("fill", "holes.sgy", "out.sgy", "--weights", tiny, "--device", "cpu")[0] == 0
    head, *rows = map(json.loads, (folder / "out.sgy.fill.jsonl").read_text().splitlines()[:3])
    assert (head["method"], head["weights_sha256"]) == ("Blocks(AutoInterpolator)", sha256(tiny))
    assert rows[0]["method"].startswith("auto: ")


def test_fill_takes_the_network_along_the_moveout(seisfill, folder, tiny):
    words = ("--method", "network", "--weights", tiny, "--device", "cpu")
    code, out, _ = seisfill("fill", "holes.sgy", "out.sgy", *words)
    assert code == 0
    assert "3 traces inserted" in out
    head = json.loads((folder / "out.sgy.fill.jsonl").read_text().splitlines()[0])
    assert head["method"] == "Blocks(Flattened(NetworkInterpolator))"
    assert head["weights_sha256"] == sha256(tiny)


def test_the_shipped_weights_fill_better_than_nothing(seisfill, folder):
    assert seisfill("fill", "holes.sgy", "out.sgy", "--device", "cpu")[0] == 0
    code, out, _ = seisfill("score", "truth.sgy", "out.sgy", "--decimated", "holes.sgy", "--json")
    assert code == 0
    assert json.loads(out)["snr_db"] > 3  # smooth waves with a twentieth of noise


def test_a_fill_that_leaves_gathers_ends_in_3_and_says_why(seisfill, folder):
    write_shots(folder / "in.sgy", hide=[1, 2, 3, 9])
    code, out, _ = seisfill("fill", "in.sgy", "out.sgy", *LINEAR, "--max-gap", 2)
    assert code == 3
    assert "out.sgy: 3 traces left unfilled: gap of 3 traces; this method supports 2" in out
    assert (folder / "out.sgy").exists()
    assert seisfill("verify", "in.sgy", "out.sgy")[0] == 0


def test_fill_extrapolates_where_the_range_says_so(seisfill, folder):
    write_shots(folder / "in.sgy", hide=[0, 15])
    code, out, _ = seisfill("fill", "in.sgy", "out.sgy", *LINEAR, "--trace-range", "1:8")
    assert (code, "2 traces inserted" in out) == (0, True)


def test_fill_hears_every_option(seisfill, folder):
    told = ("--n-samples", 64, "--format", 1, "--byte-order", "big", "--text-encoding", "ebcdic", "--dt", 0.004)
    keys = ("--gather", "fldr", "--trace", "13", "--trace-step", 1, "--dead", "none", "--mark-field", 205, "--seed", 4)
    assert seisfill("fill", "holes.sgy", "out.sgy", *LINEAR, *told, *keys)[0] == 0
    marks = trace_bytes_of(folder / "out.sgy", 64)[:, 204:208]
    assert [bytes(mark) for mark in marks].count(b"SFL1") == 3
    assert seisfill("fill", "holes.sgy", "out.sgy", *LINEAR, "--mark-field", "none", "--force")[0] == 0
    assert json.loads((folder / "out.sgy.fill.jsonl").read_text().splitlines()[0])["mark"] is None


def test_a_warning_is_a_line_and_not_an_end(seisfill, folder):
    write_shots(folder / "junk.sgy", hide=[3], junk=1)
    code, _, err = seisfill("fill", "junk.sgy", "out.sgy", *LINEAR)
    assert code == 0
    (line,) = [line for line in err.splitlines() if "warning" in line]
    assert line.startswith("seisfill: warning: Bytes 233-236 of recorded trace headers are in use")


def test_verify_says_yes_or_no(seisfill, folder):
    seisfill("fill", "holes.sgy", "out.sgy", *LINEAR)
    code, out, _ = seisfill("verify", "holes.sgy", "out.sgy")
    assert (code, out.startswith("out.sgy: untouched: 13 recorded traces equal byte for byte, 3 inserted")) == (0, True)
    assert json.loads(seisfill("verify", "holes.sgy", "out.sgy", "--json")[1])["untouched"] is True
    raw = bytearray((folder / "out.sgy").read_bytes())
    raw[-1] ^= 1
    (folder / "out.sgy").write_bytes(raw)
    code, out, _ = seisfill("verify", "holes.sgy", "out.sgy")
    assert code == 2
    assert "NOT untouched" in out
    assert "trace 13 of the input differs" in out
    code, out, _ = seisfill("verify", "holes.sgy", "out.sgy", "--json", "--sidecar", "out.sgy.fill.jsonl")
    assert (code, json.loads(out)["untouched"]) == (2, False)


def test_strip_gives_back_the_input(seisfill, folder):
    seisfill("fill", "holes.sgy", "out.sgy", *LINEAR)
    (folder / "out.sgy.fill.jsonl").rename(folder / "notes")
    code, out, _ = seisfill("strip", "out.sgy", "back.sgy", "--sidecar", "notes")
    assert (code, "13 traces, sha256" in out) == (0, True)
    assert sha256(folder / "back.sgy") == sha256(folder / "holes.sgy")
    assert seisfill("strip", "out.sgy", "back.sgy", "--sidecar", "notes", "--force")[0] == 0


def test_score_prints_a_table_with_its_definition_or_json(seisfill, folder):
    seisfill("fill", "holes.sgy", "out.sgy", *LINEAR)
    code, out, _ = seisfill("score", "truth.sgy", "out.sgy", "--decimated", "holes.sgy")
    assert code == 0
    assert "10 log10" in out
    assert "all" in out
    told = json.loads(
        seisfill("score", "truth.sgy", "out.sgy", "--decimated", "holes.sgy", "--gather", "shot", "--json")[1]
    )
    assert told["n_missing"] == 3
    perfect = seisfill("score", "truth.sgy", "truth.sgy", "--decimated", "holes.sgy", "--json")
    assert json.loads(perfect[1])["snr_db"] == "inf"


def test_score_of_many_gathers_shows_the_first(seisfill, folder):
    write_shots(folder / "many.sgy", shots=25, channels=4)
    seisfill("decimate", "many.sgy", "few.sgy", "--mask", "gap:1")
    code, out, _ = seisfill("score", "many.sgy", "many.sgy", "--decimated", "few.sgy")
    assert (code, "5 more gathers in --json" in " ".join(out.split())) == (0, True)


def test_plot_writes_a_picture(seisfill, folder, monkeypatch):
    monkeypatch.setattr(figure, "DPI", 30)
    code, out, _ = seisfill("plot", "holes.sgy", "--save", "a.png", "--gather", 2)
    assert (code, out) == (0, "a.png: gather 2\n")
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")


TRAINING = """
name = "tiny"
steps = 2
log_every = 1
bfloat16 = false
network = { widths = [4, 6], dilations = [] }
stream = { patch = [12, 32], batch = 2 }
"""


def test_train_goes_by_its_configuration_and_resumes(seisfill, folder):
    (folder / "c.toml").write_text(TRAINING)
    code, out, err = seisfill("train", "c.toml", "--device", "cpu", "--minutes", 0)
    assert (code, out.startswith("runs/tiny/tiny.safetensors: step 0 of 2")) == (0, True)
    code, out, err = seisfill("train", "c.toml", "--device", "cpu", "--resume")
    assert (code, out.startswith("runs/tiny/tiny.safetensors: step 2 of 2")) == (0, True)
    assert "step 2/2" in err
    assert (folder / "runs" / "tiny" / "tiny.json").exists()


def test_demo_prints_its_table(seisfill, folder, monkeypatch):
    from seisfill.workflows import demo

    def shorter(out, *, interpolators, report):
        assert list(interpolators) == ["auto", "linear"]
        report("made a survey")
        scores = {"n_missing": 3, "snr_db": 9.25, "section_snr_db": 12.5}
        return [demo.DemoRow(pattern="every 2nd", method=method, **scores) for method in interpolators]

    monkeypatch.setattr(demo, "run_demo", shorter)
    code, out, err = seisfill("demo", "--out", "here")
    assert code == 0
    assert "every 2nd" in out
    assert "9.2" in out
    assert "figures are in here/" in out
    assert "seisfill: made a survey" in err


def test_the_version_and_help_are_there(seisfill):
    assert seisfill("--version") == (0, f"seisfill {__version__}\n", "")
    code, out, _ = seisfill("--help")
    assert code == 0
    for verb in ("info", "decimate", "fill", "strip", "verify", "score", "plot", "train", "demo"):
        assert verb in out
        assert seisfill(verb, "--help")[0] == 0
    assert seisfill("fil")[0] == 2


def test_what_is_unexpected_is_1(folder):
    code = "from seisfill.cli import main; main.app = lambda *_, **__: 1 / 0; main.run()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


def test_an_interrupted_fill_leaves_nothing(folder):
    code = (
        "import signal, time; from seisfill.interpolators.linear import LinearInterpolator as L\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # jobs in the background begin with it ignored
        "def fill(*_, **__):\n    print('filling', flush=True); time.sleep(60)\n"
        "L.fill = fill\nfrom seisfill.cli.main import run; run()"
    )
    words = [sys.executable, "-c", code, "fill", "holes.sgy", "out.sgy", *LINEAR]
    before = sorted(path.name for path in folder.iterdir())
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as process:
        assert process.stdout.readline() == b"filling\n"
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    assert sorted(path.name for path in folder.iterdir()) == before


def test_ranges_are_two_numbers():
    assert console.parse_range(None) is None
    assert console.parse_range("262:-3237") == (262, -3237)
    for text in ("1", "1:2:3", "a:b", ":", ""):
        with pytest.raises(InvalidParameterError, match="must be two numbers"):
            console.parse_range(text)


def test_json_holds_what_every_parser_takes(capsys):
    console.print_json({1: [np.float64(0.5), float("nan"), float("-inf")], "x": (float("inf"), None)})
    assert json.loads(capsys.readouterr().out) == {"1": [0.5, None, "-inf"], "x": ["inf", None]}


def test_bars_are_for_terminals(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with console.progress() as told:
        told("read", 1, 2)
        told("read", 2, 2)
    assert "read" in capsys.readouterr().err


def test_long_stages_are_heard_of_every_half_minute(monkeypatch, capsys):
    clock = iter([0.0, 10.0, 31.0, 40.0, 50.0])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with console.progress() as told:
        for done in (1, 2, 3, 4):
            told("read", done, 4)
    assert capsys.readouterr().err.splitlines() == ["seisfill: read 2/4"]
