import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisfill.errors import SeisfillWarning
from seisfill.segy.fields import find_field, read_field, write_field
from seisfill.segy.inserts import new_headers
from seisfill.segy.layout import Layout


def layout_of(dialect="segy", revision=1, byte_order=">"):
    return Layout(
        dialect=dialect,
        byte_order=byte_order,
        format_code=5,
        n_samples=4,
        dt=0.004,
        revision=revision if dialect == "segy" else 0,
        text_encoding="ebcdic" if dialect == "segy" else None,
        n_extended_text=0,
        first_trace=3600 if dialect == "segy" else 0,
        n_traces=2,
    )


def made(places, new_places, words, *, key="tracf", gather="fldr", layout=None):
    """Headers between recorded ones, each word of which is given as a list; new keys are ten times their place."""
    layout = layout or layout_of()
    headers = np.zeros((len(places), 240), np.uint8)
    for name, values in words.items():
        write_field(headers, find_field(name, dialect=layout.dialect), np.asarray(values), layout.byte_order)
    field = find_field(key, dialect=layout.dialect)
    return new_headers(
        headers,
        np.asarray(places),
        np.asarray(new_places),
        keys=(field, 10.0 * np.asarray(new_places)),
        gather_key=find_field(gather, dialect=layout.dialect) if gather else None,
        layout=layout,
    )


def word(headers, name, layout=None):
    layout = layout or layout_of()
    return read_field(headers, find_field(name, dialect=layout.dialect), layout.byte_order).tolist()


def test_coordinates_lie_on_the_line_between_the_neighbours():
    new = made([0, 4], [1, 2, 3], {"gx": [100, 500], "gy": [0, -40], "sx": [7, 7], "cdp": [10, 14], "fldr": [3, 3]})
    assert word(new, "gx") == [200, 300, 400]
    assert word(new, "gy") == [-10, -20, -30]
    assert word(new, "sx") == [7, 7, 7]
    assert word(new, "cdp") == [11, 12, 13]
    assert word(new, "fldr") == [3, 3, 3]
    assert word(new, "tracf") == [10, 20, 30]
    assert word(new, "trid") == [1, 1, 1]


def test_neighbours_with_other_scalars_are_joined_in_metres():
    new = made([0, 2], [1], {"gx": [100_00, 300], "scalco": [-100, 10]})  # 100 m and 3000 m
    assert word(new, "scalco") == [-100]  # the left neighbour's
    assert word(new, "gx") == [155_000]  # 1550 m in hundredths
    turned = made([0, 2], [1], {"gx": [300, 100_00], "scalco": [10, -100]})
    assert (word(turned, "scalco"), word(turned, "gx")) == ([10], [155])


def test_one_place_in_two_scalars_stays_where_it_is():
    new = made([0, 2], [1], {"sx": [5000, 5], "scalco": [-1000, 1], "gx": [1000, 3]})
    assert (word(new, "sx"), word(new, "gx")) == ([5000], [2000])
    assert word(made([0, 2], [1], {"sx": [5, 5], "scalco": [0, 1]}), "sx") == [5]


def test_elevations_have_a_scalar_of_their_own():
    new = made([0, 2], [1], {"gelev": [100, 30], "swdep": [8, 8], "scalel": [-10, 1], "scalco": [-100, -100]})
    assert word(new, "gelev") == [200]  # 10 m and 30 m: 20 m in tenths
    assert word(new, "swdep") == [44]  # 0.8 m and 8 m: 4.4 m in tenths


def test_offset_agrees_with_coordinates_where_the_recorded_ones_do():
    across = {"gx": [0, 0], "gy": [-1000, 1000], "sx": [750, 750], "offset": [1250, 1250]}
    assert word(made([0, 2], [1], across), "offset") == [750]
    behind = {key: np.negative(values) if key == "offset" else values for key, values in across.items()}
    assert word(made([0, 2], [1], behind), "offset") == [-750]


