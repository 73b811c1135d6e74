"""Bad input: exit code 2, one line in the house's shape, no traceback, nothing written, nothing lost."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.segy.make_segy import write_segy
from tests.workflows.surveys import fill, listing, waves, write_shots

ROOT = Path(__file__).parents[2]
FILL = ("fill", "{}", "out.sgy", "--method", "linear")
INFO = ("info", "{}")
DECIMATE = ("decimate", "{}", "out.sgy", "--mask", "every:2")


@pytest.fixture
def refused(seisfill, folder):
    """Call it; it must refuse, in one line that holds *sentence*, and leave the folder as it was."""

    def call(*words, sentence):
        before = listing(folder)
        code, out, err = seisfill(*words)
        assert code == 2
        assert out == ""
        (line,) = err.splitlines()
        assert line.startswith("seisfill: error: ")
        assert sentence in line
        assert listing(folder) == before

    return call


def words_for(verb, name):
    return [word.format(name) for word in verb]


def poke(path, byte, code, value):
    raw = bytearray(path.read_bytes())
    struct.pack_into(code, raw, byte - 1, value)
    path.write_bytes(raw)


def truncated(path):
    write_shots(path)
    path.write_bytes(path.read_bytes()[:-100])


def unknown_format(path):
    write_shots(path, format_code=3)
    poke(path, 3225, ">h", 77)
    path.write_bytes(path.read_bytes()[:-2])


def several_formats(path):
    n = 6
    write_segy(path, np.zeros((n, 20)), headers={"fldr": 1, "tracf": np.arange(n)})
    poke(path, 3225, ">h", 77)


def no_count_fits(path):
    write_shots(path)
    raw = path.read_bytes()
    path.write_bytes(raw[:3220] + struct.pack(">h", 31) + raw[3222:-48])


def duplicates(path):
    write_segy(path, waves(20), headers={"fldr": 1, "tracf": [*range(1, 20), 4]})


BAD_FILES = {
    "empty": (lambda path: path.touch(), "must hold traces, found 0 bytes"),
    "short": (lambda path: path.write_bytes(bytes(100)), "found 100 bytes"),
    "headers only": (lambda path: path.write_bytes(write_shots(path).read_bytes()[:3600]), "found 3600 bytes"),
    "truncated": (truncated, "must end with a whole trace, found 15 whole traces of 336 bytes and 236 bytes left over"),
    "text": (lambda path: path.write_text("To whom it may concern.\n" * 400), "found plain text"),
    "noise": (lambda path: path.write_bytes(np.random.default_rng(0).bytes(20_000)), "must be SEG-Y or SU"),
    "directory": (lambda path: path.mkdir(), "must be a regular file, found a directory"),
    "missing": (lambda path: None, "must be readable; No such file or directory"),
    "dangling": (lambda path: path.symlink_to("nowhere"), "must be readable; No such file or directory"),
    "fifo": (os.mkfifo, "must be a regular file, found a device or pipe"),
    "unknown format": (unknown_format, "bytes 3225-3226 must say a sample format of 1, 2, 3, 5, 6, 8, found 77"),
    "several formats": (several_formats, "found 3 equally good ones. Give --format (ibm or ieee32 or int32)."),
    "no sample count": (no_count_fits, "must end with a whole trace"),
    "duplicates": (duplicates, "trace key tracf of traces 4 and 20 (both 4): must differ within a gather"),
}


@pytest.mark.parametrize("verb", [FILL, INFO, DECIMATE], ids=lambda verb: verb[0])
@pytest.mark.parametrize("kind", BAD_FILES)
def test_files_that_are_none(refused, folder, kind, verb):
    make, sentence = BAD_FILES[kind]
    make(folder / "bad.sgy")
    refused(*words_for(verb, "bad.sgy"), sentence=sentence)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(refused, folder):
    (folder / "holes.sgy").chmod(0)
    refused("info", "holes.sgy", sentence="must be readable; Permission denied")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(refused, folder):
    (folder / "closed").mkdir(mode=0o500)
    refused("fill", "holes.sgy", "closed/out.sgy", "--method", "linear", sentence="Permission denied")


@pytest.mark.parametrize("verb", [FILL, DECIMATE, ("strip", "filled.sgy", "out.sgy")], ids=lambda verb: verb[0])
def test_an_output_that_exists(refused, folder, verb):
    fill(folder / "holes.sgy", folder / "filled.sgy")
    (folder / "out.sgy").write_bytes(b"before")
    refused(
        *words_for(verb, "holes.sgy"), sentence="Invalid output out.sgy: must not exist. Name another, or give --force"
    )


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("how", ["same", "hard link", "symlink", "partial"])
@pytest.mark.parametrize("verb", [FILL, DECIMATE, ("strip", "filled.sgy", "out.sgy")], ids=lambda verb: verb[0])
def test_an_output_that_is_the_input(refused, folder, verb, how, force):
    fill(folder / "holes.sgy", folder / "filled.sgy")
    source = "filled.sgy" if verb[0] == "strip" else "holes.sgy"
    words = [word.replace("out.sgy", source) if how == "same" else word for word in words_for(verb, source)]
    if how == "hard link":
        os.link(source, "out.sgy")
    elif how == "symlink":
        os.symlink(source, "out.sgy")
    elif how == "partial":
        os.link(source, "out.sgy.partial")
    refused(*words, *force, sentence="must not be the input, found")


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("no/out.sgy", "must lie in a folder that exists; make no first"),
        (".", "must be a file, found a directory"),
        ("holes.sgy/out.sgy", "must lie in a folder that exists"),
        ("x" * 300, "File name too long"),
        ("x" * 247, "File name too long"),  # fits alone, but not with .fill.jsonl
    ],
)
def test_an_output_that_cannot_be(refused, target, sentence):
    refused("fill", "holes.sgy", target, "--method", "linear", sentence=sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("setps = 3", "key 'setps' must be known; did you mean 'steps'?"),
        ("[network]\ndepth = 3", "key 'depth' in [network] must be known"),
        ("steps = 'x'", "steps = 'x' must be valid"),
        ("stream = 3", "stream = 3 must be a table"),
        ("=", "must be TOML"),
        (None, "must be readable; No such file"),
    ],
)
def test_configurations_that_are_wrong(refused, folder, text, sentence):
    if text is not None:
        (folder / "c.toml").write_text(text)
    refused("train", "c.toml", "--device", "cpu", sentence=sentence)


def test_a_training_is_not_overwritten(seisfill, refused, folder):
    (folder / "c.toml").write_text("name = 'n'\nnetwork = { widths = [4], dilations = [] }\nsteps = 1\n")
    assert seisfill("train", "c.toml", "--device", "cpu", "--minutes", 0, "--out", "run")[0] == 0
    refused("train", "c.toml", "--device", "cpu", "--out", "run", sentence="must hold no training yet")
    refused("train", "c.toml", "--device", "cpu", "--out", "other", "--resume", sentence="must hold state.safetensors")


def other_network(weights):
    card = json.loads(weights.with_suffix(".json").read_text())
    card["network"]["widths"] = [4, 8]
    weights.with_suffix(".json").write_text(json.dumps(card))


BAD_WEIGHTS = {
    "missing": (lambda path: path.unlink(), "must exist"),
    "no card": (lambda path: path.with_suffix(".json").unlink(), "must have a readable card w.json beside them"),
    "empty card": (lambda path: path.with_suffix(".json").write_text("{}"), "must have a readable card"),
    "cut off": (
        lambda path: path.write_bytes(path.read_bytes()[:-10]),
        "The file is corrupt or belongs to another card",
    ),
    "another file": (lambda path: path.write_bytes(b"hello"), "corrupt or belongs to another card"),
    "mismatched": (other_network, "must fit the network of their card"),
}


@pytest.mark.parametrize("kind", BAD_WEIGHTS)
def test_weights_that_are_corrupt_or_of_another_network(refused, folder, tiny, kind):
    weights = folder / "w.safetensors"
    for suffix in (".safetensors", ".json"):
        weights.with_suffix(suffix).write_bytes(tiny.with_suffix(suffix).read_bytes())
    spoil, sentence = BAD_WEIGHTS[kind]
    spoil(weights)
    refused("fill", "holes.sgy", "out.sgy", "--device", "cpu", "--weights", "w.safetensors", sentence=sentence)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--method", "lineal"), "did you mean 'linear'?"),
        (("--weights", "smal", "--device", "cpu"), "did you mean 'small'?"),
        (("--device", "gpu"), "must be auto, cpu or cuda"),
        (("--gather", "sho"), "did you mean 'shot'?"),
        (("--trace", "chanel"), "did you mean 'channel'?"),
        (("--gather", "offset"), "must come with the key along it"),
        (("--trace", "241"), "must lie between 1 and 237"),
        (("--trace", "offset", "--gather", "line"), "must differ within a gather"),
        (("--trace-step", "0"), "must be positive"),
        (("--trace-step", "nan"), "must be positive"),
        (("--trace-step", "1e-9"), "must leave fewer than 20 places"),
        (("--trace-step", "3"), "must lie within 1e-06 of a multiple of the step 3"),
        (("--trace-range", "1-8"), "must be two numbers"),
        (("--trace-range", "nan:8"), "must be two finite keys"),
        (("--trace-range", "1:1e300"), "must leave fewer than 20 places"),
        (("--dead", "perhaps"), "must be auto, flag or none"),
        (("--mark-field", "0"), "must be a byte from 1 to 237, or none"),
        (("--mark-field", "238"), "must be a byte from 1 to 237, or none"),
        (("--mark-field", "²"), "must be a byte from 1 to 237, or none"),
        (("--format", "imb"), "did you mean 'ibm'?"),
        (("--byte-order", "middle"), "must be 'big' or 'little'"),
        (("--n-samples", "0"), "must be at least 1"),
        (("--n-samples", "7"), "must end with a whole trace"),
        (("--dt", "-1"), "must be a positive number of seconds"),
        (("--text-encoding", "utf-8"), "must be 'ebcdic' or 'ascii'"),
        (("--max-gap", "0"), "Invalid max_gap 0: must be at least 1 trace"),
        (("--seed", "-1"), "Invalid seed -1: must not be negative"),
    ],
)
def test_options_that_are_wrong(refused, options, sentence):
    method = () if options[0] in ("--method", "--weights", "--device") else ("--method", "linear")
    refused("fill", "holes.sgy", "out.sgy", *method, *options, sentence=sentence)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--mask", "evry:2"), "did you mean 'every'?"),
        (("--mask", "every"), "must hold a number behind the colon"),
        (("--mask", "random:7"), "must lie between 0 and 1"),
        (("--mask", "every:1"), "hides none"),
        (("--mask", "every:2", "--seed", "-1"), "Invalid seed -1: must not be negative"),
    ],
)
def test_masks_that_are_wrong(refused, options, sentence):
    refused("decimate", "truth.sgy", "out.sgy", *options, sentence=sentence)


def test_a_file_in_which_nothing_can_be_filled(refused, folder):
    refused("fill", "truth.sgy", "out.sgy", "--method", "linear", sentence="must hold missing traces, found none in 2")
    write_shots(folder / "dead.sgy", zero=range(16))
    refused("fill", "dead.sgy", "out.sgy", "--method", "linear", sentence="0 live traces; at least 2 are needed")
    refused("fill", "dead.sgy", "out.sgy", "--device", "cpu", sentence="0 live traces; at least 2 are needed")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("strip", "holes.sgy", "back.sgy"), "must lie beside the filled file"),
        (("strip", "nowhere", "back.sgy"), "must lie beside the filled file"),
        (("strip", "filled.sgy", "filled.sgy.fill.jsonl", "--force"), "must not be the input"),
        (("strip", "filled.sgy", "back.sgy", "--sidecar", "holes.sgy"), "cut off or changed"),
        (("verify", "holes.sgy", "truth.sgy"), "must lie beside the filled file"),
        (("verify", "truth.sgy", "filled.sgy"), "must be the input of the fill"),
        (("verify", "nowhere", "filled.sgy"), "must be the input of the fill"),
        (("score", "nowhere", "filled.sgy", "--decimated", "holes.sgy"), "No such file"),
        (("score", "truth.sgy", "nowhere", "--decimated", "holes.sgy"), "No such file"),
        (("score", "truth.sgy", "filled.sgy", "--decimated", "truth.sgy"), "and lacks none"),
        (("plot", "nowhere", "--save", "a.png"), "No such file"),
        (("plot", "holes.sgy", "--save", "a.gif"), "must be one of .pdf, .png, .svg"),
        (("plot", "holes.sgy", "--save", "no/a.png"), "must lie in a folder that exists"),
        (("plot", "holes.sgy", "--save", "a.png", "--gather", "9"), "the nearest is 2"),
        (("plot", "holes.sgy", "filled.sgy", "--save", "link.png"), "must not be the input"),
    ],
)
def test_other_verbs_refuse_what_they_cannot_use(refused, folder, words, sentence):
    fill(folder / "holes.sgy", folder / "filled.sgy")
    os.link("filled.sgy", "link.png")
    refused(*words, sentence=sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("fil", "holes.sgy"), "No such command 'fil'"),
        (("fill",), "Missing argument"),
        (("fill", "holes.sgy"), "Missing argument"),
        (("fill", "holes.sgy", "out.sgy", "more.sgy"), "unexpected extra argument"),
        (("fill", "holes.sgy", "out.sgy", "--methd", "linear"), "No such option: --methd"),
        (("fill", "holes.sgy", "out.sgy", "--seed", "x"), "Invalid value for '--seed'"),
        (("fill", "holes.sgy", "out.sgy", "--n-samples", "1.5"), "Invalid value for '--n-samples'"),
        (("decimate", "truth.sgy", "out.sgy"), "Missing option '--mask'"),
        (("plot", "holes.sgy", "--save"), "requires an argument"),
    ],
)
def test_words_that_are_wrong(refused, words, sentence):
    refused(*words, sentence=sentence)


def test_one_of_them_as_users_see_it(folder):
    before = listing(folder)
    code = "from seisfill.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code, "fill", "nowhere.sgy", "out.sgy", "--method", "linear"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "seisfill: error: Invalid file nowhere.sgy: must be readable; No such file or directory.\n"
    assert listing(folder) == before
