import numpy as np
import pytest

from seisfill.errors import InvalidParameterError
from seisfill.plotting import Levels, plot_amplitude_spectrum, plot_fk
from seisfill.plotting.levels import fk_spectrum, regular_live_spacing, useful_frequency


def plane_wave(frequency, slowness, *, n_traces=64, n_samples=250, dt=0.004):
    """A plane wave cos 2 pi f (t - p x), x in traces, p in seconds per trace."""
    times, traces = dt * np.arange(n_samples), np.arange(n_traces)[:, None]
    return np.cos(2 * np.pi * frequency * (times - slowness * traces))


def dashes(axes):
    return sorted(line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--")


@pytest.mark.parametrize("slowness", [0.005, -0.005])
def test_a_plane_wave_lies_at_its_frequency_and_slowness_times_frequency(slowness):
    k, f, amplitudes = fk_spectrum(plane_wave(40.0, slowness), dt=0.004)
    row, column = np.unravel_index(amplitudes.argmax(), amplitudes.shape)
    assert f[column] == pytest.approx(40.0)
    # One bin of the padded wavenumber axis.
    assert k[row] == pytest.approx(40.0 * slowness, abs=1 / 128)


def test_wavenumbers_are_in_cycles_per_metre_when_a_spacing_is_given(axes):
    k, _, amplitudes = fk_spectrum(plane_wave(40.0, 0.005), dt=0.004, spacing=25.0)
    assert k[amplitudes.max(axis=1).argmax()] == pytest.approx(0.2 / 25, abs=1 / 128 / 25)
    plot_fk(plane_wave(40.0, 0.005), dt=0.004, spacing=25.0, live_spacing=50.0, ax=axes)
    assert axes.get_xlim() == (-0.02, 0.02)
    assert axes.get_xlabel() == "wavenumber [1/m]"
    assert dashes(axes) == [-0.01, 0.01]


def test_hiding_every_second_trace_makes_a_twin_half_a_cycle_away():
    wave = plane_wave(40.0, 0.005)
    wave[1::2] = np.nan
    k, f, amplitudes = fk_spectrum(wave, dt=0.004)
    line = amplitudes[:, np.argmin(np.abs(f - 40.0))]
    assert line[np.argmin(np.abs(k + 0.3))] == pytest.approx(line.max(), rel=0.05)


def test_levels_are_decibels_re_the_maximum_down_to_the_floor(axes):
    plot_fk(1e6 * plane_wave(40.0, 0.0), dt=0.004, levels=Levels(floor_db=-30), ax=axes)
    image = axes.images[0]
    assert image.get_clim() == (-30, 0)
    assert image.get_array().max() == 0
    assert image.get_array().min() == pytest.approx(-30)


def test_frequency_runs_upwards_to_nyquist_or_f_max(axes):
    assert plot_fk(plane_wave(40.0, 0.0), dt=0.004, ax=axes) is axes
    assert axes.get_ylim() == pytest.approx((0, 125))
    assert axes.images[0].origin == "lower"
    plot_fk(plane_wave(40.0, 0.0), dt=0.004, levels=Levels(f_max=80), ax=axes)
    assert axes.get_ylim() == (0, 80)
    assert axes.get_ylabel() == "frequency [Hz]"


@pytest.mark.parametrize(("keep", "edge"), [(2, 0.25), (4, 0.125)])
def test_dashed_lines_mark_the_nyquist_wavenumber_of_the_live_spacing(axes, keep, edge):
    plot_fk(plane_wave(40.0, 0.0), dt=0.004, live_spacing=keep, ax=axes)
    assert dashes(axes) == [-edge, edge]
    assert axes.get_xlabel() == "wavenumber [cycles/trace]"


def test_no_line_is_drawn_without_a_live_spacing(axes):
    plot_fk(plane_wave(40.0, 0.0), dt=0.004, ax=axes)
    assert dashes(axes) == []


def test_silence_is_drawn_at_the_floor(axes):
    plot_fk(np.zeros((4, 8)), dt=0.004, ax=axes)
    assert (axes.images[0].get_array() == -50).all()


@pytest.mark.parametrize("wrong", [{"spacing": 0}, {"live_spacing": -1}, {"dt": -1}])
def test_a_wrong_argument_of_the_fk_panel_is_refused(axes, wrong):
    with pytest.raises(InvalidParameterError, match="Invalid"):
        plot_fk(np.ones((4, 8)), **{"dt": 0.004, **wrong}, ax=axes)


@pytest.mark.parametrize("wrong", [{"floor_db": 0.0}, {"f_max": 0.0}, {"largest": -1.0}])
def test_levels_that_show_nothing_are_refused(wrong):
    with pytest.raises(InvalidParameterError, match=f"Invalid {next(iter(wrong))}"):
        Levels(**wrong)


def test_panels_with_one_reference_can_be_compared(axes):
    wave = plane_wave(40.0, 0.0)
    largest = fk_spectrum(wave, dt=0.004)[2].max()
    plot_fk(wave / 10, dt=0.004, levels=Levels(largest=largest), ax=axes)
    assert axes.images[0].get_array().max() == pytest.approx(-20)


def test_mean_spectra_share_one_reference_so_that_weak_fills_show(axes):
    wave = plane_wave(40.0, 0.0)
    plot_amplitude_spectrum({"truth": wave, "filled": wave / 10}, dt=0.004, ax=axes)
    strong, weak = axes.lines
    assert strong.get_ydata().max() == pytest.approx(0, abs=1e-9)
    assert weak.get_ydata().max() == pytest.approx(-20)
    assert strong.get_xdata()[strong.get_ydata().argmax()] == pytest.approx(40.0)
    assert strong.get_linestyle() != weak.get_linestyle()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["truth", "filled"]


def test_spectra_of_nothing_are_refused(axes):
    with pytest.raises(InvalidParameterError, match="at least one"):
        plot_amplitude_spectrum({}, dt=0.004, ax=axes)


def test_the_live_spacing_is_known_only_for_regular_patterns():
    every_second = np.arange(40) % 2 == 0
    every_second[-1] = True
    gap = np.ones(40, dtype=bool)
    gap[10:20] = False
    random = np.random.default_rng(0).random(40) < 0.5
    assert [regular_live_spacing(live) for live in (every_second, gap, random)] == [2.0, None, None]
    assert regular_live_spacing(np.zeros(4, dtype=bool)) is None


def test_the_useful_frequency_lies_above_the_energy_and_not_above_nyquist():
    assert useful_frequency(plane_wave(40.0, 0.0), dt=0.004) == pytest.approx(60.0)
    assert useful_frequency(plane_wave(100.0, 0.0), dt=0.004) == 125.0
    assert useful_frequency(np.zeros((2, 8)), dt=0.004) == 125.0
