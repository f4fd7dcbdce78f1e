"""The installed package is the one in this tree, and says so."""

from importlib.metadata import version

import deltarule


def test_the_version_is_the_one_that_was_installed():
    assert deltarule.__version__ == version("deltarule")
