import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.plan import plan_infill
from seisfill.segy.survey import GatherOptions, map_survey
from tests.segy.make_segy import write_segy


def planned(tmp_path, gather, key, **options):
    """The output as words gather.key, new traces in brackets; the plan; the survey."""
    gather, key = np.asarray(gather), np.asarray(key)
    samples = np.random.default_rng(0).normal(0, 10, (len(gather), 20))
    path = write_segy(tmp_path / "a.sgy", samples, headers={"fldr": gather, "tracf": key})
    index = HeaderIndex(path, detect_layout(path))
    survey = map_survey(index, GatherOptions(**{"gather": "shot", "trace_step": 1, **options}))
    plan = plan_infill(index, survey)
    out = [None] * plan.n_output
    for row, place in enumerate(plan.output_of(np.arange(len(gather)))):
        out[place] = f"{gather[row]}.{key[row]}"
    for g, p, o in zip(plan.group, plan.place, plan.output, strict=True):
        assert out[o] is None
        out[o] = f"({survey.gather_keys[g]}.{survey.axis.keys(g, p):g})"
    return " ".join(out), plan, survey


@pytest.mark.parametrize(
    ("gather", "key", "result"),
    [
        ([1, 1, 1, 2, 2], [1, 2, 4, 1, 3], "1.1 1.2 (1.3) 1.4 2.1 (2.2) 2.3"),  # gather, then key
        ([1, 1, 1, 2, 2], [4, 2, 1, 3, 1], "1.4 (1.3) 1.2 1.1 2.3 (2.2) 2.1"),  # keys down
        ([2, 2, 2, 1, 1], [1, 2, 4, 1, 3], "2.1 2.2 (2.3) 2.4 1.1 (1.2) 1.3"),  # gathers down
        ([1, 2, 1, 2, 1, 2], [1, 1, 2, 3, 4, 4], "1.1 2.1 1.2 (2.2) (1.3) 2.3 1.4 2.4"),  # key, then gather
        ([2, 1, 2, 1, 2, 1], [4, 4, 3, 2, 1, 1], "2.4 1.4 2.3 (1.3) (2.2) 1.2 2.1 1.1"),  # both down
        (
            [1, 1, 1, 1],
            [4, 7, 1, 2],
            "1.4 (1.3) (1.5) (1.6) 1.7 1.1 1.2",
        ),  # none: behind a neighbour
        ([7], [3], "7.3"),
    ],
)
def test_new_traces_stand_where_the_order_of_the_file_puts_them(tmp_path, gather, key, result):
    assert planned(tmp_path, gather, key)[0] == result


@pytest.mark.parametrize(
    ("gather", "key", "result"),
    [
        ([1, 1, 1, 2, 2], [1, 2, 4, 1, 2], "1.1 (1.1.5) 1.2 (1.2.5) (1.3) (1.3.5) 1.4 2.1 (2.1.5) 2.2"),
        ([1, 1, 2, 2], [2, 1, 2, 1], "1.2 (1.1.5) 1.1 2.2 (2.1.5) 2.1"),  # keys down
        ([1, 2, 1, 2], [1, 1, 2, 2], "1.1 2.1 (1.1.5) (2.1.5) 1.2 2.2"),  # key, then gather
        ([1, 2, 1, 2], [1, 2, 2, 1], "1.1 (1.1.5) 2.2 (2.1.5) 1.2 2.1"),  # none: behind the neighbour that comes first
    ],
)
def test_densified_traces_stand_between_their_neighbours(tmp_path, gather, key, result):
    assert planned(tmp_path, gather, key, densify=2)[0] == result


@pytest.mark.parametrize("first", range(330, 340))
def test_places_of_rounded_keys_tie_across_gathers_when_densified(tmp_path, first):
    key = [first + 1, first, first + 9, first + 10, first + 19, first + 19]  # 9.5 apart, rounded here and there
    text = planned(tmp_path, [1, 2] * 3, key, trace_step=9.5, densify=4)[0]
    assert [word.strip("()")[0] for word in text.split()] == ["1", "2"] * 9


def test_extrapolated_traces_stand_at_the_ends_of_their_gather(tmp_path):
    up = planned(tmp_path, [1, 1, 2, 2], [2, 3, 2, 3], trace_range=(1, 4))[0]
    assert up == "(1.1) 1.2 1.3 (1.4) (2.1) 2.2 2.3 (2.4)"
    down = planned(tmp_path, [1, 1, 2, 2], [3, 2, 3, 2], trace_range=(1, 4))[0]
    assert down == "(1.4) 1.3 1.2 (1.1) (2.4) 2.3 2.2 (2.1)"
    key_first = planned(tmp_path, [1, 2, 1, 2], [2, 2, 3, 3], trace_range=(1, 4))[0]
    assert key_first == "(1.1) (2.1) 1.2 2.2 1.3 2.3 (1.4) (2.4)"


