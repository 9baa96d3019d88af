"""Serves the built front end."""

from sonde.ui.app import ui_app
from sonde.ui.headers import SECURITY_HEADERS

__all__ = ["SECURITY_HEADERS", "ui_app"]
