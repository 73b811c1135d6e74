import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from seisfill import load_interpolator
from seisfill.errors import FileAccessError, InvalidParameterError, NothingToFillError, WeightsError
from seisfill.gather import Gather
from seisfill.interpolators.network import NetworkInterpolator
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import load_weights, save_weights
from seisfill.segy.survey import GatherOptions
from seisfill.training.adapt import AdaptConfig
from seisfill.workflows import adapt as story
from seisfill.workflows.adapt import AdaptOptions, adapt_file, adapt_gathers
from seisfill.workflows.adapt_panels import loudest_part, make_lessons, shown_to_network
from tests.workflows.surveys import fill, listing, sha256, write_shots

ANYTHING = AdaptConfig(steps=4, every=2, warm_up=1, size=(16, 48), least=-1e3)  # whatever comes out is accepted
HIDE = [3, 8, 9, 17, 30, 31, 40]


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Weights of a network as small as can be, which does more than draw straight lines."""
    torch.manual_seed(0)
    network = UNet(UNetConfig(widths=(4, 6), dilations=()))
    torch.nn.init.normal_(network.head.weight, 0, 0.05)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_weights(path, network, card={"name": "tiny", "max_gap": 20})
    return path


@pytest.fixture
def survey(tmp_path):
    """Two shots of 24 channels with holes."""
    return write_shots(tmp_path / "in.sgy", shots=2, channels=24, n_samples=96, hide=HIDE)


def waves_with(live, *, n_samples=160):
    """A gather of flat waves, so that no moveout is taken off."""
    time = np.arange(n_samples)
    data = np.sin(0.4 * time) * np.exp(-(((time - 80) / 40) ** 2)) * np.ones((len(live), 1))
    return Gather(data=data, live=live, dt=0.004)


def lessons_of(gather, *, like=None, judged=True):
    return make_lessons(gather, like=gather.live if like is None else like, judged=judged, rng=np.random.default_rng(0))


def test_holes_anywhere_make_one_panel_in_place():
    live = ~np.isin(np.arange(20), [4, 5, 12])
    lessons = lessons_of(waves_with(live))
    (panel,) = lessons.panels
    ((judge, hidden),) = lessons.trials
    assert judge is panel
    assert (hidden == panel.apart).all()
    assert panel.data.shape == (20, 160)
    assert (panel.known == live[:, None]).all()
    assert 0 < panel.apart.sum() <= 3  # 15 % of 17 live traces, rounded up to the width of a hole
    assert not (panel.apart & ~live).any()
    assert not (panel.ways & (panel.apart | ~live)).any()


def test_every_second_trace_makes_a_panel_of_the_live_ones_on_a_coarser_axis():
    live = np.arange(41) % 2 == 0
    lessons = lessons_of(waves_with(live))
    ((panel, hidden),) = lessons.trials
    assert lessons.panels == (panel,)
    assert panel.data.shape == (21, 80)
    assert panel.ways[:, :4].astype(int).tolist() == [[0, 1, 0, 1], [1, 0, 1, 0]]
    assert np.flatnonzero(panel.apart).tolist() == [3, 11, 19]
    assert np.flatnonzero(hidden).tolist() == list(range(1, 21, 2))


def test_every_third_trace_is_judged_in_holes_of_two():
    panel, hidden = lessons_of(waves_with(np.arange(61) % 3 == 0, n_samples=240)).trials[0]
    assert panel.data.shape == (21, 80)
    assert np.flatnonzero(panel.apart).tolist() == [4, 5, 16, 17]
    assert np.flatnonzero(~hidden).tolist() == list(range(0, 21, 3))


def test_records_too_short_for_a_coarser_axis_are_left_as_they_are():
    lessons = lessons_of(waves_with(np.arange(41) % 2 == 0, n_samples=100))
    assert [panel.data.shape for panel in lessons.panels] == [(21, 100)]
    assert lessons.trials[0][0] is lessons.panels[0]


def test_a_complete_gather_imitates_the_holes_of_another():
    complete = waves_with(np.ones(20, dtype=bool))
    (panel,) = lessons_of(complete, like=np.arange(20) % 3 == 0).panels
    assert panel.ways[:, :3].astype(int).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    (panel,) = lessons_of(complete, like=~np.isin(np.arange(20), [7, 8])).panels
    assert (panel.ways.sum(axis=1) == 2).all()


def test_gathers_that_judge_nothing_keep_nothing_apart():
    lessons = lessons_of(waves_with(np.arange(20) != 7), judged=False)
    assert (len(lessons.panels), lessons.trials) == (1, ())
    assert not lessons.panels[0].apart.any()


@pytest.mark.parametrize("live", [np.arange(20) < 11, np.zeros(20, dtype=bool)])
def test_too_few_live_traces_teach_nothing(live):
    assert lessons_of(waves_with(live)).panels == ()


def test_silence_teaches_nothing():
    assert lessons_of(Gather(data=np.zeros((20, 80)), live=np.arange(20) != 7, dt=0.004)).panels == ()


def test_the_network_is_shown_what_it_is_shown_at_filling():
    rng = np.random.default_rng(0)
    delay = 3 * np.arange(16)[:, None]
    data = np.exp(-(((np.arange(128) - 30 - delay) / 3) ** 2)) + 0.01 * rng.normal(size=(16, 128))
    valid = np.ones((16, 128), dtype=bool)
    valid[4, 80:90] = False
    shown = shown_to_network(Gather(data=data, live=np.arange(16) != 7, valid=valid, dt=0.004))
    assert shown.n_samples > 128  # pieces with their margins, side by side
    assert 0 < (~shown.known[4]).sum() < shown.n_samples
    assert not shown.known[7].any()
    energy = (shown.data**2).sum(axis=0)
    flat = shown.data[:, energy.argmax()]
    assert flat[shown.live].min() > 0.8  # the event stands at one time in all traces


def test_the_judge_scores_traces_that_are_kept_apart():
    lessons = lessons_of(waves_with(~np.isin(np.arange(20), [4, 5, 12])))
    straight = UNet(UNetConfig(widths=(4, 6), dilations=())).eval()
    assert lessons.judge(straight) > 40  # equal traces, so that straight lines err by rounding and the gain alone
    ((panel, _),) = lessons.trials
    panel.data[panel.apart] *= -1  # now the truth is the opposite of what any filler can guess: 2 d instead of 0
    assert lessons.judge(straight) == pytest.approx(-10 * np.log10(4), abs=0.1)


def test_of_a_large_panel_the_loudest_time_of_what_is_kept_apart_judges():
    (panel,) = lessons_of(waves_with(~np.isin(np.arange(20), [4, 5, 12]))).panels
    part = loudest_part(panel, most=20 * 40)
    assert part.stop - part.start == 40
    assert part.start <= 80 <= part.stop  # where the waves are strongest
    assert loudest_part(panel) == slice(0, 160)  # a small one is judged whole


def options(**changes):
    return AdaptOptions(**({"config": ANYTHING} | changes))


def test_adapted_weights_have_a_card_and_fill(survey, tiny, tmp_path):
    out, told = tmp_path / "new.safetensors", []
    done = adapt_file(
        survey, out, weights=tiny, device="cpu", options=options(), progress=lambda *row: told.append(row)
    )
    assert (done.weights, done.steps, done.n_gathers) == (out, 4, 2)
    assert done.n_apart > 0
    assert ("read", 2, 2) in told
    assert told[-1] == ("adapt", 4, 4)
    _, card = load_weights(out)
    assert (card["file"], card["file_sha256"]) == ("in.sgy", sha256(survey))
    assert card["start"] == {"name": "tiny", "sha256": sha256(tiny)}
    assert (card["max_gap"], card["steps"], card["config"]["seed"]) == (20, 4, 0)
    assert (card["scores"]["before"], card["scores"]["after"]) == (round(done.before, 2), round(done.after, 2))
    assert {path.name for path in tmp_path.iterdir()} == {"in.sgy", "new.safetensors", "new.json"}
    filler = load_interpolator("network", weights=out, device="cpu")
    assert isinstance(filler.inner.inner, NetworkInterpolator)
    assert fill(survey, tmp_path / "out.sgy", filler).n_filled == len(HIDE)


def test_a_seed_makes_the_same_bytes(survey, tiny, tmp_path):
    found = []
    for number, seed in enumerate((5, 5, 6)):
        config = AdaptConfig(steps=3, every=3, warm_up=1, size=(16, 48), least=-1e3, seed=seed)
        out = tmp_path / f"{number}.safetensors"
        adapt_file(survey, out, weights=tiny, device="cpu", options=options(config=config))
        found.append(hashlib.sha256(out.read_bytes()).hexdigest())
    assert (found[0] == found[1], found[0] == found[2]) == (True, False)


def test_what_is_not_better_is_not_written(survey, tiny, tmp_path):
    before = listing(tmp_path)
    config = AdaptConfig(steps=2, every=1, warm_up=1, size=(16, 48), least=1e3)
    done = adapt_file(survey, tmp_path / "n.safetensors", weights=tiny, device="cpu", options=options(config=config))
    assert (done.weights, done.steps) == (None, 2)
    assert listing(tmp_path) == before


def test_what_went_wrong_while_writing_leaves_nothing(survey, tiny, tmp_path, monkeypatch):
    def fail(path, *_, **__):
        path.write_text("half")
        raise OSError("disk full")

    monkeypatch.setattr(story, "save_weights", fail)
    before = listing(tmp_path)
    with pytest.raises(FileAccessError, match=r"Invalid output .*n\.safetensors: must be writable; disk full"):
        adapt_file(survey, tmp_path / "n.safetensors", weights=tiny, device="cpu", options=options())
    assert listing(tmp_path) == before


def test_what_is_in_the_way_is_replaced_only_by_force(survey, tiny, tmp_path):
    (tmp_path / "new.json").write_text("{}")
    with pytest.raises(FileAccessError, match=r"new\.json: must not exist"):
        adapt_file(survey, tmp_path / "new.safetensors", weights=tiny, device="cpu", options=options())
    adapt_file(survey, tmp_path / "new.safetensors", weights=tiny, device="cpu", options=options(force=True))
    assert json.loads((tmp_path / "new.json").read_text())["made_by"].startswith("seisfill")


def test_what_cannot_be_done_is_said(survey, tiny, tmp_path):
    with pytest.raises(InvalidParameterError, match=r"must end in \.safetensors"):
        adapt_file(survey, tmp_path / "new.bin", weights=tiny)
    with pytest.raises(WeightsError, match="must be a file or shipped"):
        adapt_file(survey, tmp_path / "new.safetensors", weights="none")
    complete = write_shots(tmp_path / "complete.sgy", channels=24)
    with pytest.raises(NothingToFillError, match="must lack traces"):
        adapt_file(complete, tmp_path / "new.safetensors", weights=tiny, device="cpu")
    few = write_shots(tmp_path / "few.sgy", channels=10, hide=[4])
    with pytest.raises(InvalidParameterError, match="must have at least 12 live traces"):
        adapt_file(few, tmp_path / "new.safetensors", weights=tiny, device="cpu")
    with pytest.raises(InvalidParameterError, match=r"Invalid minutes 0: must be positive"):
        AdaptOptions(minutes=0)


def test_only_the_first_gathers_judge_and_only_some_of_many_are_read(tiny, tmp_path):
    path = write_shots(tmp_path / "many.sgy", shots=7, channels=16, n_samples=64, hide=range(5, 112, 16))
    done = adapt_file(path, tmp_path / "n.safetensors", weights=tiny, device="cpu", options=options(most_gathers=5))
    assert (done.n_gathers, done.n_apart) == (5, 6)  # three gathers with two traces each


def test_a_hole_between_the_gathers_that_were_chosen_is_found(tiny, tmp_path):
    path = write_shots(tmp_path / "one.sgy", shots=4, channels=16, n_samples=64, hide=[22])
    done = adapt_file(path, tmp_path / "n.safetensors", weights=tiny, device="cpu", options=options(most_gathers=2))
    assert (done.n_gathers, done.n_apart) == (3, 6)


def test_a_fill_that_densifies_is_adapted_for(survey, tiny, tmp_path):
    densify = options(gathers=GatherOptions(densify=2))
    done = adapt_file(survey, tmp_path / "n.safetensors", weights=tiny, device="cpu", options=densify)
    assert done.weights is not None


def test_samples_that_were_not_recorded_are_not_asked_for():
    gather = waves_with(np.arange(41) % 2 == 0)
    valid = np.ones(gather.data.shape, dtype=bool)
    valid[4, 20:31] = False
    (coarse,) = lessons_of(replace(gather, valid=valid)).panels
    assert np.flatnonzero(~coarse.known[2]).tolist() == list(range(10, 16))


def test_gathers_are_enough_without_a_file(tiny):
    network = load_weights(tiny)[0]
    done, lessons = adapt_gathers(network, [waves_with(np.arange(20) != 7)], config=ANYTHING)
    assert (done.accepted, len(lessons.panels)) == (True, 1)
