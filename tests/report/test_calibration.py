import numpy as np

from seisfill.gather import Filled, Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.report.calibration import LEVELS, judge_bands
from seisfill.report.quality_figures import calibration_chart
from seisfill.trust.back import try_back
from seisfill.trust.stretch import try_wider
from seisfill.trust.trial import Trial, try_filler


def trial(seed, n_hidden=12):
    """Noise beside a smooth wave: errors of one size."""
    rng = np.random.default_rng(seed)
    data = np.sin(np.arange(200) / 5)[None, :] + rng.normal(0, 0.3, (40, 200))
    hidden = np.zeros(40, bool)
    hidden[np.arange(1, 2 * n_hidden, 2)] = True
    filled = np.where(hidden[:, None], np.sin(np.arange(200) / 5), data)
    gather = Gather(data=data, live=np.ones(40, bool), dt=0.004)
    return Trial(gather=gather, hidden=hidden, answer=Filled(data=filled, filled=hidden, method="x"), number=seed)


def test_bands_learned_on_other_gathers_cover_what_they_promise():
    bands = judge_bands([trial(seed) for seed in range(4)])
    assert (bands.nominal, bands.n_traces) == (LEVELS, 48)
    assert np.abs(np.subtract(bands.nominal, bands.found)).max() < 0.08  # 48 traces of white noise
    assert "saw only the others" in bands.how


def test_one_gather_is_judged_by_a_model_that_saw_it_and_that_is_said():
    assert judge_bands([trial(0)]).how == "one gather, judged by a model that saw it"


def regular(seed):
    """A gather of waves and a little noise that keeps every second trace: what is tried of it."""
    rng = np.random.default_rng(seed)
    data = np.sin(np.arange(160) / 4 + 0.2 * np.arange(65)[:, None]) + rng.normal(0, 0.05, (65, 160))
    gather = Gather(data=data, live=np.arange(65) % 2 == 0, dt=0.004)
    filler = LinearInterpolator()
    made = try_filler(filler, gather, number=seed)
    return made, try_wider(filler, made), try_back(filler, gather, filler.fill(gather), number=seed)


def test_regular_holes_are_judged_there_and_back_or_not_at_all():
    trials, wider, back = zip(*(regular(seed) for seed in range(3)), strict=True)
    bands = judge_bands(trials, wider=wider, back=back)
    assert bands.n_traces == sum(int(one.tried.sum()) for one in back)
    assert bands.how.endswith("there and back")
    assert np.abs(np.subtract(bands.nominal, bands.found)).max() < 0.15  # straight lines across waves err unevenly
    assert judge_bands(trials, wider=wider) is None


def test_too_few_traces_say_nothing():
    assert judge_bands([]) is None
    assert judge_bands([trial(0, n_hidden=3)]) is None


def test_the_chart_says_how_far_the_bands_are_from_the_promise():
    chart = calibration_chart((0.5, 0.9), (0.4, 0.92), n_traces=8, how="so")
    assert chart.caption.startswith("At most 10 % off the promise; so.")
    assert "50 % promised, 40 % found" in chart.alt
