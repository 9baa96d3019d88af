"""Checks of what goes into a model and of what comes out."""

from sonde.resilience.errors import GuardrailBlocked
from sonde.resilience.guardrails.content import custom, length, regex, topics
from sonde.resilience.guardrails.finding import Check, Finding
from sonde.resilience.guardrails.guard import Guardrails
from sonde.resilience.guardrails.injection import injection, suspect
from sonde.resilience.guardrails.judging import llm_check
from sonde.resilience.guardrails.personal import pii, secrets
from sonde.resilience.guardrails.schema import json_schema

__all__ = [
    "Check",
    "Finding",
    "GuardrailBlocked",
    "Guardrails",
    "custom",
    "injection",
    "json_schema",
    "length",
    "llm_check",
    "pii",
    "regex",
    "secrets",
    "suspect",
    "topics",
]