@pytest.mark.parametrize("first", range(330, 360))  # wherever the keys lie, not only where rounding is kind to them
def test_places_of_rounded_keys_tie_across_gathers(tmp_path, first):
    gather = [1, 2, 2, 1, 1]  # 106.68 apart, rounded here and there: gather 1 lacks its second place
    key = [first + 1, first, first + 106, first + 214, first + 320]
    text = planned(tmp_path, gather, key, trace_step=106.68)[0]
    assert [word.strip("()")[0] for word in text.split()] == ["1", "2", "1", "2", "1", "1"]


def test_a_complete_file_needs_no_plan(tmp_path):
    text, plan, survey = planned(tmp_path, [1, 1, 2, 2], [1, 2, 1, 2])
    assert (text, plan.n_output, len(plan.output), survey.n_absent) == ("1.1 1.2 2.1 2.2", 4, 0, 0)
    assert plan.keeps_gathers_together(survey.group)


def test_gathers_that_lie_together_are_told_from_those_that_do_not(tmp_path):
    _, plan, survey = planned(tmp_path, [1, 1, 2, 2], [1, 3, 1, 3])
    assert plan.keeps_gathers_together(survey.group)
    _, plan, survey = planned(tmp_path, [1, 2, 1, 2], [1, 1, 3, 3])
    assert not plan.keeps_gathers_together(survey.group)


@st.composite
def files(draw):
    """Gather and key of the traces of a file in some order, with at least one trace a gather."""
    n_gathers, n_keys = draw(st.integers(1, 4)), draw(st.integers(1, 7))
    live = np.array(draw(st.lists(st.booleans(), min_size=n_gathers * n_keys, max_size=n_gathers * n_keys)))
    gather, key = (grid.ravel()[live] for grid in np.indices((n_gathers, n_keys)))
    order = draw(st.sampled_from(["up", "down", "key", "key down", "shuffled"]))
    rank = {
        "up": np.lexsort((key, gather)),
        "down": np.lexsort((-key, gather)),
        "key": np.lexsort((gather, key)),
        "key down": np.lexsort((-gather, -key)),
        "shuffled": np.array(draw(st.permutations(range(len(key)))), dtype=int),
    }[order]
    return order, gather[rank], key[rank]


@settings(max_examples=80)
@given(files(), st.booleans())
@example(
    ("key", np.array([1, 3, 0, 2]), np.array([0, 0, 1, 1])), True
)  # gathers of one trace each: by gather or by key
def test_recorded_traces_keep_their_order_and_every_place_is_taken_once(tmp_path_factory, case, widened):
    order, gather, key = case
    if not len(key):
        return
    span = (0, 6) if widened else None
    _, plan, survey = planned(tmp_path_factory.mktemp("plan"), gather + 1, key, trace_range=span)
    recorded = plan.output_of(np.arange(len(key)))
    assert (np.diff(recorded) > 0).all()
    assert (np.diff(plan.output) > 0).all()
    assert sorted([*recorded.tolist(), *plan.output.tolist()]) == list(range(plan.n_output))
    assert plan.n_output == survey.axis.count.sum()
    numbers = np.empty((2, plan.n_output))
    numbers[:, recorded] = gather, key
    numbers[0, plan.output] = survey.gather_keys[plan.group] - 1
    keys = [survey.axis.keys(g, p) for g, p in zip(plan.group, plan.place, strict=True)]
    numbers[1, plan.output] = np.round(keys)  # as headers are written: an axis is fitted in floats, 2 may be 2 - 2e-16
    rank = {
        "up": np.lexsort((numbers[1], numbers[0])),
        "down": np.lexsort((-numbers[1], numbers[0])),
        "key": np.lexsort((numbers[0], numbers[1])),
        "key down": np.lexsort((-numbers[0], -numbers[1])),
    }.get(order)
    if rank is not None and survey.n_gathers > 1 and order in kept_orders(gather, key):
        assert (rank == np.arange(plan.n_output)).all()


def kept_orders(gather, key):
    """The orders that the recorded traces show; one that fits two may be completed in either."""
    shown = {
        "up": np.lexsort((key, gather)),
        "down": np.lexsort((-key, gather)),
        "key": np.lexsort((gather, key)),
        "key down": np.lexsort((-gather, -key)),
        "gathers down": np.lexsort((key, -gather)),
        "both down": np.lexsort((-key, -gather)),
        "key up, gathers down": np.lexsort((-gather, key)),
        "key down, gathers up": np.lexsort((gather, -key)),
    }
    fitting = [name for name, rank in shown.items() if (rank == np.arange(len(key))).all()]
    together = np.count_nonzero(np.diff(gather)) + 1 == len(np.unique(gather))  # in whatever order their numbers stand
    return fitting if len(fitting) == 1 and (fitting[0] in ("up", "down") or not together) else []
