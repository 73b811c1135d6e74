import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import FileAccessError, InvalidParameterError
from seisfill.masks import parse_mask
from seisfill.segy.layout import detect_layout
from seisfill.workflows import decimate as module
from seisfill.workflows.decimate import decimate_file, truth_path
from tests.workflows.surveys import fill, listing, sha256, trace_bytes_of, write_shots

N = 24


def decimate(folder, mask, *, out="out.sgy", **options):
    """Hide traces of two shots of eight channels; counts, and the channels that are left of each shot."""
    source = folder / "in.sgy"
    if not source.exists():
        write_shots(source)
    done = decimate_file(source, folder / out, mask=parse_mask(mask), **options)
    assert done.n_traces == 16
    return done.n_hidden, trace_bytes_of(folder / out, N)


def channels(traces):
    return traces[:, 15].tolist()  # the last byte of the word at byte 13


@pytest.mark.parametrize(
    ("mask", "left"),
    [
        ("every:2", [1, 3, 5, 7, 8]),
        ("every:3", [1, 4, 7, 8]),
        ("every:7", [1, 8]),
        ("every:2+every:3", [1, 7, 8]),
    ],
)
def test_regular_masks_keep_one_in_so_many_and_both_ends(tmp_path, mask, left):
    n_hidden, traces = decimate(tmp_path, mask)
    assert channels(traces) == left * 2
    assert n_hidden == 16 - len(left) * 2


@pytest.mark.parametrize(("mask", "hidden"), [("random:0.5", 4), ("random:0.25", 2), ("gap:3", 3), ("gap:99", 6)])
def test_counts_are_those_of_the_mask_in_each_gather(tmp_path, mask, hidden):
    n_hidden, traces = decimate(tmp_path, mask)
    assert n_hidden == 2 * hidden
    assert len(traces) == 16 - n_hidden
    for shot in (1, 2):
        mine = traces[traces[:, 11] == shot]
        assert len(mine) == 8 - hidden
        assert (channels(mine)[0], channels(mine)[-1]) == (1, 8)


def test_traces_that_are_left_are_the_bytes_they_were(tmp_path):
    _, traces = decimate(tmp_path, "random:0.4")
    before = {trace.tobytes() for trace in trace_bytes_of(tmp_path / "in.sgy", N)}
    assert {trace.tobytes() for trace in traces} < before
    assert (tmp_path / "in.sgy").read_bytes()[:3600] == (tmp_path / "out.sgy").read_bytes()[:3600]


def test_zeroed_traces_stay_in_their_places_and_say_that_they_are_dead(tmp_path):
    n_hidden, traces = decimate(tmp_path, "gap:3", zero=True)
    before = trace_bytes_of(tmp_path / "in.sgy", N)
    dead = ~traces[:, 240:].any(axis=1)
    assert dead.sum() == n_hidden == 6
    assert set(np.flatnonzero((before != traces)[:, :240].any(axis=0)) + 1) == {30}
    assert set(traces[dead, 29]) == {2}
    assert np.array_equal(before[~dead], traces[~dead])


@pytest.mark.parametrize("zero", [False, True])
def test_the_seed_decides_and_each_gather_has_a_draw_of_its_own(tmp_path, zero):
    decimate(tmp_path, "random:0.5", out="a.sgy", seed=3, zero=zero)
    decimate(tmp_path, "random:0.5", out="b.sgy", seed=3, zero=zero)
    decimate(tmp_path, "random:0.5", out="c.sgy", seed=4, zero=zero)
    assert sha256(tmp_path / "a.sgy") == sha256(tmp_path / "b.sgy") != sha256(tmp_path / "c.sgy")
    truths = [truth_path(tmp_path / f"{name}.sgy").read_text() for name in "ab"]
    assert truths[0] == truths[1]
    hidden = {}
    for line in truths[0].splitlines()[1:]:
        row = json.loads(line)
        hidden.setdefault(row["gather"], []).append(row["key"])
    assert hidden[1] != hidden[2]


