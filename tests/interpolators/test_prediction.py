import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from seisfill.errors import InvalidParameterError
from seisfill.gather import Gather
from seisfill.interpolators import prediction
from seisfill.interpolators.base import Limits
from seisfill.interpolators.prediction import PredictionInterpolator
from seisfill.masks import RandomMask, RegularMask
from seisfill.metrics import snr_db
from tests.interpolators.gathers import assert_promises, random_gathers

N_TRACES, N_SAMPLES = 60, 448  # long enough that no event leaves the section
CPU = PredictionInterpolator(device="cpu")


def linear_events(slopes, n_traces=N_TRACES):
    """Ricker wavelets of 0.08 cycles per sample along straight lines; slopes in samples per trace."""
    time, place = np.arange(N_SAMPLES), np.arange(n_traces)[:, None]
    data = np.zeros((n_traces, N_SAMPLES))
    for number, slope in enumerate(slopes):
        phase = (np.pi * 0.08 * (time - 224 - 30 * number - slope * (place - n_traces / 2))) ** 2
        data += (1 - 2 * phase) * np.exp(-phase)
    return data


def snr_after(data, live, filler=CPU):
    answer = filler.fill(Gather(data=data, live=live, dt=0.004))
    assert not answer.reasons
    return snr_db(data.astype(np.float32), answer.data, traces=~live)


def every(k, n_traces=N_TRACES):
    return RegularMask(every=k).draw(n_traces, rng=np.random.default_rng(0))


def gap(start, width, n_traces=N_TRACES):
    live = np.ones(n_traces, dtype=bool)
    live[start : start + width] = False
    return live


def test_a_hole_in_a_wave_that_turns_by_a_quarter_is_the_quarter_that_lacks():
    wave = torch.tensor([1, 1j, -1, -1j, 1, 1j])[None, :, None].to(torch.complex64)
    live = torch.tensor([[True, True, True, False, True, True]])
    filled = prediction.obey(wave * live[..., None], live, torch.tensor([[[1j, 0]]]), 1e-6)
    assert_allclose(filled[0, :, 0], wave[0, :, 0], atol=1e-5)  # the damping, 1e-6, of a system with diagonal 4


def test_one_filter_by_hand():
    # rows (2, 1) and (4, 2): forwards predicts double, backwards half; 2 (2 + 8) / (1 + 4 + 4 + 16) = 20 / 25
    rows = torch.tensor([[[[2.0, 1.0]], [[4.0, 2.0]]]], dtype=torch.complex64)
    taps = prediction.estimate_filter(prediction.gram(rows), 0.0)
    assert_allclose(taps[0, 0], [0.8], rtol=1e-6)  # float32


def test_rows_lie_at_their_stride_nearest_first():
    values = torch.arange(5.0)[None, :, None]
    assert prediction.stack_rows(values, 2, 2)[0, :, 0].tolist() == [[4, 2, 0]]
    assert prediction.stack_rows(values, 1, 2)[0, :, 0].tolist() == [[2, 1, 0], [3, 2, 1], [4, 3, 2]]


def test_the_band_is_the_normal_matrix_of_the_errors_and_its_solver_solves():
    taps = torch.tensor([[0.5 + 0.5j, -0.25j]], dtype=torch.complex64)
    errors = torch.zeros(8, 6, dtype=torch.complex64)
    error = torch.cat([torch.ones(1, 1), -taps], dim=1)[0]
    for row in range(4):
        errors[row, row : row + 3] = error.flip(0)
        errors[4 + row, row : row + 3] = error.conj()
    full = errors.mH @ errors + 0.1 * torch.eye(6)
    band = prediction.error_band(taps, 6)
    band[:, 0] += 0.1
    right = torch.arange(6.0).to(torch.complex64)[:, None]
    assert_allclose(prediction.multiply_band(band, right), full @ right, rtol=1e-5)  # float32
    assert_allclose(prediction.solve_band(band, right), torch.linalg.solve(full, right), rtol=1e-4)


@pytest.mark.parametrize("slopes", [[0.0], [1.0], [-2.0, 1.0], [3.0]])
def test_linear_events_come_back_from_every_second_trace_aliased_or_not(slopes):
    # every second trace of 3 samples a trace aliases above 1 / 12 cycles per sample, the middle of this wavelet's band
    assert snr_after(linear_events(slopes), every(2)) > 30


