import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex

from seisfill.errors import InvalidParameterError
from seisfill.plotting import Frame, WiggleStyle, plot_wiggle


def one(axes, kind):
    """The only artist of its kind."""
    (found,) = [artist for artist in axes.collections if type(artist) is kind]
    return found


def test_a_wiggle_one_can_check_by_eye(axes):
    plot_wiggle([[2.0, -1.0, 0.0]], Frame(dt=1.0), clip=2.0, ax=axes)
    line = one(axes, LineCollection).get_segments()[0]
    assert line[:, 0].tolist() == [1.0, 0.0, -0.5, -0.25, 0.0]
    assert line[:, 1] == pytest.approx([0.0, 2 / 3, 1.0, 1.5, 2.0])


def test_only_the_positive_side_is_filled_and_the_area_ends_at_the_zero_crossing(axes):
    plot_wiggle([[2.0, -2.0, -2.0]], Frame(dt=1.0), clip=2.0, ax=axes)
    outline = one(axes, PolyCollection).get_paths()[0].vertices
    assert outline[:, 0].min() == 0.0
    assert outline[outline[:, 0] > 0, 1].tolist() == [0.0]
    assert [0.0, 0.5] in outline.tolist()


def test_the_negative_side_may_be_filled_instead_or_none(axes):
    plot_wiggle([[2.0, -2.0]], Frame(dt=1.0), style=WiggleStyle(fill="negative"), ax=axes)
    assert one(axes, PolyCollection).get_paths()[0].vertices[:, 0].max() == 0.0
    axes.clear()
    plot_wiggle([[2.0, -2.0]], Frame(dt=1.0), style=WiggleStyle(fill="none"), ax=axes)
    assert [type(artist) for artist in axes.collections] == [LineCollection]


def test_amplitudes_above_the_clip_are_cut_at_the_neighbouring_trace(axes):
    plot_wiggle([[50.0, 0.0], [0.0, -50.0]], Frame(dt=1.0, axis=[100.0, 125.0]), clip=2.0, ax=axes)
    first, second = one(axes, LineCollection).get_segments()
    assert first[0, 0] == 125.0
    assert second[-1, 0] == 100.0


def test_missing_traces_take_the_second_colour_and_a_tick(axes, truth, live, ticks_of):
    plot_wiggle(truth, Frame(dt=0.004, live=live), style=WiggleStyle(colors=("#000000", "#ff0000")), ax=axes)
    colors = [to_hex(color) for color in one(axes, LineCollection).get_colors()]
    assert colors == ["#000000" if alive else "#ff0000" for alive in live]
    assert ticks_of(axes).tolist() == np.flatnonzero(~live).tolist()


def test_time_runs_downwards(axes, truth):
    plot_wiggle(truth, Frame(dt=0.004, t0=1.0), ax=axes)
    assert axes.get_ylim() == pytest.approx((1.398, 0.998))
    assert axes.get_ylabel() == "time [s]"


def test_sixty_traces_are_all_drawn_and_more_are_thinned_with_a_note(axes):
    plot_wiggle(np.ones((60, 4)), Frame(dt=1.0), title="shot", ax=axes)
    assert len(one(axes, LineCollection).get_segments()) == 60
    assert axes.get_title() == "shot"
    axes.clear()
    plot_wiggle(np.ones((120, 4)), Frame(dt=1.0), title="shot", ax=axes)
    assert len(one(axes, LineCollection).get_segments()) == 60
    assert axes.get_title() == "shot, 1 in 2 traces drawn"


@pytest.mark.parametrize("keep", [2, 3, 4])
def test_thinning_never_hides_all_missing_or_all_live_traces(axes, keep, ticks_of):
    live = np.arange(60 * keep) % keep == 0
    plot_wiggle(np.ones((len(live), 4)), Frame(dt=1.0, live=live), ax=axes)
    n_drawn = len(one(axes, LineCollection).get_segments())
    assert n_drawn <= 60
    # A share within 0.15 of the true one is what `thinning` asks for.
    assert len(ticks_of(axes)) / n_drawn == pytest.approx(1 - 1 / keep, abs=0.15)


def test_nothing_is_drawn_at_nan(axes, truth):
    truth[2] = np.nan
    plot_wiggle(truth, Frame(dt=0.004), ax=axes)
    outline = one(axes, PolyCollection).get_paths()[2].vertices
    assert (outline[:, 0] == 2.0).all()
    assert np.isfinite(outline).all()


def test_an_unknown_fill_is_refused_with_a_suggestion(axes, truth):
    with pytest.raises(InvalidParameterError, match="did you mean 'positive'"):
        plot_wiggle(truth, Frame(dt=0.004), style=WiggleStyle(fill="positiv"), ax=axes)
