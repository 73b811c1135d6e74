import math

import pytest

from seisfill.workflows.training_curves import draw_curves, mean_score, running_mean
from seisfill.workflows.training_log import TrainingLog

ROWS = [{"step": step, "missing": 0.4 - 0.01 * step, "linear": 0.4} for step in range(1, 11)]
SHEETS = [
    {"step": step, "set": name, "pattern": pattern, "snr_db": score, "linear_db": 3.0}
    for step, score in ((5, 4.0), (10, 6.0))
    for name in ("sparse", "shot")
    for pattern in ("every:2", "gap:10")
]


def curves_of(axes):
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.get_lines()}


def test_the_losses_of_network_and_lines_stand_against_the_step():
    (axes,) = draw_curves(ROWS, []).axes
    curves = curves_of(axes)
    assert curves["network"][0] == list(range(1, 11))
    assert curves["network"][1] == pytest.approx([row["missing"] for row in ROWS])
    assert curves["straight lines"][1] == pytest.approx([0.4] * 10)


def test_each_pattern_has_a_curve_of_its_own_which_is_the_mean_over_sets():
    scored = [{**row, "snr_db": None if (row["set"], row["step"]) == ("shot", 5) else row["snr_db"]} for row in SHEETS]
    scored[0]["snr_db"] = 2.0
    _, axes = draw_curves(ROWS, scored, title="small").axes
    curves = curves_of(axes)
    assert curves["every:2"] == ([5, 10], [2.0, 6.0])  # one of the two sets has no score at step 5
    assert curves["gap:10"] == ([5, 10], [4.0, 6.0])


def test_a_long_training_is_drawn_smooth():
    rough = [float(number % 2) for number in range(400)]
    assert max(running_mean(rough, 10)[20:-20]) < 0.53
    assert min(running_mean(rough, 10)[20:-20]) > 0.47
    assert math.isnan(mean_score([]))


def test_the_picture_is_there_as_soon_as_there_are_rows(tmp_path):
    log = TrainingLog(tmp_path, step=0)
    log.close()
    assert not (tmp_path / "loss.png").exists()
    for row in ROWS:
        log.row(row)
    log.close()
    assert (tmp_path / "loss.png").stat().st_size > 5000