def test_offset_is_on_the_line_where_coordinates_say_otherwise_or_nothing():
    across = {"gx": [0, 0], "gy": [-1000, 1000], "sx": [750, 750], "offset": [1250, 1500]}
    assert word(made([0, 2], [1], across), "offset") == [1375]
    assert word(made([0, 2], [1], {"offset": [100, 300]}), "offset") == [200]
    assert word(made([0, 2], [1], {"offset": [0, 0]}), "offset") == [0]


def test_the_key_is_the_places_own_and_the_gathers_key_is_kept():
    new = made([0, 2], [1], {"offset": [0, 999], "cdp": [5, 9]}, key="offset", gather="cdp")
    assert (word(new, "offset"), word(new, "cdp")) == ([10], [5])
    along = made([0, 2], [1], {"cdp": [5, 9]}, key="cdp", gather=None)
    assert word(along, "cdp") == [10]
    coordinate = made([0, 2], [1], {"gx": [5, 9], "scalco": [-10, -10]}, key="gx")
    assert word(coordinate, "gx") == [10]


def test_sequence_numbers_and_all_else_repeat_the_left_neighbour():
    words = {"tracl": [7, 9], "tracr": [70, 90], "delrt": [100, 200], "hour": [11, 12], "sp": [1, 5], "unass1": [3, 4]}
    words = {name: values for name, values in words.items() if name != "unass1"}
    new = made([0, 3], [1, 2], words)
    for name in words:
        assert word(new, name) == [words[name][0]] * 2
    headers = np.full((2, 240), 9, np.uint8)
    headers[1] = 200
    kept = new_headers(
        headers,
        np.array([0, 2]),
        np.array([1]),
        keys=(find_field("tracf", dialect="segy"), np.array([4.0])),
        gather_key=None,
        layout=layout_of(revision=0),
    )
    assert (kept[0, 232:] == 9).all()


def test_the_nearest_recorded_neighbours_count_not_the_ends():
    new = made([0, 2, 3, 5], [1, 4], {"gx": [0, 100, 1000, 3000], "tracl": [1, 2, 3, 4]})
    assert word(new, "gx") == [50, 2000]
    assert word(new, "tracl") == [1, 3]


def test_beyond_the_ends_the_line_goes_on():
    new = made([2, 3, 4], [0, 1, 5, 6], {"gx": [100, 110, 130], "tracl": [1, 2, 3], "cdp": [9, 9, 9]})
    assert word(new, "gx") == [80, 90, 150, 170]
    assert word(new, "tracl") == [1, 1, 3, 3]
    assert word(new, "cdp") == [9] * 4


def test_a_single_neighbour_is_repeated():
    new = made([3], [1, 5], {"gx": [100], "offset": [-70], "cdp": [4], "scalco": [-10]})
    assert [word(new, name) for name in ("gx", "offset", "cdp")] == [[100] * 2, [-70] * 2, [4] * 2]
    assert word(new, "tracf") == [10, 50]


def test_what_does_not_fit_its_word_stays_the_neighbours_with_a_warning():
    with pytest.warns(SeisfillWarning, match=r"gx \(byte 81\) .* do not fit i4, such as 1.8e\+10"):
        new = made([0, 1], [9], {"gx": [0, 2_000_000_000], "sx": [5, 6]})
    assert (word(new, "gx"), word(new, "sx")) == ([2_000_000_000], [14])
    with pytest.warns(SeisfillWarning, match="otrav .* do not fit i2"):
        wide = made([0, 1], [40_000], {"otrav": [3, 4]}, key="otrav")
    assert word(wide, "otrav") == [4]


def test_a_header_that_nobody_can_be_of_is_met_without_an_overflow():
    extreme = {"gx": [-(2**31), 2**31 - 1], "sx": [2**31 - 1, -(2**31)], "scalco": [-32768, 32767], "offset": [5, 9]}
    with pytest.warns(SeisfillWarning, match="do not fit i4"):
        assert word(made([0, 2], [1], extreme), "offset") == [7]


