"""Flatten a gather along the moveout of its live traces, with an exact inverse. Arrays in and out, no filler."""

from seisfill.moveout.fit import MoveoutFit, fit_moveout
from seisfill.moveout.flatten import Moveout

__all__ = ["Moveout", "MoveoutFit", "fit_moveout"]
