"""Runs in the user's app: OpenTelemetry set-up, delivery, tracing by hand. It cannot reach the server's code."""
