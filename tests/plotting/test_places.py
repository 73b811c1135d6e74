import numpy as np

from seisfill.plotting.places import gap_distance, hardest_window, relative_error, telling_traces


def test_the_three_traces_run_from_easy_to_hard():
    truth, live = np.ones((13, 4)), np.ones(13, dtype=bool)
    live[1:12] = False
    filled = truth * (1 + 0.1 * np.arange(13)[:, None])
    assert telling_traces(relative_error(truth, filled), live) == {2: "easy", 6: "median", 10: "hard"}


def test_the_distance_to_live_traces_may_decide():
    live = np.ones(12, dtype=bool)
    live[[2, 4, 7, 8, 9]] = False
    assert list(telling_traces(gap_distance(live), live)) == [2, 7, 8]


def test_one_missing_trace_is_named_once():
    live = np.array([True, False, True])
    assert telling_traces(gap_distance(live), live) == {1: "easy"}


def test_the_relative_error_of_a_mute_truth_is_infinite_unless_the_fill_is_mute_too():
    truth = np.array([[0.0, 0.0], [0.0, 0.0], [2.0, 0.0]])
    filled = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    assert relative_error(truth, filled).tolist() == [0.0, np.inf, 0.25]


def test_the_window_covers_the_largest_error():
    truth = np.zeros((10, 20))
    filled = truth.copy()
    filled[6, 12], filled[1, 1] = 5.0, 1.0
    traces, samples = hardest_window(truth - filled, shape=(3, 4))
    assert traces.start <= 6 < traces.stop
    assert samples.start <= 12 < samples.stop
    assert (traces.stop - traces.start, samples.stop - samples.start) == (3, 4)


def test_errors_that_grow_with_the_distance_lead_to_the_widest_gap():
    live = np.ones(20, dtype=bool)
    live[[2, 10, 11, 12, 13, 14]] = False
    traces, _ = hardest_window(gap_distance(live)[:, None] * np.ones((20, 6)), shape=(5, 6))
    assert (traces.start, traces.stop) == (10, 15)


def test_a_small_section_is_its_own_window():
    assert hardest_window(np.ones((3, 5))) == (slice(0, 3), slice(0, 5))
