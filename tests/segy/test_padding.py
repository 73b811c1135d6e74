"""What stands behind the last trace: salvage and its limits."""

import numpy as np
import pytest

from seisfill.errors import InvalidParameterError, LayoutError
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import LayoutOptions, detect_layout
from tests.segy.make_segy import write_segy

TRACE = 240 + 4 * 50
SALVAGE = LayoutOptions(salvage=True)


def noise(n=12):
    return np.random.default_rng(0).normal(0, 30, (n, 50))


def with_more(path, more, **options):
    write_segy(path, noise(options.pop("n", 12)), **options)
    path.write_bytes(path.read_bytes() + more)
    return path


@pytest.mark.parametrize("more", [b"x", b"x" * 439, bytes(TRACE), bytes(3 * TRACE + 7), b"junk" * 110 * 10])
def test_what_is_carried_along_is_what_stands_there(tmp_path, more):
    path = with_more(tmp_path / "a.sgy", more)
    with pytest.raises(LayoutError, match="--salvage"):
        detect_layout(path)
    layout = detect_layout(path, SALVAGE)
    assert (layout.n_traces, layout.n_trailing, layout.file_size) == (12, len(more), path.stat().st_size)
    assert layout.warnings == (f"{len(more)} bytes behind trace 12 belong to none, and are carried along",)
    assert b"".join(HeaderIndex(path, layout).trailing(chunk_bytes=100)) == more


def test_a_whole_file_has_nothing_behind(tmp_path):
    path = write_segy(tmp_path / "a.sgy", noise())
    assert detect_layout(path, SALVAGE) == detect_layout(path)
    assert list(HeaderIndex(path, detect_layout(path)).trailing()) == []


def test_many_traces_of_another_kind_are_no_junk(tmp_path):
    other = np.where(np.arange(60) < 40, 0, 1)
    path = write_segy(tmp_path / "a.sgy", noise(60), headers={"ns": 50 + other, "dt": 4000 + 1000 * other})
    with pytest.raises(LayoutError, match="must be one for all traces, found 4000 and 5000 us"):
        detect_layout(path, SALVAGE)
    assert detect_layout(path, LayoutOptions(salvage=True, dt=0.004)).n_traces == 60


def test_zeros_may_fill_most_of_a_file(tmp_path):
    path = with_more(tmp_path / "a.sgy", bytes(5000 * TRACE), n=2)
    assert detect_layout(path, SALVAGE).n_traces == 2


@pytest.mark.parametrize("t0", [np.nan, np.inf])
def test_a_first_time_that_is_no_number_is_refused(t0):
    with pytest.raises(InvalidParameterError, match="t0"):
        LayoutOptions(t0=t0)
