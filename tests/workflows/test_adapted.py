"""Weights that a fill adapts first are found again where they are its own, and never taken where they are not."""

import json

import pytest
import torch

from seisfill.errors import FileAccessError, InvalidParameterError
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import save_weights
from seisfill.training.adapt import AdaptConfig
from seisfill.workflows import adapted
from seisfill.workflows.adapt import AdaptOptions
from seisfill.workflows.adapted import weights_for_fill
from seisfill.workflows.fill_job import RangeDone
from seisfill.workflows.journal import Journal
from seisfill.workflows.written import Written
from tests.faults import fault
from tests.workflows.surveys import listing, sha256, write_shots

ACCEPTED = AdaptConfig(steps=2, every=1, warm_up=1, size=(16, 48), least=-1e3)
REFUSED = AdaptConfig(steps=2, every=1, warm_up=1, size=(16, 48), least=1e3)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Weights of a network as small as can be."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_weights(path, UNet(UNetConfig(widths=(4, 6), dilations=())), card={"name": "tiny", "max_gap": 20})
    return path


@pytest.fixture
def source(tmp_path):
    return write_shots(tmp_path / "in.sgy", channels=24, n_samples=96, hide=[3, 8, 9, 30])


@pytest.fixture
def ask(tmp_path, source, tiny):
    """Ask for weights for the fill of the survey."""

    def asked(config=ACCEPTED, *, resume=False, source=source, weights=tiny, **more):
        options = AdaptOptions(config=config, **more)
        return weights_for_fill(
            source, tmp_path / "out.sgy", weights=weights, device="cpu", options=options, resume=resume
        )

    return asked


@pytest.fixture
def forbidden(monkeypatch):
    """Call it, and from then on nothing may be adapted."""

    def adapt_file(*_, **__):
        raise AssertionError("adapted again")

    return lambda: monkeypatch.setattr(adapted, "adapt_file", adapt_file)


def begun_with(target, sha):
    """A journal of a fill that was killed as it began."""
    with Journal(target) as journal:
        journal.begin({"filler": {"kind": "Blocks", "inner": {"weights_sha256": sha}, "many": [{"weights_sha256": 1}]}})
        journal.kept = True


@pytest.mark.parametrize("resume", [True, False])
def test_what_was_adapted_before_the_fill_began_is_taken(ask, tmp_path, forbidden, resume):
    path, said = ask()
    assert (path.name, "dB before" in said) == ("out.sgy.adapted.safetensors", True)
    before = listing(tmp_path)
    forbidden()
    assert ask(resume=resume) == (path, "adapted to this file before")
    assert ask(resume=True, force=True) == (path, "adapted to this file before")
    assert listing(tmp_path) == before


@fault(
    "adapted weights of another file", "refused: *OUT.adapted.safetensors: must not exist*; `--force` makes them anew"
)
@pytest.mark.parametrize("resume", [True, False])
def test_weights_that_were_adapted_to_another_file_are_in_the_way_unless_forced(ask, tmp_path, resume):
    other = write_shots(tmp_path / "other.sgy", channels=24, n_samples=96, hide=[5, 7, 30])
    path, _ = ask(source=other)
    stale = sha256(path)
    with pytest.raises(FileAccessError, match=r"out\.sgy\.adapted\.safetensors: must not exist"):
        ask(resume=resume)
    assert sha256(path) == stale
    assert ask(resume=resume, force=True)[0] == path
    assert json.loads(path.with_suffix(".json").read_text())["file_sha256"] == sha256(tmp_path / "in.sgy")


@pytest.mark.parametrize(
    "change", [{"dead": "none"}, {"config": AdaptConfig(steps=3, every=1, warm_up=1, size=(16, 48), least=-1e3)}]
)
def test_weights_that_were_asked_for_otherwise_are_in_the_way(ask, change):
    ask()
    with pytest.raises(FileAccessError, match="must not exist"):
        ask(resume=True, **change)


def test_the_journal_says_which_weights_a_fill_began_with(ask, tmp_path, tiny, forbidden):
    path, _ = ask()
    path.with_suffix(".json").write_text("[]")  # nobody asks the card
    forbidden()
    begun_with(tmp_path / "out.sgy", sha256(path))
    assert ask(resume=True) == (path, "the weights that the interrupted fill began with")
    begun_with(tmp_path / "out.sgy", sha256(tiny))  # the adaptation was not better; what lies there is of another
    assert ask(resume=True)[0] == tiny


def test_a_fill_does_not_go_on_without_the_weights_that_it_began_with(ask, tmp_path, forbidden):
    ask()
    forbidden()
    for sha, told in (("0123456789abcdef", "sha256 0123456789ab..."), (7, "none at all")):
        begun_with(tmp_path / "out.sgy", sha)
        with pytest.raises(InvalidParameterError) as error:
            ask(resume=True)
        assert f"must go on with the weights that it began with ({told}), and neither" in str(error.value)
        assert "out.sgy.adapted.safetensors nor tiny.safetensors is that. Put them back" in str(error.value)


def test_a_card_that_was_left_alone_is_replaced_and_a_foreign_one_is_not(ask, tmp_path):
    path, _ = ask()
    path.unlink()  # a kill between the names of card and weights
    assert ask()[0] == path
    path.unlink()
    path.with_suffix(".json").write_text('{"my": "notes"}')
    with pytest.raises(FileAccessError, match=r"out\.sgy\.adapted\.json: must not exist"):
        ask(resume=True)


def test_where_weights_are_not_bettered_older_ones_are_not_used(ask, tmp_path, tiny):
    found, said = ask(REFUSED)
    assert (found, said.endswith("not better, so the weights are as they were")) == (tiny, True)
    path, _ = ask()
    found, said = ask(REFUSED, force=True)
    assert (found, said.endswith(f"; {path.name} is of an earlier fill, and is not used")) == (tiny, True)


def test_weights_that_were_changed_are_not_taken(ask):
    path, _ = ask()
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(FileAccessError, match="must not exist"):
        ask()


def test_weights_of_a_fill_that_runs_or_may_go_on_are_left_alone(ask, tmp_path, forbidden):
    path, _ = ask()
    before, target = sha256(path), tmp_path / "out.sgy"
    forbidden()
    with Journal(target), pytest.raises(FileAccessError, match="must not be written by two fills at once"):
        ask(force=True)
    with Journal(target) as journal:
        journal.begin({"filler": {"weights_sha256": before}})
        journal.add(RangeDone(number=0, data=Written()))
        journal.kept = True
    with pytest.raises(FileAccessError, match="must not be half done by an earlier fill"):
        ask()
    assert sha256(path) == before
    assert ask(resume=True)[0] == path
