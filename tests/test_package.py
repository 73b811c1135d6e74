import subprocess
import sys

import pytest

import seisfill
from seisfill._version import __version__

HEAVY = ("torch", "matplotlib", "scipy", "segyio", "pydantic", "typer")


def test_importing_seisfill_is_light():
    code = f"import sys, seisfill; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


def test_linear_filling_needs_neither_torch_nor_matplotlib():
    code = (
        "import sys, numpy, seisfill\n"
        "gather = seisfill.Gather(data=numpy.ones((3, 4)), live=[True, False, True], dt=0.004)\n"
        "assert seisfill.load_interpolator('linear').fill(gather).data.min() == 1\n"
        "print(*sorted(set(sys.modules) & {'torch', 'matplotlib'}))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


def test_the_public_names_are_sorted_and_few():
    assert seisfill.__all__ == sorted(set(seisfill.__all__))
    assert len(seisfill.__all__) <= 25
    assert {"Filled", "Gather", "load_interpolator", "read_gathers", "snr_db"} <= set(seisfill.__all__)


@pytest.mark.parametrize("name", seisfill.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert name in dir(seisfill)
    assert getattr(seisfill, name).__doc__


def test_the_version_is_the_one_place():
    assert seisfill.__version__ == __version__


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        seisfill.nothing_of_the_kind  # noqa: B018
