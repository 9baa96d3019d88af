"""Sonde: LLM observability and cost control in one process.

Importing this package is cheap: it loads OpenTelemetry at most, never the storage engine or the web server.
"""

from sonde._version import __version__

__all__ = ["__version__"]
