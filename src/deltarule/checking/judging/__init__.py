"""Judging the statements in order: definitions, claims, conditions, and what is still open at the end."""
