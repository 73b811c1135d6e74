import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from seisfill.errors import InvalidParameterError
from seisfill.patches import flat_window, hann_window

ROUNDING = 4e-16  # two sines and a sum near one in float64
lengths = st.integers(1, 40)


def test_a_hann_window_of_two_is_flat_and_of_three_peaks_at_its_middle():
    assert_allclose(hann_window((1, 2)), [[0.5, 0.5]], atol=ROUNDING)
    assert_allclose(hann_window((1, 3)), [[0.25, 1.0, 0.25]], atol=ROUNDING)


def test_a_flat_window_is_one_inside_its_taper():
    assert_allclose(flat_window((1, 4), taper=(0, 1)), [[0.5, 1.0, 1.0, 0.5]], atol=ROUNDING)
    assert_array_equal(flat_window((3, 4), taper=(0, 0)), np.ones((3, 4)))


@given(size=st.tuples(lengths, lengths), taper=st.tuples(st.integers(0, 50), st.integers(0, 50)))
def test_windows_are_positive_symmetric_to_the_bit_and_separable(size, taper):
    for window in (hann_window(size), flat_window(size, taper=taper)):
        assert window.shape == size
        assert window.min() > 0
        assert window.max() <= 1
        assert_array_equal(window, window[::-1, ::-1])
        assert_array_equal(window, window[::-1])
        assert np.linalg.matrix_rank(window) == 1


@given(half=st.integers(1, 40))
def test_hann_windows_at_half_their_size_add_up_to_one(half):
    window = hann_window((1, 2 * half))[0]
    assert_allclose(window[:half] + window[half:], 1.0, atol=ROUNDING)


@given(taper=st.integers(1, 20), inside=st.integers(0, 20))
def test_flat_windows_that_overlap_by_their_taper_add_up_to_one(taper, inside):
    window = flat_window((1, 2 * taper + inside), taper=(0, taper))[0]
    assert_allclose(window[:taper] + window[-taper:], 1.0, atol=ROUNDING)


@given(size=st.tuples(lengths, lengths))
def test_a_taper_of_half_the_size_or_more_makes_the_hann_window(size):
    assert_array_equal(flat_window(size, taper=(40, 40)), hann_window(size))


def test_sizes_and_tapers_out_of_range_are_refused():
    with pytest.raises(InvalidParameterError, match="Invalid size"):
        hann_window((0, 4))
    with pytest.raises(InvalidParameterError, match="Invalid taper"):
        flat_window((4, 4), taper=(-1, 0))
