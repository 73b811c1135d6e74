import numpy as np
import pytest

from seisfill.errors import InvalidParameterError
from seisfill.plotting import clip_of, plot_image


def test_the_clip_is_a_percentile_of_live_finite_amplitudes():
    data = np.array([np.arange(-100.0, 1.0), np.full(101, 1e6)])
    data[0, 50] = np.nan
    assert clip_of(data, live=[True, False], percentile=100) == 100.0
    assert clip_of(np.arange(-100.0, 1.0)[None], percentile=50) == 50.0


def test_the_clip_of_silence_is_one_and_that_of_mostly_muted_data_is_not_zero():
    assert clip_of(np.zeros((2, 5))) == 1.0
    assert clip_of(np.full((2, 5), np.nan)) == 1.0
    assert clip_of([[0.0] * 999 + [7.0]]) == 7.0


def test_colours_span_the_clip_symmetrically(axes, truth):
    assert plot_image(axes, truth, dt=0.004, clip=3.0) is axes
    assert axes.images[0].get_clim() == (-3.0, 3.0)


def test_the_default_clip_does_not_see_missing_traces(axes, truth, live):
    truth[~live] = 1e9
    plot_image(axes, truth, dt=0.004, live=live)
    assert axes.images[0].get_clim()[1] == clip_of(truth, live) < 11


def test_time_runs_downwards_from_t0_and_each_sample_is_centred(axes, truth):
    plot_image(axes, truth, dt=0.004, t0=1.0)
    bottom, top = axes.get_ylim()
    assert bottom == pytest.approx(1.0 + 99.5 * 0.004)
    assert top == pytest.approx(1.0 - 0.002)
    assert axes.images[0].get_extent() == pytest.approx([-0.5, 23.5, bottom, top])


def test_the_drawn_colour_stands_where_the_sample_is(axes):
    data = np.zeros((3, 5))
    data[2, 1] = 1.0
    plot_image(axes, data, dt=0.004, clip=1.0)
    drawn = axes.images[0].get_array()
    assert drawn.shape == (5, 3)
    assert drawn[1, 2] == 1.0


def test_missing_traces_get_a_tick_each_on_the_top_edge(axes, truth, live, ticks_of):
    plot_image(axes, truth, dt=0.004, live=live)
    assert ticks_of(axes).tolist() == np.flatnonzero(~live).tolist()


def test_a_section_without_holes_gets_no_tick(axes, truth, ticks_of):
    plot_image(axes, truth, dt=0.004)
    assert len(ticks_of(axes)) == 0


def test_labels_carry_units(axes, truth):
    plot_image(axes, truth, dt=0.004, axis_label="offset [m]", title="shot")
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("offset [m]", "time [s]", "shot")


def test_a_falling_axis_is_drawn_falling(axes, truth):
    plot_image(axes, truth, dt=0.004, axis=-25.0 * np.arange(24))
    assert axes.get_xlim() == (12.5, -587.5)


def test_an_irregular_axis_puts_borders_half_way(axes, truth, live, ticks_of):
    positions = np.arange(24.0) ** 2
    plot_image(axes, truth, dt=0.004, axis=positions, live=live, clip=2.0)
    mesh = axes.collections[0]
    assert mesh.get_coordinates()[0, :3, 0].tolist() == [-0.5, 0.5, 2.5]
    assert mesh.get_clim() == (-2.0, 2.0)
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert ticks_of(axes).tolist() == positions[~live].tolist()


def test_nan_is_drawn_as_a_hole(axes, truth):
    truth[3] = np.nan
    plot_image(axes, truth, dt=0.004)
    assert axes.images[0].get_array().mask[:, 3].all()


def test_the_colour_bar_states_the_clip(axes, truth):
    plot_image(axes, truth, dt=0.004, clip=3.0, colorbar=True)
    assert axes.figure.axes[1].get_ylabel() == "amplitude, clip ±3"


@pytest.mark.parametrize(
    "wrong",
    [{"dt": 0.0}, {"clip": 0.0}, {"clip": np.nan}, {"live": [True]}, {"axis": np.zeros(24)}, {"axis": np.arange(3)}],
)
def test_a_wrong_argument_is_refused(axes, truth, wrong):
    with pytest.raises(InvalidParameterError, match="Invalid"):
        plot_image(axes, truth, **{"dt": 0.004, **wrong})


@pytest.mark.parametrize("shape", [(5,), (0, 5), (2, 3, 4)])
def test_what_is_no_section_is_refused(axes, shape):
    with pytest.raises(InvalidParameterError, match="n_traces, n_samples"):
        plot_image(axes, np.zeros(shape), dt=0.004)
