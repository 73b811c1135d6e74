"""Files that mean harm, and the command line as it is called on them; shared by the tests of security."""

import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np

from seisfill.cli.main import run
from seisfill.segy.marks import sidecar_path
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import fill, waves

EVIL = "<script>alert(1)</script>\"onload='x'</style></pre>&amp;\u202e\x1b[31m"


class Bomb:
    """What pickle would run."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (Path(self.path),)


def make_filled(folder):
    """A filled file with traces inserted, filled in place, and mended."""
    folder.mkdir()
    samples = waves(16)
    samples[5], samples[9, 3:6] = 0, np.nan
    keep = np.setdiff1d(np.arange(16), [2, 11])
    headers = {"fldr": np.repeat([1, 2], 8)[keep], "tracf": np.tile(np.arange(8), 2)[keep]}
    write_segy(folder / "in.sgy", samples[keep], headers=headers, format_code=5)
    fill(folder / "in.sgy", folder / "out.sgy")
    return folder / "out.sgy"


def resigned(filled, change):
    """The sidecar as *change* leaves head and rows, with a foot that vouches for it."""
    path = sidecar_path(filled)
    *lines, foot = map(json.loads, path.read_text().splitlines())
    change(lines[0], lines[1:])
    raw = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    foot["sha256"] = hashlib.sha256(raw).hexdigest()
    path.write_bytes(raw + json.dumps(foot).encode() + b"\n")


def hostile_text(path):
    """The file with hostile words in its text header, in ASCII."""
    raw = bytearray(path.read_bytes())
    words = EVIL.encode("ascii", "ignore") + b"\x1b]0;owned\x07"
    raw[:3200] = (b"C01 " + words).ljust(80).decode("latin-1").encode("latin-1") * 40
    path.write_bytes(raw)
    return path


def called(*words):
    """Exit code, standard output and standard error of the command line in this process."""
    old, streams = (sys.argv, sys.stdout, sys.stderr), (io.StringIO(), io.StringIO())
    sys.argv, sys.stdout, sys.stderr = ["seisfill", *map(str, words)], *streams
    code = 0
    try:
        run()
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv, sys.stdout, sys.stderr = old
    return code, *(stream.getvalue() for stream in streams)
