"""A fill that is tried beforehand: what the sidecar, the trials, the sigma volume and the headers say afterwards."""

import json
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from seisfill.errors import FileAccessError, InvalidParameterError
from seisfill.gather import Filled, Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.segy.fields import Field, read_field
from seisfill.segy.marks import sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.segy.samples import decode
from seisfill.segy.survey import GatherOptions
from seisfill.trust.records import check_path, load_trials
from seisfill.workflows.assess import Assessed
from seisfill.workflows.check import check_gathers, check_survey, conclude, spread
from seisfill.workflows.fill_options import FillOptions
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file
from tests.workflows.surveys import Constant, fill, listing, sha256, trace_bytes_of, write_shots

N, CHANNELS = 48, 30
LINEAR = LinearInterpolator()
RANDOM = [3, 4, 9, 15, 21, 22, 23, 27, 33, 40, 41, 55, 62, 70, 71, 72, 85]


def shots(path, **options):
    """Three shots of 30 channels, 17 traces missing."""
    return write_shots(path, shots=3, channels=CHANNELS, n_samples=N, **({"hide": RANDOM} | options))


def head_and_rows(path):
    lines = [json.loads(line) for line in sidecar_path(path).read_text().splitlines()]
    return lines[0], lines[1:-1]


def error_words(path, byte=201):
    traces = trace_bytes_of(path, N)
    return read_field(traces[:, :240].copy(), Field(name="error", byte=byte, kind="i2"), ">")


def test_a_check_says_what_to_expect_and_keeps_its_trials(tmp_path):
    source = shots(tmp_path / "in.sgy")
    done = fill(source, tmp_path / "out.sgy", LINEAR, check=4)
    assert (done.check.n_gathers, done.n_filled) == (3, 17)
    assert 5 < done.check.snr_db < 25
    assert 0.6 < done.check.coverage <= 1
    head, rows = head_and_rows(tmp_path / "out.sgy")
    assert head["check"]["quality"]["n_traces"] == done.check.n_traces
    assert head["check"]["error_model"]["calibrated"]
    assert all(row["error"] > 0 and np.isfinite(row["snr"]) for row in rows)
    told, trials = load_trials(check_path(tmp_path / "out.sgy"))
    assert told["summary"] == head["check"]
    assert told["input"]["sha256"] == sha256(source)
    assert [trial.number for trial in trials] == [0, 1, 1, 2]  # the fourth is a second one of the first tried
    assert head["check"]["gathers"] == [0, 1, 2]


def test_trials_never_touch_what_is_missing_and_change_no_byte_of_the_fill(tmp_path):
    source = shots(tmp_path / "in.sgy")
    for name, check in (("plain.sgy", 0), ("checked.sgy", 2)):
        fill(source, tmp_path / name, LINEAR, check=check)
    assert sha256(tmp_path / "plain.sgy") == sha256(tmp_path / "checked.sgy")
    assert not check_path(tmp_path / "plain.sgy").exists()
    head, rows = head_and_rows(tmp_path / "plain.sgy")
    assert head["check"] is None
    assert "snr" not in rows[0]


def test_the_python_interface_checks_nothing_by_itself():
    assert FillOptions().check == 0


def test_regular_data_are_tried_there_and_back(tmp_path):
    regular = [n for n in range(3 * CHANNELS) if n % CHANNELS % 2]
    path = shots(tmp_path / "in.sgy", hide=regular)
    check = check_survey(SegyReader.open(path, gathers=GatherOptions(trace_step=1)), LINEAR, gathers=2)
    assert [trial.stretch for trial in check.trials] == [2.0, 2.0]
    assert [trial.stretch for trial in check.expectation.trials] == [1.0, 1.0]
    assert check.quality.n_traces > sum(len(trial.places) for trial in check.trials)
    assert [(trial.number, trial.stretch) for trial in check.back] == [(n, 1.0) for n in check.as_dict()["gathers"]]
    assert {trial.stretch for trial in check.wider} <= {4.0}


