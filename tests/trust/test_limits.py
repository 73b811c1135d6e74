"""Flags of filled traces: each reason by itself, and none without a reason."""

import pytest

from seisfill.trust.limits import TrustLimits
from seisfill.trust.quality import Part, Quality


def width(low, high, snr_db):
    return Part(low=low, high=high, n_traces=5, snr_db=snr_db, ratio=1.0)


CHECKED = Quality(snr_db=9.0, by_width=(width(1, 1, 12.0), width(2, 3, 6.0), width(4, 7, 1.0)))
GOOD = {"gap": 1, "n_live": 40, "snr_db": 12.0}


def test_a_trace_like_those_that_were_recovered_has_no_flag():
    assert TrustLimits(quality=CHECKED, trained_gap=8).flags(**GOOD) == []
    assert TrustLimits(quality=Quality(snr_db=None)).flags(**(GOOD | {"snr_db": None})) == []


@pytest.mark.parametrize(
    ("case", "flag"),
    [
        ({"gap": 3}, "gap of 3 traces, trained on 2"),
        ({"gap": 9}, "gap of 9 traces, checked up to 7"),
        ({"gap": 5}, "held-out traces in holes as wide reached less than 3 dB"),
        ({"gap": -1}, "extrapolated"),
        ({"n_live": 5}, "5 live traces in the gather, 8 needed for a check"),
        ({"snr_db": -0.1}, "predicted SNR below 0 dB"),
    ],
)
def test_each_reason_is_said(case, flag):
    assert flag in TrustLimits(quality=CHECKED, trained_gap=2).flags(**(GOOD | case))
