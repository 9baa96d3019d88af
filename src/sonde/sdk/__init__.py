"""Runs in the user's app: OpenTelemetry set-up, delivery, tracing. It cannot reach the server's code."""