def test_gathers_are_spread_over_those_that_lack_something(tmp_path):
    path = write_shots(tmp_path / "in.sgy", shots=9, channels=14, n_samples=N, hide=[n * 14 + 6 for n in range(9)])
    found = check_survey(SegyReader.open(path), LINEAR, gathers=3)
    assert [trial.number for trial in found.trials] == [2, 4, 6]
    assert spread(9)[:3] == [4, 2, 6]
    lonely = write_shots(tmp_path / "one.sgy", shots=9, channels=14, n_samples=N, hide=[7 * 14 + 6])
    assert {trial.number for trial in check_survey(SegyReader.open(lonely), LINEAR).trials} == {7}
    dead = write_shots(tmp_path / "dead.sgy", shots=9, channels=14, n_samples=N, zero=[3 * 14 + 6])
    assert {trial.number for trial in check_survey(SegyReader.open(dead), LINEAR).trials} == {3}


@pytest.mark.parametrize(("asked", "numbers"), [(1, [0]), (4, [0, 0, 1, 1]), (9, [0, 0, 0, 1, 1, 1])])
def test_few_gathers_with_irregular_holes_are_tried_again_with_other_traces_hidden(asked, numbers):
    live = np.random.default_rng(0).random(60) < 0.6
    gather = Gather(data=np.random.default_rng(1).normal(size=(60, 8)), live=live, dt=0.004)
    trials = check_gathers([(gather, None, 0), (gather, None, 1)], LINEAR, most=asked).trials
    assert [trial.number for trial in trials] == numbers
    assert len({tuple(trial.places) for trial in trials}) == len(trials)


def test_regular_gathers_have_one_trial_as_always_the_same_traces_are_hidden():
    gather = Gather(data=np.random.default_rng(1).normal(size=(61, 8)), live=np.arange(61) % 2 == 0, dt=0.004)
    check = check_gathers([(gather, None, 0)], LINEAR, most=4)
    assert (len(check.trials), len(check.wider), len(check.back)) == (1, 1, 1)


def test_neighbours_stand_in_for_gathers_with_few_live_traces(tmp_path):
    hide = [n for n in range(14, 28) if n not in (14, 18, 21, 27)]
    path = write_shots(tmp_path / "in.sgy", shots=3, channels=14, n_samples=N, hide=hide)
    (trial,) = check_survey(SegyReader.open(path), LINEAR, gathers=1).trials
    assert trial.number == 0
    assert trial.gather.live.all()


def test_where_no_trial_is_possible_that_is_all_that_is_said(tmp_path):
    source = write_shots(tmp_path / "in.sgy", hide=[2, 10])
    done = fill(source, tmp_path / "out.sgy", LINEAR, check=4)
    assert (done.check.n_traces, done.check.snr_db, done.check.coverage) == (0, None, None)
    assert done.flagged == 2
    head, rows = head_and_rows(tmp_path / "out.sgy")
    assert not head["check"]["error_model"]["calibrated"]
    assert rows[0]["flags"] == ["7 live traces in the gather, 8 needed for a check"]
    assert not check_path(tmp_path / "out.sgy").exists()
    with pytest.raises(InvalidParameterError, match="must come with a check that was possible"):
        fill(source, tmp_path / "two.sgy", LINEAR, check=4, refuse_beyond=3.0)


def test_progress_tells_trials(tmp_path):
    told = []
    check_survey(
        SegyReader.open(shots(tmp_path / "in.sgy")), LINEAR, gathers=2, progress=lambda *words: told.append(words)
    )
    assert told == [("check", 1, 2), ("check", 2, 2)]


def test_a_check_is_repeatable(tmp_path):
    source = shots(tmp_path / "in.sgy")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        fill(source, tmp_path / name / "out.sgy", LINEAR, check=2, seed=5)
    for path_of in (sidecar_path, check_path):
        one, two = (path_of(tmp_path / name / "out.sgy") for name in ("one", "two"))
        assert sha256(one) == sha256(two)


