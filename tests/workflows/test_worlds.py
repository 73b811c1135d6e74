import numpy as np
import pytest

from seisfill.errors import FileAccessError, InvalidParameterError
from seisfill.synthetic.surveys import FAMILIES
from seisfill.workflows import worlds
from seisfill.workflows.worlds import WIDTH, draw_worlds, tiled

PNG = b"\x89PNG"


@pytest.fixture
def small(monkeypatch):
    """Sheets of 2 x 2 samples."""
    monkeypatch.setattr(worlds, "SIDE", 2)
    monkeypatch.setattr(worlds, "PATCH", (8, 32))


def test_patches_stand_side_by_side_with_time_downwards():
    patches = np.zeros((4, 1, 2), dtype=np.float32)
    patches[0, 0] = [99, -99]
    picture = tiled(patches)
    assert picture.shape == (2 * 3, 2 * (1 + WIDTH))
    assert picture[1, 1] == picture[1, WIDTH] == 1
    assert picture[2, 1] == 0
    assert (picture[0] == 1).all()
    assert (picture[:, 0] == 1).all()
    assert 0.4 < picture[4, 1] < 0.6


def test_a_folder_gets_a_sheet_for_each_family(small, tmp_path):
    made = draw_worlds(tmp_path / "a" / "b")
    assert [path.name for path in made] == [f"worlds_{name}.png" for name in FAMILIES]
    assert all(path.read_bytes().startswith(PNG) for path in made)
    assert len({path.read_bytes() for path in made}) == len(FAMILIES)


def test_a_picture_gets_one_sheet_and_the_same_seed_the_same_bytes(small, tmp_path):
    (one,), (again,) = draw_worlds(tmp_path / "a.png", seed=3), draw_worlds(tmp_path / "b.png", seed=3)
    assert one.read_bytes() == again.read_bytes()
    (other,) = draw_worlds(tmp_path / "c.png", family="land", seed=3)
    assert other.read_bytes() != one.read_bytes()
    assert [path.name for path in draw_worlds(tmp_path, family="shot")] == ["worlds_shot.png"]


def test_what_cannot_be_drawn_is_refused(small, tmp_path):
    with pytest.raises(InvalidParameterError, match="Invalid family 'shots': must be known; did you mean 'shot'"):
        draw_worlds(tmp_path, family="shots")
    with pytest.raises(InvalidParameterError, match="Invalid suffix"):
        draw_worlds(tmp_path / "a.jpg")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileAccessError, match=r"Invalid folder .*: must be one that can be made"):
        draw_worlds(tmp_path / "file" / "folder")
