"""Trials on disk: what was written comes back, and what is not whole is refused."""

import hashlib

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from seisfill.errors import FileAccessError
from seisfill.gather import Gather
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.trust.records import GEOMETRY, check_path, load_kept, load_trials, save_trials
from seisfill.trust.trial import Trial, try_filler


def trials():
    """One of regular data without geometry, one with all that may be known, a scale and a refusal."""
    rng = np.random.default_rng(0)
    bare = Gather(data=rng.normal(size=(21, 5)), live=np.arange(21) % 2 == 0, dt=0.004)
    known = {
        "offset": np.arange(9.0),
        "position": np.arange(9.0),
        "source": np.zeros((9, 2)),
        "receiver": np.ones((9, 2)),
    }
    valid = np.ones((9, 5), dtype=bool)
    valid[4, 2] = False
    rich = Gather(data=rng.normal(size=(9, 5)), live=np.ones(9, dtype=bool), dt=0.002, t0=0.5, valid=valid, **known)
    hidden = np.isin(np.arange(9), [0, 4])
    answer = LinearInterpolator().fill(Gather(data=rich.data, live=~hidden, dt=0.002))
    scaled = type(answer)(
        data=answer.data,
        filled=answer.filled,
        method="linear",
        sigma=np.abs(answer.data),
        reasons=answer.reasons,
    )
    return [
        try_filler(LinearInterpolator(), bare, number=2),
        Trial(gather=rich, hidden=hidden, answer=scaled, stretch=1.5, number=7),
    ]


def test_what_was_saved_comes_back(tmp_path):
    path = check_path(tmp_path / "out.sgy")
    save_trials(path, trials(), head={"seed": 3})
    head, found = load_trials(path)
    assert head == {"seed": 3}
    for before, after in zip(trials(), found, strict=True):
        assert (after.stretch, after.number, after.gather.dt) == (before.stretch, before.number, before.gather.dt)
        assert (after.answer.method, after.answer.reasons) == (before.answer.method, before.answer.reasons)
        assert after.gather.t0 == before.gather.t0
        for name in ("hidden", "truth", "estimate", "error", "sigma", "places", "known"):
            assert_array_equal(getattr(after, name), getattr(before, name))
        for name in (*GEOMETRY, "data", "live"):
            assert_array_equal(getattr(after.gather, name), getattr(before.gather, name))
    assert found[1].answer.reasons.keys() == {0}
    assert [p.name for p in tmp_path.iterdir()] == ["out.sgy.check.npz"]


def test_wider_trials_and_those_there_and_back_are_kept_apart_from_the_others(tmp_path):
    one, two = trials()
    save_trials(tmp_path / "out.npz", [two], head={}, wider=[one], back=[one, two])
    kept = load_kept(tmp_path / "out.npz")
    assert [[trial.number for trial in part] for part in (kept.trials, kept.wider, kept.back)] == [[7], [2], [2, 7]]
    for before, after in zip([two, one, one, two], [*kept.trials, *kept.wider, *kept.back], strict=True):
        assert_array_equal(after.gather.data, before.gather.data)
        assert_array_equal(after.answer.data, before.answer.data)


def test_the_same_trials_make_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        save_trials(tmp_path / name, trials(), head={})
    one, two = (hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("one", "two"))
    assert one == two


def test_no_trials_are_trials_too(tmp_path):
    save_trials(tmp_path / "none.npz", [], head={"why": "no holes"})
    assert load_trials(tmp_path / "none.npz") == ({"why": "no holes"}, [])


def test_what_is_not_there_or_not_whole_is_refused_in_one_line(tmp_path):
    path = tmp_path / "out.npz"
    with pytest.raises(FileAccessError, match=r"Invalid check .*: must exist"):
        load_trials(path)
    save_trials(path, trials(), head={})
    whole = path.read_bytes()
    for broken in (whole[:200], b"", b"no zip at all", whole.replace(b'"seisfill_check": 2', b'"seisfill_check": 9')):
        path.write_bytes(broken)
        with pytest.raises(FileAccessError, match="must be one that seisfill wrote, and whole"):
            load_trials(path)
    np.savez(path, something=np.ones(3))
    with pytest.raises(FileAccessError, match="must be one that seisfill wrote"):
        load_trials(path)


def test_objects_that_would_have_to_run_are_never_loaded(tmp_path):
    path = tmp_path / "out.npz"
    np.savez(path, notes=np.array([print], dtype=object))
    with pytest.raises(FileAccessError, match="must be one that seisfill wrote"):
        load_trials(path)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileAccessError, match="must be writable"):
        save_trials(tmp_path / "no" / "out.npz", [], head={})