def test_a_sigma_volume_lies_beside_the_output_trace_by_trace(tmp_path):
    source = shots(tmp_path / "in.sgy", zero=[50])
    fill(source, tmp_path / "out.sgy", LINEAR, check=3, sigma=str(tmp_path / "sigma.sgy"))
    filled, sigma = (trace_bytes_of(tmp_path / name, N) for name in ("out.sgy", "sigma.sgy"))
    assert_array_equal(filled[:, :240], sigma[:, :240])
    size = decode(sigma[:, 240:], 1, ">")
    _, rows = head_and_rows(tmp_path / "out.sgy")
    new = [row["output"] for row in rows]
    assert 50 in new
    assert np.flatnonzero(size.any(axis=1)).tolist() == sorted(new)
    rms = np.sqrt(np.mean(size[new].astype(float) ** 2, axis=1))
    assert_allclose(rms, [row["error"] for row in rows], rtol=1e-4)
    assert len(SegyReader.open(tmp_path / "sigma.sgy", dead="none")) == 3


def test_the_sigma_volume_of_holes_is_zero_beside_them(tmp_path):
    path = shots(tmp_path / "in.sgy", format_code=5)
    raw = np.fromfile(path, np.uint8)
    traces = raw[3600:].reshape(-1, 240 + 4 * N)
    samples = traces[:, 240:].copy().view(">f4")
    samples[5, 10:14] = np.nan
    traces[:, 240:] = samples.view(np.uint8)
    raw.tofile(path)
    fill(path, tmp_path / "out.sgy", LINEAR, check=3, sigma=str(tmp_path / "sigma.sgy"))
    _, rows = head_and_rows(tmp_path / "out.sgy")
    (holed,) = [row["output"] for row in rows if row["kind"] == "holes"]
    size = decode(trace_bytes_of(tmp_path / "sigma.sgy", N, 5)[holed, 240:][None], 5, ">")[0]
    assert np.flatnonzero(size).tolist() == [10, 11, 12, 13]


def test_errors_in_headers_of_filled_traces_survive_verify_and_go_with_strip(tmp_path):
    source = shots(tmp_path / "in.sgy", zero=[50])
    fill(source, tmp_path / "out.sgy", LINEAR, check=3, error_byte=201)
    _, rows = head_and_rows(tmp_path / "out.sgy")
    words = error_words(tmp_path / "out.sgy")
    assert np.flatnonzero(words).tolist() == sorted(row["output"] for row in rows)
    for row in rows:
        assert words[row["output"]] == pytest.approx(100 * 10 ** (-row["snr"] / 20), abs=0.6)
    assert verify_file(source, tmp_path / "out.sgy").untouched
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


def test_percent_is_told_within_its_two_bytes():
    error, level = np.array([0.0, 1e-9, 0.25, 1e9, 1.0]), np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    answer = Filled(data=np.zeros((5, 1), np.float32), filled=error > 0, method="set")
    nothing = np.zeros((5, 1), np.float32)
    assessed = Assessed(answer=answer, sigma=nothing, error=error, level=level, snr_db=error, flags=([],) * 5)
    assert assessed.percent.tolist() == [0, 1, 25, 32767, 32767]


def test_traces_beyond_what_the_user_accepts_are_left_with_their_reason(tmp_path):
    source = shots(tmp_path / "in.sgy", zero=[50])
    fill(source, tmp_path / "all.sgy", LINEAR, check=3)
    snr = sorted(row["snr"] for row in head_and_rows(tmp_path / "all.sgy")[1])
    bar = (snr[5] + snr[6]) / 2
    done = fill(source, tmp_path / "out.sgy", LINEAR, check=3, refuse_beyond=bar, sigma=str(tmp_path / "s.sgy"))
    assert done.refused == {f"predicted SNR below {bar:g} dB": 6}
    assert done.n_filled == 18 - 6
    _, rows = head_and_rows(tmp_path / "out.sgy")
    left = [row for row in rows if "reason" in row]
    assert all(row["error"] is None and "flags" not in row for row in left)
    sizes = decode(trace_bytes_of(tmp_path / "s.sgy", N)[:, 240:], 1, ">")
    assert not sizes[[row["output"] for row in left]].any()
    assert verify_file(source, tmp_path / "out.sgy").untouched
    strip_file(tmp_path / "out.sgy", tmp_path / "back.sgy")
    assert sha256(tmp_path / "back.sgy") == sha256(source)


