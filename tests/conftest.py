"""Settings that every test shares."""

from hypothesis import settings

# The same examples on every run, so that a red build is red for everyone; no deadline, because imports are slow once.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci")
