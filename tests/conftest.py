"""For all tests."""

from __future__ import annotations

from hypothesis import settings

# The same examples on every run and machine; a slow machine is no failure, and the working folder stays as it is.
settings.register_profile("kilde", derandomize=True, deadline=None, database=None)
settings.load_profile("kilde")
