"""Slopes that a user trusts: how they are read, where they are refused, and what a filler is shown."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import FileAccessError, GeometryError, InvalidParameterError
from seisfill.gather import Filled, Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.interpolators.network import NetworkInterpolator, Tiles
from seisfill.metrics import snr_db
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.segy.marks import sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.guides import Guides
from seisfill.workflows.horizons import fit_slope, half_width
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import fill, waves, write_shots

N = 24  # samples of 4 ms
FLAT = np.zeros((5, N))


class Spy:
    """Keeps the guides that it is shown."""

    takes_guides = True

    def __init__(self):
        self.guides = []

    def fill(self, gather, *, context=()):
        self.guides.append(gather.guides)
        return Filled(data=gather.data, filled=~gather.live, method="spy")


def line(path, hide=(), keys=(1, 2, 3, 4, 5), **headers):
    """A shot of five channels of 24 samples, some of them hidden."""
    keep = np.setdiff1d(np.arange(5), list(hide))
    return write_segy(path, waves(5, N)[keep], headers={"fldr": 7, "tracf": np.array(keys)[keep], **headers})


def shown(source, *words, **options):
    """Slope and trust of the first gather as a filler sees them."""
    reader = SegyReader.open(source, gathers=GatherOptions(gather="shot", **options))
    guides = Guides(words, reader).of(reader.read(0))
    assert {guide.dtype for guide in guides.values()} == {np.dtype("float32")}
    return guides["slope"], guides["trust"]


def write_slopes(path, slopes):
    np.save(path, slopes)
    return f"slope:{path}"


def write_picks(path, text):
    path.write_text(text)
    return f"horizon:{path}"


def test_slopes_in_ms_become_samples_per_trace(tmp_path):
    word = write_slopes(tmp_path / "s.npy", np.full((5, N), 6.0))
    slope, trust = shown(line(tmp_path / "in.sgy"), word)
    assert (slope == 1.5).all()
    assert (trust == 1).all()


def test_between_recorded_traces_slopes_lie_on_the_line_and_steps_are_finer(tmp_path):
    word = write_slopes(tmp_path / "s.npy", np.array([4.0, 8.0, 16.0])[:, None] * np.ones(N))
    source = line(tmp_path / "in.sgy", hide=[2, 3])
    slope, trust = shown(source, word)
    assert slope[:, 0] == pytest.approx([1, 2, 2 + 2 / 3, 3 + 1 / 3, 4])
    assert trust.all()
    slope, trust = shown(source, word, densify=2)
    assert slope[:, 5] == pytest.approx([0.5, 0.75, 1, 7 / 6, 4 / 3, 1.5, 5 / 3, 11 / 6, 2])
    assert trust.all()


def test_what_is_no_number_is_not_trusted_nor_are_traces_beside_it(tmp_path):
    slopes = np.ones((3, N))
    slopes[1, 4], slopes[1, 5] = np.nan, np.inf
    slope, trust = shown(line(tmp_path / "in.sgy", hide=[1, 3]), write_slopes(tmp_path / "s.npy", slopes), trace_step=1)
    assert trust[:, 4].tolist() == trust[:, 5].tolist() == [1, 0, 0, 0, 1]
    assert np.delete(trust, [4, 5], axis=1).all()
    assert (slope[trust == 0] == 0).all()
    assert np.isfinite(slope).all()


@settings(max_examples=30)
@given(st.sets(st.integers(0, 4), max_size=3), st.sampled_from([1, 2, 3, 4]), st.randoms(use_true_random=False))
def test_recorded_traces_have_the_slopes_of_the_file_whatever_is_absent(tmp_path_factory, hidden, times, random):
    folder = tmp_path_factory.mktemp("guides")
    slopes = np.array([[random.uniform(-30, 30) for _ in range(N)] for _ in range(5 - len(hidden))])
    slopes[0, random.randrange(N)] = np.nan
    word = write_slopes(folder / "s.npy", slopes)
    slope, trust = shown(line(folder / "in.sgy", hide=hidden), word, trace_step=1, densify=times)
    recorded = np.setdiff1d(np.arange(5), list(hidden))
    places = (recorded - recorded[0]) * times
    assert np.allclose(slope[places], np.nan_to_num(slopes) / 4 / times, rtol=1e-6)
    assert (trust[places] == np.isfinite(slopes)).all()
    assert set(np.unique(trust)) <= {0, 1}
    assert np.abs(slope).max() <= np.nanmax(np.abs(slopes)) / 4 / times * (1 + 1e-6)  # never beyond what was told


@pytest.mark.parametrize("slopes", [np.zeros((5, N)), np.linspace(-3, 7, 5 * N).reshape(5, N)])
def test_slopes_may_be_a_file_of_the_same_traces(tmp_path, slopes):
    source = line(tmp_path / "in.sgy")
    headers = {"fldr": 7, "tracf": [1, 2, 3, 4, 5]}
    write_segy(tmp_path / "s.sgy", slopes, headers=headers, format_code=5)
    assert np.allclose(shown(source, f"slope:{tmp_path / 's.sgy'}")[0], slopes / 4, rtol=1e-6, atol=0)
    write_segy(tmp_path / "s.su", slopes, headers=headers, dialect="su", byte_order="<")
    assert np.allclose(shown(source, f"slope:{tmp_path / 's.su'}")[0], slopes / 4, rtol=1e-6, atol=0)


def test_slopes_follow_the_order_of_the_file(tmp_path):
    source = line(tmp_path / "in.sgy", keys=(5, 4, 3, 2, 1))
    word = write_slopes(tmp_path / "s.npy", np.arange(5)[:, None] * 4.0 * np.ones(N))
    assert shown(source, word)[0][:, 0].tolist() == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("shape", [(4, N), (5, N - 1), (5,)])
def test_slopes_of_another_shape_are_refused(tmp_path, shape):
    word = write_slopes(tmp_path / "s.npy", np.zeros(shape))
    with pytest.raises(GeometryError, match=r"the 5 traces of 24 samples of in.sgy, found shape \("):
        shown(line(tmp_path / "in.sgy"), word)


def test_slopes_of_other_traces_are_refused(tmp_path):
    source = line(tmp_path / "in.sgy")
    for headers, found in (
        ({"fldr": 7, "tracf": [1, 2, 4, 3, 5]}, "tracf of trace 3 is 3 there, and 4 here"),
        ({"fldr": 8, "tracf": [1, 2, 3, 4, 5]}, "fldr of trace 1 is 7 there, and 8 here"),
    ):
        write_segy(tmp_path / "s.sgy", waves(5, N), headers=headers)
        with pytest.raises(GeometryError, match=found):
            shown(source, f"slope:{tmp_path / 's.sgy'}")
    write_segy(tmp_path / "s.sgy", waves(4, N), headers={"fldr": 7, "tracf": [1, 2, 3, 4]})
    with pytest.raises(GeometryError, match=r"found shape \(4, 24\)"):
        shown(source, f"slope:{tmp_path / 's.sgy'}")


def test_words_and_files_that_are_none_are_refused(tmp_path):
    source = line(tmp_path / "in.sgy")
    np.save(tmp_path / "words.npy", np.array([["a"]]))
    (tmp_path / "text.npy").write_text("no array")
    for word, message in {
        "dip:x.npy": "Invalid guide 'dip:x.npy': must be slope:FILE or horizon:FILE",
        "slope": "must be slope:FILE",
        "slope:": "must be slope:FILE",
        f"slope:{tmp_path / 'none.npy'}": "Invalid slope file .*none.npy: must be a file that exists",
        f"slope:{tmp_path / 'text.npy'}": "must be an array of numbers",
        f"slope:{tmp_path / 'words.npy'}": "must be an array of numbers",
    }.items():
        with pytest.raises((InvalidParameterError, FileAccessError), match=message):
            shown(source, word)


def test_a_horizon_is_trusted_around_its_picks(tmp_path):
    word = write_picks(tmp_path / "h.csv", "trace,time_ms\n2,40\n4,48\n")
    slope, trust = shown(line(tmp_path / "in.sgy"), word)
    reach = half_width(SegyReader.open(tmp_path / "in.sgy", gathers=GatherOptions(gather="shot")).read(0).gather)
    assert reach == 8  # waves of 2 pi / 0.7 samples, and a little noise
    assert [np.flatnonzero(row).tolist() for row in trust] == [
        [],
        list(range(2, 19)),
        list(range(3, 20)),
        list(range(4, 21)),
        [],
    ]
    assert slope[trust == 1] == pytest.approx(1.0)
    assert not slope[trust == 0].any()


def test_a_horizon_of_a_densified_gather_has_picks_between(tmp_path):
    word = write_picks(tmp_path / "h.csv", "gather, trace, time_ms\n7, 1, 40\n7, 2.5, 52\n7, 5, 72\n")
    slope, trust = shown(line(tmp_path / "in.sgy"), word, densify=4)
    assert trust.any(axis=1).all()
    assert slope[trust == 1] == pytest.approx(0.5)
    with pytest.raises(GeometryError, match=r"tracf 2.5 on line 3 of .*: must be a trace of its gather, .* 1 to 5"):
        shown(tmp_path / "in.sgy", word)


def test_snapped_picks_give_a_smooth_slope():
    true = 0.3 * np.arange(60)
    slope = fit_slope(np.round(true), reach=2)
    assert np.abs(np.diff(np.round(true))).max() == 1
    assert np.abs(slope[2:-2] - 0.3).max() < 0.15  # half of what differences of neighbours would be wrong by
    assert fit_slope(np.array([3.0, 5.0]), reach=2).tolist() == [2, 2]


def test_a_gather_without_amplitudes_has_the_narrowest_band():
    assert half_width(Gather(data=np.zeros((2, 8)), live=np.array([True, False]), dt=0.004)) == 2


def test_gathers_without_picks_are_not_guided(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[1, 9])
    spy = Spy()
    word = write_picks(tmp_path / "h.csv", "gather,trace,time_ms\n2,1,20\n2,8,20\n")
    fill(source, tmp_path / "out.sgy", spy, guides=(word,))
    first, second = spy.guides
    assert not first["trust"].any()
    assert second["trust"].any()
    head = json.loads(sidecar_path(tmp_path / "out.sgy").read_text().splitlines()[0])
    assert head["options"]["guides"] == [word]
    assert len(head["guides_sha256"][0]) == 64


def test_the_last_of_several_guides_counts_where_it_is_trusted(tmp_path):
    slopes = write_slopes(tmp_path / "s.npy", np.full((5, N), 8.0))
    picks = write_picks(tmp_path / "h.csv", "trace,time_ms\n1,8\n5,8\n")
    slope, trust = shown(line(tmp_path / "in.sgy"), slopes, picks)
    assert trust.all()
    assert slope[2] == pytest.approx([0] * 11 + [2] * 13)


def test_time_begins_where_the_traces_do(tmp_path):
    source = line(tmp_path / "in.sgy", delrt=1000)
    _, trust = shown(source, write_picks(tmp_path / "h.csv", "trace,time_ms\n1,1048\n5,1048\n"))
    assert np.flatnonzero(trust[2]).mean() == 12
    with pytest.raises(GeometryError, match=r"time 48 ms on line 2 of .*: must lie on the traces, 1000 to 1092 ms"):
        shown(source, write_picks(tmp_path / "h.csv", "trace,time_ms\n1,48\n5,48\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trace,time_ms\n1,20\n3,20\n", "must name gathers in a column gather, for in.sgy has 2 of them"),
        ("gather,trace,time_ms\n3,1,20\n", "fldr 3 on line 2 of .* must be a gather of in.sgy, which has 1 to 2"),
        ("gather,trace,time_ms\n1,1,20\n1,9,20\n", "tracf 9 on line 3 of .* which has 1 to 8 in steps of 1"),
        ("gather,trace,time_ms\n1,1,20\n1,4,999\n", "time 999 ms on line 3"),
        ("gather,trace,time_ms\n1,1,20\n1,1,24\n", "one pick at each trace, found two at one, in the gather of line 2"),
        ("gather,trace,time_ms\n1,1,20\n2,1,24\n", "two picks or more, found one"),
        ("gather,trace\n1,1\n", "column time_ms is missing"),
        ("", "column trace is missing"),
        ("gather,trace,time_ms\n", "holds no picks"),
        ("gather,trace,time_ms\n1,one,20\n", "line 2 holds something else than numbers"),
        ("gather,trace,time_ms\n1,1\n", "line 2 holds something else than numbers"),
        ("gather,trace,time_ms\n1,1,nan\n", "line 2 holds a number that is not finite"),
    ],
)
def test_horizons_that_are_none_of_the_file_are_refused(tmp_path, text, message):
    source = write_shots(tmp_path / "in.sgy")
    with pytest.raises((GeometryError, FileAccessError, InvalidParameterError), match=message):
        shown(source, write_picks(tmp_path / "h.csv", text))


def test_a_file_of_one_gather_needs_no_gather_column_and_may_have_one(tmp_path):
    write_segy(tmp_path / "in.sgy", waves(5, N), headers={"cdp": [1, 2, 3, 4, 5]})
    reader = SegyReader.open(tmp_path / "in.sgy", gathers=GatherOptions(gather="line", trace="cdp"))
    for text in ("trace,time_ms\n1,20\n5,24\n", "gather,trace,time_ms\n0,1,20\n0,5,24\n"):
        guides = Guides([write_picks(tmp_path / "h.csv", text)], reader).of(reader.read(0))
        assert guides["trust"].any(axis=1).all()


def test_a_filler_that_takes_no_guides_is_refused(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[1])
    word = write_slopes(tmp_path / "s.npy", np.zeros((15, N)))
    for filler in (LinearInterpolator(), NetworkInterpolator(network=network(guides=False))):
        with pytest.raises(InvalidParameterError, match=r"Invalid guide 'slope:.*' for .*: must go to a filler that"):
            fill(source, tmp_path / "out.sgy", filler, guides=(word,))
    assert not (tmp_path / "out.sgy").exists()


def network(*, guides):
    torch.manual_seed(0)
    return UNet(UNetConfig(widths=(4, 6), dilations=(), guides=guides)).eval()


def dipping(n_traces=33, n_samples=128, slope=3.0):
    """A plane wave that dips by *slope* samples per trace, every second trace of it, and the truth."""
    time = np.arange(n_samples) - slope * np.arange(n_traces)[:, None]
    truth = np.sin(2 * np.pi * time / 12).astype(np.float32)
    live = np.arange(n_traces) % 2 == 0
    guides = {"slope": np.full(truth.shape, slope, np.float32), "trust": np.ones(truth.shape, np.float32)}
    return truth, Gather(data=truth, live=live, dt=0.004, guides=guides)


@pytest.mark.parametrize("flips", [False, True])
@pytest.mark.parametrize("slope", [3.0, -3.0])
def test_a_network_fills_along_the_slope_that_it_is_told(slope, flips):
    truth, gather = dipping(slope=slope)
    filler = NetworkInterpolator(network=network(guides=True), flips=flips, tiles=Tiles(size=(24, 64), halo=(6, 16)))
    guided, free = filler.fill(gather), filler.fill(replace(gather, guides={}))
    inside = np.s_[:, 16:-16]  # where the slope leads off the patch there is only one side
    assert snr_db(truth[inside], free.data[inside], traces=~gather.live) < 3
    assert snr_db(truth[inside], guided.data[inside], traces=~gather.live) > 20


def test_a_slope_without_trust_is_trusted_and_one_that_is_not_is_no_guide():
    _, gather = dipping()
    filler = NetworkInterpolator(network=network(guides=True))
    slope = gather.guides["slope"]
    plain, told = filler.fill(replace(gather, guides={})), filler.fill(gather)
    assert (filler.fill(replace(gather, guides={"slope": slope})).data == told.data).all()
    nowhere = filler.fill(replace(gather, guides={"slope": slope, "trust": np.zeros_like(slope)}))
    assert np.allclose(nowhere.data, plain.data, atol=1e-6)


def test_a_network_without_guides_says_so():
    _, gather = dipping()
    filler = NetworkInterpolator(network=network(guides=False))
    with pytest.raises(InvalidParameterError, match="Invalid guide 'slope' for this network: must go to one that was"):
        filler.fill(gather)
