import json
import math

import numpy as np
import pytest

from seisfill.errors import GeometryError
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.score import match_gathers, score_files
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import Constant, fill, waves, write_shots


def write_line(path, samples, keys, **options):
    n = len(samples)
    headers = {"fldr": 1, "tracf": np.asarray(keys), **options.pop("headers", {})}
    return write_segy(path, np.asarray(samples)[:n], headers=headers, format_code=5, **options)


@pytest.fixture
def line(tmp_path):
    """Five traces; traces 2 and 4 are missing; their fill is a tenth too small, and half."""
    truth = waves(5)
    estimate = truth * [[1], [0.9], [1], [0.5], [1]]
    return (
        truth,
        write_line(tmp_path / "truth.sgy", truth, range(1, 6)),
        write_line(tmp_path / "filled.sgy", estimate, range(1, 6)),
        write_line(tmp_path / "holes.sgy", truth[::2], [1, 3, 5]),
    )


def test_scores_one_can_check_by_hand(line):
    truth, *paths = line
    found = score_files(paths[0], paths[1], decimated=paths[2])
    energy = (truth**2).sum(axis=1)
    error = 0.01 * energy[1] + 0.25 * energy[3]
    single = 1e-4  # dB: the files hold float32
    assert found.snr_db == pytest.approx(10 * math.log10((energy[1] + energy[3]) / error), abs=single)
    assert found.section_snr_db == pytest.approx(10 * math.log10(energy.sum() / error), abs=single)
    assert found.n_missing == 2
    assert found.gathers[1].snr_db == pytest.approx(found.snr_db, abs=single)
    assert json.loads(json.dumps(found.as_dict()))["gathers"]["1"]["n_missing"] == 2


def test_a_perfect_fill_has_no_error_and_no_warning(line):
    _, truth, _, holes = line
    assert score_files(truth, truth, decimated=holes).snr_db == math.inf


def test_traces_that_were_zeroed_are_missing_too(line, tmp_path):
    truth, path, filled, holes = line
    zeroed = write_line(
        tmp_path / "zero.sgy", truth * [[1], [0], [1], [0], [1]], range(1, 6), headers={"trid": [1, 2, 1, 2, 1]}
    )
    assert score_files(path, filled, decimated=zeroed) == score_files(path, filled, decimated=holes)


def test_a_trace_that_was_left_dead_counts_as_zeros(line, tmp_path):
    truth, path, _, holes = line
    left = write_line(
        tmp_path / "left.sgy", truth * [[1], [0], [1], [0], [1]], range(1, 6), headers={"trid": [1, 2, 1, 2, 1]}
    )
    assert score_files(path, left, decimated=holes).snr_db == pytest.approx(0, abs=1e-6)  # float32 samples
    assert score_files(path, holes, decimated=holes).snr_db == pytest.approx(0, abs=1e-6)


def test_files_are_matched_by_key_and_not_by_place(line, tmp_path):
    truth, path, filled, holes = line
    order = [3, 0, 4, 1, 2]
    turned = write_line(tmp_path / "turned.sgy", truth[order], np.arange(1, 6)[order])
    estimate = truth * [[1], [0.9], [1], [0.5], [1]]
    other = write_line(tmp_path / "other.sgy", estimate[::-1], range(5, 0, -1))
    one, two = (score_files(a, b, decimated=holes) for a, b in ((path, filled), (turned, other)))
    assert (one.snr_db, one.n_missing) == (pytest.approx(two.snr_db), two.n_missing)


def test_rounded_keys_match_within_half_a_step(tmp_path):
    truth, keys = waves(8), np.round(345 + 106.68 * np.arange(8)).astype(int)
    words = {"fldr": 0, "tracf": 0, "cdp": 601}
    path = write_line(tmp_path / "truth.sgy", truth, keys, headers={**words, "offset": keys})
    live = [0, 1, 3, 6, 7]
    holes = write_line(tmp_path / "holes.sgy", truth[live], keys[live], headers={**words, "offset": keys[live]})
    other = keys + np.array([0, 0, 1, 0, -1, 1, 0, 0])  # as a fill may round them
    estimate = write_line(tmp_path / "filled.sgy", truth * 0.9, other, headers={**words, "offset": other})
    found = score_files(path, estimate, decimated=holes)
    assert found.n_missing == 3
    assert found.snr_db == pytest.approx(20, abs=1e-4)  # float32 samples


def test_several_gathers_are_weighed_by_energy(tmp_path):
    truth = write_shots(tmp_path / "truth.sgy")
    holes = write_shots(tmp_path / "holes.sgy", hide=[2, 9, 10])
    fill(holes, tmp_path / "filled.sgy", Constant(0.5))
    found = score_files(truth, tmp_path / "filled.sgy", decimated=holes)
    assert {key: s.n_missing for key, s in found.gathers.items()} == {1: 1, 2: 2}
    assert (
        min(s.snr_db for s in found.gathers.values()) <= found.snr_db <= max(s.snr_db for s in found.gathers.values())
    )


def test_a_gather_that_is_gone_altogether_is_missing(tmp_path):
    truth = write_shots(tmp_path / "truth.sgy")
    holes = write_shots(tmp_path / "holes.sgy", hide=range(8, 16))
    found = score_files(truth, truth, decimated=holes)
    assert found.gathers[2].n_missing == 8


def test_dead_traces_of_the_truth_are_nobody_s_measure(tmp_path):
    truth = write_shots(tmp_path / "truth.sgy", zero=[2])
    holes = write_shots(tmp_path / "holes.sgy", hide=[2, 4])
    assert score_files(truth, truth, decimated=holes).n_missing == 1


def test_keys_of_the_truth_serve_all_three(line):
    _, truth, filled, holes = line
    items = list(match_gathers(truth, filled, decimated=holes, gathers=GatherOptions(gather="line", trace="tracf")))
    assert [item.key for item in items] == [0]
    assert items[0].live.tolist() == [True, False, True, False, True]
    assert not items[0].decimated[1].any()
    assert list(match_gathers(truth, filled, decimated=holes, only=99)) == []


def test_what_cannot_be_compared_is_refused(line, tmp_path):
    truth, path, filled, holes = line
    with pytest.raises(GeometryError, match=r"Invalid decimated file .*: must lack traces of .*, and lacks none"):
        score_files(path, filled, decimated=path)
    short = write_line(tmp_path / "short.sgy", truth[:, :20], range(1, 6))
    with pytest.raises(GeometryError, match=r"must have 24 samples a trace as .* has, found 20"):
        score_files(path, short, decimated=holes)
