"""Files as bytes, whatever they hold."""

import hashlib
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_file(path: Path, data: bytes) -> None:
    """
    Write a file that is whole under its name or not there.

    What stood under the name, or under ``NAME.partial`` beside it, is replaced; if it was a link, the file that it
    points to is left alone.

    Parameters
    ----------
    path : Path
        Name of the file.
    data : bytes
        All that it holds.
    """
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with partial.open("xb") as file:
            file.write(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
