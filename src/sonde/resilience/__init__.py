"""Policies around model calls: pure, light, usable one by one or together. No OpenTelemetry in here."""
