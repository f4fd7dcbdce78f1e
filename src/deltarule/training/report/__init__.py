"""A training as one HTML page: `report` of an estimator, `report_page` of all that there is to tell."""

from deltarule.training.report.of_model import report
from deltarule.training.report.page import report_page
from deltarule.training.report.subject import Subject

__all__ = ["Subject", "report", "report_page"]
