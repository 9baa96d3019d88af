"""Policies around model calls: pure, light, usable one by one or together. No OpenTelemetry in here.

Import what is needed from its module: ``sonde.resilience.retry.Retry``, ``sonde.resilience.policy.policy``, ….
The SDK's ``sonde`` package offers the public names.
"""
