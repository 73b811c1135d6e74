from dataclasses import replace

import numpy as np
import pytest

from seisfill.gather import Filled, Gather
from seisfill.geometry import TraceAxis
from seisfill.report.figures import fk_charts, section_charts, spectrum_chart
from seisfill.report.gathers import ShownGather
from seisfill.report.quality_figures import leakage_charts, quality_chart, range_charts
from seisfill.report.survey_figures import Grid, coverage_chart, map_chart, trust_chart
from seisfill.report.trace_figures import overlay_charts, wiggle_chart
from seisfill.trust.trial import Trial
from tests.report.test_rasters import pixels
from tests.report.test_words import table_of


def gather(n_traces=12, n_samples=400, keep=2, **more):
    """Every second trace recorded, a dipping wave, all of it filled with half of the truth."""
    time = 0.004 * np.arange(n_samples) - 0.002 * np.arange(n_traces)[:, None]
    truth = np.sin(2 * np.pi * 20 * time).astype(np.float32)
    live = np.arange(n_traces) % keep == 0
    live[-1] = True
    after = np.where(live[:, None], truth, truth / 2)
    parts = {"key": 7, "word": "best", "keys": 100.0 + 2 * np.arange(n_traces), "dt": 0.004}
    parts |= {"before": truth * live[:, None], "after": after, "live": live, "new": ~live, "truth": truth}
    return ShownGather(**(parts | more))


def titles(charts):
    return [chart.title for chart in charts]


def test_sections_stand_at_one_clip_with_a_mark_above_each_filled_trace():
    shown = gather()
    charts = section_charts(shown, axis_label="channel", name="g")
    assert titles(charts) == ["recorded", "filled", "truth", "difference"]
    assert [chart.pictures[0].name for chart in charts] == ["g-recorded", "g-filled", "g-truth", "g-difference"]
    assert all(chart.paths[0].d.count("M") == shown.new.sum() for chart in charts)
    assert (charts[0].x.low, charts[0].x.high) == (99.0, 123.0)
    assert charts[0].y.high < charts[0].y.low  # time runs down
    assert (shown.step, shown.widest) == (2.0, 1)


def test_without_a_truth_the_filled_traces_stand_alone_and_with_a_volume_their_error():
    shown = replace(gather(), truth=None)
    assert titles(section_charts(shown, axis_label="", name="g")) == ["recorded", "filled", "added"]
    flat = replace(shown, sigma=np.where(shown.new[:, None], 0.2, np.zeros_like(shown.after)))
    assert titles(section_charts(flat, axis_label="", name="g")) == ["recorded", "filled", "added"]
    volume = replace(shown, sigma=flat.sigma * np.linspace(0, 1, 400))
    charts = section_charts(volume, axis_label="", name="g")
    assert titles(charts)[-1] == "predicted error"
    found = pixels(charts[-1].pictures[0].source)
    middle = found.shape[1] // 24
    assert found[5, middle, 3] == 0  # the first trace was recorded: clear
    assert found[-1, 3 * middle, :3].sum() > found[0, 3 * middle, :3].sum()  # it grows downwards


def test_aliasing_is_marked_where_live_traces_are_evenly_spaced():
    charts = fk_charts(gather(n_traces=41))
    assert titles(charts) == ["before, f-k", "after, f-k", "truth, f-k"]
    assert charts[0].paths[0].d == "M1250 0V5000M3750 0V5000"  # half-way to Nyquist on both sides
    assert "alias beyond ±0.25" in charts[0].caption
    random = np.random.default_rng(0).random(41) < 0.5
    charts = fk_charts(replace(gather(n_traces=41, truth=None), live=random, new=~random))
    assert (len(charts), charts[0].paths) == (2, ())
    assert "not evenly spaced" in charts[0].caption


def test_spectra_say_how_much_weaker_filled_traces_are():
    chart = spectrum_chart(gather())
    assert chart.caption == "Filled traces are 6.0 dB weaker than recorded ones."
    assert [words for _, words in chart.legend] == ["recorded traces", "filled traces", "truth at the filled traces"]


@pytest.mark.parametrize(
    ("change", "words"),
    [({"new": np.zeros(12, bool)}, "Nothing to compare."), ({"after": np.zeros((12, 400))}, "One of them is silent.")],
)
def test_spectra_of_nothing_are_no_reason_to_fail(change, words):
    assert spectrum_chart(replace(gather(truth=None), **change)).caption == words


def test_traces_are_drawn_with_the_truth_or_the_nearest_neighbour_and_their_band():
    shown = gather(sigma=np.full((12, 400), 0.1))
    charts = overlay_charts(shown, axis_label="channel")
    assert [chart.title.split(":")[0] for chart in charts] == ["easy trace", "median trace", "hard trace"]
    assert [path.style for path in charts[0].paths] == ["area band", "line truth", "line filled"]
    assert "band of ±0.1" in charts[0].alt
    plain = overlay_charts(replace(shown, truth=None, sigma=None), axis_label="channel")[0]
    assert [path.style for path in plain.paths] == ["line live", "line filled"]
    assert plain.legend[0] == ("line live", "nearest recorded trace, 1 away")
    assert overlay_charts(replace(shown, new=np.zeros(12, bool)), axis_label="") == []


