"""Sonde's own health: counters with fixed label sets, rendered for Prometheus. Never users' telemetry."""
