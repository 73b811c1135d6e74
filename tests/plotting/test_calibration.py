import numpy as np
import pytest

from seisfill.errors import InvalidParameterError
from seisfill.plotting import plot_calibration


def test_each_line_is_drawn_in_per_cent_over_what_was_promised(axes):
    found = {"random": [0.5, 0.9], "gap": [0.4, 0.7]}
    assert plot_calibration([0.5, 0.8], found, title="coverage", ax=axes) is axes
    exact, first, second = axes.lines
    assert list(exact.get_xdata()) == list(exact.get_ydata()) == [0, 100]
    assert first.get_xdata().tolist() == second.get_xdata().tolist() == [50.0, 80.0]
    assert (first.get_ydata().tolist(), second.get_ydata().tolist()) == ([50.0, 90.0], [40.0, 70.0])
    assert (first.get_label(), second.get_label(), axes.get_title()) == ("random", "gap", "coverage")
    assert first.get_marker() != second.get_marker()


def test_the_strip_is_as_high_as_the_tolerance(axes):
    plot_calibration([0.5], {"all": [0.5]}, tolerance=0.1, ax=axes)
    points = axes.collections[0].get_paths()[0].vertices
    at_zero = points[points[:, 0] == 0, 1]
    assert (at_zero.min(), at_zero.max()) == (-10, 10)
    assert axes.collections[0].get_label() == "exact ± 10 points"


@pytest.mark.parametrize(
    ("nominal", "empirical", "what"),
    [
        ([0.5], {}, "empirical coverage"),
        ([1.5], {"all": [0.5]}, "nominal coverage"),
        ([], {"all": []}, "nominal coverage"),
        ([0.5], {"all": [np.nan]}, "coverage of all"),
        ([0.5], {"all": [0.5, 0.6]}, "coverage of all"),
    ],
)
def test_what_is_no_coverage_is_refused(axes, nominal, empirical, what):
    with pytest.raises(InvalidParameterError, match=what):
        plot_calibration(nominal, empirical, ax=axes)
