"""What every test shares: one thread of arithmetic, and examples without a clock (other work may share the machine)."""

import os

for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # read when numpy and torch are first imported, so before any of them

from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile(
    "house", derandomize="CI" in os.environ, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")
