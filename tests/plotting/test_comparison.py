import subprocess
import sys

import numpy as np
import pytest

import seisfill.plotting
from seisfill.errors import FileAccessError, InvalidParameterError
from seisfill.plotting import Band, Page, clip_of, new_figure, plot_comparison, plot_sections, save_figure


@pytest.fixture
def filled(truth, live):
    filled = truth.copy()
    filled[~live] *= np.linspace(0.9, 0.2, (~live).sum())[:, None]
    return filled


def panel(figure, start):
    """The only panel whose title begins so."""
    (found,) = [axes for axes in figure.axes if (axes.get_title() or axes.get_title("left")).startswith(start)]
    return found


def titles(figure):
    return [title for axes in figure.axes if (title := axes.get_title() or axes.get_title("left"))]


def dashes(axes):
    return sorted(line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--")


def test_all_sections_of_a_comparison_share_one_clip_that_the_page_states(truth, filled, live):
    figure = plot_comparison(truth, filled, live=live, dt=0.004)
    clips = {panel(figure, name).images[0].get_clim() for name in ("input", "filled", "truth", "difference")}
    clip = clip_of(truth, live)
    assert clips == {(-clip, clip)}
    assert f"±{clip:.3g}; ticks on top: 11 missing of 24 traces" in figure.get_suptitle()


def test_the_difference_is_truth_minus_filled_and_its_title_carries_the_score(truth, filled, live, samples_of):
    figure = plot_comparison(truth, filled, live=live, dt=0.004, snr_db=-3.14)
    difference = panel(figure, "difference")
    assert difference.get_title() == "difference: truth minus filled\nSNR on missing traces -3.1 dB"
    assert np.array_equal(samples_of(difference, 24), (truth - filled).T)


def test_the_clip_and_the_band_of_errors_come_with_the_page(truth, filled, live):
    sigma = np.where(live[:, None], 0.0, np.abs(truth - filled) + 1e-3)
    page = Page(clip=4.0, band=Band(sigma=sigma))
    figure = plot_comparison(truth, filled, live=live, dt=0.004, page=page)
    assert panel(figure, "filled").images[0].get_clim() == (-4.0, 4.0)
    strips = [axes for axes in figure.axes if axes.get_title("left").startswith("trace ")]
    for axes in strips:
        assert [band.get_label() for band in axes.collections] == ["±σ holds 100 %"]


def test_a_band_of_another_shape_is_refused(truth, filled, live):
    with pytest.raises(InvalidParameterError, match=r"shape .* of sigma"):
        plot_comparison(truth, filled, live=live, dt=0.004, page=Page(band=Band(sigma=np.ones(100))))


def test_all_fk_panels_have_one_zero_decibel(truth, filled, live):
    figure = plot_comparison(truth, filled, live=live, dt=0.004)
    loudest = [panel(figure, f"f-k of {name}").images[0].get_array().max() for name in ("input", "filled", "truth")]
    assert max(loudest) == loudest[2] == 0
    assert loudest[0] < -3  # half of the traces


def test_without_a_score_the_title_claims_none(truth, filled, live):
    figure = plot_comparison(truth, filled, live=live, dt=0.004)
    assert panel(figure, "difference").get_title() == "difference: truth minus filled"


def test_the_input_shows_holes_whatever_the_missing_rows_hold(truth, filled, live, samples_of):
    figure = plot_comparison(truth, filled, decimated=truth, live=live, dt=0.004)
    assert samples_of(panel(figure, "input"), 24).mask.all(axis=0).tolist() == (~live).tolist()


def test_every_section_ticks_its_missing_traces_and_runs_downwards(truth, filled, live, ticks_of):
    figure = plot_comparison(truth, filled, live=live, dt=0.004, page=Page(t0=0.5))
    for name in ("input", "filled", "truth", "difference"):
        axes = panel(figure, name)
        assert ticks_of(axes).tolist() == np.flatnonzero(~live).tolist()
        assert axes.get_ylim() == pytest.approx((0.898, 0.498))


def test_every_fk_panel_marks_the_aliasing_wavenumber(truth, filled, live):
    figure = plot_comparison(truth, filled, live=live, dt=0.004)
    assert [dashes(panel(figure, f"f-k of {name}")) for name in ("input", "filled", "truth")] == [[-0.25, 0.25]] * 3


def test_a_gap_has_no_aliasing_wavenumber(truth, live):
    live[:] = True
    live[8:14] = False
    figure = plot_comparison(truth, truth, live=live, dt=0.004)
    assert dashes(panel(figure, "f-k of filled")) == []


def test_overlays_name_three_missing_traces_and_draw_them(truth, filled, live):
    figure = plot_comparison(truth, filled, live=live, dt=0.004)
    strips = [axes for axes in figure.axes if axes.get_title("left").startswith("trace ")]
    numbers = [int(axes.get_title("left").split()[1]) for axes in strips]
    assert numbers == [3, 11, 19]
    for axes, number in zip(strips, numbers, strict=True):
        drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
        assert np.array_equal(drawn["truth"], truth[number])
        assert np.array_equal(drawn["filled"], filled[number])


def test_the_score_of_an_overlay_is_that_of_its_trace(truth, filled, live):
    filled[11] = 0.9 * truth[11]
    filled[~live] = 0.9 * truth[~live]
    figure = plot_comparison(truth, filled, live=live, dt=0.004)
    assert all("SNR 20.0 dB" in title for title in titles(figure) if title.startswith("trace "))


def test_without_a_truth_the_page_compares_with_live_traces(filled, live):
    figure = plot_comparison(None, filled, live=live, dt=0.004, page=Page(title="line 12"))
    assert not any("truth" in title or "difference" in title for title in titles(figure))
    spectrum = panel(figure, "mean spectrum")
    assert [line.get_label() for line in spectrum.lines] == ["live traces", "filled traces"]
    strip = next(axes for axes in figure.axes if axes.get_title("left").startswith("trace "))
    number = int(strip.get_title("left").split()[1])
    assert [line.get_label() for line in strip.lines] == [
        f"live trace {number - 1}",
        f"live trace {number + 1}",
        "filled",
    ]
    assert figure.get_suptitle().startswith("line 12\n")


def test_missing_traces_are_read_from_the_decimated_section(truth, filled, live, ticks_of):
    decimated = np.where(live[:, None], truth, 0.0)
    figure = plot_comparison(truth, filled, decimated=decimated, dt=0.004)
    assert ticks_of(panel(figure, "filled")).tolist() == np.flatnonzero(~live).tolist()


def test_a_comparison_that_cannot_know_the_missing_traces_is_refused(truth, filled):
    with pytest.raises(InvalidParameterError, match=r"Pass gather\.live"):
        plot_comparison(truth, filled, dt=0.004)


@pytest.mark.parametrize("what", ["truth", "decimated"])
def test_sections_of_another_shape_are_refused(truth, filled, live, what):
    sections = {"truth": truth, "decimated": None, what: truth[:5]}
    with pytest.raises(InvalidParameterError, match=f"shape .* of {what}"):
        plot_comparison(sections["truth"], filled, decimated=sections["decimated"], live=live, dt=0.004)


@pytest.mark.parametrize("pattern", ["nothing missing", "everything missing", "one trace"])
def test_extreme_patterns_still_make_a_page(truth, live, pattern):
    live[:] = pattern == "nothing missing"
    n_traces = 1 if pattern == "one trace" else 24
    for known in (truth[:n_traces], None):
        figure = plot_comparison(known, truth[:n_traces], live=live[:n_traces], dt=0.004)
        figure.draw_without_rendering()
        assert "f-k of filled" in titles(figure)


def test_no_text_of_the_page_overlaps_another_panel(truth, filled, live):
    figure = plot_comparison(truth, filled, live=live, dt=0.004, snr_db=3.0, page=Page(title="shot 3"))
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    for first in range(len(boxes)):
        for second in range(first):
            low, high = np.maximum(boxes[first].min, boxes[second].min), np.minimum(boxes[first].max, boxes[second].max)
            assert (high - low).min() <= 1.0  # pixel


def test_sections_in_a_row_share_the_clip_of_the_first(truth, filled, live):
    figure = plot_sections({"truth": truth, "ten times": 10 * truth, "filled": filled}, dt=0.004, live=live)
    clip = clip_of(truth, live)
    assert [axes.get_title() for axes in figure.axes[:3]] == ["truth", "ten times", "filled"]
    assert {axes.images[0].get_clim() for axes in figure.axes[:3]} == {(-clip, clip)}
    assert figure.axes[3].get_ylabel() == f"amplitude, clip ±{clip:.3g}"


def test_sections_that_differ_in_shape_or_are_none_are_refused(truth):
    with pytest.raises(InvalidParameterError, match="section 'b'"):
        plot_sections({"a": truth, "b": truth[1:]}, dt=0.004)
    with pytest.raises(InvalidParameterError, match="at least one"):
        plot_sections({}, dt=0.004)


@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".PDF", b"%PDF"), (".svg", b"<?xml")])
def test_a_figure_is_saved_by_its_suffix_with_the_same_bytes_each_time(truth, live, tmp_path, suffix, magic):
    first, second = (
        save_figure(plot_sections({"shot": truth}, dt=0.004, live=live), tmp_path / f"{name}{suffix}") for name in "ab"
    )
    assert first.read_bytes().startswith(magic)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", ["page.jpg", "page"])
def test_another_suffix_is_refused_and_nothing_is_written(tmp_path, name):
    with pytest.raises(InvalidParameterError, match=r"Invalid suffix .* must be one of \.pdf, \.png, \.svg"):
        save_figure(new_figure(1, 1), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(FileAccessError, match="Create it first"):
        save_figure(new_figure(1, 1), tmp_path / "nowhere" / "page.png")


def test_the_public_names_are_sorted_and_real():
    names = seisfill.plotting.__all__
    assert names == sorted(names)
    assert all(hasattr(seisfill.plotting, name) for name in names)


def test_plotting_never_imports_pyplot():
    code = "import sys, seisfill.plotting; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
