import numpy as np
import pytest

from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.plotting import Frame, add_colour_bar, clip_of, plot_section
from seisfill.plotting._panel import clip_label


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
    assert plot_section(truth, Frame(dt=0.004), clip=3.0, ax=axes) is axes
    assert axes.images[0].get_clim() == (-3.0, 3.0)


def test_the_default_clip_does_not_see_missing_traces(axes, truth, live):
    truth[~live] = 1e9
    plot_section(truth, Frame(dt=0.004, live=live), ax=axes)
    assert axes.images[0].get_clim()[1] == clip_of(truth, live) < 11


def test_time_runs_downwards_from_t0_and_each_sample_is_centred(axes, truth):
    plot_section(truth, Frame(dt=0.004, t0=1.0), ax=axes)
    bottom, top = axes.get_ylim()
    assert bottom == pytest.approx(1.0 + 99.5 * 0.004)
    assert top == pytest.approx(1.0 - 0.002)
    assert axes.images[0].get_extent() == pytest.approx([-0.5, 23.5, bottom, top])


def test_the_drawn_colour_stands_where_the_sample_is(axes, samples_of):
    data = np.zeros((3, 5))
    data[2, 1] = 1.0
    plot_section(data, Frame(dt=0.004), clip=1.0, ax=axes)
    drawn = samples_of(axes, 3)
    assert drawn.shape == (5, 3)
    assert drawn[1, 2] == 1.0


def test_missing_traces_get_a_tick_each_on_the_top_edge(axes, truth, live, ticks_of):
    plot_section(truth, Frame(dt=0.004, live=live), ax=axes)
    assert ticks_of(axes).tolist() == np.flatnonzero(~live).tolist()


def test_a_section_without_holes_gets_no_tick(axes, truth, ticks_of):
    plot_section(truth, Frame(dt=0.004), ax=axes)
    assert len(ticks_of(axes)) == 0


def test_labels_carry_units(axes, truth):
    plot_section(truth, Frame(dt=0.004, axis_label="offset [m]"), title="shot", ax=axes)
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("offset [m]", "time [s]", "shot")


def test_a_falling_axis_is_drawn_falling(axes, truth):
    plot_section(truth, Frame(dt=0.004, axis=-25.0 * np.arange(24)), ax=axes)
    assert axes.get_xlim() == (12.5, -587.5)


def test_an_irregular_axis_puts_borders_half_way(axes, truth, live, ticks_of):
    positions = np.arange(24.0) ** 2
    plot_section(truth, Frame(dt=0.004, live=live, axis=positions), clip=2.0, ax=axes)
    mesh = axes.collections[0]
    assert mesh.get_coordinates()[0, :3, 0].tolist() == [-0.5, 0.5, 2.5]
    assert mesh.get_clim() == (-2.0, 2.0)
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert ticks_of(axes).tolist() == positions[~live].tolist()


def test_nan_is_drawn_as_a_hole(axes, truth, samples_of):
    truth[3] = np.nan
    plot_section(truth, Frame(dt=0.004), ax=axes)
    assert samples_of(axes, 24).mask.all(axis=0).tolist() == [trace == 3 for trace in range(24)]


def test_the_colour_bar_states_the_clip(axes, truth):
    add_colour_bar(plot_section(truth, Frame(dt=0.004), clip=3.0, ax=axes), label=clip_label(3.0), clipped=True)
    assert axes.figure.axes[1].get_ylabel() == "amplitude, clip ±3"


@pytest.mark.parametrize(
    "wrong",
    [{"dt": 0.0}, {"clip": 0.0}, {"clip": np.nan}, {"live": [True]}, {"axis": np.zeros(24)}, {"axis": np.arange(3)}],
)
def test_a_wrong_argument_is_refused(axes, truth, wrong):
    clip = wrong.pop("clip", None)
    with pytest.raises(InvalidParameterError, match="Invalid"):
        plot_section(truth, Frame(**{"dt": 0.004, **wrong}), clip=clip, ax=axes)


@pytest.mark.parametrize("shape", [(5,), (0, 5), (2, 3, 4)])
def test_what_is_no_section_is_refused(axes, shape):
    with pytest.raises(InvalidParameterError, match="n_traces, n_samples"):
        plot_section(np.zeros(shape), Frame(dt=0.004), ax=axes)


def test_neighbouring_traces_do_not_run_into_each_other(axes):
    plot_section(np.repeat([[1.0], [-1.0], [1.0]], 400, axis=1), Frame(dt=0.004), clip=1.0, ax=axes)
    axes.set_axis_off()
    axes.figure.canvas.draw()
    shades = np.asarray(axes.figure.canvas.buffer_rgba())[..., 0]
    # Black, white, black on white paper: what is neither lies at the edges of traces or of the panel.
    assert ((shades > 20) & (shades < 235)).mean() < 0.02


def test_without_axes_a_section_makes_its_own(truth):
    axes = plot_section(truth, Frame(dt=0.004))
    assert axes.figure.axes == [axes]


def test_a_frame_of_a_gather_knows_its_times_and_live_traces(truth, live):
    frame = Frame.of(Gather(data=truth, live=live, dt=0.002, t0=0.1))
    assert (frame.dt, frame.t0) == (0.002, 0.1)
    assert frame.settle(truth).live.tolist() == live.tolist()
    with pytest.raises(InvalidParameterError, match="Invalid t0"):
        Frame(dt=0.002, t0=np.inf)
