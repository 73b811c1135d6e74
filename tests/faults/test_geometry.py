"""Coordinates, keys and gathers: what no header can mean, and what only the user can know."""

import numpy as np
import pytest

from seisfill.errors import SeisfillWarning
from seisfill.segy.reader import SegyReader
from tests.faults import fault, faults
from tests.faults.bad_files import TRACE_BYTES, good, poke_traces

SIXTEEN = np.arange(16)
RECEIVERS = 1000 + 50 * (SIXTEEN // 8) - 100 - 25 * (SIXTEEN % 8)
SOURCES = 1000 + 50 * (SIXTEEN // 8)


def headers_of(path):
    return np.frombuffer(path.read_bytes()[3600:], np.uint8).reshape(-1, TRACE_BYTES)[:, :240].copy()


def long_word(path, byte, kind=">i4"):
    return headers_of(path)[:, byte - 1 : byte + 3].copy().view(kind)[:, 0]


SCALARS = {
    "coordinate scalar 0": ({"scalco": 0}, [], "filled: 0 stands for 1"),
    "coordinate scalar -100": (
        {"scalco": -100, "sx": 100 * SOURCES, "gx": 100 * RECEIVERS},
        [],
        "filled: positions of new traces are interpolated in metres",
    ),
    "coordinate scalar varying": (
        {"scalco": np.where(SIXTEEN % 2, -100, 1), "gx": np.where(SIXTEEN % 2, 100, 1) * RECEIVERS, "sx": 0},
        [],
        "filled: positions of new traces are interpolated in metres, and written with their left neighbour's scalar",
    ),
    "coordinate scalar invalid": (
        {"scalco": 7},
        ["trace header bytes 71-72 (coordinate scalar) say 7, which is no power of ten up to 10000"],
        "filled, with a warning: *trace header bytes 71-72 (coordinate scalar) say 7, which is no power of ten*",
    ),
    "coordinates zero": ({"sx": 0, "gx": 0, "offset": 0}, [], "filled: gathers are then known by trace numbers alone"),
}


@faults({name: said for name, (_, _, said) in SCALARS.items()})
@pytest.mark.parametrize("kind", SCALARS)
def test_scalars_scale_and_never_decide_what_is_filled(user, kind):
    headers, warned, _ = SCALARS[kind]
    good(user.folder / "bad.sgy", headers=headers)
    user.filled("bad.sgy", warned=warned)
    scalar = headers_of(user.folder / "out.sgy")[:, 70:72].copy().view(">i2")[:, 0].astype(float)
    metres = long_word(user.folder / "out.sgy", 81) * np.where(scalar < 0, 1 / np.maximum(-scalar, 1), 1)
    assert metres == pytest.approx(0 * SIXTEEN if kind == "coordinates zero" else RECEIVERS)


@fault(
    "coordinates as floats",
    "filled, with a warning: *trace header bytes 73-88 (coordinates) hold floats*, read as such",
)
@pytest.mark.parametrize("scalar", [0, 1, -100])
def test_coordinates_that_are_floats_are_read_and_written_as_floats(user, scalar):
    good(user.folder / "bad.sgy", headers={"scalco": scalar})
    kept = np.setdiff1d(SIXTEEN, [2, 5, 11])
    poke_traces(user.folder / "bad.sgy", 73, ">f", 500_000.5 + SOURCES[kept])
    poke_traces(user.folder / "bad.sgy", 81, ">f", 500_000.5 + RECEIVERS[kept])
    warned = ["trace header bytes 73-88 (coordinates) hold floats where whole numbers belong, read as floats"]
    user.filled("bad.sgy", warned=warned)
    assert long_word(user.folder / "out.sgy", 81, ">f4") == pytest.approx(500_000.5 + RECEIVERS)
    with pytest.warns(SeisfillWarning, match="hold floats"):
        gather = SegyReader.open("bad.sgy").read(0).gather
    assert np.diff(gather.position) == pytest.approx(25 * (0.01 if scalar < 0 else 1))


def crowded(path):
    good(path, headers={"tracf": np.where(SIXTEEN == 4, 4, SIXTEEN % 8 + 1)})


SHOTS = "must tell the traces of a shot apart, and in 2 field records neither channels nor offsets do"
REFUSED = {
    "constant key bytes": (
        lambda path: good(path, headers={"fldr": 1, "tracf": 1, "tracl": 0, "offset": 0}),
        "must tell the traces apart, and none of fldr/tracf, cdp/offset, cdp, iline, xline, tracl, tracr, ep does. "
        "Name the right words with --gather and --trace.",
    ),
    "duplicate keys": (
        crowded,
        "Invalid trace key tracf of traces 3 and 4 (both 4): must differ within a gather, found 1 duplicates. "
        "Give keys that tell traces apart with --gather and --trace.",
    ),
    "interleaved field records": (
        lambda path: good(path, headers={"fldr": SIXTEEN % 2 + 1, "tracf": SIXTEEN // 2 + 1}),
        SHOTS,
    ),
    "reused field records": (
        lambda path: good(path, shots=4, headers={"fldr": np.repeat([1, 2, 1, 2], 8)}),
        SHOTS,
    ),
    "channel wrap": (
        lambda path: good(path, hide=[], headers={"tracf": (SIXTEEN % 8 + 9996) % 10_000}),
        "must leave fewer than 20 places for each of the 16 traces, found 19998. Give --trace-step",
    ),
    "an ambiguous key step": (
        lambda path: good(path, shots=1, hide=[], headers={"tracf": np.array([1, 3, 5, 7, 10, 13, 16, 19])}),
        "Invalid differences of trace key tracf: must be multiples of the smallest, 2, and 3 is not. If the step is 1, "
        "say so: --trace-step 1.",
    ),
    "an exploding grid": (
        lambda path: good(path, shots=1, hide=[], headers={"tracf": np.array([1, 2, 3, 4, 5, 6, 7, 2**31 - 1])}),
        "must leave fewer than 20 places for each of the 8 traces, found 2.14748e+09. Give --trace-step",
    ),
}


@faults({name: f"refused: *{sentence}*" for name, (_, sentence) in REFUSED.items()})
@pytest.mark.parametrize("kind", REFUSED)
def test_keys_that_make_no_axis_are_refused_with_the_cure(user, kind):
    make, sentence = REFUSED[kind]
    make(user.folder / "bad.sgy")
    user.refused("bad.sgy", sentence)


@fault("interleaved field records", "filled with `--gather shot`: new traces stand where the file's order puts them")
def test_interleaved_shots_are_filled_where_the_user_names_them(user):
    good(user.folder / "bad.sgy", headers={"fldr": SIXTEEN % 2 + 1, "tracf": SIXTEEN // 2 + 1})
    user.filled("bad.sgy", "--gather", "shot")
    assert long_word(user.folder / "out.sgy", 9).tolist() == (SIXTEEN % 2 + 1).tolist()
    assert long_word(user.folder / "out.sgy", 13).tolist() == (SIXTEEN // 2 + 1).tolist()


@fault("channel wrap", "filled if offsets tell the channels apart")
def test_channels_that_start_again_within_a_shot_give_way_to_offsets(user):
    good(user.folder / "bad.sgy", headers={"tracf": SIXTEEN % 4 + 1})
    user.filled("bad.sgy")
    assert long_word(user.folder / "out.sgy", 37).tolist() == (RECEIVERS - SOURCES).tolist()


@fault(
    "reused field records", "refused with `--gather shot` too, which would mix two shots: their channels are doubled"
)
def test_two_shots_of_one_number_are_never_mixed(user):
    good(user.folder / "bad.sgy", shots=4, headers={"fldr": np.repeat([1, 2, 1, 2], 8)})
    user.refused("bad.sgy", "must differ within a gather", "--gather", "shot")


@fault("descending keys", "filled: new traces stand in the descending order")
def test_channels_and_shots_may_descend(user):
    good(user.folder / "bad.sgy", headers={"tracf": 8 - SIXTEEN % 8, "fldr": 9 - SIXTEEN // 8})
    user.filled("bad.sgy")
    assert long_word(user.folder / "out.sgy", 13).tolist() == (8 - SIXTEEN % 8).tolist()
    assert long_word(user.folder / "out.sgy", 9).tolist() == (9 - SIXTEEN // 8).tolist()


@fault("gathers of different size", "filled, each gather between its own first and last trace")
def test_gathers_of_different_size_are_filled_between_their_own_ends(user):
    good(user.folder / "bad.sgy", shots=3, channels=12, hide=[3, *range(17, 24), 30])
    samples, out = user.filled("bad.sgy")
    assert "2 traces inserted" in out
    assert len(samples) == 3 * 12 - 7


@fault("gathers of one trace", "refused if there is nothing else: *must hold missing traces, found none*")
def test_gathers_of_one_trace_lack_nothing(user):
    good(user.folder / "one.sgy", shots=1, channels=1, hide=[])
    user.refused("one.sgy", "must hold missing traces, found none")
    good(user.folder / "many.sgy", shots=8, channels=1, hide=[])
    user.refused("many.sgy", "must hold missing traces, found none")


ALL_FLAGGED = "must not be 2, a dead trace, for all 13 traces. If they hold signal, give --dead none."


@fault("all traces dead", f"refused: *{ALL_FLAGGED}* Gathers without a live trace are left as they are, exit code 3")
def test_a_file_of_dead_traces_is_refused(user):
    good(user.folder / "bad.sgy", headers={"trid": 2})
    user.refused("bad.sgy", ALL_FLAGGED)
    user.filled("bad.sgy", "--dead", "none")
    good(user.folder / "silent.sgy", zero=range(16))
    user.refused("silent.sgy", "all 16 were refused (16 of them: 0 live traces; at least 2 are needed)", "--force")
    good(user.folder / "half.sgy", zero=range(8), hide=[10])
    _, out = user.filled("half.sgy", code=3)
    assert "8 traces left unfilled: 0 live traces; at least 2 are needed" in out


@fault("header overflow", "refused where it is the key: *must lie between -32768 and 32767*")
def test_a_key_that_its_word_cannot_hold_is_refused(user):
    good(user.folder / "bad.sgy", shots=1, hide=[3], headers={"otrav": np.arange(32760, 32768)})
    keys = ("--gather", "line", "--trace", "otrav")
    user.refused("bad.sgy", "must lie between -32768 and 32767", *keys, "--trace-range", "32760:32770")
    user.filled("bad.sgy", *keys)


@fault("header overflow", "filled, with a warning, elsewhere: the new trace repeats its left neighbour's word")
def test_a_coordinate_that_its_word_cannot_hold_repeats_the_neighbours(user):
    scalar = np.where(SIXTEEN == 1, -10_000, 1)
    good(
        user.folder / "bad.sgy",
        headers={"scalco": scalar, "sx": 0, "gx": 5_000_000 * (scalar > 0) + 100 * (scalar < 0)},
    )
    warned = ["gx (byte 81) of new traces has values that do not fit i4, such as 2.5e+10; these traces repeat"]
    user.filled("bad.sgy", warned=warned)
    assert long_word(user.folder / "out.sgy", 81)[2] == 100
