"""Where the field files lie; a test that needs one which is not there is skipped with the reason."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("SEISFILL_DATA") or Path(__file__).parents[2] / "shared" / "data")


def field_file(name: str) -> Path:
    """The path of a field file, or a skip."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"no field file {name} in {FOLDER} (set SEISFILL_DATA)")
    return path
