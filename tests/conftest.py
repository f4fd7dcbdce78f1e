"""Settings that every test shares."""

import gc

from hypothesis import settings

# The same examples on every run, so that a red build is red for everyone; no deadline, because imports are slow once.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci")


def pytest_collection_finish() -> None:
    """What is imported and collected stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