def test_three_crossing_events_come_back_from_every_second_trace():
    assert snr_after(linear_events([0.5, -0.5, 1.0]), every(2)) > 30


def test_linear_events_come_back_from_every_third_trace():
    assert snr_after(linear_events([1.0, -1.0]), every(3)) > 30


def test_linear_events_come_back_from_random_holes():
    live = RandomMask(missing=0.5).draw(N_TRACES, rng=np.random.default_rng(0))
    assert snr_after(linear_events([2.0, -1.0]), live) > 15


def test_linear_events_come_back_from_a_gap():
    assert snr_after(linear_events([2.0, -1.0]), gap(25, 10)) > 15


def test_an_edge_on_request_is_predicted_from_one_side():
    live = gap(0, 4)
    assert sorted(CPU.fill(Gather(data=linear_events([1.0]), live=live, dt=0.004)).reasons) == [0, 1, 2, 3]
    assert (
        snr_after(linear_events([1.0]), live, PredictionInterpolator(device="cpu", limits=Limits(extrapolate=True)))
        > 10
    )


def test_a_sample_that_is_a_hole_of_a_live_trace_is_filled():
    data = linear_events([1.0])
    valid = np.ones(data.shape, dtype=bool)
    valid[30, 210:230] = False
    answer = CPU.fill(Gather(data=data, live=gap(0, 0), valid=valid, dt=0.004))
    assert not answer.filled.any()
    assert_allclose(answer.data[30, 210:230], data[30, 210:230], atol=0.1)  # of a peak of 1


def test_too_few_rows_are_refused_with_a_method_that_can():
    live = np.isin(np.arange(12), [0, 1, 11])
    answer = CPU.fill(Gather(data=linear_events([0.0], 12), live=live, dt=0.004))
    assert sorted(answer.reasons) == list(range(2, 11))
    assert answer.reasons[2] == f"gap of 9 traces: {prediction.REFUSAL}"
    assert "--method linear" in answer.reasons[2]


def test_a_gather_shorter_than_a_filter_is_refused():
    answer = CPU.fill(Gather(data=np.ones((3, 16)), live=[True, False, True], dt=0.004))
    assert list(answer.reasons) == [1]


def test_a_gap_wider_than_the_reach_is_refused():
    answer = CPU.fill(Gather(data=linear_events([0.0]), live=gap(20, 21), dt=0.004))
    assert answer.reasons[20] == "gap of 21 traces; this method supports 20"


def test_a_gather_without_holes_is_left_alone():
    answer = CPU.fill(Gather(data=linear_events([1.0]), live=gap(0, 0), dt=0.004))
    assert not answer.filled.any()


def test_the_same_gather_gives_the_same_bytes():
    gather = Gather(data=linear_events([1.0, 3.0]), live=every(3), dt=0.004)
    assert CPU.fill(gather).data.tobytes() == CPU.fill(gather).data.tobytes()


@pytest.mark.parametrize("factor", [1e-6, 3.0, -1e6])
def test_a_scaled_gather_gives_a_scaled_answer(factor):
    data, live = linear_events([1.0, -2.0]), every(2)
    plain, scaled = (CPU.fill(Gather(data=k * data, live=live, dt=0.004)).data for k in (1, factor))
    assert_allclose(scaled / factor, plain, atol=1e-3)  # float32 through systems with condition numbers of about 1e3


@settings(max_examples=25, deadline=None)
@given(random_gathers(), st.booleans())
def test_recorded_samples_come_back_to_the_bit_and_every_missing_trace_is_accounted_for(gather, extrapolate):
    filler = PredictionInterpolator(samples=8, limits=Limits(extrapolate=extrapolate), device="cpu")
    assert_promises(gather, filler.fill(gather))


@pytest.mark.parametrize("name", ["coefficients", "samples", "live_traces"])
def test_sizes_that_cannot_serve_are_refused(name):
    with pytest.raises(InvalidParameterError, match=f"Invalid {name} 1: must be at least"):
        PredictionInterpolator(**{name: 1})


@pytest.mark.parametrize("name", ["filter_damping", "fill_damping"])
def test_damping_must_lie_between_zero_and_one(name):
    with pytest.raises(InvalidParameterError, match=f"Invalid {name} 0: must lie between 0 and 1"):
        PredictionInterpolator(**{name: 0})
