import numpy as np
import pytest

from seisfill.errors import InvalidParameterError
from seisfill.plotting import Frame, plot_gate, plot_gates


def test_a_map_is_drawn_where_its_samples_lie_and_the_holes_are_ticked(axes, live, ticks_of, samples_of):
    gates = np.linspace(0, 1, 2400).reshape(24, 100)
    assert plot_gate(gates, Frame(dt=0.004, t0=1.0, live=live), title="stem", ax=axes) is axes
    image = axes.images[0]
    assert np.array_equal(samples_of(axes, 24), gates.T)
    assert image.get_extent() == pytest.approx([-0.5, 23.5, 1.398, 0.998])
    assert ticks_of(axes).tolist() == np.flatnonzero(~live).tolist()
    assert axes.get_title() == "stem: mean 0.50"


def test_colours_span_the_maps_own_range_without_its_outliers(axes):
    gates = np.full((10, 100), 0.4)
    gates[:, 50:] = 0.6
    gates[0, :2] = 0.0, 1.0
    plot_gate(gates, Frame(dt=0.004), ax=axes)
    assert axes.images[0].get_clim() == (0.4, 0.6)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_gates_that_stand_still_have_one_colour_and_a_range_around_it(axes, value):
    plot_gate(np.full((4, 8), value), Frame(dt=0.004), ax=axes)
    low, high = axes.images[0].get_clim()
    assert low <= value <= high
    assert low < high


def test_the_page_holds_the_gather_with_its_holes_and_every_layer(live, samples_of):
    maps = {f"layer {number}": np.full((24, 100), number / 10) for number in range(7)}
    figure = plot_gates(np.ones((24, 100)), Frame(dt=0.004, live=live), maps, title="small")
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == ["input", *(f"layer {number}: mean {number / 10:.2f}" for number in range(7))]
    assert samples_of(figure.axes[0], 24).mask.all(axis=0).tolist() == (~live).tolist()
    assert figure.get_suptitle() == "small"


def test_only_the_left_and_lowest_panels_carry_labels():
    maps = {str(number): np.full((4, 8), 0.5) for number in range(5)}
    figure = plot_gates(np.ones((4, 8)), Frame(dt=0.004), maps)
    panels = figure.axes[:10]
    assert [bool(axes.get_ylabel()) for axes in panels[:6]] == [True, False, False, False, False, True]
    assert [bool(axes.get_xlabel()) for axes in panels[:6]] == [False, True, True, True, True, True]


def test_what_is_no_gate_is_refused():
    with pytest.raises(InvalidParameterError, match="must lie between 0"):
        plot_gate([[0.5, 1.5]], Frame(dt=0.004))
    with pytest.raises(InvalidParameterError, match="at least one layer"):
        plot_gates([[0.5]], Frame(dt=0.004), {})
