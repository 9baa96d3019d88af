"""Policies around model calls: pure, light, usable one by one or together. No OpenTelemetry in here.

Import what is needed from its module (``sonde.resilience.retry``, ``sonde.resilience.policy``, …); the
package ``sonde`` offers the public names.
"""
