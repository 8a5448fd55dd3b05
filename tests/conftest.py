"""For all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# Before the embedding model is loaded: two workers with as many threads as cores each would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples on every run and machine; a slow machine is no failure, and the working folder stays as it is.
settings.register_profile("kilde", derandomize=True, deadline=None, database=None)
settings.load_profile("kilde")