def test_poor_traces_are_flagged(tmp_path):
    done = fill(shots(tmp_path / "in.sgy"), tmp_path / "out.sgy", Constant(1e4), check=3)
    assert done.flagged == 17
    flags = head_and_rows(tmp_path / "out.sgy")[1][0]["flags"]
    assert "predicted SNR below 0 dB" in flags


@pytest.mark.parametrize("beside", ["out.sgy.check.npz", "sigma.sgy"])
def test_what_another_fill_left_is_not_overwritten_unless_forced(tmp_path, beside):
    source = shots(tmp_path / "in.sgy")
    (tmp_path / beside).write_bytes(b"before")
    before = listing(tmp_path)
    told = {"check": 2, "sigma": str(tmp_path / "sigma.sgy")}
    with pytest.raises(FileAccessError, match="must not exist"):
        fill(source, tmp_path / "out.sgy", LINEAR, **told)
    assert listing(tmp_path) == before
    fill(source, tmp_path / "out.sgy", LINEAR, force=True, **told)
    assert (tmp_path / beside).read_bytes() != b"before"
    fill(source, tmp_path / "out.sgy", LINEAR, force=True)
    assert not check_path(tmp_path / "out.sgy").exists()


def test_a_fill_that_breaks_leaves_no_sigma_volume(tmp_path):
    class Breaks:
        calls = 0

        def fill(self, gather, *, context=()):
            self.calls += 1
            if self.calls > 3:
                raise RuntimeError("half-way")
            return LINEAR.fill(gather)

    source = shots(tmp_path / "in.sgy")
    before = listing(tmp_path)
    with pytest.raises(RuntimeError, match="half-way"):
        fill(source, tmp_path / "out.sgy", Breaks(), check=2, sigma=str(tmp_path / "sigma.sgy"))
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"check": -1}, "Invalid check -1: must be a number of gathers"),
        ({"sigma": "s.sgy"}, "Invalid --sigma s.sgy: must come with a check"),
        ({"refuse_beyond": 3.0}, "Invalid --refuse-beyond 3.0: must come with a check"),
        ({"error_byte": 240, "check": 1}, "must be a byte from 1 to 239"),
        ({"error_byte": 232, "check": 1}, "must not lie on the mark, bytes 233-236"),
        ({"error_byte": 116, "check": 1}, "must not lie on the number of samples"),
    ],
)
def test_options_that_cannot_be_are_refused(options, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        FillOptions(**options)


def test_errors_are_not_written_over_the_keys_of_the_survey(tmp_path):
    source = shots(tmp_path / "in.sgy")
    with pytest.raises(InvalidParameterError, match="must not lie on tracf, which orders the traces"):
        fill(source, tmp_path / "out.sgy", LINEAR, check=1, error_byte=15)
    with pytest.raises(FileAccessError, match=r"Invalid sigma volume .* must not be the output"):
        fill(source, tmp_path / "out.sgy", LINEAR, check=1, sigma=str(tmp_path / "out.sgy"))
    with pytest.raises(InvalidParameterError, match="must be at least 1, or none"):
        check_survey(SegyReader.open(source), LINEAR, gathers=0)


def test_without_trials_the_default_model_is_told_not_to_be_calibrated():
    check = conclude([])
    assert (check.quality.snr_db, check.coverage, check.model.calibrated) == (None, None, False)


def test_gathers_in_memory_are_checked_alike():
    data = np.sin(0.3 * np.arange(40) - 0.2 * np.arange(60)[:, None])
    gather = Gather(data=data, live=np.random.default_rng(0).random(60) < 0.6, dt=0.004)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check = check_gathers([(gather, None, 0), (gather, None, 1)], LINEAR, most=1)
    assert len(check.trials) == 1
    assert check.quality.snr_db > 10
