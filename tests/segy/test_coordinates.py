import numpy as np
import pytest

from seisfill.segy.coordinates import coordinate_scale, find_coordinate, hold_floats
from seisfill.segy.fields import find_field, write_field


def headers_with(words, *, kind="i4", scalar=1, byte_order=">", n=8):
    headers = np.zeros((n, 240), np.uint8)
    write_field(headers, find_field("scalco", dialect="segy"), scalar, byte_order)
    for name, values in words.items():
        field = find_coordinate(name, dialect="segy", floats=kind == "f4")
        write_field(headers, field, np.broadcast_to(values, n), byte_order)
    return headers


def test_scalars_multiply_or_divide():
    assert coordinate_scale(np.array([-100, -1, 0, 1, 10])).tolist() == [0.01, 1, 1, 1, 10]


@pytest.mark.parametrize("byte_order", [">", "<"])
@pytest.mark.parametrize("scalar", [0, 1, -10])
@pytest.mark.parametrize("metres", [(1.5, 25.25), (500_000.5, 6_100_000.25), (-300.0, -12.5)])
def test_floats_are_told_by_being_absurd_as_whole_numbers(byte_order, scalar, metres):
    headers = headers_with(
        {"sx": metres[0], "sy": metres[1], "gx": metres[0] + 3}, kind="f4", scalar=scalar, byte_order=byte_order
    )
    assert hold_floats(headers, byte_order)


@pytest.mark.parametrize(
    ("words", "scalar"),
    [
        ({"sx": 0, "gx": 0}, 1),
        ({"sx": 500_000, "sy": 6_100_000}, 1),
        ({"sx": 50_000_000, "sy": 610_000_000}, -100),
        ({"sx": 1_150_000_000, "sy": 1_150_000_000}, -1000),  # 1,150 km in millimetres: floats of 8.7 by their bits
        ({"sx": 2**31 - 1, "gx": -(2**31)}, 1),  # absurd both ways
    ],
)
def test_whole_numbers_are_whole_numbers(words, scalar):
    assert not hold_floats(headers_with(words, scalar=scalar), ">")


def test_noise_holds_no_floats():
    rng = np.random.default_rng(1)
    assert not any(hold_floats(rng.integers(0, 256, (64, 240)).astype(np.uint8), ">") for _ in range(50))
