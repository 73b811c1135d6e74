"""One fill for all tests of the report that only look at it."""

import pytest

from seisfill.workflows.report import write_report
from tests.report.fills import make_fill


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Paths of truth, holes and fill, and of a page about them."""
    truth, source, target = make_fill(tmp_path_factory.mktemp("fill"))
    return truth, source, target, write_report(source, target, truth=truth).path


@pytest.fixture(scope="session")
def unchecked(tmp_path_factory):
    """The same without a check, and its page without a truth."""
    truth, source, target = make_fill(tmp_path_factory.mktemp("unchecked"), check=False)
    return truth, source, target, write_report(source, target).path
