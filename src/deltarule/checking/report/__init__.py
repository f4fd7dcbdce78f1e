"""Checked documents for the terminal, as a page, and as JSON."""
