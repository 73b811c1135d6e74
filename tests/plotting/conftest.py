import numpy as np
import pytest

from seisfill.plotting import new_figure


@pytest.fixture
def axes():
    return new_figure(4, 4).add_subplot()


@pytest.fixture
def truth():
    """One dipping wavelet on 24 traces of 100 samples, amplitude of 10."""
    times = 0.004 * np.arange(100)[None] - 0.1 - 0.004 * np.arange(24)[:, None]
    return 10 * (1 - 2 * (np.pi * 25 * times) ** 2) * np.exp(-((np.pi * 25 * times) ** 2))


@pytest.fixture
def live():
    live = np.ones(24, dtype=bool)
    live[1:23:2] = False
    return live


@pytest.fixture
def ticks_of():
    """Give the positions of the ticks on the top edge of some axes."""

    def ticks(axes):
        found = [line for line in axes.get_children() if line.get_label() == "missing traces"]
        return np.concatenate([line.get_xdata() for line in found]) if found else np.array([])

    return ticks


@pytest.fixture
def samples_of():
    """Give what some axes show as an image: (n_samples, n_traces), each trace once."""

    def samples(axes, n_traces):
        shown = axes.images[0].get_array()
        assert shown.shape[1] % n_traces == 0
        wide = shown.shape[1] // n_traces
        assert (shown.reshape(len(shown), n_traces, wide) == shown[:, ::wide, None]).all()
        return shown[:, ::wide]

    return samples
