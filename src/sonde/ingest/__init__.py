"""Telemetry in: receivers, decoding, and the way of accepted rows to the disk and the engine."""
