import importlib.util
import json
import sys

import numpy as np
import pytest
import torch

from seisfill.errors import ConfigurationError, FileAccessError, InvalidParameterError
from seisfill.workflows.modelling import ShotOptions, load_deepwave, model_shots, ricker
from seisfill.workflows.sources import read_sections

NEEDS_DEEPWAVE = pytest.mark.skipif(
    importlib.util.find_spec("deepwave") is None, reason="deepwave is not installed (extra modelling)"
)
TINY = ShotOptions(n_traces=12, n_samples=64, n_depth=24, batch=2)


def test_a_ricker_wavelet_peaks_one_and_a_half_periods_after_its_start():
    wavelet = ricker(torch.tensor([[[10.0]]]), ShotOptions(n_samples=100, dt=0.005))
    assert wavelet.shape == (1, 1, 100)
    assert wavelet.argmax().item() == 30
    assert wavelet[0, 0, 30].item() == pytest.approx(1)
    assert wavelet[0, 0, 0].abs() < 1e-6


@NEEDS_DEEPWAVE
def test_shots_are_written_once_and_repeat_with_the_seed(tmp_path):
    done = []
    path = model_shots(tmp_path / "a", shots=3, options=TINY, report=done.append)
    assert done == [2, 3]
    shots = np.load(path)
    assert shots.shape == (3, 12, 64)
    assert shots.dtype == np.float32
    np.testing.assert_allclose((shots**2).mean(axis=(1, 2)), 1, rtol=1e-4)
    assert json.loads((tmp_path / "a" / "card.json").read_text())["shots"] == 3
    again = np.load(model_shots(tmp_path / "b", shots=3, options=TINY))
    np.testing.assert_array_equal(shots, again)
    assert not np.array_equal(shots, np.load(model_shots(tmp_path / "c", shots=3, seed=2, options=TINY)))
    assert [section.shape for section in read_sections(tmp_path / "a")] == [(12, 64)] * 3
    with pytest.raises(FileAccessError, match=r"Invalid folder .*: must be a new one"):
        model_shots(tmp_path / "a", shots=3, options=TINY)


@NEEDS_DEEPWAVE
def test_the_direct_wave_arrives_no_faster_than_the_fastest_rock(tmp_path):
    shots = np.load(model_shots(tmp_path / "a", shots=2, options=ShotOptions(n_traces=48, n_samples=160, n_depth=32)))
    for shot in shots:
        loud = np.abs(shot) > 0.05 * np.abs(shot).max()
        first = np.where(loud.any(axis=1), loud.argmax(axis=1), 160)
        source = first.argmin()
        away = np.abs(np.arange(48) - source) * 20.0
        assert (first - first.min() >= away / 5500 / 0.004 - 12).all()  # half a period of the lowest peak is 20 samples


def test_without_deepwave_the_cure_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "deepwave", None)
    with pytest.raises(ConfigurationError, match=r"Install it: pip install seisfill\[modelling\]"):
        model_shots(tmp_path / "a", shots=1)
    assert not (tmp_path / "a").exists()
    with pytest.raises(ConfigurationError, match="must hold deepwave"):
        load_deepwave()


def test_shots_too_small_to_model_are_refused():
    with pytest.raises(InvalidParameterError, match="Invalid n_traces 2"):
        ShotOptions(n_traces=2)
    with pytest.raises(InvalidParameterError, match="Invalid batch 0"):
        ShotOptions(batch=0)
