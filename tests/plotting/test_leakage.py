import numpy as np
import pytest

from seisfill.errors import InvalidParameterError
from seisfill.plotting import HeldOutTraces, clip_of, plot_held_out, plot_leakage


@pytest.fixture
def held(truth):
    return HeldOutTraces(truth=truth, estimate=0.9 * truth, places=3 * np.arange(24), dt=0.004, t0=0.5)


def test_what_is_lost_is_drawn_at_the_clip_of_the_truth(axes, held, truth, samples_of):
    assert plot_leakage(held, ax=axes) is axes
    assert np.allclose(samples_of(axes, 24), 0.1 * truth.T)
    assert axes.images[0].get_clim()[1] == clip_of(truth)
    assert axes.get_title() == "truth minus fill, 24 held-out traces, SNR 20.0 dB"
    assert axes.get_ylim()[1] == pytest.approx(0.498)


def test_traces_lie_side_by_side_and_tell_their_place_in_the_gather(axes, held):
    plot_leakage(held, clip=2.0, title="lost", ax=axes)
    assert axes.get_xticks().tolist() == list(range(0, 24, 2))
    assert [text.get_text() for text in axes.get_xticklabels()][:3] == ["0", "6", "12"]
    assert (axes.get_title(), axes.get_xlabel(), axes.images[0].get_clim()[1]) == ("lost", "held-out trace", 2.0)


def test_the_page_shows_truth_fill_and_loss_at_one_clip_and_their_spectra(held):
    figure = plot_held_out(held, title="gather 7")
    sections = figure.axes[:3]
    assert len({axes.images[0].get_clim() for axes in sections}) == 1
    assert [axes.get_title().split("\n")[0] for axes in sections] == ["as recorded", "as filled", "truth minus fill"]
    lines = figure.axes[3].lines
    assert [line.get_label() for line in lines] == ["as recorded", "as filled", "truth minus fill"]
    # What is a tenth lies 20 dB below.
    assert lines[2].get_ydata().max() - lines[0].get_ydata().max() == pytest.approx(-20)
    assert figure.get_suptitle() == "gather 7"


@pytest.mark.parametrize(
    ("wrong", "what"),
    [({"truth": np.ones((0, 4))}, "data"), ({"estimate": np.ones((2, 3))}, "estimate"), ({"places": [1]}, "places")],
)
def test_arrays_that_do_not_belong_together_are_refused(wrong, what):
    right = {"truth": np.ones((2, 4)), "estimate": np.ones((2, 4)), "places": [1, 2], "dt": 0.004}
    with pytest.raises(InvalidParameterError, match=f"of {what}"):
        HeldOutTraces(**{**right, **wrong})


def test_places_must_ascend():
    with pytest.raises(InvalidParameterError, match="Sort the traces"):
        HeldOutTraces(truth=np.ones((2, 4)), estimate=np.ones((2, 4)), places=[2, 1], dt=0.004)
