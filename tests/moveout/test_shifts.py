import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.moveout.shifts import odd_length, shift_traces


def test_a_spike_moves_up_by_whole_samples():
    spike = np.zeros((1, 7))
    spike[0, 4] = 1.0
    assert np.argmax(shift_traces(spike, np.array([3.0]))[0]) == 1


def test_a_cosine_shifted_by_half_a_sample_is_that_cosine():
    time = np.arange(33)
    cosine = np.cos(2 * np.pi * 4 * time / 33)[None]
    half_later = np.cos(2 * np.pi * 4 * (time + 0.5) / 33)
    np.testing.assert_allclose(shift_traces(cosine, np.array([0.5]))[0], half_later, atol=1e-14)


@given(st.integers(0, 2**32 - 1), st.floats(-300, 300))
def test_shifting_there_and_back_changes_nothing(seed, shift):
    data = np.random.default_rng(seed).normal(size=(2, 3, 105)).astype(np.float32)
    shifts = np.full((2, 3), shift)
    back = shift_traces(shift_traces(data, shifts), -shifts)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, data, atol=1e-5)  # float32 transforms of 105 samples


def test_an_even_number_of_samples_is_refused():
    with pytest.raises(InvalidParameterError, match="must be odd"):
        shift_traces(np.zeros((1, 8)), np.zeros(1))


@pytest.mark.parametrize(("asked", "found"), [(1, 1), (2, 3), (3, 3), (512, 525), (385, 385)])
def test_odd_lengths_are_products_of_small_primes(asked, found):
    assert odd_length(asked) == found
