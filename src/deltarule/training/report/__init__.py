"""A training as one HTML page: `report_page`."""

from deltarule.training.report.page import report_page
from deltarule.training.report.subject import Subject

__all__ = ["Subject", "report_page"]
