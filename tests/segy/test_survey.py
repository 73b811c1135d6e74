import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import GeometryError, InvalidParameterError
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import detect_layout
from seisfill.segy.survey import GatherOptions, map_survey
from tests.field_data import field_file
from tests.segy.make_segy import write_segy


def survey_of(path, **options):
    return map_survey(HeaderIndex(path, detect_layout(path)), GatherOptions(**options) if options else None)


def absent(survey):
    """Gather and place of what no trace has."""
    return list(zip(*(numbers.tolist() for numbers in survey.absent()), strict=True))


def survey_with(tmp_path, headers, **options):
    n = len(next(iter(headers.values())))
    samples = np.random.default_rng(0).normal(0, 10, (n, 20))
    return survey_of(write_segy(tmp_path / "a.sgy", samples, headers=headers), **options)


def test_gathers_are_numbered_as_the_file_has_them(tmp_path):
    survey = survey_with(tmp_path, {"fldr": [9, 9, 9, 4, 4, 4], "tracf": [1, 2, 4, 3, 2, 1]})
    assert survey.gather_keys.tolist() == [9, 4]
    assert survey.group.tolist() == [0, 0, 0, 1, 1, 1]
    assert (survey.n_gathers, survey.n_absent) == (2, 1)
    assert [survey.rows(0).tolist(), survey.rows(1).tolist()] == [[0, 1, 2], [5, 4, 3]]
    assert [survey.places(0).tolist(), survey.places(1).tolist()] == [[0, 1, 3], [0, 1, 2]]
    assert absent(survey) == [(0, 2)]


def test_a_line_is_one_gather(tmp_path):
    survey = survey_with(tmp_path, {"cdp": [3, 1, 8]}, gather="line", trace="cdp", trace_step=1)
    assert (survey.gather_keys.tolist(), survey.rows(0).tolist()) == ([0], [1, 0, 2])
    assert absent(survey) == [(0, place) for place in (1, 3, 4, 5, 6)]


def test_the_range_of_the_user_adds_places_at_both_ends(tmp_path):
    survey = survey_with(tmp_path, {"cdp": [3, 4, 6]}, gather="line", trace="cdp", trace_range=(2, 7))
    assert absent(survey) == [(0, 0), (0, 3), (0, 5)]


def test_densified_axes_have_places_between_those_of_the_file(tmp_path):
    survey = survey_with(tmp_path, {"fldr": [9, 9, 9, 4, 4], "tracf": [1, 2, 4, 1, 2]}, gather="shot", densify=3)
    assert [survey.places(0).tolist(), survey.places(1).tolist()] == [[0, 3, 9], [0, 3]]
    assert absent(survey) == [(0, place) for place in (1, 2, 4, 5, 6, 7, 8)] + [(1, 1), (1, 2)]
    assert (survey.axis.step, survey.axis.parts, survey.has_fractions) == (1 / 3, 3, True)


@pytest.mark.parametrize("parts", [0, 5, 2.5, -2])
def test_a_gather_is_densified_two_to_four_times(parts):
    with pytest.raises(InvalidParameterError, match=f"densify {parts}: must be 2, 3 or 4"):
        GatherOptions(densify=parts)


def test_duplicates_name_traces_and_word(tmp_path):
    headers = {"fldr": np.repeat(1, 20), "tracf": [*range(19), 4]}
    with pytest.raises(GeometryError, match=r"trace key tracf of traces 5 and 20 \(both 4\)"):
        survey_with(tmp_path, headers)


@pytest.mark.parametrize(
    ("name", "n_gathers", "step"),
    [
        ("viking_small.segy", 4, 1),
        ("31_81_PR.sgy", 1, 1),
        ("penobscot_xl1155.sgy", 1, 1),
        ("daloro_land96.sgy", 1, 1),
        ("f3.sgy", 23, 1),
        ("gom_cdp_nmo.su", 1, 175),
        ("cdp601to610.su", 10, pytest.approx(106.68, abs=0.1)),  # 350 feet in whole metres
        ("ozdata16.su", 1, 1),
    ],
)
def test_field_files_are_regular_and_complete(name, n_gathers, step):
    survey = survey_of(field_file(name))
    assert (survey.n_gathers, survey.n_absent, survey.axis.step) == (n_gathers, 0, step)


@settings(max_examples=25)
@given(st.permutations(range(9)), st.sets(st.integers(0, 8), max_size=7))
def test_every_trace_is_in_one_place_and_every_other_place_is_absent(tmp_path_factory, order, hidden):
    kept = [trace for trace in order if trace not in hidden]
    headers = {"fldr": [5 + trace // 3 for trace in kept], "tracf": [trace % 3 for trace in kept]}
    survey = survey_with(tmp_path_factory.mktemp("s"), headers, gather="shot", trace_step=1)
    rows = np.concatenate([survey.rows(g) for g in range(survey.n_gathers)])
    assert sorted(rows.tolist()) == list(range(len(kept)))
    for g in range(survey.n_gathers):
        assert (np.diff(survey.places(g)) > 0).all()
        both = [*survey.places(g).tolist(), *(place for group, place in absent(survey) if group == g)]
        assert sorted(both) == list(range(survey.axis.count[g]))
