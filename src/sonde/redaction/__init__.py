"""Masks for personal data and secrets. Pure."""

from sonde.redaction.redactor import Redactor, strip_content
from sonde.redaction.rules import CustomPattern, RedactionRules

__all__ = ["CustomPattern", "RedactionRules", "Redactor", "strip_content"]
