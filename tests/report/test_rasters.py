import base64
import io

import numpy as np
import pytest
from PIL import Image

from seisfill.report import rasters
from seisfill.report.rasters import code_picture, level_picture, picture_size, section_picture


def pixels(address):
    """The picture of an address as an array: (height, width, 4)."""
    kind, data = address.split(",")
    assert kind == "data:image/webp;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def test_peaks_are_black_troughs_white_and_time_runs_down():
    found = pixels(section_picture(np.array([[2.0, 0.0, -2.0]]), clip=2.0))
    assert found.shape == (3, 720, 4)
    assert [found[row, 0, 0] for row in range(3)] == [0, 128, 255]
    assert (found == found[:, :1]).all()


def test_amplitudes_beyond_the_clip_and_nans_are_drawn_and_nothing_breaks():
    found = pixels(section_picture(np.array([[9.0, np.nan, -9.0]]), clip=2.0))
    assert [found[row, 0, 0] for row in range(3)] == [0, 128, 255]


def test_traces_that_are_not_shown_are_clear():
    data = np.ones((4, 5))
    found = pixels(section_picture(data, clip=1.0, shown=np.array([True, False, True, True])))
    width = found.shape[1] // 4
    assert [found[2, place * width + width // 2, 3] for place in range(4)] == [255, 0, 255, 255]


def test_large_sections_shrink_and_narrow_ones_keep_whole_pixels():
    assert picture_size(3000, 5000) == (1200, 900)
    width, height = picture_size(7, 100)
    assert (width % 7, height) == (0, 100)
    assert pixels(section_picture(np.zeros((1500, 1000)), clip=1.0)).shape == (900, 1200, 4)


@pytest.mark.parametrize("most", [30_000, 5_000])
def test_what_is_too_large_without_loss_is_kept_with_some_or_with_fewer_pixels(monkeypatch, most):
    smooth = np.cumsum(np.random.default_rng(0).normal(size=(720, 100)), axis=1) / 10
    whole = pixels(section_picture(smooth, clip=1.0))
    monkeypatch.setattr(rasters, "MOST_BYTES", most)
    less = section_picture(smooth, clip=1.0)
    assert len(less) < 4 * most / 3 + 40
    assert pixels(less).shape <= whole.shape


def test_levels_rise_to_the_top_and_nan_is_clear():
    levels = np.array([[0.0, 1.0], [np.nan, 0.5]])
    found = pixels(level_picture(levels, low=0.0, high=1.0, colours="viridis", size=(2, 2)))
    assert found.shape == (2, 2, 4)
    assert found[0, 0, :3].sum() > found[1, 0, :3].sum()  # 1 on top of 0: yellow over violet
    assert (found[1, 1, 3], found[0, 1, 3]) == (0, 255)


def test_codes_have_flat_colours_and_negative_ones_are_clear():
    found = pixels(code_picture(np.array([[0, 1], [-1, 1]]), ("#ff0000", "#0000ff"), size=(8, 8)))
    assert found.shape == (8, 8, 4)
    assert found[0, 0].tolist() == [255, 0, 0, 255]
    assert found[7, 7].tolist() == [0, 0, 255, 255]
    assert found[7, 0, 3] == 0


@pytest.mark.parametrize("shape", [(5, 4000), (3000, 10)])
def test_charts_of_many_gathers_or_places_shrink(shape):
    found = pixels(code_picture(np.zeros(shape, dtype=int), ("#123456",), size=(1400, 700)))
    assert found.shape[0] <= 700
    assert found.shape[1] <= 1400
