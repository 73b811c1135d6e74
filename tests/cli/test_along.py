"""`seisfill fill --along`: volumes along one axis or both."""

import pytest

from tests.workflows.surveys import sha256
from tests.workflows.test_along import HIDE, SHAPE, write_cube

LINEAR = ("--method", "linear", "--check", "none")


def test_one_axis_is_the_preset_of_its_name(seisfill, folder):
    write_cube(folder / "cube.sgy", hide=HIDE, lines=[5])
    for word, options in {"along": ("--along", "crossline"), "gather": ("--gather", "crossline")}.items():
        assert seisfill("fill", "cube.sgy", f"{word}.sgy", *LINEAR, *options)[0] == 0
    assert sha256(folder / "along.sgy") == sha256(folder / "gather.sgy")


def test_both_axes_in_one_command(seisfill, folder):
    write_cube(folder / "cube.sgy", hide=HIDE, lines=[5])
    code, out, _ = seisfill("fill", "cube.sgy", "out.sgy", *LINEAR, "--along", "both")
    assert (code, out.splitlines()[0].startswith(f"out.sgy: {len(HIDE) + SHAPE[1]} traces inserted")) == (0, True)
    assert not list(folder.glob("*.along*"))
    code, out, _ = seisfill("verify", "cube.sgy", "out.sgy")
    assert (code, "equal byte for byte" in out) == (0, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--along", "time"), "Invalid --along 'time': must be inline, crossline or both."),
        (("--along", "both", "--gather", "shot"), "Invalid --gather 'shot' with --along both"),
        (("--along", "both", "--densify", 2), "Invalid gathers with --along both"),
    ],
)
def test_words_that_do_not_go_together_are_one_line(seisfill, folder, options, said):
    write_cube(folder / "cube.sgy", hide=HIDE)
    code, _, err = seisfill("fill", "cube.sgy", "out.sgy", *LINEAR, *options)
    assert (code, said in err) == (2, True)
    assert not (folder / "out.sgy").exists()