def test_wiggles_show_the_hardest_window_with_closed_areas():
    chart = wiggle_chart(gather(n_traces=40), axis_label="channel")
    assert [path.style for path in chart.paths].count("area filled") == 1
    assert {path.style for path in chart.paths} >= {"line thin live", "line thin filled", "line thin truth"}
    area = next(path.d for path in chart.paths if path.style == "area filled")
    assert area.count("M") == area.count("Z") > 0
    assert "24 traces" in chart.alt
    assert len(wiggle_chart(replace(gather(), truth=None), axis_label="").legend) == 2


def test_a_single_trace_and_a_single_sample_are_drawn():
    lone = gather(n_traces=1, n_samples=1, truth=None)
    assert lone.step == 1.0
    assert wiggle_chart(lone, axis_label="").paths
    assert len(section_charts(lone, axis_label="", name="g")) == 3


def grid(names=("3", "4"), counts=(5, 3), origin=(1.0, 1.0)):
    axis = TraceAxis(step=2.0, origin=np.array(origin), count=np.array(counts), place=np.zeros(0, int))
    return Grid(gather_word="fldr", trace_word="tracf", names=names, axis=axis)


def test_the_chart_of_all_traces_has_gathers_downwards_and_their_keys_across():
    table = replace(table_of([0, 1, 0, 0, 3, 0, 0, 1]), group=np.repeat([0, 1], [5, 3]), place=np.r_[:5, :3])
    chart = coverage_chart(table, grid())
    assert chart.y.marks == [(75.0, "3"), (25.0, "4")]
    assert (chart.x.low, chart.x.high) == (0.0, 10.0)
    assert [words for _, words in chart.legend] == ["recorded (5)", "inserted (2)", "left unfilled (1)"]
    found = pixels(chart.pictures[0].source)
    assert (found[-1, -1, 3], found[0, -1, 3]) == (0, 255)  # the second gather is shorter
    assert grid(origin=(1.0, 9.0)).across.label == "place along the gather (tracf)"
    assert Grid(gather_word="", trace_word="cdp", names=("0",), axis=grid().axis).down.label == "whole file"


def test_trust_is_drawn_where_something_is_predicted():
    table = table_of([0, 1, 1, 0, 0, 0, 0, 0])
    assert trust_chart(table, grid()) is None
    told = replace(table, snr_db=np.array([np.nan, 20, 0, *[np.nan] * 5]), group=np.zeros(8, int), place=np.r_[:5, :3])
    chart = trust_chart(told, grid())
    assert chart.caption.startswith("Median 10.0 dB")


def test_the_map_needs_two_dimensions_and_has_one_scale():
    table = table_of([0, 1, 0, 0])
    assert map_chart(table) is None
    line = np.stack([np.arange(4) * 25.0, np.zeros(4)], axis=1)
    assert map_chart(replace(table, middle=line)) is None
    square = np.array([[0.0, 0], [100, 0], [0, 100], [100, 100]])
    chart = map_chart(replace(table, middle=square))
    assert chart.shape == 1.3
    assert np.isclose(chart.x.high - chart.x.low, 1.3 * (chart.y.high - chart.y.low))
    assert "100 m by 100 m" in chart.alt


def test_a_large_survey_is_thinned_on_the_map():
    n = 12_000
    rng = np.random.default_rng(1)
    table = replace(table_of([0] * n), middle=rng.random((n, 2)) * 1000)
    chart = map_chart(table)
    assert chart.paths[0].d.count("M") <= 2500
    assert chart.legend[0][1] == "recorded (1 in 5)"


def test_quality_by_gather_needs_figures_and_more_than_one_gather():
    nothing = np.full(2, np.nan)
    assert quality_chart({"predicted": nothing}, grid()) is None
    assert quality_chart({"true": np.ones(1)}, grid(names=("3",))) is None
    chart = quality_chart({"predicted": nothing, "true": np.array([-2.0, 4.0])}, grid())
    assert chart.caption == "True: 1.0 dB in the median of 2."
    assert chart.y.low < -2


def test_ranges_are_steps_at_one_scale_and_a_single_one_is_none():
    rows = [
        {"low": 1, "high": 1, "snr_db": 9.0},
        {"low": 2, "high": 3, "snr_db": 3.0},
        {"low": 4, "high": 7, "snr_db": None},
    ]
    charts = range_charts({"by_width": rows, "by_time": rows[:1], "by_offset": None})
    assert titles(charts) == ["By width of the hole"]
    assert (charts[0].x.low, charts[0].x.high) == (0.5, 3.5)
    assert charts[0].paths[0].d.count("L") == 3
    assert "1 to 1: 9.0 dB, 2 to 3: 3.0 dB" in charts[0].alt
    assert range_charts({}) == []


def test_leakage_is_what_was_recorded_less_what_was_filled():
    data = np.arange(12.0).reshape(4, 3)
    hidden = np.array([False, True, True, False])
    answer = Filled(data=data / 2, filled=hidden, method="half")
    whole = Gather(data=data, live=np.ones(4, bool), dt=0.004)
    charts = leakage_charts(Trial(gather=whole, hidden=hidden, answer=answer), name="leak")
    assert titles(charts) == ["recorded", "filled from the others", "leakage"]
    recorded, _, leakage = (pixels(chart.pictures[0].source)[-1, -1, 0] for chart in charts)
    assert recorded < leakage  # darker: twice the amplitude