def test_su_keeps_bytes_181_to_240_and_rev_0_too():
    rng = np.random.default_rng(3)
    for layout in (layout_of("su"), layout_of(revision=0)):
        headers = rng.integers(0, 256, (2, 240)).astype(np.uint8)
        with pytest.warns(SeisfillWarning, match="do not fit i4"):  # such is noise
            new = new_headers(
                headers,
                np.array([0, 2]),
                np.array([1]),
                keys=(find_field("tracf", dialect=layout.dialect), np.array([4.0])),
                gather_key=None,
                layout=layout,
            )
        assert (new[0, 180:] == headers[0, 180:]).all()


def test_rev_1_interpolates_cdp_coordinates_and_lines():
    words = {"cdpx": [10, 30], "cdpy": [0, 8], "iline": [100, 104], "xline": [7, 7], "scalco": [-10, -10]}
    new = made([0, 2], [1], words)
    assert [word(new, name) for name in ("cdpx", "cdpy", "iline", "xline")] == [[20], [4], [102], [7]]
    new = made([0, 2], [1], words, key="xline", gather="iline")
    assert (word(new, "iline"), word(new, "xline")) == ([100], [10])


def test_a_float_key_of_su_is_written_as_it_is():
    layout = layout_of("su", byte_order="<")
    new = made([0, 2], [1], {"d2": [0.5, 2.5]}, key="d2", gather=None, layout=layout)
    assert word(new, "d2", layout) == [10.0]


@settings(max_examples=60)
@given(
    st.lists(st.integers(-30_000, 30_000), min_size=2, max_size=6),
    st.lists(st.sampled_from([-1000, -10, -1, 0, 1]), min_size=6, max_size=6),
    st.sampled_from("><"),
)
def test_new_coordinates_are_within_a_unit_of_the_line_whatever_the_scalars(metres, scalars, order):
    layout = layout_of(byte_order=order)
    places = 2 * np.arange(len(metres))
    factor = np.array([1 / max(-s, 1) for s in scalars[: len(metres)]])
    written = np.round(metres / factor)
    words = {"gx": written.astype(int), "scalco": scalars[: len(metres)]}
    new = made(places, places[:-1] + 1, words, layout=layout)
    assert word(new, "scalco", layout) == scalars[: len(metres) - 1]
    found = np.array(word(new, "gx", layout)) * factor[:-1]
    middle = (np.array(metres[:-1]) + np.array(metres[1:])) / 2
    assert (np.abs(found - middle) <= 0.5 * factor[:-1] + 1e-6).all()  # rounded to a unit of its own scalar


@pytest.mark.parametrize("order", [">", "<"])
def test_both_byte_orders_make_the_same_numbers(order):
    layout = layout_of(byte_order=order)
    words = {"gx": [0, 700], "offset": [5, 9], "cdp": [1, 3], "scalco": [-10, 1]}
    new = made([0, 2], [1], words, layout=layout)
    assert [word(new, name, layout) for name in ("gx", "offset", "cdp", "tracf")] == [[3500], [7], [2], [10]]


def test_numbers_that_are_not_whole_become_those_towards_the_left_neighbour():
    assert word(made([0, 2], [1], {"cdp": [10, 11]}), "cdp") == [10]
    assert word(made([0, 2], [1], {"cdp": [11, 10]}), "cdp") == [11]
    assert word(made([0, 4], [1, 2, 3], {"cdp": [10, 16], "iline": [9, 3]}), "cdp") == [11, 13, 14]
    assert word(made([0, 4], [1, 2, 3], {"cdp": [10, 16], "iline": [9, 3]}), "iline") == [8, 6, 5]
    assert word(made([0, 3], [1, 2], {"cdp": [-4, -1]}), "cdp") == [-3, -2]  # thirds, and still whole
