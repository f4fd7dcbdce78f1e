"""Checking a derivation against its own definitions."""

from deltarule.checking.derivation import CheckedRow, Report, check_derivation

__all__ = ["CheckedRow", "Report", "check_derivation"]