def test_the_list_names_every_hidden_trace(tmp_path):
    decimate(tmp_path, "every:2", seed=7)
    head, *rows = (json.loads(line) for line in truth_path(tmp_path / "out.sgy").read_text().splitlines())
    assert head["truth"] == {"name": "in.sgy", "sha256": sha256(tmp_path / "in.sgy")}
    assert head["keys"] == {"gather": "fldr", "trace": "tracf"}
    assert (head["seed"], head["zero"]) == (7, False)
    assert rows == [
        {"trace": 8 * shot + channel - 1, "gather": shot + 1, "key": channel}
        for shot in (0, 1)
        for channel in (2, 4, 6)
    ]


def test_rev_2_counts_what_is_left(tmp_path):
    write_shots(tmp_path / "in.sgy", revision=2, declared_traces=16)
    decimate(tmp_path, "every:2")
    assert detect_layout(tmp_path / "out.sgy").declared_traces == 10
    decimate(tmp_path, "every:2", zero=True, out="zero.sgy")
    assert detect_layout(tmp_path / "zero.sgy").declared_traces == 16


def test_a_window_of_which_every_trace_is_hidden_is_no_obstacle(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_BYTES", 1)
    n_hidden, traces = decimate(tmp_path, "gap:6")
    assert (n_hidden, channels(traces)) == (12, [1, 8, 1, 8])


@pytest.mark.parametrize("mask", ["every:1", "random:0", "random:0.01"])
def test_a_mask_that_hides_nothing_is_refused(tmp_path, mask):
    write_shots(tmp_path / "in.sgy")
    with pytest.raises(InvalidParameterError, match=r"must hide at least one trace of .* and hides none"):
        decimate(tmp_path, mask)
    assert list(listing(tmp_path)) == ["in.sgy"]


def test_gathers_of_one_or_two_traces_have_nothing_to_hide(tmp_path):
    write_shots(tmp_path / "in.sgy", shots=8, channels=2)
    with pytest.raises(InvalidParameterError, match="hides none"):
        decimate(tmp_path, "random:0.9")


def test_a_decimation_that_breaks_half_way_leaves_nothing(tmp_path, monkeypatch):
    write_shots(tmp_path / "in.sgy")
    before = listing(tmp_path)
    monkeypatch.setattr(module, "_zeroed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decimate(tmp_path, "every:2", zero=True)
    assert listing(tmp_path) == before


def test_what_is_there_is_not_written_over(tmp_path):
    write_shots(tmp_path / "in.sgy")
    truth_path(tmp_path / "out.sgy").write_bytes(b"the list of another decimation")
    before = listing(tmp_path)
    with pytest.raises(FileAccessError, match=r"out\.sgy\.truth\.jsonl: must not exist"):
        decimate(tmp_path, "every:2")
    with pytest.raises(FileAccessError, match="must not be the input"):
        decimate(tmp_path, "every:2", out="in.sgy", force=True)
    with pytest.raises(InvalidParameterError, match=r"Invalid seed -1: must not be negative\."):
        decimate(tmp_path, "every:2", seed=-1, force=True)
    assert listing(tmp_path) == before
    decimate(tmp_path, "every:2", force=True)


def test_the_input_is_not_where_the_list_goes(tmp_path):
    source = write_shots(tmp_path / "out.sgy.truth.jsonl")
    before = sha256(source)
    with pytest.raises(FileAccessError, match="must not be the input"):
        decimate_file(source, tmp_path / "out.sgy", mask=parse_mask("every:2"), force=True)
    assert sha256(source) == before


@settings(max_examples=15)
@given(st.sampled_from(["random:0.3", "every:2", "every:3", "jitter:2", "gap:2"]), st.integers(0, 99), st.booleans())
def test_what_was_hidden_is_what_is_filled(tmp_path_factory, mask, seed, zero):
    folder = tmp_path_factory.mktemp("d")
    hidden, _ = decimate(folder, mask, seed=seed, zero=zero)
    done = fill(folder / "out.sgy", folder / "filled.sgy", gathers=module.GatherOptions(trace_step=1))
    assert done.n_filled == hidden
    assert (done.in_place if zero else done.inserted) == hidden
