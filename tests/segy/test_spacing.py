import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import GeometryError
from seisfill.segy.reader import SegyReader
from seisfill.segy.spacing import check_spacing
from seisfill.segy.survey import GatherOptions
from tests.segy.make_segy import write_segy


def check(path, headers, *, zero=(), dead="auto", densify=2, **options):
    n = len(next(iter(headers.values())))
    samples = np.random.default_rng(0).normal(0, 10, (n, 20))
    samples[list(zero)] = 0
    write_segy(path, samples, headers=headers, **options)
    gathers = GatherOptions(gather="line", trace="tracf", trace_step=1, densify=densify)
    check_spacing(SegyReader.open(path, gathers=gathers, dead=dead))


def line(x, **more):
    return {"tracf": np.arange(len(x)), "gx": np.asarray(x), **more}


def test_even_spacing_passes_and_a_jump_is_named(tmp_path):
    check(tmp_path / "a", line([0, 10, 20, 30, 40]))
    message = r"Invalid spacing of traces 3 and 4 \(tracf 2 and 3\): must be 10 m a step, .*, within 3.5 m, found 19 m"
    with pytest.raises(GeometryError, match=message):
        check(tmp_path / "a", line([0, 10, 20, 39, 49]))


def test_what_is_absent_between_is_counted(tmp_path):
    headers = line([0, 10, 50, 60, 70]) | {"tracf": [1, 2, 6, 7, 8]}
    check(tmp_path / "a", headers)
    with pytest.raises(GeometryError, match=r"traces 2 and 3 .* found 10 m"):
        check(tmp_path / "a", headers | {"tracf": [1, 2, 3, 4, 5], "gx": [0, 50, 60, 110, 160]})


def test_a_dead_trace_may_carry_any_coordinates(tmp_path):
    wild = line([0, 10, 0, 30, 40, 50])
    check(tmp_path / "a", wild, zero=[2])  # found by its samples
    check(tmp_path / "a", wild | {"trid": [1, 1, 2, 1, 1, 1]})  # by its code
    with pytest.raises(GeometryError, match=r"traces 3 and 4 .* found 30 m"):
        check(tmp_path / "a", wild, zero=[2], dead="none")


def test_the_longest_path_counts(tmp_path):
    moving_source = {"tracf": range(4), "gx": [5, 5, 5, 5], "sx": [0, 100, 200, 300], "cdpx": [0, 50, 100, 150]}
    check(tmp_path / "a", moving_source)
    with pytest.raises(GeometryError, match="found 300 m"):
        check(tmp_path / "a", moving_source | {"sx": [0, 100, 400, 500]})
    with pytest.raises(GeometryError, match="found 150 m"):
        check(tmp_path / "a", {"tracf": range(4), "cdpx": [0, 50, 200, 250]})


def test_scalars_and_both_axes_make_the_distance(tmp_path):
    diagonal = {"tracf": range(4), "gx": [0, 30, 60, 90], "gy": [0, 400, 800, 1200], "scalco": [1, 1, 1, 1]}
    check(tmp_path / "a", diagonal)
    check(tmp_path / "a", diagonal | {"gy": [0, 400, 80, 1200], "gx": [0, 30, 6, 90], "scalco": [1, 1, 10, 1]})


@pytest.mark.parametrize("x", [[0] * 5, [7] * 5, [0, 10], [0, 10, 20, 29, 41]])
def test_no_coordinates_two_traces_and_whole_metres_are_no_complaint(tmp_path, x):
    check(tmp_path / "a", line(x))


@settings(max_examples=25)
@given(st.floats(0.6, 400), st.floats(0, 360), st.sampled_from([-100, -10, 1]), st.integers(3, 30))
def test_rounding_alone_is_never_irregular(tmp_path_factory, spacing, azimuth, scalar, n):
    unit = 1 / max(-scalar, 1)
    x, y = (np.round(np.arange(n) * spacing * f(np.radians(azimuth)) / unit).astype(int) for f in (np.cos, np.sin))
    check(tmp_path_factory.mktemp("s") / "a", line(x, gy=y, scalco=np.full(n, scalar)))
