import numpy as np
import pytest

from seisfill.errors import InvalidParameterError
from seisfill.plotting import Band, Frame, plot_sigma_band

FRAME = Frame(dt=0.5, t0=1.0)


def edges(band):
    """Lowest and highest edge of a shaded band, by time."""
    points = band.get_paths()[0].vertices
    times = np.unique(points[:, 0])
    return [
        (float(points[points[:, 0] == time, 1].min()), float(points[points[:, 0] == time, 1].max())) for time in times
    ]


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_a_band_one_can_check_by_eye(axes):
    assert plot_sigma_band([1.0, 2.0, 4.0], Band(sigma=[0.5, 1.0, 2.0]), FRAME, title="trace 3", ax=axes) is axes
    (band,) = axes.collections
    assert edges(band) == [(0.5, 1.5), (1.0, 3.0), (2.0, 6.0)]
    (line,) = axes.lines
    assert line.get_xdata().tolist() == [1.0, 1.5, 2.0]
    assert (labels(axes), axes.get_title("left")) == (["±σ", "filled"], "trace 3")


def test_wider_bands_lie_below_and_are_paler(axes):
    band = Band(sigma=[1.0, 1.0], factors={"80 %": 1.5, "95 %": 3.0})
    plot_sigma_band([0.0, 0.0], band, FRAME, ax=axes)
    wide, narrow = axes.collections
    assert (edges(wide)[0], edges(narrow)[0]) == ((-3.0, 3.0), (-1.5, 1.5))
    assert wide.get_alpha() < narrow.get_alpha()
    assert wide.get_zorder() <= narrow.get_zorder()


def test_labels_say_how_much_of_the_truth_a_band_holds(axes):
    band = Band(sigma=[1.0, 1.0, 0.0, 1.0, 1.0], factors={"80 %": 1.0, "95 %": 2.0})
    plot_sigma_band([0.0] * 5, band, FRAME, truth=[0.5, 1.5, 9.0, 5.0, -0.5], ax=axes)
    assert labels(axes) == ["95 % holds 75 %", "80 % holds 50 %", "truth", "filled"]


def test_nothing_is_shaded_where_nothing_is_predicted(axes):
    plot_sigma_band([1.0, 2.0], Band(sigma=[0.0, np.nan]), FRAME, truth=[1.0, 2.0], ax=axes)
    assert all(len(path.vertices) == 0 for path in axes.collections[0].get_paths())
    assert labels(axes)[0] == "±σ"


def test_the_band_of_one_trace_of_many():
    band = Band(sigma=np.arange(6.0).reshape(2, 3), factors={"all": 2.0}).of_trace(1)
    assert (band.sigma.tolist(), dict(band.factors)) == ([3.0, 4.0, 5.0], {"all": 2.0})


def test_one_sample_is_a_trace_too():
    plot_sigma_band([1.0], Band(sigma=[1.0]), FRAME).figure.draw_without_rendering()


@pytest.mark.parametrize("wrong", [{"sigma": [-1.0]}, {"factors": {}}, {"factors": {"none": 0.0}}])
def test_a_band_that_means_nothing_is_refused(wrong):
    with pytest.raises(InvalidParameterError, match=f"Invalid {next(iter(wrong))}"):
        Band(**{"sigma": [1.0], **wrong})


def test_another_number_of_samples_is_refused(axes):
    with pytest.raises(InvalidParameterError, match="of sigma"):
        plot_sigma_band([1.0, 2.0], Band(sigma=[1.0]), FRAME, ax=axes)
    with pytest.raises(InvalidParameterError, match="of truth"):
        plot_sigma_band([1.0, 2.0], Band(sigma=[1.0, 1.0]), FRAME, truth=[1.0], ax=axes)
