"""What the issue asks to be shown of seven field surveys, with the linear filler, which is quick."""

import numpy as np
import pytest
import segyio
import segyio.su

from seisfill.errors import SeisfillWarning
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.masks import parse_mask
from seisfill.segy.marks import Sidecar, sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions
from seisfill.workflows.decimate import decimate_file
from seisfill.workflows.fill import FillOptions, fill_file
from seisfill.workflows.info import describe_file
from seisfill.workflows.score import score_files
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file
from tests.field_data import field_file
from tests.workflows.surveys import sha256

FILES = (
    "viking_small.segy",
    "31_81_PR.sgy",
    "penobscot_xl1155.sgy",
    "daloro_land96.sgy",
    "f3.sgy",
    "gom_cdp_nmo.su",
    "cdp601to610.su",
)
CASES = [("random:0.4", False), ("random:0.4", True), ("every:2", True), ("every:2", False)]

pytestmark = pytest.mark.filterwarnings(f"ignore::{SeisfillWarning.__module__}.SeisfillWarning")  # viking and f3


def segyio_traces(path):
    """Samples and headers as an independent reader sees them."""
    if path.suffix == ".su":
        opened = segyio.su.open(str(path), ignore_geometry=True, endian="big")
    else:
        opened = segyio.open(str(path), strict=False, ignore_geometry=True)
    with opened as file:
        headers = np.stack([file.attributes(word)[:] for word in (1, 5, 9, 13, 21, 37, 73, 81, 115, 189, 193)], axis=1)
        return file.trace.raw[:], headers


@pytest.mark.parametrize(("mask", "zero"), CASES, ids=[f"{mask}{'-zero' * zero}" for mask, zero in CASES])
@pytest.mark.parametrize("name", FILES)
def test_what_was_hidden_is_filled_marked_and_removable(tmp_path, name, mask, zero):
    truth = field_file(name)
    holes, filled, back = (tmp_path / f"{word}{truth.suffix}" for word in ("holes", "filled", "back"))
    hidden = decimate_file(truth, holes, mask=parse_mask(mask), seed=1, zero=zero).n_hidden
    step = SegyReader.open(truth).survey.axis.step
    told = GatherOptions(trace_step=round(float(step), 1)) if mask == "every:2" and not zero else GatherOptions()
    done = fill_file(holes, filled, interpolator=LinearInterpolator(), options=FillOptions(gathers=told))
    assert done.n_filled == hidden
    assert (done.in_place, done.inserted) == ((hidden, 0) if zero else (0, hidden))
    assert done.refused == {}
    assert done.holes == 0
    assert verify_file(holes, filled).untouched
    strip_file(filled, back)
    assert sha256(back) == sha256(holes)
    before, after = segyio_traces(holes), segyio_traces(filled)
    new = [row["output"] for row in Sidecar.read(sidecar_path(filled)).rows()]
    assert len(new) == hidden
    recorded = np.setdiff1d(np.arange(len(after[0])), new)
    kept = np.flatnonzero(before[0].any(axis=1)) if zero else np.arange(len(before[0]))
    for one, two in zip(before, after, strict=True):
        assert np.array_equal(one[kept], two[recorded])
    if not zero:
        check_headers(SegyReader.open(truth), SegyReader.open(filled, gathers=told))
    if mask == "random:0.4" and not zero:
        found = score_files(truth, filled, decimated=holes)
        assert found.n_missing == hidden
        assert found.snr_db > -6  # twice the error of zeros would mean traces in the wrong places


def check_headers(truth, filled):
    """Trace by trace in the order of the file, the fill has the keys of the truth, and its coordinates to a unit."""
    keys = truth.survey.keys
    for field in (keys.gather, keys.trace):
        if field is not None:
            assert np.abs(truth.index.column(field) - filled.index.column(field)).max() <= 1
    same = truth.index.column("scalco") == filled.index.column("scalco")
    assert same.mean() > 0.98  # in one of the files a new trace takes the scalar of its left neighbour
    for word in ("sx", "sy", "gx", "gy"):
        assert np.abs(truth.index.column(word) - filled.index.column(word))[same].max() <= 1


@pytest.mark.parametrize("name", FILES)
def test_a_complete_survey_says_that_nothing_is_missing(name):
    about = describe_file(field_file(name))
    assert (about.total("dead"), about.total("absent"), about.total("holed")) == (0, 0, 0)
