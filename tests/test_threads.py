import os

from seisfill._threads import SPINS, wait_briefly


def test_idle_threads_sleep_soon_unless_the_user_says_otherwise(monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    wait_briefly()
    assert told("GOMP_SPINCOUNT") == "7"
    monkeypatch.delenv("GOMP_SPINCOUNT")
    wait_briefly()
    assert told("GOMP_SPINCOUNT") == SPINS


def test_a_policy_of_the_user_is_left_alone(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    wait_briefly()
    assert told("GOMP_SPINCOUNT") is None


def told(name):
    return os.environ.get(name)
