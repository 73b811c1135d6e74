import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from seisfill.patches.gain import Gain, smooth_box

KINDS = pytest.mark.parametrize("xp", [np, torch])
SUMS = 1e-9  # running sums in float64: a last bit of the whole sum, over a floor of 1e-4 of the mean energy
SMALLEST = 2.0**-149  # of float32: what a gained sample may lose when it becomes subnormal
shapes = st.tuples(st.integers(1, 9), st.integers(1, 30))
amplitudes = st.one_of(
    st.floats(-1e3, 1e3, width=32), st.sampled_from([0.0, 1e-30, -1e-30, 1e30, -1e30, 1e-38, 3e38, -3e38])
)


@st.composite
def gathers(draw, elements=amplitudes):
    shape = draw(shapes)
    return draw(hnp.arrays(np.float32, shape, elements=elements)), draw(hnp.arrays(bool, shape))


def fit(data, known):
    return Gain.fit(data, known, half_traces=1, half_samples=3)


@KINDS
def test_a_running_sum_one_can_check_by_eye(xp):
    x = xp.asarray([[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]])
    assert smooth_box(x, (0, 1)).tolist() == [[3.0, 6.0, 9.0, 7.0], [30.0, 60.0, 90.0, 70.0]]
    assert smooth_box(x, (1, 0)).tolist() == [[11.0, 22.0, 33.0, 44.0], [11.0, 22.0, 33.0, 44.0]]
    assert smooth_box(x, (9, 9)).tolist() == [[110.0] * 4, [110.0] * 4]


@given(shapes.flatmap(lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(-9, 9))), shapes)
def test_a_running_sum_is_the_sum_over_the_box(x, half):
    expected = [
        [
            x[max(i - half[0], 0) : i + half[0] + 1, max(j - half[1], 0) : j + half[1] + 1].sum()
            for j in range(x.shape[1])
        ]
        for i in range(x.shape[0])
    ]
    assert_array_equal(smooth_box(x.astype(float), half), expected)  # whole numbers: exact


@KINDS
def test_an_even_amplitude_is_its_own_level_across_a_gap(xp):
    data, known = 3 * xp.ones((30, 9)), xp.ones((30, 9), dtype=xp.bool)
    known[4:25] = False  # wider than every window
    data[4:25] = 0
    assert_allclose(fit(data, known).level, 3.0, rtol=SUMS)


@KINDS
def test_the_level_follows_the_amplitude(xp):
    data = xp.ones((9, 400))
    data[:, 200:] = 3.0
    gained = fit(data, xp.ones((9, 400), dtype=xp.bool)).apply(data)
    assert_allclose(gained[:, :170], 1.0, rtol=0.01)  # 1e-4 of the energy, 5, that all of the gather has
    assert_allclose(gained[:, 230:], 1.0, rtol=0.01)


@KINDS
def test_zeros_and_nothing_known_make_ones(xp):
    everywhere, nowhere = xp.ones((4, 7), dtype=xp.bool), xp.zeros((4, 7), dtype=xp.bool)
    assert_array_equal(fit(xp.zeros((4, 7)), everywhere).level, np.ones((4, 7)))
    assert_array_equal(fit(xp.ones((4, 7)), nowhere).level, np.ones((4, 7)))


@given(gathers())
def test_undo_brings_back_what_apply_took(case):
    data, known = case
    gain = fit(data, known)
    back = gain.undo(gain.apply(np.where(known, data, np.float32(0))))
    assert back.dtype == np.float32
    # two roundings to float32, and what falls below its smallest number
    error = np.abs(back.astype(float) - np.where(known, data, 0))
    assert (error <= 2.0**-23 * np.abs(np.where(known, data, 0).astype(float)) + SMALLEST * gain.level).all()


@given(gathers())
def test_the_level_is_positive_and_finite_at_any_amplitude(case):
    level = fit(*case).level
    assert (level > 0).all()
    assert np.isfinite(level).all()


@pytest.mark.parametrize("size", [1e-30, 1e-10, 1.0, 1e10, 1e30])
def test_extreme_amplitudes_are_gained_to_one_without_a_warning(size):
    data = (size * np.random.default_rng(0).standard_normal((20, 50))).astype(np.float32)
    data[3, 7] = 1e-30
    gained = Gain.fit(data, np.ones((20, 50), dtype=bool)).apply(data)
    assert 0.9 < np.sqrt(np.mean(gained.astype(float) ** 2)) < 1.1  # windows are a little uneven at the edges


@given(gathers(), st.sampled_from([np.nan, np.inf, -np.inf, 1e38, 0.0]))
def test_what_is_not_known_is_not_looked_at(case, dirt):
    data, known = case
    assert_array_equal(fit(np.where(known, data, np.float32(dirt)), known).level, fit(data, known).level)


@given(gathers(st.floats(-1e3, 1e3, width=32)))
def test_ten_times_the_amplitude_is_ten_times_the_level(case):
    data, known = case[0].astype(float), case[1]
    nothing = not data[known].any()
    assert_allclose(fit(10 * data, known).level, (1 if nothing else 10) * fit(data, known).level, rtol=SUMS)


@given(gathers(st.floats(-1e3, 1e3, width=32)), st.integers(-20, 20))
def test_a_power_of_two_scales_the_level_to_the_bit(case, power):
    data, known = case[0].astype(float), case[1]
    factor = 1.0 if not data[known].any() else 2.0**power
    assert_array_equal(fit(factor * data, known).level, factor * fit(data, known).level)


@given(gathers(st.floats(-1e3, 1e3, width=32)))
def test_the_level_is_that_of_the_reversed_gather_reversed(case):
    data, known = case
    assert_allclose(fit(data[::-1, ::-1], known[::-1, ::-1]).level, fit(data, known).level[::-1, ::-1], rtol=SUMS)


@given(gathers())
def test_numpy_and_torch_agree_and_keep_the_dtype(case):
    data, known = case
    one, other = fit(data, known), fit(torch.from_numpy(data), torch.from_numpy(known))
    assert_allclose(one.level, other.level.numpy(), rtol=SUMS)
    inside = np.where(known, data, np.float32(0))
    assert other.apply(torch.from_numpy(inside)).dtype == torch.float32
    assert_allclose(one.apply(inside), other.apply(torch.from_numpy(inside)).numpy(), rtol=1e-6)  # and float32


@given(gathers(st.floats(-1e3, 1e3, width=32)))
def test_patches_of_a_batch_do_not_see_each_other(case):
    data, known = case
    batch = fit(np.stack([data, 7 * data[::-1]]), np.stack([known, known[::-1]]))
    assert_allclose(batch.level[0], fit(data, known).level, rtol=SUMS)
    assert_allclose(batch.level[1], fit(7 * data[::-1], known[::-1]).level, rtol=SUMS)
